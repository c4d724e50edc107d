#include "call/embedding.hpp"

#include "base/error.hpp"
#include "call/common.hpp"
#include "call/retry.hpp"
#include "log/when.hpp"

#include <algorithm>
#include <random>

namespace llm {
namespace {

constexpr std::size_t most_bytes = std::size_t{256} << 20;

const EmbedderEntry& entry_named(std::string_view name) {
    for (const EmbedderEntry* e : embedders())
        if (e->name == name) return *e;
    std::vector<std::string_view> names;
    for (const EmbedderEntry* e : embedders()) names.push_back(e->name);
    const std::string near = nearest(name, names);
    throw Error(Fault::config, "no embedder speaks '{}'{}; there are: {}", name, near.empty() ? "" : "; did you mean '" + near + "'?", fmt::join(names, ", "));
}

/// Providers of several protocols have the same embeddings.
std::string_view protocol_for_vectors(std::string_view protocol) { return protocol == "openai-responses" ? "openai" : protocol; }

double bound(double seconds) { return seconds > 0 ? seconds : std::numeric_limits<double>::infinity(); }

using Texts = std::span<const std::string>;

/// For limits and budget.
Request request_of(const ResolvedModel& model, Texts texts) {
    Request r;
    r.model = model.model;
    for (const std::string& text : texts) r.messages.push_back(Message::of(Role::user, text));
    return r;
}

/// For the journal: how much was sent.
std::shared_ptr<const Request> shape_of(const ResolvedModel& model, Texts texts) {
    auto r = std::make_shared<Request>();
    r->model = model.model;
    std::size_t bytes = 0;
    for (const std::string& text : texts) bytes += text.size();
    r->options.body = Json{{"texts", texts.size()}, {"bytes", bytes}};
    return r;
}

}  // namespace

/// A server that is asked for vectors.
struct Embedding::Server {
    Loop& loop;
    const Settings& settings;
    const Environment& environment;
    EmbeddingOptions options;
    ResolvedModel model;
    int retries;
    std::unique_ptr<CallClock> own_clock{};
    std::unique_ptr<Governor> own_governor{};
    CallClock& clock;
    Governor& governor;
    Governor::Gate gate;
    std::unique_ptr<Http> http{};
    std::unique_ptr<Journal> journal{};
    std::minstd_rand chance{std::random_device{}()};

    Server(Loop& l, const Settings& s, const Environment& e, EmbeddingOptions o, ResolvedModel m)
        : loop(l), settings(s), environment(e), options(std::move(o)), model(std::move(m)), retries(static_cast<int>(s.integer("retries").value_or(3))),
          own_clock(options.clock != nullptr ? nullptr : std::make_unique<CallClock>(l, options.skip)),
          own_governor(options.governor != nullptr ? nullptr : std::make_unique<Governor>(l, own_clock ? *own_clock : *options.clock, s, e, PaceOptions{}, options.tool, options.warn)),
          clock(own_clock ? *own_clock : *options.clock), governor(own_governor ? *own_governor : *options.governor), gate(l) {
        Governor::name(gate, model, std::min(bound(model.endpoint.timeout), bound(model.endpoint.idle_timeout)));
        gate.mean_output = 0;
        if (model.info.price.input && !model.info.price.output) model.info.price.output = 0;
    }

    struct Attempt {
        Instant begun{};
        Governor::Heard heard = Governor::Heard::nothing;
        Headers headers;
    };

    Task<Embedded> attempt(const Embedder& embedder, Texts texts, HttpLimits limits, Attempt& seen) {
        if (!http) http = make_curl_http(loop);
        HttpCall call = embedder.request(texts);
        call.proxy = proxy_for(model.endpoint);
        std::string body;
        Http::OnBody take = [&body, &seen](std::string_view bytes) {
            seen.heard = Governor::Heard::something;
            if (body.size() + bytes.size() > most_bytes) throw Error(Fault::provider, "the embeddings take more than 256 MiB");
            body.append(bytes);
            return true;
        };
        HttpOutcome outcome = co_await http->post(call, limits, std::move(take));
        seen.headers = std::move(outcome.headers);
        if (outcome.status >= 300 && outcome.status < 400) throw Error(redirected(model.endpoint, outcome.status, seen.headers));
        if (outcome.status < 200 || outcome.status >= 300) throw Error(embedder.failure(outcome.status, seen.headers, outcome.error_body));
        co_return embedder.answer(body, texts.size());
    }

    HttpLimits limits_from(Instant start) const {
        HttpLimits limits;
        limits.connect = bound(model.endpoint.connect_timeout);
        limits.idle = bound(model.endpoint.idle_timeout);
        limits.deadline = after(start, bound(model.endpoint.timeout));
        return limits;
    }

    static Usage usage_of(const Embedded& e) {
        Usage u;
        u.input = e.tokens;
        if (e.tokens) u.output = 0;
        return u;
    }

    /// One call with all its attempts.
    Task<std::vector<Vector>> batch(const Embedder& embedder, Texts texts) {
        Request asked = request_of(model, texts);
        governor.prepare(model, asked);
        governor.check(gate, model);
        Call line = call_to(model);
        line.started = unix_microseconds();
        Instant start = clock.now();
        HttpLimits limits = limits_from(start);
        Embedded out;
        std::optional<Error> failed;
        Attempt seen;
        for (int number = 1;; ++number) {
            failed.reset();
            seen = {};
            Governor::Pass pass;
            bool let_in = false;
            try {
                pass = co_await governor.admit(gate, model, asked, limits.deadline);
                let_in = true;
                line.attempts = number;
                if (number == 1) {  // the wait for one's turn is not the call's
                    start = clock.now();
                    limits = limits_from(start);
                }
                HttpLimits real = limits;
                real.deadline -= clock.skipped();
                seen.begun = clock.now();
                out = co_await attempt(embedder, texts, real, seen);
            } catch (const Error& e) {
                failed = e;
            }
            if (!let_in && number == 1) throw Error(*failed);  // nothing was sent: nothing to note
            if (!let_in) break;
            if (failed)
                governor.settle(gate, pass, *failed, seen.heard, seen.headers);
            else governor.settle(gate, pass, model, usage_of(out), seen.headers);
            if (!failed || number > retries || governor.is_dead(gate) || !passes_by_itself(*failed) || Loop::signal_caught() != 0) break;
            const double pause = delay_before(number + 1, *failed, std::uniform_real_distribution<double>{0, 1}(chance));
            const Instant next = after(clock.now(), pause);
            if (next >= limits.deadline || pause > longest_pause) break;
            co_await clock.wait_until(next);
            if (Loop::signal_caught() != 0) break;
        }
        governor.judge(gate, failed ? &*failed : nullptr, seen.heard, failed ? Seconds(clock.now() - seen.begun).count() : 0);
        line.ms = std::chrono::duration<double, std::milli>(clock.now() - start).count();
        line.completion.usage = usage_of(out);
        if (!failed) line.cost = cost(model.info.price, line.completion.usage);
        line.error = failed;
        keep(std::move(line), texts);
        if (failed) throw Error(*failed);
        co_return std::move(out.vectors);
    }

    void keep(Call line, Texts texts) {
        if (!settings.boolean("log.enabled").value_or(true)) return;
        if (!journal) journal = make_journal(settings, environment, options.warn);
        line.operation = "embeddings";
        line.tool = options.tool;
        line.request = shape_of(model, texts);
        journal->push(std::move(line));
    }
};

struct Embedding::State {
    Loop& loop;
    const Environment& environment;
    const EmbedderEntry* entry = nullptr;
    std::string model;
    std::unique_ptr<Server> server;
    std::unique_ptr<Embedder> embedder;

    State(Loop& l, const Environment& e) : loop(l), environment(e) {}

    /// Made when first needed, as keys are.
    Embedder& made() {
        if (!embedder) {
            if (server) fetch_key(server->model.endpoint, environment);
            embedder = entry->make(server ? server->model.endpoint : Endpoint{}, model);
        }
        return *embedder;
    }
};

Embedding::Embedding(std::string_view name, Loop& loop, const Settings& settings, const Environment& environment, EmbeddingOptions options)
    : state_(std::make_unique<State>(loop, environment)) {
    const std::size_t slash = name.find('/');
    const std::string_view first = name.substr(0, slash);
    if (slash != std::string_view::npos) state_->model = name.substr(slash + 1);
    if (name.empty() || name == "builtin") {
        state_->entry = &entry_named("builtin");
        return;
    }
    if (first == "model2vec") {
        state_->entry = &entry_named(first);
        return;
    }
    if (slash == std::string_view::npos) throw Error(Fault::config, "'{}' is no embedder: write builtin, or provider/model", name);
    ResolvedModel model;
    model.asked = name;
    model.endpoint = find_endpoint(first, settings, environment);
    model.model = state_->model;
    model.info = Models{settings, environment}.info(first, state_->model);
    state_->entry = &entry_named(protocol_for_vectors(model.endpoint.protocol));
    state_->server = std::make_unique<Server>(loop, settings, environment, std::move(options), std::move(model));
}

Embedding::~Embedding() {
    try {
        if (state_->server && state_->server->own_governor) state_->server->own_governor->close();
    } catch (...) {  // found again by this process being gone
    }
}

std::string Embedding::id() const { return state_->made().id(); }
std::size_t Embedding::dimension() const { return state_->made().dimension(); }
bool Embedding::local() const { return state_->server == nullptr; }
Vector Embedding::now(std::string_view text) const { return state_->made().embed(text); }

Task<std::vector<Vector>> Embedding::embed(std::vector<std::string> texts) {
    std::vector<Vector> all;
    all.reserve(texts.size());
    if (local()) {
        for (const std::string& text : texts) all.push_back(now(text));
        co_return all;
    }
    const Embedder& embedder = state_->made();
    const std::size_t most = std::max<std::size_t>(1, embedder.batch());
    const Texts rest{texts};
    for (std::size_t i = 0; i < texts.size(); i += most) {
        std::vector<Vector> part = co_await state_->server->batch(embedder, rest.subspan(i, std::min(most, texts.size() - i)));
        all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
    }
    co_return all;
}

std::vector<Vector> Embedding::embed_now(std::span<const std::string> texts) {
    Task<std::vector<Vector>> task = embed({texts.begin(), texts.end()});
    task.start();
    while (!task.done()) state_->loop.run_once();
    return task.result();
}

bool server_is_away(const Error& e) noexcept { return e.fault == Fault::budget || passes_by_itself(e); }

}  // namespace llm
