/// Which endpoints answer: a circuit breaker that every process of a user shares.
///
/// An endpoint is closed off when `Rules::failures` calls in a row, with all their attempts, ended without any answer. Then calls fail at
/// once. When the time is over one call may try; its answer opens the endpoint, its failure closes it for twice as long. A pause the
/// server asked for (`Retry-After`) is shared likewise.
///
/// While all is well no store is opened: a small file beside it, written with every change, says whether there is anything to know.
/// It is read at most twenty times a second.
#pragma once

#include "pace/store.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct HealthRules {
    int failures = 3;
    double cool_down = 5;        ///< seconds it is closed off the first time
    double longest = 60;         ///< at most, however often it is doubled
    double forget = 60;          ///< seconds after which failures that did not close it are forgotten
    double probe = 30;           ///< how long one call may try before another one does
    double pause = 86400;        ///< the longest pause that is believed: a day's quota is the longest that servers speak of
};

enum class Circuit {
    closed,   ///< all is well: ask
    paused,   ///< the server answers, but asked for a pause of `seconds`
    open,     ///< it does not answer: do not ask before `seconds` have passed
    probing,  ///< this caller, and nobody else for now, may try
};

struct HealthState {
    Circuit circuit = Circuit::closed;
    double seconds = 0;  ///< until the next try
    int failures = 0;
    std::string why;     ///< the last failure's message
};

struct EndpointHealth : HealthState {
    std::string endpoint;
};

class Health {
public:
    explicit Health(PaceStore&, HealthRules = {});

    /// Whether to ask. `probing` is given to one caller: it must tell what came of it, by answered() or failed().
    HealthState ask(std::string_view endpoint);
    /// The same without taking the turn to try: for whoever only chooses where to go. Never `probing`.
    HealthState look(std::string_view endpoint);
    /// A call has got an answer. Costs nothing where nothing was wrong.
    void answered(std::string_view endpoint);
    /// A call has ended, after all its attempts, without one.
    void failed(std::string_view endpoint, std::string_view why);
    /// The server asks everybody for a pause.
    void pause(std::string_view endpoint, double seconds, std::string_view why);
    /// All of which something is known.
    std::vector<EndpointHealth> all();

private:
    struct Row {
        int failures = 0;
        std::int64_t failed = 0, until = 0, span = 0;
        bool probing = false;
        std::string why;
    };
    void refresh();
    void load();
    void write(std::string_view endpoint, const Row&);
    void mark();
    HealthState state_of(const Row&) const;
    std::optional<Row> row(std::string_view endpoint);

    PaceStore& store_;
    HealthRules rules_;
    std::string marker_;  ///< its path
    std::string seen_;    ///< what it held last
    std::int64_t looked_ = 0;
    std::map<std::string, Row, std::less<>> known_;
};

/// What endpoints are told apart by: a name may be given another address.
std::string health_name(std::string_view provider, std::string_view base_url);
/// Pauses are kept a model, because servers limit models apart: `look` at both.
std::string pause_name(std::string_view provider, std::string_view base_url, std::string_view model);

}  // namespace llm
