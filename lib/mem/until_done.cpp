#include "mem/until_done.hpp"

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/utf8.hpp"

#include <utility>

namespace llm {
namespace {

constexpr std::size_t ahead = 256 * 1024;        // bytes that may wait for the command
constexpr std::string_view mark = "llm_mem_step";  // member by which a record is known again

bool is_delta(const Record& r) { return r.scanned().members.size() == 2 && r.has("id") && find(r.scanned(), r.line(), "delta") != nullptr; }

/// How far a record has come, so that a run that was killed goes on from there instead of asking anew.
class Stop {
public:
    Stop(MemStore& store, std::string_view line) : db_(store.db()), store_(store), key_("step " + sha256_hex(line)) {}
    std::optional<std::string> reached() const { return db_.value<std::string>("SELECT result FROM applied WHERE key = ?1", key_); }
    void note(std::string_view line) const {
        store_.writing();
        db_.run("INSERT OR REPLACE INTO applied (key, result, time) VALUES (?1, ?2, ?3)", key_, line, store_.now());
    }
    void forget() const {
        if (!reached()) return;
        store_.writing();
        db_.run("DELETE FROM applied WHERE key = ?1", key_);
    }

private:
    Database& db_;
    MemStore& store_;
    std::string key_;
};

Error no_answer(const std::string& command, int status) {
    Error e(Fault::provider, "the command '{}' ended with exit status {} and without an answer to this record", command, status);
    e.status = status;
    return e;
}

}  // namespace

/// `co_await Landing{*flight}`: borrowed, because g++ 12 destroys an awaited aggregate's members twice.
struct UntilDone::Landing {
    Flight& flight;
    bool await_ready() const noexcept { return flight.landed; }
    void await_suspend(std::coroutine_handle<> h) const { flight.waiting = h; }
    void await_resume() const noexcept {}
};

/// A record between its first step and its last: as long as there is one the command's input stays open.
struct UntilDone::AtWork {
    explicit AtWork(UntilDone& all) : all_(all) { ++all_.at_work_; }
    ~AtWork() {
        --all_.at_work_;
        all_.end_where_idle();
    }
    AtWork(const AtWork&) = delete;
    AtWork& operator=(const AtWork&) = delete;

private:
    UntilDone& all_;
};

UntilDone::UntilDone(Loop& loop, MemStore& store, Applier& applier, std::vector<std::string> argv, long steps)
    : loop_(loop), store_(store), applier_(applier), argv_(std::move(argv)), steps_(steps) {}

UntilDone::~UntilDone() = default;

bool UntilDone::room() const { return !child_ || child_->queued() < ahead; }

void UntilDone::input_ended() {
    input_ended_ = true;
    end_where_idle();
}

void UntilDone::end_where_idle() {
    if (input_ended_ && at_work_ == 0 && child_) child_->end_input();
}

Task<void> UntilDone::step(Record& record, Emitter& emitter) {
    const AtWork at_work{*this};
    const Stop stop{store_, record.line()};
    if (const auto reached = stop.reached()) record.load(*reached, record.number());
    for (long n = 0;; ++n) {
        if (!record.has("response")) {
            if (n == steps_)
                throw Error(Fault::refused, "the model still calls functions after {} steps; --steps allows more", steps_);
            co_await ask(record, emitter);
            if (record.has("error")) co_return;
        }
        const bool calls = applier_.wants(record);
        if (calls) applier_.step(record);
        const bool done = record.has("response");
        if (done) stop.forget();
        else stop.note(record.line());
        store_.settle();
        if (done) co_return;
        if (emitter.begun() && !emitter.final()) emitter.forget();
    }
}

Task<void> UntilDone::ask(Record& record, Emitter& emitter) {
    if (ended_) throw no_answer(argv_[0], *ended_);
    if (!child_)
        child_ = std::make_unique<Child>(
            loop_, argv_, [this](std::string_view line) { take(line); }, [this](int status) { ended(status); });
    auto flight = std::make_shared<Flight>();
    flight->number = ++count_;
    flight->emitter = &emitter;
    const bool own_id = record.has("id");
    Record sent = record;
    if (!own_id) sent.set_raw("id", quote(fmt::format("line-{}", record.number())));  // the command counts other lines than we do
    flight->id = *sent.id();
    sent.set_raw(mark, std::to_string(flight->number));
    open_.emplace(flight->number, flight);
    child_->send(sent.line());
    co_await Landing{*flight};
    if (flight->failure) throw Error(*flight->failure);
    Record answer;
    answer.load(flight->line, record.number());
    answer.erase(mark);
    if (!own_id && !emitter.begun() && answer.id() == flight->id) answer.erase("id");
    check_reserved(answer.scanned(), answer.line());
    if (!answer.has("response") && !answer.has("error"))
        throw Error(Fault::provider, "the command '{}' gave the record back without response and without error", argv_[0]);
    record = std::move(answer);
}

UntilDone::Flight* UntilDone::find(const Record& answer, bool by_order) {
    if (const auto number = answer.raw(mark)) {
        const Json n = read_json(*number);
        if (n.is_number_unsigned())
            if (const auto it = open_.find(n.get<std::uint64_t>()); it != open_.end()) return it->second.get();
    }
    if (const auto id = answer.id())
        for (auto& [number, flight] : open_)
            if (flight->id == *id) return flight.get();
    return by_order && !open_.empty() ? open_.begin()->second.get() : nullptr;
}

void UntilDone::take(std::string_view line) {
    Record answer;
    const bool good = answer.load(line, 0);
    if (!good && answer.scanned().kind == Scan::Kind::blank) return;
    const bool delta = good && is_delta(answer);
    Flight* flight = find(answer, !delta);
    if (flight == nullptr) return;
    if (delta) {
        if (const auto text = answer.text("delta")) flight->emitter->delta(*text);
        else flight->emitter->forget();
        return;
    }
    if (good) flight->line.assign(line);
    else flight->failure = Error(Fault::provider, "the command '{}' wrote what is no record: {}", argv_[0], truncate_utf8(line, 80));
    land(flight->number);
}

void UntilDone::land(std::uint64_t number) {
    const auto it = open_.find(number);
    const std::shared_ptr<Flight> flight = it->second;
    open_.erase(it);
    flight->landed = true;
    if (const auto waiting = std::exchange(flight->waiting, {})) waiting.resume();
}

void UntilDone::ended(int status) {
    ended_ = status;
    while (!open_.empty()) {
        open_.begin()->second->failure = no_answer(argv_[0], status);
        land(open_.begin()->first);
    }
}

}  // namespace llm
