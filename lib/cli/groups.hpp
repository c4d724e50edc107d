/// Options that several tools share. The same name means the same thing in every tool, because it is
/// declared here once. Each function declares a group and fills its struct when the command line is read.
#pragma once

#include "cli/tool.hpp"
#include "record/filter.hpp"

#include <optional>
#include <string>
#include <vector>

namespace llm {

/// How records flow; every tool that reads records has these.
struct LoopFlags {
    std::optional<long> jobs;       ///< setting `jobs`
    bool unordered = false;
    bool retry_failed = false;
    bool lines = false;             ///< each line of stdin is a prompt
    bool raw = false;               ///< texts instead of records
    bool nul = false;               ///< the same, each ended by NUL
    bool json = false;              ///< the record, where text would come out
    bool no_stdin = false;
    std::string when;               ///< jq program, or empty
    std::vector<std::string> wrap;  ///< names
    std::string resume;             ///< file, or empty
};
void loop_options(Verb&, LoopFlags&);
/// For the loop. `jobs` is left at 1 where the flag was not given: the settings know the rest.
FilterOptions filter_options(const Tool&, const LoopFlags&);

/// What a tool says to people on stderr.
struct TalkFlags {
    bool quiet = false;
    int verbose = 0;
    bool explain = false;
};
void talk_options(Verb&, TalkFlags&);

/// What makes a request of a record; the tool writes it into the record (llm-record(5), "Where a request comes from").
struct RequestFlags {
    std::optional<std::string> model;          ///< as given on the command line, not by variable or file
    std::optional<std::string> system;
    std::optional<std::string> template_text;  ///< file or text, as given
    std::vector<KeyValue> options;             ///< in the order given; set_option of chat/request.hpp reads them
    std::vector<std::string> attachments;      ///< file or address, as given
    std::optional<std::string> schema;         ///< file, JSON or `name, age int`, as given
    bool override_record = false;
    bool no_context = false;
    /// Whether any of those that change a request was given.
    bool any() const;
};
/// Models and option names are completed by what the tool registers with Tool::completes.
void request_options(Verb&, RequestFlags&);

enum class Missing { fail, ask };

/// How a provider is called. Those with a setting reach Settings through settings_of.
struct CallFlags {
    std::optional<Duration> timeout;       ///< setting `timeout`
    std::optional<Duration> idle_timeout;  ///< setting `idle_timeout`
    std::optional<long> retries;           ///< setting `retries`
    std::string record;                    ///< cassette to write, or empty
    std::string replay;                    ///< cassette to read, or empty
    Missing replay_missing = Missing::fail;
    bool no_log = false;                   ///< setting `log.enabled` = false
    bool again = false;
    bool dry_run = false;
    bool usage = false;
    bool reasoning = false;
    std::optional<bool> stream;
};
void call_options(Verb&, CallFlags&);

}  // namespace llm
