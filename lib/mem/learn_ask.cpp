#include "mem/learn_ask.hpp"

namespace llm {
namespace {

class Silent final : public Emitter {
    void delta(std::string_view) override {}
    void forget() override {}
    bool begun() const override { return false; }
};

}  // namespace

AskJson ask_json(Asker& asker, std::string model) {
    return [&asker, model = std::move(model)](std::string system, std::string user, Json schema) -> Task<Json> {
        Json asked{{"system", std::move(system)}, {"prompt", std::move(user)}, {"schema", std::move(schema)}};
        if (!model.empty()) asked["model"] = model;
        Record record = Record::of(asked);
        Silent silent;
        co_await asker.step(record, silent);
        co_return member(record.get("response"), "json");
    };
}

}  // namespace llm
