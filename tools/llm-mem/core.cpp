#include "verbs.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"
#include "cli/terminal.hpp"
#include "editor.hpp"
#include "mem/core_blocks.hpp"
#include "record/reader.hpp"

namespace llm {
namespace {

struct CoreFlags {
    StoreFlags store;
    std::string action, label, text, about;
    std::optional<long> limit;
    std::optional<bool> read_only;
    bool json = false;
};

Json row_of(const Block& b) {
    Json j{{"label", b.label}, {"text", b.value}, {"characters", count_code_points(b.value)}, {"limit", b.bound}};
    if (!b.about.empty()) j["about"] = b.about;
    if (b.read_only) j["read_only"] = true;
    return j;
}

void done(const CoreFlags& f, MemSession& s, const Block& b) {
    s.store.settle();
    const std::int64_t change = s.store.changed();
    if (f.json) {
        Json row = row_of(b);
        row["change"] = change;
        put(dump(row) + "\n");
    } else if (change != 0) {
        put(fmt::format("{}: {} of {} characters; llm-mem undo {} takes it back\n", b.label, count_code_points(b.value), b.bound, change));
    } else {
        put("nothing changed\n");
    }
}

int show(const Tool& tool, const CoreFlags& f) {
    MemSession s{tool, f.store, Access::write};
    const std::vector<Block> shown = f.label.empty() ? core_blocks(s.store, s.space()) : std::vector{core_block(s.store, s.space(), f.label)};
    for (const Block& b : shown) {
        if (f.json) put(dump(row_of(b)) + "\n");
        else put(fmt::format("{} ({} of {} characters{}){}\n{}", b.label, count_code_points(b.value), b.bound, b.read_only ? ", read-only to the model" : "",
                             b.about.empty() ? "" : ": " + b.about, b.value.empty() ? "" : wrap(b.value, terminal_width(1), 2) + "\n"));
    }
    return shown.empty() ? 1 : 0;
}

/// The block as it is, or a new one.
Block to_set(MemSession& s, const CoreFlags& f) {
    Block b;
    b.label = f.label;
    for (const Block& known : core_blocks(s.store, s.space()))
        if (known.label == f.label) b = known;
    if (!f.about.empty()) b.about = f.about;
    if (f.limit) b.bound = *f.limit;
    if (f.read_only) b.read_only = *f.read_only;
    return b;
}

void write(MemSession& s, const CoreFlags& f, Block b) {
    const auto length = static_cast<std::int64_t>(count_code_points(b.value));
    if (length > b.bound) throw Error(Fault::data, "the block '{}' would have {} characters and may have {}; shorten the text or give --characters", b.label, length, b.bound);
    s.store.begin("core", f.store.why);
    s.store.set_block(s.space(), b);
    done(f, s, b);
}

int set(const Tool& tool, const CoreFlags& f) {
    if (f.label.empty()) throw Error(Fault::usage, "which block? for instance: llm-mem core set human 'Her name is Anna.'");
    if (f.label.find_first_of(" \t\n\"<>") != std::string::npos) throw Error(Fault::usage, "a block's name is one word, not '{}'", f.label);
    MemSession s{tool, f.store, Access::write};
    Block b = to_set(s, f);
    if (f.text == "-") {
        b.value = read_all(0);
        while (b.value.ends_with('\n')) b.value.pop_back();
    } else if (!f.text.empty() || (f.about.empty() && !f.limit && !f.read_only)) {
        b.value = f.text;
    }
    write(s, f, std::move(b));
    return 0;
}

int edit(const Tool& tool, const CoreFlags& f) {
    if (f.label.empty()) throw Error(Fault::usage, "which block? llm-mem core show lists them");
    MemSession s{tool, f.store, Access::write};
    Block b = core_block(s.store, s.space(), f.label);
    const std::string before = b.value;
    std::string text = edited(before, s.environment);
    while (text.ends_with('\n')) text.pop_back();
    if (core_block(s.store, s.space(), f.label).value != before) throw Error(Fault::usage, "the block '{}' was changed by somebody else meanwhile; edit it again", f.label);
    b.value = std::move(text);
    write(s, f, std::move(b));
    return 0;
}

int remove(const Tool& tool, const CoreFlags& f) {
    MemSession s{tool, f.store, Access::write};
    s.store.begin("core", f.store.why);
    if (!s.store.erase_block(s.space(), f.label)) return 1;
    s.store.settle();
    if (f.json) put(dump(Json{{"label", f.label}, {"change", s.store.changed()}}) + "\n");
    else put(fmt::format("removed {}; llm-mem undo {} takes it back\n", f.label, s.store.changed()));
    return 0;
}

int core(const Tool& tool, const CoreFlags& f) {
    if (f.action == "set") return set(tool, f);
    if (f.action == "edit") return edit(tool, f);
    if (f.action == "rm") return remove(tool, f);
    if (f.action == "show" || f.action.empty()) return show(tool, f);
    const std::vector<std::string> actions{"show", "set", "edit", "rm"};
    const std::string near = nearest(f.action, actions);
    throw Error(Fault::usage, "core cannot '{}'{}; it can show, set, edit and rm", f.action, near.empty() ? "" : "; did you mean " + near + "?");
}

}  // namespace

void declare_core(Tool& tool) {
    CoreFlags& f = flags_of_verb<CoreFlags>();
    auto& verb = tool.verb("core", "show and change the blocks that always stand in the model's sight", [&] { return core(tool, f); });
    verb.argument("ACTION", f.action, "show (which is done where nothing is given), set, edit in your editor, or rm.");
    verb.argument("LABEL", f.label, "The block's name: one word. Without it show lists all blocks.");
    verb.argument("TEXT", f.text, "For set: the new text; - reads it from standard input. It stays as it is where only options are given.");
    auto& block = verb.group("Block");
    block.option("--about", f.about, "TEXT", "Say to the model what the block is for. For set.").since("0.1");
    block.option("--characters", f.limit, "N", "Let the text have at most N characters. It is 2000 for a new block. For set.").at_least(1).since("0.1");
    block.toggle("--read-only", "--no-read-only", f.read_only, "Whether people alone may change the text. For set.").since("0.1");
    store_options(verb, f.store);
    author_options(verb, f.store);
    verb.group("Output").flag("--json", f.json, "Print JSON Lines.").since("0.1");
}

}  // namespace llm
