#include "call/embedding.hpp"

#include "base/error.hpp"
#include "call/retry.hpp"
#include "chat/endpoint.hpp"

#include <algorithm>
#include <random>

namespace llm {
namespace {

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

}  // namespace

struct Embedding::State {
    Loop& loop;
    const Environment& environment;
    Endpoint endpoint;
    const EmbedderEntry* entry = nullptr;
    std::string model;
    int retries = 3;
    std::unique_ptr<Embedder> embedder;
    std::unique_ptr<Http> http;
    std::minstd_rand chance{std::random_device{}()};

    State(Loop& l, const Environment& e) : loop(l), environment(e) {}

    /// Made when first needed, as keys are.
    Embedder& made() {
        if (!embedder) {
            if (!endpoint.name.empty()) fetch_key(endpoint, environment);
            embedder = entry->make(endpoint, model);
        }
        return *embedder;
    }

    Task<std::vector<Vector>> once(std::span<const std::string> texts, HttpLimits limits) {
        Embedder& e = made();
        if (!http) http = make_curl_http(loop);
        const HttpCall call = e.request(texts);
        std::string body;
        HttpOutcome outcome = co_await http->post(call, limits, [&body](std::string_view bytes) {
            if (body.size() + bytes.size() > std::size_t{256} << 20) throw Error(Fault::provider, "the embeddings take more than 256 MiB");
            body.append(bytes);
            return true;
        });
        if (outcome.status < 200 || outcome.status >= 300) throw Error(e.failure(outcome.status, outcome.headers, outcome.error_body));
        co_return e.vectors(body, texts.size());
    }

    Task<std::vector<Vector>> batch(std::span<const std::string> texts) {
        HttpLimits limits;
        if (endpoint.connect_timeout > 0) limits.connect = endpoint.connect_timeout;
        if (endpoint.idle_timeout > 0) limits.idle = endpoint.idle_timeout;
        if (endpoint.timeout > 0) limits.deadline = after(Steady::now(), endpoint.timeout);
        for (int number = 1;; ++number) {
            std::optional<Error> failed;
            std::vector<Vector> out;
            try {
                out = co_await once(texts, limits);
            } catch (const Error& e) {
                failed = e;
            }
            if (!failed) co_return out;
            if (number > retries || !passes_by_itself(*failed) || Loop::signal_caught() != 0) throw Error(*failed);
            const Instant next = after(Steady::now(), delay_before(number + 1, *failed, std::uniform_real_distribution<double>{0, 1}(chance)));
            if (next >= limits.deadline) throw Error(*failed);
            co_await loop.sleep_until(next);
        }
    }
};

Embedding::Embedding(std::string_view name, Loop& loop, const Settings& settings, const Environment& environment)
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
    state_->endpoint = find_endpoint(first, settings, environment);
    state_->entry = &entry_named(protocol_for_vectors(state_->endpoint.protocol));
    state_->retries = static_cast<int>(settings.integer("retries").value_or(3));
}

Embedding::~Embedding() = default;

std::string Embedding::id() const { return state_->made().id(); }
std::size_t Embedding::dimension() const { return state_->made().dimension(); }
bool Embedding::local() const { return state_->endpoint.name.empty(); }
Vector Embedding::now(std::string_view text) const { return state_->made().embed(text); }

Task<std::vector<Vector>> Embedding::embed(std::vector<std::string> texts) {
    std::vector<Vector> all;
    all.reserve(texts.size());
    if (local()) {
        for (const std::string& text : texts) all.push_back(now(text));
        co_return all;
    }
    const std::size_t most = std::max<std::size_t>(1, state_->made().batch());
    const std::span<const std::string> rest{texts};
    for (std::size_t i = 0; i < texts.size(); i += most) {
        std::vector<Vector> part = co_await state_->batch(rest.subspan(i, std::min(most, texts.size() - i)));
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

}  // namespace llm
