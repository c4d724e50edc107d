#include "log/writer.hpp"

#include "base/utf8.hpp"
#include "chat/canonical.hpp"
#include "chat/canonical_json.hpp"
#include "chat/otel.hpp"
#include "log/prune.hpp"
#include "log/when.hpp"
#include "store/transaction.hpp"

#include <thread>

namespace llm {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto patience = 60s;        // with a store that others keep busy
constexpr auto pause_after_failure = 1s;
constexpr auto prune_interval = 1h;
constexpr auto prune_share = 200ms;

std::int64_t microseconds(Clock::duration d) { return std::chrono::duration_cast<std::chrono::microseconds>(d).count(); }

std::optional<std::string_view> none_if_empty(std::string_view text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<std::string> json_list(std::span<const std::string> texts) {
    if (texts.empty()) return std::nullopt;
    std::string out = "[";
    for (const std::string& text : texts) {
        if (out.size() > 1) out += ',';
        if (is_utf8(text)) append_json_string(out, text);
        else out += dump(Json(text));
    }
    return out.append("]");
}

/// The options the conventions have no column for, and the schema.
std::optional<std::string> other_options(const Request& r) {
    Json j;
    if (r.options.logprobs) j["logprobs"] = *r.options.logprobs;
    if (!r.options.reasoning.empty()) j["reasoning"] = r.options.reasoning;
    if (!r.options.body.empty()) j["body"] = r.options.body;
    if (!r.schema.is_null()) j["schema"] = r.schema;
    if (!r.tool_choice.is_null()) j["tool_choice"] = r.tool_choice;
    return j.is_null() ? std::nullopt : std::optional(dump(j));
}

constexpr std::string_view insert_call =
    "INSERT INTO call VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,"
    "?26,?27,?28,?29,?30,?31,?32,?33,?34,?35,?36,?37,?38,?39,?40,?41,?42,?43,?44) ON CONFLICT (id) DO NOTHING";

}  // namespace

JournalWriter::JournalWriter(const JournalOptions& options) : options_(options) {}

void JournalWriter::warn(std::string_view why) {
    if (std::exchange(warned_, true) || !options_.warn) return;
    options_.warn(fmt::format("calls are not journalled: {} (--no-log does without the journal)", why));
}

/// False where the action failed for good; a store in use is waited for.
template <typename Action>
bool JournalWriter::attempt(Action action) {
    if (Clock::now() < not_before_) return false;
    for (const auto until = Clock::now() + patience;;) {
        try {
            action();
            return true;
        } catch (const Error& error) {
            if (error.fault == Fault::locked && Clock::now() < until) {
                std::this_thread::sleep_for(20ms);
                continue;
            }
            warn(error.what());
        } catch (const std::exception& error) {
            warn(error.what());
        }
        db_.reset();
        not_before_ = Clock::now() + pause_after_failure;
        return false;
    }
}

bool JournalWriter::open() {
    if (db_) return true;
    return attempt([this] {
        db_.reset();
        db_.emplace(options_.path, DatabaseOptions{.durability = Durability::normal});
        migrate(*db_, log_schema());
    });
}

bool JournalWriter::write(std::span<const Call> calls) {
    return open() && attempt([&] {
        Transaction transaction(*db_);
        for (const Call& call : calls) insert(call);
        transaction.commit();
    });
}

void JournalWriter::insert(const Call& call) {
    const Request& r = *call.request;
    const Options& o = r.options;
    const Completion& c = call.completion;
    std::vector<std::pair<std::string, const Attachment*>> media;
    const std::string input = otel_input(
        r.messages, [&](const std::string& sum, const Attachment& attachment) { media.emplace_back(sum, &attachment); });
    const std::string system = otel_system(r.messages);
    const std::string key = request_key(r, "");
    const auto tools = r.tools.empty() ? std::nullopt : std::optional(dump(r.tools));
    const auto output = call.error || call.operation != "chat" ? std::nullopt : std::optional(otel_output(c));
    const auto finish = c.finish.empty() ? std::nullopt : json_list({&c.finish, 1});
    const auto stop = json_list(o.stop);
    const auto others = other_options(r);
    const auto fault = call.error ? std::optional(name(call.error->fault)) : std::nullopt;
    const auto message = call.error ? std::optional(std::string_view(call.error->what())) : std::nullopt;
    std::optional<int> status, port;
    std::optional<double> first;
    if (call.error) status = call.error->status;
    if (call.port) port = call.port;
    if (call.first_ms) first = *call.first_ms / 1000;
    std::int64_t id = call.started;
    do {
        db_->run(insert_call, id, call.started, none_if_empty(call.tool), none_if_empty(call.record_id), call.operation, call.provider, r.model,
                 none_if_empty(c.model), none_if_empty(call.conversation), fault, call.attempts, call.ms, first, c.usage.input,
                 c.usage.output, c.usage.cached, c.usage.cache_write, c.usage.reasoning, call.cost, call.rates.input,
                 call.rates.output, call.rates.cached, call.rates.cache_write, none_if_empty(c.id), finish, none_if_empty(call.server),
                 port, key, o.max_tokens, o.temperature, o.top_p, o.top_k, o.frequency_penalty, o.presence_penalty, o.seed,
                 stop, r.stream, others, message, status, none_if_empty(system), tools, output, input);
    } while (db_->changes() == 0 && ++id);
    for (const auto& [sum, attachment] : media) keep_media(sum, *attachment, id);
}

void JournalWriter::keep_media(const std::string& sha256, const Attachment& attachment, std::int64_t call) {
    const auto known = db_->run("UPDATE media SET used = max(used, ?2) WHERE sha256 = ?1", sha256, call);
    if (known == 0)
        db_->run("INSERT INTO media (sha256, type, used, bytes) VALUES (?1, ?2, ?3, ?4)", sha256, attachment.type, call,
                 bytes_of(attachment.data));
}

void JournalWriter::prune_if_due() {
    if (!db_ || Clock::now() < next_prune_ || (!options_.keep.age && !options_.keep.size)) return;
    next_prune_ = Clock::now() + prune_interval;
    attempt([this] {
        try {
            prune_a_little();
        } catch (const Error& error) {
            if (error.fault != Fault::locked) throw;
        }
    });
}

void JournalWriter::prune_a_little() {
    const std::int64_t now = unix_microseconds(), hour_ago = now - microseconds(prune_interval);
    const auto last = db_->value<std::int64_t>("SELECT value FROM journal WHERE name = 'pruned'");
    if (last.value_or(0) > hour_ago && last.value_or(0) <= now) return;
    // Whoever changes the row does the work.
    if (!db_->run("UPDATE journal SET value = ?1 WHERE name = 'pruned' AND value = ?2", now, last)) return;
    const auto deadline = Clock::now() + prune_share;
    if (prune(*db_, plan_prune(*db_, options_.keep, now), deadline) == Pruned::all) return;
    next_prune_ = Clock::now() + 1s;
    db_->run("UPDATE journal SET value = ?1 WHERE name = 'pruned'", hour_ago);
}

}  // namespace llm
