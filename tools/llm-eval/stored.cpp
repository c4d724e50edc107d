#include "stored.hpp"

#include "base/paths.hpp"
#include "cache/get.hpp"
#include "cache/put.hpp"
#include "call/embedding.hpp"

#include <map>

namespace llm {
namespace {

std::filesystem::path store_path(const Settings& settings, const Environment& environment) {
    const std::string path = settings.text("cache.path").value_or("");
    return path.empty() ? cache_folder(environment) / "cache.db" : expand_home(path, environment);
}

QuestionOptions in_space(const std::string& name) {
    QuestionOptions o;
    o.space = name;
    return o;
}

GetOptions without_lease() {
    GetOptions o;
    o.lease = std::chrono::milliseconds{0};
    return o;
}

}  // namespace

struct StoredAnswers::State {
    State(Loop& loop, const Settings& settings, const Environment& environment, const Models& m, const Form& f)
        : form(f), models(m), store(store_path(settings, environment), Access::write), embedding("builtin", loop, settings, environment), semantic(store, embedding, {}) {}
    const Form& form;
    const Models& models;
    CacheStore store;
    Embedding embedding;
    Semantic semantic;
    std::map<long, std::unique_ptr<Space>> spaces;
};

struct StoredAnswers::Space {
    Space(State& all, const std::string& name)
        : questions(all.form, all.models, in_space(name)), getter(all.store, questions, without_lease()), putter(all.store, questions, {}, all.semantic) {}
    Questions questions;
    Getter getter;
    Putter putter;
};

StoredAnswers::StoredAnswers(Loop& loop, const Settings& settings, const Environment& environment, const Models& models, const Form& form)
    : state_(std::make_unique<State>(loop, settings, environment, models, form)) {}
StoredAnswers::~StoredAnswers() = default;

StoredAnswers::Space& StoredAnswers::space_of(const Record& r) {
    const Json where = r.get("case");
    const Json& n = member(where, "repeat");
    const long repeat = n.is_number_integer() ? n.get<long>() : 1;
    auto& slot = state_->spaces[repeat];
    // the first is what llm-cache itself would find
    if (!slot) slot = std::make_unique<Space>(*state_, repeat == 1 ? "default" : fmt::format("default/{}", repeat));
    return *slot;
}

bool StoredAnswers::find(Record& r) {
    space_of(r).getter.step(r);
    return r.has("response");
}

void StoredAnswers::keep(Record& r) { space_of(r).putter.step(r); }
void StoredAnswers::settle() { state_->store.settle(); }
void StoredAnswers::close() { state_->store.close(); }

}  // namespace llm
