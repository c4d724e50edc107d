#include "verbs.hpp"

#include "base/error.hpp"
#include "cli/terminal.hpp"
#include "editor.hpp"
#include "mem/file_text.hpp"
#include "mem/passage_json.hpp"

#include <algorithm>

namespace llm {
namespace {

struct ChangeFlags {
    StoreFlags store;
    SelectFlags select;
    std::vector<std::string> ids, add, remove;
    std::string to, text;
    bool yes = false, json = false, off = false;
};

void done(const ChangeFlags& f, MemSession& s, std::string_view what, std::size_t count) {
    s.finish();
    const std::int64_t change = s.store.changed();
    if (f.json) put(dump(Json{{"change", change}, {"passages", change != 0 ? count : 0}}) + "\n");
    else if (change != 0) put(fmt::format("{} {} {}; llm-mem undo {} takes it back\n", what, count, count == 1 ? "passage" : "passages", change));
    else put("nothing changed\n");
}

/// The passages named, in the transaction that changes them. Throws Error{usage} where none is.
std::vector<Passage> to_change(MemSession& s, const ChangeFlags& f, std::string_view verb) {
    if (f.ids.empty()) throw Error(Fault::usage, "which passages? give their numbers, as llm-mem ls shows them, or records' ids");
    s.store.begin(verb, f.store.why);
    return s.named(f.ids);
}

int edit(const Tool& tool, const ChangeFlags& f) {
    if (f.ids.size() != 1) throw Error(Fault::usage, "which passage? give one number, as llm-mem ls shows it");
    MemSession s{tool, f.store, Access::write};
    const std::vector<Passage> found = s.named(f.ids);
    if (found.size() != 1) throw Error(Fault::usage, "{} stands for {} passages; give the number of one", f.ids[0], found.size());
    // The store is not held while somebody thinks.
    std::string text = f.text == "-" ? read_descriptor(0) : !f.text.empty() ? f.text : edited(found[0].text, s.environment);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    s.store.begin("edit", f.store.why);
    std::optional<Passage> p = s.store.find(found[0].id);
    if (!p || p->version != found[0].version) throw Error(Fault::usage, "passage {} was changed by somebody else meanwhile; edit it again", found[0].id);
    p->text = text;
    s.store.write(*p);
    done(f, s, "edited", 1);
    return 0;
}

int remove(const Tool& tool, const ChangeFlags& f) {
    const bool selects = !f.select.tags.empty() || !f.select.source.empty() || !f.select.from.empty() || !f.select.to.empty() || f.select.pinned;
    if (f.ids.empty() && !selects) throw Error(Fault::usage, "which passages? give their numbers, as llm-mem ls shows them, or --tag, --source, --after, --before, --pinned");
    if (!f.ids.empty() && selects) throw Error(Fault::usage, "give passages by number or by selection, not both");
    MemSession s{tool, f.store, f.yes ? Access::write : Access::read};
    if (f.yes) s.store.begin("rm", f.store.why);
    std::vector<Passage> going;
    if (selects) {
        s.store.each(s.selection(f.select), MemStore::From::oldest, [&going](const Passage& p) {
            going.push_back(p);
            return true;
        });
    } else {
        going = s.named(f.ids);
    }
    if (going.empty()) return 1;
    if (!f.yes) {
        for (const Passage& p : going) {
            if (f.json) put(dump(json_of(p)) + "\n");
            else put(fmt::format("{}  {}  {}\n", p.id, p.source, fit(p.text.substr(0, p.text.find('\n')), 60)));
        }
        if (!f.json) put(fmt::format("would remove {} {}; --yes does it\n", going.size(), going.size() == 1 ? "passage" : "passages"));
        return 0;
    }
    for (const Passage& p : going) s.store.erase(p.id);
    done(f, s, "removed", going.size());
    return 0;
}

int move(const Tool& tool, const ChangeFlags& f) {
    if (f.to.empty()) throw Error(Fault::usage, "where to? give --to NAMESPACE");
    MemSession s{tool, f.store, Access::write};
    std::vector<Passage> moving = to_change(s, f, "mv");
    for (Passage& p : moving) {
        const std::string key = s.store.db().value<std::string>("SELECT key FROM document WHERE id = ?1", p.document).value_or("");
        p.space = f.to;
        p.document = s.store.document(f.to, key, p.source);
        s.store.write(p);
    }
    done(f, s, "moved", moving.size());
    return 0;
}

int tag(const Tool& tool, const ChangeFlags& f) {
    if (f.add.empty() && f.remove.empty()) throw Error(Fault::usage, "which tags? give --add TAG or --remove TAG");
    MemSession s{tool, f.store, Access::write};
    std::vector<Passage> tagged = to_change(s, f, "tag");
    for (Passage& p : tagged) {
        std::erase_if(p.tags, [&f](const std::string& t) { return std::ranges::find(f.remove, t) != f.remove.end(); });
        p.tags.insert(p.tags.end(), f.add.begin(), f.add.end());
        s.store.write(p);
    }
    done(f, s, "tagged", tagged.size());
    return 0;
}

int pin(const Tool& tool, const ChangeFlags& f) {
    MemSession s{tool, f.store, Access::write};
    std::vector<Passage> pinned = to_change(s, f, "pin");
    for (Passage& p : pinned) {
        p.pinned = !f.off;
        s.store.write(p);
    }
    done(f, s, f.off ? "unpinned" : "pinned", pinned.size());
    return 0;
}

int undo(const Tool& tool, const ChangeFlags& f) {
    MemSession s{tool, f.store, Access::write};
    std::vector<std::int64_t> changes;
    for (const std::string& id : f.ids) {
        if (id.empty() || id.size() > 18 || id.find_first_not_of("0123456789") != std::string::npos)
            throw Error(Fault::usage, "'{}' is no change; llm-mem history lists them", id);
        changes.push_back(std::stoll(id));
    }
    s.store.writing();
    if (changes.empty()) {
        const auto last = s.store.last_in_force();
        if (!last) {
            put("there is nothing to take back\n");
            return 1;
        }
        changes.push_back(*last);
    }
    for (const std::int64_t change : changes) {
        const Change was = s.store.change(change).value_or(Change{});
        const std::int64_t own = s.store.undo(change, f.store.why);
        if (f.json) put(dump(Json{{"undone", change}, {"change", own}}) + "\n");
        else put(fmt::format("took back change {} ({} of {})\n", change, was.verb, was.size));
    }
    s.finish();
    return 0;
}

}  // namespace

void declare_change(Tool& tool) {
    ChangeFlags& f = flags_of_verb<ChangeFlags>();
    const auto common = [&f](Verb& verb) {
        author_options(verb, f.store);
        store_options(verb, f.store);
        verb.group("Output").flag("--json", f.json, "Print JSON Lines.").since("0.1");
    };
    constexpr std::string_view ids = "Numbers of passages, as ls shows them, or records' own ids.";

    auto& edit = tool.verb("edit", "change a passage's text in your editor", [&] { return llm::edit(tool, f); });
    edit.argument("ID", f.ids, "The number of a passage, as ls shows it, or a record's own id.");
    edit.group("Editing").option("--text", f.text, "TEXT", "Make this its text; - is standard input. Without it $VISUAL or $EDITOR is started.").since("0.1");
    common(edit);

    auto& rm = tool.verb("rm", "remove passages", [&] { return llm::remove(tool, f); });
    rm.argument("ID", f.ids, ids);
    rm.group("Removing").flag("--yes", f.yes, "Do it. Without it only what would go is shown.").since("0.1");
    select_options(rm, f.select);
    common(rm);

    auto& mv = tool.verb("mv", "move passages to another namespace", [&] { return llm::move(tool, f); });
    mv.argument("ID", f.ids, ids);
    mv.group("Moving").option("--to", f.to, "NAMESPACE", "The namespace they go to.").completes(Complete::space).since("0.1");
    common(mv);

    auto& tag = tool.verb("tag", "add tags to passages, or take them away", [&] { return llm::tag(tool, f); });
    tag.argument("ID", f.ids, ids);
    tag.group("Tagging").option("--add", f.add, "TAG", "Add this tag.").since("0.1");
    tag.group("Tagging").option("--remove", f.remove, "TAG", "Take this tag away.").since("0.1");
    common(tag);

    auto& pin = tool.verb("pin", "keep passages in sight: recall gives them whatever is asked", [&] { return llm::pin(tool, f); });
    pin.argument("ID", f.ids, ids);
    pin.group("Pinning").flag("--off", f.off, "Let go of them again.").since("0.1");
    common(pin);

    auto& undo = tool.verb("undo", "take changes back", [&] { return llm::undo(tool, f); });
    undo.argument("CHANGE", f.ids, "Numbers of changes, as history shows them. Without any, the last one still in force.");
    common(undo);
}

}  // namespace llm
