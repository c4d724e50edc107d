#include "mem/correct.hpp"

#include "base/error.hpp"
#include "log/when.hpp"

namespace llm {
namespace {

constexpr double likeness = 0.75;  // of an answer to what is right, by llm-eval's embedder

Json turn(std::string_view role, std::string_view text) { return {{"role", role}, {"content", text}}; }

}  // namespace

std::int64_t correct(MemStore& store, std::int64_t passage, std::string_view text, std::string_view question, std::string_view why) {
    auto found = store.find(passage);
    if (!found) throw Error(Fault::usage, "there is no passage {}; llm-mem ls shows what there is", passage);
    if (found->text == text) throw Error(Fault::usage, "passage {} says that already", passage);
    store.begin("correct", why);
    const std::string before = found->text;
    found->text = text;
    store.write(*found);
    store.db().run("INSERT INTO correction (change, passage, question, before, after) VALUES (?1, ?2, ?3, ?4, ?5)", store.changed(), passage,
                   question.empty() ? std::nullopt : std::optional{question}, before, text);
    return store.changed();
}

void each_correction(MemStore& store, const std::optional<std::string>& space, std::int64_t since, const std::function<void(const Correction&)>& sink) {
    auto rows = store.db().prepare(
        "SELECT k.id, k.change, k.passage, s.name, k.question, k.before, k.after, c.why, c.who, c.time FROM correction k JOIN change c ON c.id = k.change "
        "JOIN version v ON v.change = k.change AND v.passage = k.passage JOIN space s ON s.id = v.space "
        "WHERE (?1 IS NULL OR s.name = ?1) AND c.time >= ?2 AND NOT EXISTS (SELECT 1 FROM change u WHERE u.undoes = k.change) ORDER BY k.id");
    rows.bind(space, since);
    while (rows.step()) {
        Correction c;
        std::tie(c.id, c.change, c.passage, c.space, c.question, c.before, c.after, c.why, c.who, c.time) =
            rows.row<std::int64_t, std::int64_t, std::int64_t, std::string, std::string, std::string, std::string, std::string, std::string, std::int64_t>();
        sink(c);
    }
}

std::optional<Json> lesson_of(const Correction& c, LessonShape shape) {
    if (c.question.empty()) return std::nullopt;
    switch (shape) {
        case LessonShape::sft: return Json{{"messages", {turn("user", c.question), turn("assistant", c.after)}}};
        case LessonShape::preferences:
            return Json{{"prompt", Json::array({turn("user", c.question)})}, {"chosen", Json::array({turn("assistant", c.after)})}, {"rejected", Json::array({turn("assistant", c.before)})}};
        case LessonShape::eval: break;
    }
    Json expect = Json::array({Json{{"type", "similar"}, {"threshold", likeness}}});
    if (c.after.find(c.before) == std::string::npos) expect.push_back({{"type", "not-icontains"}, {"value", c.before}});
    return Json{{"id", fmt::format("correction-{}", c.id)}, {"prompt", c.question}, {"reference", c.after}, {"expect", std::move(expect)}};
}

Json to_json(const Correction& c) {
    Json j{{"id", c.id}, {"passage", c.passage}, {"namespace", c.space}, {"before", c.before}, {"after", c.after}, {"who", c.who}, {"time", show_time(c.time * 1000)}, {"change", c.change}};
    if (!c.question.empty()) j["question"] = c.question;
    if (!c.why.empty()) j["why"] = c.why;
    return j;
}

}  // namespace llm
