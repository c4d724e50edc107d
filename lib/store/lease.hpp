/// Timed leases between processes: whoever holds the name does the work, and a holder that dies loses it
/// when its time is over. Kept in the table `lease` (store_schema()) of the store they protect.
/// Each call is one atomic statement. Times are milliseconds since 1970, as the processes of one machine see
/// them.
#pragma once

#include "store/migrate.hpp"

#include <chrono>
#include <functional>

namespace llm {

std::span<const Migration> store_schema();

/// An owner's name no other process and no other call on this machine has.
std::string unique_owner();

class Leases {
public:
    using Now = std::function<std::int64_t()>;

    explicit Leases(Database& db, Now now = wall_clock);

    /// True where `owner` holds `name` from now on for `span`: it was free, its time was over, or it was
    /// ours.
    bool acquire(std::string_view name, std::string_view owner, std::chrono::milliseconds span);
    /// Lengthens a lease; false where it was lost to somebody else.
    bool renew(std::string_view name, std::string_view owner, std::chrono::milliseconds span);
    /// Gives the lease back; false where `owner` does not hold it.
    bool release(std::string_view name, std::string_view owner);
    /// Gives it back whoever holds it, for work that one process takes and another one finishes.
    bool release(std::string_view name);
    /// Who holds it now, if anybody.
    std::optional<std::string> holder(std::string_view name);
    /// Forgets the leases whose time is over.
    void sweep();

    static std::int64_t wall_clock();

private:
    Database& db_;
    Now now_;
};

/// A lease held as long as the object lives. It is free at once where the process that holds it was killed, as far as that can be seen from
/// here (the same boot, the same pid namespace); else when its time is over.
class Held {
public:
    /// Nothing where somebody else holds the name.
    static std::optional<Held> acquire(Leases& leases, std::string_view name, std::chrono::milliseconds span);
    Held(Held&&) noexcept;
    Held& operator=(Held&&) = delete;
    ~Held();
    bool renew(std::chrono::milliseconds span);

private:
    Held(Leases& leases, std::string name, std::string owner);

    Leases* leases_;
    std::string name_, owner_;
};

}  // namespace llm
