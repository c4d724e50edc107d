#include "store/lease.hpp"

#include "base/hash.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

namespace llm {
namespace {

std::string contents(const std::string& path) {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// The clock ticks since boot when the process was started; nothing where it has ended, be it that nobody has waited for it yet.
std::optional<std::string> start_of(pid_t pid) {
    const std::string stat = contents(fmt::format("/proc/{}/stat", pid));
    const std::size_t name_end = stat.rfind(')');  // the name may hold anything
    if (name_end == std::string::npos || name_end + 2 >= stat.size()) return std::nullopt;
    std::istringstream fields{stat.substr(name_end + 2)};
    std::string field;
    constexpr int state = 3, start = 22;  // proc(5)
    for (int n = state; n <= start && fields >> field; ++n)
        if (n == state && (field == "Z" || field == "X")) return std::nullopt;
    return field;
}

/// Where a pid means something: this boot and this pid namespace.
std::string place_of_pids() {
    std::error_code ignored;
    const std::string boot = contents("/proc/sys/kernel/random/boot_id");
    const std::string pids = std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string();
    return boot.empty() || pids.empty() ? std::string{} : fmt::format("{:016x}", fast_hash(boot + pids));
}

/// "PID START PLACE …", so that others can see whether the process lives.
std::string visible_owner() {
    const auto start = start_of(::getpid());
    const std::string place = place_of_pids();
    if (!start || place.empty()) return unique_owner();
    return fmt::format("{} {} {} {}", ::getpid(), *start, place, unique_owner());
}

bool is_dead(const std::string& owner) {
    std::istringstream fields{owner};
    pid_t pid = 0;
    std::string start, place, rest;
    if (!(fields >> pid >> start >> place >> rest) || place != place_of_pids()) return false;
    return start_of(pid) != start;
}

}  // namespace

std::string unique_owner() {
    static std::atomic<unsigned> count{0};
    std::random_device random;
    return fmt::format("{}.{}.{:08x}", ::getpid(), ++count, random());
}

std::int64_t Leases::wall_clock() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Leases::Leases(Database& db, Now now) : db_(db), now_(std::move(now)) {}

bool Leases::acquire(std::string_view name, std::string_view owner, std::chrono::milliseconds span) {
    const auto now = now_();
    return db_.run(
               "INSERT INTO lease VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE "
               "SET owner = excluded.owner, until = excluded.until "
               "WHERE lease.until <= ?4 OR lease.owner = excluded.owner",
               name, owner, now + span.count(), now) > 0;
}

bool Leases::renew(std::string_view name, std::string_view owner, std::chrono::milliseconds span) {
    return db_.run("UPDATE lease SET until = ?3 WHERE name = ?1 AND owner = ?2", name, owner,
                   now_() + span.count()) > 0;
}

bool Leases::release(std::string_view name, std::string_view owner) {
    return db_.run("DELETE FROM lease WHERE name = ?1 AND owner = ?2", name, owner) > 0;
}

bool Leases::release(std::string_view name) { return db_.run("DELETE FROM lease WHERE name = ?1", name) > 0; }

std::optional<std::string> Leases::holder(std::string_view name) {
    return db_.value<std::string>("SELECT owner FROM lease WHERE name = ?1 AND until > ?2", name, now_());
}

void Leases::sweep() { db_.run("DELETE FROM lease WHERE until <= ?1", now_()); }

std::optional<Held> Held::acquire(Leases& leases, std::string_view name, std::chrono::milliseconds span) {
    std::string owner = visible_owner();
    if (!leases.acquire(name, owner, span)) {
        const auto holder = leases.holder(name);
        if (!holder || !is_dead(*holder)) return std::nullopt;
        leases.release(name, *holder);
        if (!leases.acquire(name, owner, span)) return std::nullopt;
    }
    return Held(leases, std::string(name), std::move(owner));
}

Held::Held(Leases& leases, std::string name, std::string owner)
    : leases_(&leases), name_(std::move(name)), owner_(std::move(owner)) {}

Held::Held(Held&& other) noexcept
    : leases_(std::exchange(other.leases_, nullptr)),
      name_(std::move(other.name_)),
      owner_(std::move(other.owner_)) {}

Held::~Held() {
    if (!leases_) return;
    try {
        leases_->release(name_, owner_);
    } catch (...) {
        // It runs out by itself.
    }
}

bool Held::renew(std::chrono::milliseconds span) { return leases_->renew(name_, owner_, span); }

}  // namespace llm
