/// What went wrong, said so that the caller knows what to do next.
/// The faults and the exit codes are those of llm-record(5).
#pragma once

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace llm {

enum class Fault {
    usage,        ///< the command line is wrong
    config,       ///< the configuration is wrong
    data,         ///< this record is wrong
    refused,      ///< the provider rejects the request, or a guard blocks it
    auth,         ///< key missing or rejected
    rate_limit,   ///< too many requests: later
    timeout,      ///< no answer within the time given
    unreachable,  ///< no connection
    provider,     ///< 5xx, or an answer that breaks the protocol
    schema,       ///< the answer never satisfied its schema
    budget,       ///< the budget is spent
    io,           ///< reading or writing failed
    locked,       ///< a store is in use
    internal,     ///< our own mistake
};

/// The fault's name as it stands in `error.fault`.
std::string_view name(Fault) noexcept;
/// The fault of that name, or nothing.
std::optional<Fault> fault_named(std::string_view) noexcept;
/// The exit code of a program that failed as a whole: 2, 4, 5 or 6.
int exit_code(Fault) noexcept;

/// The one exception. Caught in two places: the record loop (it becomes the record's
/// `error`) and the front door (it becomes a message and an exit code).
class Error : public std::runtime_error {
public:
    template <typename... A>
    Error(Fault f, fmt::format_string<A...> text, A&&... a)
        : std::runtime_error(fmt::format(text, std::forward<A>(a)...)), fault(f) {}

    /// The same failure in other words.
    Error reworded(std::string_view words) const {
        Error e(fault, "{}", words);
        e.status = status;
        e.retry_after = retry_after;
        e.line = line;
        e.for_good = for_good;
        e.unsent = unsent;
        return e;
    }

    Fault fault;
    std::optional<int> status;         ///< HTTP status, where there was one
    std::optional<double> retry_after; ///< seconds to wait, where the provider said so
    std::optional<long> line;          ///< line of the input, counted from 1
    bool for_good = false;             ///< trying the same again cannot help, whatever the fault
    bool unsent = false;               ///< the request did not go out, or was given back unread: it cannot have cost anything
};

/// The candidate nearest to `word` by edits, or empty where none is near enough to suggest.
template <typename Range>
std::string nearest(std::string_view word, const Range& candidates);
std::size_t edit_distance(std::string_view, std::string_view);

template <typename Range>
std::string nearest(std::string_view word, const Range& candidates) {
    std::string best;
    std::size_t best_distance = word.size() / 3 + 2;
    for (const auto& c : candidates) {
        const std::string_view candidate{c};
        const std::size_t d = edit_distance(word, candidate);
        if (d < best_distance) {
            best_distance = d;
            best = candidate;
        }
    }
    return best;
}

}  // namespace llm
