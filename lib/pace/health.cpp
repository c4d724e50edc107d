#include "pace/health.hpp"

#include "base/utf8.hpp"
#include "store/transaction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <unistd.h>

namespace llm {
namespace {

constexpr std::int64_t look_again = 50'000;

std::int64_t micros(double seconds) { return static_cast<std::int64_t>(seconds * 1e6); }

/// A line of at most a hundred bytes; empty where there is none.
std::string short_file(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return {};
    char text[100];
    const ssize_t n = ::read(fd, text, sizeof text);
    ::close(fd);
    return n > 0 ? std::string(text, static_cast<std::size_t>(n)) : std::string{};
}

}  // namespace

std::string health_name(std::string_view provider, std::string_view base_url) { return fmt::format("{} {}", provider, base_url); }
std::string pause_name(std::string_view provider, std::string_view base_url, std::string_view model) { return fmt::format("{} {} {}", provider, base_url, model); }

Health::Health(PaceStore& store, HealthRules rules) : store_(store), rules_(rules), marker_(store.path().string() + ".health") {}

/// Brings `known_` up to date, without opening the store where the marker says that nothing is wrong, or nothing new.
void Health::refresh() {
    const std::int64_t now = store_.now();
    if (looked_ != 0 && now - looked_ < look_again && now >= looked_) return;
    looked_ = now;
    std::string found = short_file(marker_);
    std::int64_t until = 0;
    std::from_chars(found.data(), found.data() + found.size(), until);
    if (until <= now) {
        seen_ = std::move(found);
        known_.clear();
        return;
    }
    if (found == seen_) return;
    load();
    seen_ = std::move(found);
}

void Health::load() {
    known_.clear();
    auto rows = store_.db().prepare("SELECT name, failures, failed, until, span, probing, why FROM endpoint");
    for (auto [name, failures, failed, until, span, probing, why] : rows.rows<std::string, int, std::int64_t, std::int64_t, std::int64_t, bool, std::string>())
        known_.emplace(std::move(name), Row{failures, failed, until, span, probing, std::move(why)});
}

std::optional<Health::Row> Health::row(std::string_view endpoint) {
    auto found = store_.db().prepare("SELECT failures, failed, until, span, probing, why FROM endpoint WHERE name = ?1");
    found.bind(endpoint);
    if (!found.step()) return std::nullopt;
    auto [failures, failed, until, span, probing, why] = found.row<int, std::int64_t, std::int64_t, std::int64_t, bool, std::string>();
    return Row{failures, failed, until, span, probing, std::move(why)};
}

void Health::write(std::string_view endpoint, const Row& r) {
    store_.db().run("INSERT OR REPLACE INTO endpoint VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", endpoint, r.failures, r.failed, r.until, r.span, r.probing, r.why);
    known_[std::string{endpoint}] = r;
}

/// Tells the other processes; to be called inside the transaction, whose lock keeps the markers in order.
void Health::mark() {
    // a closed endpoint is remembered beyond its time, because the next call tries it, and a failed try closes it for longer
    const auto until = store_.db().value<std::int64_t>("SELECT max(max(failed + ?1, until + ?1)) FROM endpoint", micros(rules_.forget)).value_or(0);
    const std::string text = fmt::format("{} {}.{}\n", until, ::getpid(), store_.now());
    const std::string beside = fmt::format("{}.{}", marker_, ::getpid());
    const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return;  // others learn it by their own failures
    const bool whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(fd);
    if (whole && ::rename(beside.c_str(), marker_.c_str()) == 0) seen_ = text;
    else ::unlink(beside.c_str());
}

HealthState Health::state_of(const Row& r) const {
    HealthState s;
    s.failures = r.failures;
    s.why = r.why;
    const std::int64_t now = store_.now();
    const bool set_back = r.failed > now + look_again;  // the clock, since it was written
    if (r.until > now && r.until - now <= micros(rules_.pause) && !set_back) {
        s.circuit = r.failures < rules_.failures ? Circuit::paused : Circuit::open;
        s.seconds = static_cast<double>(r.until - now) / 1e6;
    }
    return s;
}

HealthState Health::look(std::string_view endpoint) {
    refresh();
    const auto it = known_.find(endpoint);
    return it == known_.end() ? HealthState{} : state_of(it->second);
}

HealthState Health::ask(std::string_view endpoint) {
    refresh();
    const auto it = known_.find(endpoint);
    if (it == known_.end()) return {};
    HealthState s = state_of(it->second);
    if (s.circuit != Circuit::closed || it->second.failures < rules_.failures) return s;
    // its time is over: the first to come tries it
    Transaction transaction{store_.db()};
    auto now_there = row(endpoint);
    if (!now_there) {
        known_.erase(it);
        return {};
    }
    s = state_of(*now_there);
    if (s.circuit == Circuit::closed && now_there->failures >= rules_.failures) {
        now_there->probing = true;
        now_there->until = store_.now() + micros(rules_.probe);
        write(endpoint, *now_there);
        mark();
        transaction.commit();
        s.circuit = Circuit::probing;
        return s;
    }
    known_[std::string{endpoint}] = *now_there;
    return s;
}

void Health::answered(std::string_view endpoint) {
    refresh();
    const auto it = known_.find(endpoint);
    if (it == known_.end()) return;
    const bool pause_only = it->second.failures == 0;
    if (pause_only) return;  // it ends by itself: what is answered now may have been sent before
    Transaction transaction{store_.db()};
    store_.db().run("DELETE FROM endpoint WHERE name = ?1", endpoint);
    known_.erase(it);
    mark();
    transaction.commit();
}

void Health::failed(std::string_view endpoint, std::string_view why) {
    Transaction transaction{store_.db()};
    const std::int64_t now = store_.now();
    Row r = row(endpoint).value_or(Row{});
    const bool stale = r.until <= now && r.failures < rules_.failures && now - r.failed > micros(rules_.forget);
    if (stale) r = Row{};
    ++r.failures;
    r.failed = now;
    r.why = std::string{truncate_utf8(why, 300)};
    // late failures of calls that began before it was closed change nothing
    if (r.failures >= rules_.failures && (r.until <= now || r.probing)) {
        r.span = r.span == 0 ? micros(rules_.cool_down) : std::min(2 * r.span, micros(rules_.longest));
        r.until = now + r.span;
        r.probing = false;
    }
    write(endpoint, r);
    mark();
    transaction.commit();
}

void Health::pause(std::string_view endpoint, double seconds, std::string_view why) {
    refresh();
    const std::int64_t until = store_.now() + micros(std::min(seconds, rules_.pause));
    if (const auto it = known_.find(endpoint); it != known_.end() && it->second.until >= until - look_again) return;
    Transaction transaction{store_.db()};
    Row r = row(endpoint).value_or(Row{});
    r.until = std::max(r.until, until);
    if (r.failures == 0) r.failed = store_.now();
    r.why = std::string{truncate_utf8(why, 300)};
    write(endpoint, r);
    mark();
    transaction.commit();
}

std::vector<EndpointHealth> Health::all() {
    std::vector<EndpointHealth> out;
    if (!store_.exists()) return out;
    load();
    for (const auto& [name, r] : known_) {
        EndpointHealth h;
        static_cast<HealthState&>(h) = state_of(r);
        h.endpoint = name;
        if (h.circuit != Circuit::closed || (h.failures > 0 && store_.now() - r.failed <= micros(rules_.forget))) out.push_back(std::move(h));
    }
    return out;
}

}  // namespace llm
