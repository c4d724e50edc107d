#include "call/caller.hpp"

#include "call/common.hpp"
#include "call/retry.hpp"
#include "call/share.hpp"
#include "chat/endpoint.hpp"
#include "base/paths.hpp"
#include "log/journal.hpp"
#include "log/when.hpp"
#include "record/scan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <utility>

namespace llm {
namespace {

double ms_between(Instant from, Instant to) { return std::chrono::duration<double, std::milli>(to - from).count(); }

double bound(std::optional<double> asked, double configured) {
    const double seconds = asked.value_or(configured);
    return seconds > 0 ? seconds : std::numeric_limits<double>::infinity();
}

// fmt takes ten times as long for these, and every record has five of them.
void append_whole(std::string& out, long n) {
    std::array<char, 24> digits{};
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr);
}

/// With one digit behind the point.
void append_tenths(std::string& out, double ms) {
    const long tenths = std::lrint(std::clamp(ms, 0.0, 1e15) * 10);
    append_whole(out, tenths / 10);
    out.push_back('.');
    append_whole(out, tenths % 10);
}

}  // namespace

/// What one attempt saw, whatever came of it.
struct Caller::Attempt {
    Instant begun{};
    std::optional<Instant> first_byte;
    bool answering = false;  ///< pieces of the answer have come
    std::vector<Chunk> chunks;
    Headers headers;  ///< the answer's

    Governor::Heard heard() const {
        return answering ? Governor::Heard::answer : first_byte ? Governor::Heard::something
                                                                : Governor::Heard::nothing;
    }
};

std::string response_text(const Answer& a, const Json* json) {
    const Completion& c = a.completion;
    std::string out;
    out.reserve(c.text.size() + 240);
    const auto member = [&out](std::string_view name) -> std::string& { return out.append(",\"").append(name).append("\":"); };
    append_quoted(out.append("{\"text\":"), c.text);
    if (json != nullptr) member("json").append(dump(*json));
    if (!c.tool_calls.is_null()) member("tool_calls").append(dump(c.tool_calls));
    if (!c.model.empty()) append_quoted(member("model"), c.model);
    append_quoted(member("provider"), a.provider);
    if (!c.finish.empty()) append_quoted(member("finish"), c.finish);
    std::string usage;
    const auto count = [&usage](std::string_view name, const std::optional<long>& n) {
        if (!n) return;
        usage.append(usage.empty() ? "\"" : ",\"").append(name).append("\":");
        append_whole(usage, *n);
    };
    count("input", c.usage.input);
    count("output", c.usage.output);
    count("cached", c.usage.cached);
    count("cache_write", c.usage.cache_write);
    count("reasoning", c.usage.reasoning);
    if (!usage.empty()) member("usage").append("{").append(usage).append("}");
    if (a.cost) member("cost").append(dump(Json(*a.cost)));
    if (a.timed == Timed::yes) {
        append_tenths(member("ms"), a.ms);
        if (a.first_ms) append_tenths(member("first_ms"), *a.first_ms);
        append_whole(member("attempts"), a.attempts);
    }
    if (!c.logprobs.is_null()) member("logprobs").append(dump(c.logprobs));
    if (!c.provider.is_null()) member("provider_data").append(dump(c.provider));
    return out.append("}");
}

Caller::Caller(Loop& loop, const Settings& settings, const Environment& environment, CallOptions options)
    : loop_(loop), settings_(settings), environment_(environment), options_(std::move(options)), processes_(loop),
      chance_(static_cast<std::minstd_rand::result_type>(Steady::now().time_since_epoch().count())), clock_(loop, options_.skip),
      governor_(loop, clock_, settings, environment, options_.pace, options_.tool, options_.warn) {
    if (!options_.replay.empty()) replay_.emplace(options_.replay);
    if (!options_.record.empty()) record_.emplace(options_.record);
}

Caller::~Caller() = default;

void Caller::close() {
    if (journal_) journal_->flush();
    if (record_) record_->close();
    governor_.close();
}

Http& Caller::http() {
    if (!http_) http_ = make_curl_http(loop_);
    return *http_;
}

Caller::Line& Caller::line(const Endpoint& endpoint) {
    const auto [it, fresh] = lines_.try_emplace(endpoint.name);
    Line& l = it->second;
    if (fresh || !l.provider) {
        l.endpoint = endpoint;
        fetch_key(l.endpoint, environment_);
        if (const std::string path = settings_.text("log.path").value_or(""); l.endpoint.protocol == "replay" && !path.empty()) {
            if (!l.endpoint.settings.is_object()) l.endpoint.settings = Json::object();
            l.endpoint.settings["journal"] = expand_home(path, environment_).string();
        }
        l.provider = provider_entry(l.endpoint.protocol).make(l.endpoint);
        l.proxy = proxy_for(l.endpoint);
    }
    return l;
}

Governor::Gate& Caller::gate(Line& place, const ResolvedModel& model) {
    const auto [it, fresh] = place.gates.try_emplace(model.model, loop_);
    if (fresh)
        Governor::name(it->second, model, std::min(bound(options_.timeout, place.endpoint.timeout), bound(options_.idle_timeout, place.endpoint.idle_timeout)));
    return it->second;
}

void Caller::check_price(const ResolvedModel& model) const {
    Request nothing;
    governor_.prepare(model, nothing);
}

Request Caller::ready(const ResolvedModel& model, Request request) const {
    governor_.prepare(model, request);
    request.model = model.model;
    return request;
}

EmbeddingOptions Caller::for_embedders() {
    EmbeddingOptions o;
    o.tool = options_.tool;
    o.warn = options_.warn;
    o.governor = &governor_;
    o.clock = &clock_;
    return o;
}

HttpCall Caller::preview(const ResolvedModel& model, Request request) {
    request = ready(model, std::move(request));
    Endpoint shown = model.endpoint;
    shown.key = "***";
    const auto provider = provider_entry(shown.protocol).make(shown);
    if (provider->transport() == Transport::local) return {};
    HttpCall call = provider->request(request);
    for (auto& header : call.headers.edit()) header = redact(header, shown);
    return call;
}

void Caller::play(const Take& take, const CallSink& sink) const {
    if (!sink.delta) return;
    if (take.deltas.empty() && !take.completion.text.empty()) sink.delta({Delta::Kind::text, take.completion.text});
    for (const Chunk& c : take.deltas) sink.delta({c.kind, c.text});
}

Task<Answer> Caller::call(const ResolvedModel& model, Request request, CallSink sink, CallContext context) {
    request.model = model.model;
    const auto whole = std::make_shared<Request>(std::move(request));
    const Asked asked{model, whole, sink, context, unix_microseconds()};
    if (auto kept = replayed(asked)) co_return std::move(*kept);
    governor_.prepare(model, *whole);
    if (options_.pace.identical == PaceOptions::Identical::shared) co_return co_await share(asked);
    co_return co_await send(asked, nullptr);
}

std::optional<Answer> Caller::replayed(const Asked& asked) {
    if (!replay_) return std::nullopt;
    const Instant start = Steady::now();
    if (auto take = replay_->next(*asked.request)) {
        play(*take, asked.sink);
        if (take->error) throw Error(*take->error);
        Answer answer;
        answer.provider = asked.model.endpoint.name;
        answer.completion = std::move(take->completion);
        answer.cost = cost(asked.model.info.price, answer.completion.usage);
        answer.ms = ms_between(start, Steady::now());
        return answer;
    }
    if (options_.missing == CallOptions::Missing::refuse)
        throw Error(Fault::refused, "no answer to this request is on the cassette {}; record one with --record, or use --replay-missing ask", options_.replay);
    return std::nullopt;
}

double Caller::patience(const Endpoint& endpoint) const { return bound(options_.timeout, endpoint.timeout); }

Task<Answer> Caller::send(Asked asked, SharedCall* flight) {
    const ResolvedModel& model = asked.model;
    Line& place = line(model.endpoint);
    Governor::Gate& gate = this->gate(place, model);
    const Transport transport = place.provider->transport();
    if (transport == Transport::http) governor_.check(gate, model);
    if (Journal* j = journal()) j->open_ahead();
    HttpLimits limits;
    limits.connect = bound(std::nullopt, place.endpoint.connect_timeout);
    limits.idle = bound(options_.idle_timeout, place.endpoint.idle_timeout);
    Instant start = clock_.now();
    const auto deadline = [&asked, most = patience(place.endpoint)](Instant from) {
        const Instant own = std::min(after(from, most), asked.until);
        return asked.context.deadline ? std::min(own, *asked.context.deadline) : own;
    };
    limits.deadline = deadline(start);

    Answer answer;
    answer.provider = model.endpoint.name;
    std::optional<Error> failed;
    Attempt seen;
    std::optional<Cabin> cabin;
    if (flight != nullptr) cabin.emplace(governor_.store(), flight->key);
    bool begun = false;
    for (int number = 1;; ++number) {
        Governor::Pass pass;
        std::optional<Error> turned_away;
        try {
            if (transport != Transport::local) pass = co_await governor_.admit(gate, model, *asked.request, limits.deadline);
        } catch (const Error& e) {
            turned_away = e;
        }
        if (turned_away && !failed) {  // nothing was sent: nothing to note
            // an answer that somebody else has in flight costs nothing
            if (turned_away->fault == Fault::budget && cabin && cabin->seat() != Cabin::Seat::pilot && cabin->board() == Cabin::Seat::passenger)
                if (auto taken = co_await follow(asked, *cabin, limits.deadline)) co_return std::move(*taken);
            throw Error(*turned_away);
        }
        if (turned_away) {  // what was sent has failed as it did, and may have cost
            failed = failed->reworded(fmt::format("{}; it was not asked again: {}", failed->what(), turned_away->what()));
            break;
        }
        failed.reset();
        seen = {};
        answer.attempts = number;
        if (!std::exchange(begun, true)) {  // the wait for one's turn is not the call's
            start = clock_.now();
            limits.deadline = deadline(start);
            if (flight != nullptr) flight->departed = start;
        }
        if (cabin && cabin->seat() != Cabin::Seat::pilot && cabin->board() == Cabin::Seat::passenger) {
            governor_.give_back(pass);
            if (auto taken = co_await follow(asked, *cabin, limits.deadline)) co_return std::move(*taken);
            --number;
            continue;
        }
        try {
            HttpLimits real = limits;
            real.deadline -= clock_.skipped();
            seen.begun = clock_.now();
            answer.completion = co_await attempt(place, *asked.request, asked.sink, real, seen);
        } catch (const Error& e) {
            failed = e;
        }
        settle(gate, asked, pass, answer, failed ? &*failed : nullptr, seen);
        if (!failed) break;
        const bool taken_back = !asked.sink.may_retry || asked.sink.may_retry();
        const bool hopeless = transport == Transport::http && governor_.is_dead(gate);
        if (number > options_.retries || !taken_back || hopeless || !passes_by_itself(*failed) || Loop::signal_caught() != 0) break;
        const double pause = delay_before(number + 1, *failed, std::uniform_real_distribution<double>{0, 1}(chance_));
        const Instant next = after(clock_.now(), pause);
        if (next >= limits.deadline || pause > longest_pause) break;
        if (asked.sink.forget) asked.sink.forget();
        co_await clock_.wait_until(next);
        if (Loop::signal_caught() != 0) break;
    }
    answer.ms = ms_between(start, clock_.now());
    if (seen.first_byte) answer.first_ms = ms_between(start, *seen.first_byte + clock_.skipped());
    ++tally_.calls;
    tally_.retries += answer.attempts - 1;
    if (cabin) cabin->land(answer, failed ? &*failed : nullptr);
    if (transport == Transport::http) governor_.judge(gate, failed ? &*failed : nullptr, seen.heard(), failed ? Seconds(clock_.now() - seen.begun).count() : 0);
    if (failed) {
        ++tally_.failed;
        keep(model, asked.request, answer, &*failed, asked.context, asked.started);
        throw Error(*failed);
    }
    answer.cost = cost(model.info.price, answer.completion.usage);
    count_up(answer);
    if (record_) record_->record(*asked.request, Take{model.full_name(), answer.completion, std::move(seen.chunks), {}});
    keep(model, asked.request, answer, nullptr, asked.context, asked.started);
    co_return answer;
}

void Caller::note(const ResolvedModel& model, std::shared_ptr<const Request> request, const Answer& answer, const Error* failed, const CallContext& context,
                  std::int64_t started, CallOptions::Log log) {
    ++tally_.calls;
    if (failed != nullptr) ++tally_.failed;
    else count_up(answer);
    if (log == CallOptions::Log::yes) keep(model, std::move(request), answer, failed, context, started);
}

void Caller::count_up(const Answer& answer) {
    const Usage& usage = answer.completion.usage;
    tally_.input += usage.input.value_or(0);
    tally_.output += usage.output.value_or(0);
    tally_.cost += answer.cost.value_or(0);
    tally_.unpriced += answer.cost ? 0 : 1;
    if (answer.ms > 0) tally_.ms.add(answer.ms);
}

void Caller::settle(Governor::Gate& gate, const Asked& asked, Governor::Pass& pass, const Answer& answer, const Error* failed, const Attempt& seen) {
    const Usage& usage = answer.completion.usage;
    if (failed != nullptr) {
        governor_.settle(gate, pass, *failed, seen.heard(), seen.headers);
        return;
    }
    if (usage.output) gate.mean_output += (static_cast<double>(*usage.output) - gate.mean_output) / 8;
    governor_.settle(gate, pass, asked.model, usage, seen.headers);
}

Task<Completion> Caller::attempt(Line& place, const Request& request, const CallSink& sink, HttpLimits limits, Attempt& seen) {
    CallSink kept = sink;
    if (governor_.counts_money() || (record_ && sink.delta))
        kept.delta = [this, &sink, &seen](const Delta& d) {
            seen.answering = true;
            if (record_ && sink.delta) seen.chunks.push_back({d.kind, std::string{d.text}});
            if (sink.delta) sink.delta(d);
        };
    switch (place.provider->transport()) {
        case Transport::http: co_return co_await over_http(place, request, kept, limits, seen);
        case Transport::process: co_return co_await over_process(place, request, kept, limits, seen);
        case Transport::local: break;
    }
    static const DeltaSink nowhere = [](const Delta&) {};
    co_return place.provider->answer(request, kept.delta ? kept.delta : nowhere);
}

Task<Completion> Caller::over_http(Line& place, const Request& request, const CallSink& sink, HttpLimits limits, Attempt& seen) {
    static const DeltaSink nowhere = [](const Delta&) {};
    const DeltaSink& delta = sink.delta ? sink.delta : nowhere;
    HttpCall call = place.provider->request(request);
    call.proxy = place.proxy;
    const auto reply = place.provider->reply(request);
    HttpOutcome outcome = co_await http().post(call, limits, [&](std::string_view bytes) {
        if (!seen.first_byte) seen.first_byte = Steady::now();
        reply->feed(bytes, delta);
        return !reply->done();
    });
    seen.headers = std::move(outcome.headers);
    if (outcome.status < 200 || outcome.status >= 300) {
        if (outcome.status >= 300 && outcome.status < 400) throw Error(redirected(place.endpoint, outcome.status, seen.headers));
        throw Error(place.provider->failure(outcome.status, seen.headers, outcome.error_body));
    }
    co_return reply->finish();
}

Task<Completion> Caller::over_process(Line& place, const Request& request, const CallSink& sink, HttpLimits limits, Attempt& seen) {
    static const DeltaSink nowhere = [](const Delta&) {};
    const DeltaSink& delta = sink.delta ? sink.delta : nowhere;
    const HttpCall call = place.provider->request(request);
    const auto reply = place.provider->reply(request);
    const std::vector<std::string> argv = place.provider->command();
    co_await processes_.exchange(argv, call.body, limits, [&](std::string_view line) {
        if (!seen.first_byte) seen.first_byte = Steady::now();
        reply->feed(line, delta);
        return !reply->done();
    });
    co_return reply->finish();
}

Journal* Caller::journal() {
    if (options_.log == CallOptions::Log::no) return nullptr;
    if (!journal_) journal_ = make_journal(settings_, environment_, options_.warn);
    return journal_.get();
}

void Caller::keep(const ResolvedModel& model, std::shared_ptr<const Request> request, const Answer& answer, const Error* failed,
                  const CallContext& context, std::int64_t started) {
    Journal* j = journal();
    if (j == nullptr) return;
    Call c = call_to(model);
    c.request = std::move(request);
    if (failed != nullptr) c.error = *failed;
    else c.completion = answer.completion;
    c.started = started;
    c.ms = answer.ms;
    c.first_ms = answer.first_ms;
    c.attempts = answer.attempts;
    c.cost = answer.cost;
    c.tool = options_.tool;
    c.record_id = context.record_id;
    c.conversation = context.conversation;
    j->push(std::move(c));
}

namespace {

Task<void> look(Http& http, HttpCall call, std::string& body) {
    HttpLimits limits;
    limits.connect = limits.idle = .25;
    limits.deadline = after(Steady::now(), .25);
    const HttpOutcome outcome = co_await http.get(call, limits, [&body](std::string_view bytes) {
        body.append(bytes.substr(0, (1 << 20) - std::min<std::size_t>(body.size(), 1 << 20)));
        return true;
    });
    if (outcome.status != 200) body.clear();
}

}  // namespace

std::optional<std::string> Caller::probe(const Endpoint& endpoint) {
    const bool ollama = endpoint.protocol == "ollama";
    std::string body;
    try {
        Task<void> task = look(http(), HttpCall{endpoint.base_url + (ollama ? "/api/tags" : "/models"), {}, {}, HttpCall::Proxy::none}, body);
        task.start();
        while (!task.done()) loop_.run_once();
        task.result();
    } catch (const Error&) {
        return std::nullopt;
    }
    const Json found = read_json(body);
    const Json& list = member(found, ollama ? "models" : "data");
    if (!list.is_array() || list.empty()) return std::nullopt;
    const std::string model = text_of(list.front(), ollama ? "name" : "id");
    return model.empty() ? std::nullopt : std::optional{model};
}

}  // namespace llm
