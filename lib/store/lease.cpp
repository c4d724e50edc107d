#include "store/lease.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <random>

namespace llm {

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
    std::string owner = unique_owner();
    if (!leases.acquire(name, owner, span)) return std::nullopt;
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
