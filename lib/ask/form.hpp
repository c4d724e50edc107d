/// From a record and the request flags to a request: the one way, for every tool that asks (llm-record(5), "Where a request comes from").
#pragma once

#include "chat/model.hpp"
#include "chat/request.hpp"
#include "record/record.hpp"
#include "record/template.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace llm {

/// What `-m -s -t -o -a --schema` and their kin said.
struct RequestSpec {
    std::optional<std::string> model;
    std::optional<std::string> system;
    std::optional<std::string> template_text;  ///< file or text
    std::vector<std::pair<std::string, std::string>> options;
    std::vector<std::string> attachments;
    std::optional<std::string> schema;         ///< file, JSON or short form
    enum class Wins { record, flags } wins = Wins::record;
    enum class Context { given, left_out } context = Context::given;
    std::string default_model;                 ///< where neither record nor flag names one; may be an alias
};

/// A request as a record states it.
struct Asking {
    std::string model;       ///< as asked for; default_model where nothing else is said
    Request request;         ///< Request::model is not set yet
    bool has_system = false;  ///< a system turn is in it
    Options own;             ///< the record's options alone (an alias's lie under them)
};

class Form {
public:
    /// Reads the template and the schema. Throws Error{usage}.
    explicit Form(RequestSpec);

    /// Writes what the flags say into the record, so that nothing further down the chain needs them. True where something that the
    /// answer depends on has changed.
    bool write_into(Record&) const;
    /// Throws Error{data} naming the member.
    Asking read(const Record&) const;

    /// The template's text, or nothing (it belongs to a semantic cache's fingerprint).
    const Template* used_template() const { return template_ ? &*template_ : nullptr; }
    const RequestSpec& spec() const { return spec_; }

private:
    bool wins(const Record&, std::string_view name) const;

    RequestSpec spec_;
    std::optional<Template> template_;
    std::string model_, system_;  ///< the flags' as JSON text
    Json options_;  ///< the flags' as a member
    Json schema_;
    Json attachments_;
};

/// Lays an alias's options and system prompt under what the record says.
void apply_alias(Asking&, const ResolvedModel&);

/// The text of `context` as it is put before the last user turn.
std::string quoted_passages(const Json& context);

}  // namespace llm
