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
    std::vector<std::string> labels;
    std::string label, text, about;
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
    MemSession s{tool, f.store, Access::read};
    std::vector<Block> shown = core_blocks(s.store, s.space());
    if (!f.labels.empty()) {
        shown.clear();
        for (const std::string& label : f.labels) shown.push_back(core_block(s.store, s.space(), label));
    }
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

void json_option(Verb& verb, CoreFlags& f) { verb.group("Output").flag("--json", f.json, "Print JSON Lines.").since("0.1"); }

}  // namespace

void declare_core(Tool& tool) {
    CoreFlags& f = flags_of_verb<CoreFlags>();
    auto& core = tool.verb("core", "show and change the blocks that always stand in the model's sight");
    auto& show_verb = core.verb("show", "show the blocks", [&] { return show(tool, f); });
    show_verb.argument("LABEL", f.labels, "Show these blocks only.");
    store_options(show_verb, f.store);
    json_option(show_verb, f);

    auto& set_verb = core.verb("set", "give a block its text, or make a block", [&] { return set(tool, f); });
    set_verb.argument("LABEL", f.label, "The block's name: one word.");
    set_verb.argument("TEXT", f.text, "The new text; - reads it from standard input. Empty where only the options below change.");
    auto& block = set_verb.group("Block");
    block.option("--about", f.about, "TEXT", "Say to the model what the block is for.").since("0.1");
    block.option("--characters", f.limit, "N", "Let the text have at most N characters. It is 2000 for a new block.").at_least(1).since("0.1");
    block.toggle("--read-only", "--no-read-only", f.read_only, "Whether the model may change the text.").since("0.1");
    store_options(set_verb, f.store);
    author_options(set_verb, f.store);
    json_option(set_verb, f);

    auto& edit_verb = core.verb("edit", "change a block's text in your editor", [&] { return edit(tool, f); });
    edit_verb.argument("LABEL", f.label, "The block's name.");
    store_options(edit_verb, f.store);
    author_options(edit_verb, f.store);
    json_option(edit_verb, f);

    auto& rm_verb = core.verb("rm", "remove a block", [&] { return remove(tool, f); });
    rm_verb.argument("LABEL", f.label, "The block's name.");
    store_options(rm_verb, f.store);
    author_options(rm_verb, f.store);
    json_option(rm_verb, f);
}

}  // namespace llm
