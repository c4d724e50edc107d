#include "evaluators/needs.hpp"

#include "call/caller.hpp"
#include "call/embedding.hpp"
#include "net/processes.hpp"

#include <map>

namespace llm {
namespace {

Task<Answer> call(Caller& caller, const ResolvedModel& model, Request request) {
    CallSink sink;  // named, because g++ 12 destroys aggregates twice that are made where they are awaited
    CallContext context;
    Answer answer = co_await caller.call(model, std::move(request), std::move(sink), std::move(context));
    co_return answer;
}

Task<std::vector<Vector>> embed(Embedding& embedding, std::vector<std::string> texts) {
    if (embedding.local()) {
        std::vector<Vector> out;
        for (const std::string& t : texts) out.push_back(embedding.now(t));
        co_return out;
    }
    std::vector<Vector> out = co_await embedding.embed(std::move(texts));
    co_return out;
}

constexpr double longest_silence = 120;

Task<std::string> exchange(Processes& processes, std::vector<std::string> argv, std::string line) {
    std::string answer;
    HttpLimits limits;
    limits.idle = longest_silence;
    Processes::OnLine one_line = [&answer](std::string_view text) {
        if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return true;
        answer = text;
        return false;
    };
    co_await processes.exchange(argv, line, limits, std::move(one_line));
    co_return answer;
}

}  // namespace

struct EvaluatorTools::State {
    State(Caller& c, const Models& m, Loop& l, const Settings& s, const Environment& e)
        : caller(c), models(m), loop(l), settings(s), environment(e), processes(l) {}

    const ResolvedModel& resolved(std::string_view name) {
        const auto found = models_by_name.find(name);
        if (found != models_by_name.end()) return *found->second;
        const std::string asked =
            name.empty() ? models.default_model([this](const Endpoint& e) { return caller.probe(e); }) : std::string{name};
        return *models_by_name.emplace(std::string{name}, std::make_unique<ResolvedModel>(models.resolve(asked))).first->second;
    }

    Embedding& embedding(const std::string& name) {
        auto& made = embeddings[name];
        if (!made) made = std::make_unique<Embedding>(name, loop, settings, environment, caller.for_embedders());
        return *made;
    }

    Caller& caller;
    const Models& models;
    Loop& loop;
    const Settings& settings;
    const Environment& environment;
    Processes processes;
    std::map<std::string, std::unique_ptr<ResolvedModel>, std::less<>> models_by_name;
    std::map<std::string, std::unique_ptr<Embedding>> embeddings;
};

EvaluatorTools::EvaluatorTools(Caller& caller, const Models& models, Loop& loop, const Settings& settings,
                               const Environment& environment)
    : state_(std::make_unique<State>(caller, models, loop, settings, environment)) {
    State* s = state_.get();
    needs.ask = [s](const ResolvedModel& model, Request request) { return call(s->caller, model, std::move(request)); };
    needs.resolve = [s](std::string_view name) { return s->resolved(name); };
    needs.embed = [s](const std::string& name, std::vector<std::string> texts) {
        return embed(s->embedding(name), std::move(texts));
    };
    needs.exchange = [s](const std::vector<std::string>& argv, std::string line) {
        return exchange(s->processes, argv, std::move(line));
    };
}

EvaluatorTools::~EvaluatorTools() = default;

}  // namespace llm
