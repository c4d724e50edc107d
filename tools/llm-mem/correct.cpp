#include "mem/correct.hpp"

#include "verbs.hpp"

#include "base/error.hpp"
#include "cli/terminal.hpp"
#include "editor.hpp"
#include "log/when.hpp"
#include "record/reader.hpp"

namespace llm {
namespace {

enum class As { records, sft, preferences, eval };

struct CorrectFlags {
    StoreFlags store;
    std::string id, text, question, since;
    As as = As::records;
    bool json = false;
};

int correct_passage(const Tool& tool, const CorrectFlags& f) {
    if (f.id.empty()) throw Error(Fault::usage, "which passage? give its number, as llm-mem ls, search and recall show it");
    MemSession s{tool, f.store, Access::write};
    const std::vector<Passage> found = s.named({f.id});
    if (found.size() != 1) throw Error(Fault::usage, "{} stands for {} passages; give the number of one", f.id, found.size());
    std::string text = f.text == "-" ? read_all(0) : !f.text.empty() ? f.text : edited(found[0].text, s.environment);
    while (text.ends_with('\n')) text.pop_back();
    const std::int64_t change = correct(s.store, found[0].id, text, f.question, f.store.why);
    s.finish();
    if (f.json) put(dump(Json{{"change", change}, {"passage", found[0].id}}) + "\n");
    else put(fmt::format("corrected passage {}; llm-mem undo {} takes it back\n", found[0].id, change));
    return 0;
}

int list(const Tool& tool, const CorrectFlags& f) {
    MemSession s{tool, f.store, Access::read};
    const std::int64_t since = f.since.empty() ? 0 : parse_when(f.since, s.store.now() * 1000) / 1000;
    long shown = 0, without = 0;
    each_correction(s.store, f.store.space, since, [&](const Correction& c) {
        if (f.as == As::records) {
            ++shown;
            put(dump(to_json(c)) + "\n");
            return;
        }
        const LessonShape shape = f.as == As::sft ? LessonShape::sft : f.as == As::preferences ? LessonShape::preferences : LessonShape::eval;
        if (const auto lesson = lesson_of(c, shape)) {
            ++shown;
            put(dump(*lesson) + "\n");
        } else {
            ++without;
        }
    });
    if (without > 0) say(tool, fmt::format("{} without a question left out; llm-mem correct --question says what was asked", without));
    return shown > 0 ? 0 : 1;
}

}  // namespace

void declare_correct(Tool& tool) {
    CorrectFlags& f = flags_of_verb<CorrectFlags>();
    auto& verb = tool.verb("correct", "set a passage right, and keep the mistake as a lesson", [&] { return correct_passage(tool, f); });
    verb.argument("ID", f.id, "The passage's number, or its record's id.");
    verb.argument("TEXT", f.text, "What is right; - reads it from standard input. Without it your editor is started.");
    verb.group("Correction").option("--question", f.question, "TEXT", "What was asked when the mistake was seen. Only with it the correction can become training data or a test case.").since("0.1");
    store_options(verb, f.store);
    author_options(verb, f.store);
    verb.group("Output").flag("--json", f.json, "Print JSON Lines.").since("0.1");

    auto& all = tool.verb("corrections", "write the corrections, also as training data or test cases", [&] { return list(tool, f); });
    auto& shape = all.group("Output");
    shape
        .choice("--as", f.as,
                {EnumChoice{As::records, "records", "all that is known of each"}, EnumChoice{As::sft, "sft", "chats for fine-tuning"},
                 EnumChoice{As::preferences, "preferences", "pairs of the right and the wrong answer"}, EnumChoice{As::eval, "eval", "cases for llm-eval"}},
                "SHAPE", "What to write.")
        .since("0.1");
    all.group("Selection").option("--since", f.since, "TIME", "Corrections from this time on: a date, or an age such as 7d.").since("0.1");
    store_options(all, f.store);
}

}  // namespace llm
