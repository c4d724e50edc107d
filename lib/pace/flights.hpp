/// Equal requests in flight at once, in this process or another, of which one is sent: the others take its outcome.
#pragma once

#include "pace/store.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace llm {

class Flights {
public:
    explicit Flights(PaceStore& store) : store_(store) {}

    struct Seat {
        enum class Role {
            pilot,      ///< sends the request, and must land
            passenger,  ///< waits for the outcome
        } role = Role::pilot;
        std::int64_t id = 0;
    };
    Seat board(std::string_view key);
    /// The pilot's: hands the outcome to those aboard, if there are any.
    void land(std::int64_t id, std::string_view outcome);
    /// The pilot's, where nothing can be handed on: those aboard begin anew.
    void abandon(std::int64_t id);

    enum class Progress { flying, landed, lost };
    /// A passenger's: `outcome` is set where it has landed; after that, or where it was lost with its pilot, the seat is given up.
    Progress look(const Seat&, std::string& outcome);
    /// A passenger's who waits no longer.
    void leave(const Seat&);

private:
    PaceStore& store_;
};

}  // namespace llm
