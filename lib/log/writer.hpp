/// What the journal's thread does with a group of calls.
#pragma once

#include "log/journal.hpp"
#include "store/migrate.hpp"

#include <optional>
#include <span>

namespace llm {

/// lib/log/schema.
std::span<const Migration> log_schema();

class JournalWriter {
public:
    explicit JournalWriter(const JournalOptions&);

    /// Opens the store if it is not open. True where it is now; else the user was warned.
    bool open();
    /// One transaction. False where the calls are lost.
    bool write(std::span<const Call>);
    /// Removes what need not be kept, where nobody did within the hour; a fifth of a second at most.
    void prune_if_due();

private:
    template <typename Action>
    bool attempt(Action);
    void insert(const Call&);
    void keep_media(const std::string& sha256, const Attachment&, std::int64_t call);
    void prune_a_little();
    void warn(std::string_view why);

    const JournalOptions& options_;
    std::optional<Database> db_;
    std::chrono::steady_clock::time_point not_before_{}, next_prune_{};
    bool warned_ = false;
};

}  // namespace llm
