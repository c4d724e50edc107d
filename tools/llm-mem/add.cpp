#include "verbs.hpp"

#include "base/error.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"
#include "mem/file_text.hpp"
#include "mem/intake.hpp"
#include "mem/record_text.hpp"

#include <chrono>

namespace llm {
namespace {

constexpr std::size_t gathered = 1 << 20;      // of output, and so of work on the store
constexpr std::size_t passages_at_once = 500;  // in one transaction
constexpr std::chrono::milliseconds longest_transaction{500};

struct AddFlags {
    StoreFlags store;
    LoopFlags loop;
    TalkFlags talk;
    std::vector<std::string> paths, tags;
    std::string chunk, text, source, time;
};

std::optional<ChunkPolicy> policy_of(const AddFlags& f) {
    if (f.chunk.empty()) return std::nullopt;
    return parse_chunk_policy(f.chunk);
}

IntakeDefaults defaults_of(const AddFlags& f, const MemSession& s) {
    IntakeDefaults d;
    d.space = s.space();
    d.source = f.source;
    d.tags = f.tags;
    d.chunking = policy_of(f);
    d.now = s.store.now();
    if (!f.time.empty()) d.time = read_time(Json(f.time), d.now);
    return d;
}

struct Sum {
    std::size_t documents = 0, added = 0, kept = 0, removed = 0, skipped = 0;

    void count(const Taken& t) {
        ++documents;
        added += t.added;
        kept += t.kept;
        removed += t.removed;
    }
};

void tell(const AddFlags& f, std::string_view source, const Taken& t) {
    if (f.loop.json) put(dump(Json{{"source", source}, {"added", t.added}, {"kept", t.kept}, {"removed", t.removed}, {"ids", t.ids}}) + "\n");
}

void tell(const AddFlags& f, const Sum& sum) {
    if (f.loop.json || f.talk.quiet) return;
    put(fmt::format("{} {}: {} passages added, {} kept, {} removed{}\n", sum.documents, sum.documents == 1 ? "text" : "texts", sum.added, sum.kept, sum.removed,
                    sum.skipped > 0 ? fmt::format("; {} files that are no text left out", sum.skipped) : ""));
}

void finish(MemSession& s) {
    s.finish();
    s.vectors.tend();
}

int add_paths(const Tool& tool, const AddFlags& f) {
    MemSession s{tool, f.store, Access::write};
    s.quiet = f.talk.quiet;
    const IntakeDefaults defaults = defaults_of(f, s);
    s.store.begin("add", f.store.why);
    s.store.settle();
    Sum sum;
    Progress progress{f.talk.quiet ? Show::never : Show::when_terminal};
    std::size_t unsettled = 0;
    std::vector<std::string> failed;
    auto settled = std::chrono::steady_clock::now();
    const auto take = [&](const std::filesystem::path& path) {
        // Others are let in now and then.
        if (unsettled >= passages_at_once || std::chrono::steady_clock::now() - settled > longest_transaction) {
            s.store.settle();
            settled = std::chrono::steady_clock::now();
            unsettled = 0;
        }
        try {
            const std::optional<FileText> file = read_file(path);
            if (!file) {
                ++sum.skipped;
                return;
            }
            Intake in = intake_of_text(defaults, file->text);
            in.key = "file:" + std::filesystem::absolute(path).lexically_normal().string();
            in.source = f.source.empty() ? path.lexically_normal().string() : f.source;
            in.time = defaults.time != 0 ? defaults.time : file->changed;
            if (!defaults.chunking) in.chunking = file->chunking;
            Taken taken;
            s.store.attempt([&] { taken = take_in(s.store, in); });
            sum.count(taken);
            tell(f, in.source, taken);
            unsettled += taken.added + taken.removed;
            progress.done();
        } catch (const Error& e) {
            if (e.fault != Fault::data && e.fault != Fault::config && !(e.fault == Fault::io && !std::filesystem::is_regular_file(path))) throw;
            progress.failed();
            failed.push_back(e.what());
        }
    };
    for (const std::string& path : f.paths) each_file(path, take);
    finish(s);
    for (const std::string& why : failed) say(tool, why);
    tell(f, sum);
    return failed.empty() ? 0 : 3;
}

int add_text(const Tool& tool, const AddFlags& f, const std::string& text, std::string_view where) {
    MemSession s{tool, f.store, Access::write};
    s.quiet = f.talk.quiet;
    Intake in = intake_of_text(defaults_of(f, s), text);
    if (in.source.empty()) in.source = where;
    s.store.begin("add", f.store.why);
    const Taken taken = take_in(s.store, in);
    finish(s);
    tell(f, in.source, taken);
    Sum sum;
    sum.count(taken);
    tell(f, sum);
    return 0;
}

int add_records(const Tool& tool, const AddFlags& f) {
    MemSession s{tool, f.store, Access::write};
    s.quiet = f.talk.quiet;
    const IntakeDefaults defaults = defaults_of(f, s);
    FilterOptions o = filter_options(tool, f.loop);
    o.gather = gathered;
    Filter filter{s.loop, o};
    s.store.begin("add", f.store.why);
    s.store.settle();
    Progress progress{f.talk.quiet ? Show::never : Show::when_terminal};
    filter.before_output([&s] { s.store.settle(); });
    filter.at_end([&] { finish(s); });
    return filter.run([&](Record& r) {
        const Intake in = intake_of_record(defaults, r);
        Taken taken;
        s.store.attempt([&] { taken = take_in(s.store, in); });
        if (f.talk.explain) say(tool, fmt::format("line {}: {} added, {} kept, {} removed", r.number(), taken.added, taken.kept, taken.removed));
        progress.done();
    });
}

int add(const Tool& tool, const AddFlags& f) {
    if (!f.text.empty() && !f.paths.empty()) throw Error(Fault::usage, "give --text or paths, not both");
    if (!f.text.empty()) return add_text(tool, f, f.text, "note");
    if (f.paths.size() == 1 && f.paths.front() == "-") return add_text(tool, f, read_descriptor(0), "stdin");
    if (!f.paths.empty()) return add_paths(tool, f);
    if (is_terminal(0)) throw Error(Fault::usage, "nothing to remember; give files, --text, or records on standard input");
    return add_records(tool, f);
}

}  // namespace

void declare_add(Tool& tool) {
    AddFlags& f = flags_of_verb<AddFlags>();
    auto& add = tool.verb("add", "remember files, folders, a text, or the records of standard input", [&] { return llm::add(tool, f); });
    add.argument("PATH", f.paths,
                 "Files, and folders with all below them but hidden files; - is all of standard input as one text. Without any, standard input is records with text, "
                 "source, id, tags and time, which are written on when they are stored.")
        .completes(Complete::file);
    auto& taking = add.group("Taking in");
    taking.option("--text", f.text, "TEXT", "Remember this text.").since("0.1");
    taking.option("--chunk", f.chunk, "HOW",
                  "Cut texts like this: turn, sentence, paragraph(TOKENS,OVERLAP), heading(TOKENS), code(TOKENS), whole. Without it Markdown and HTML are cut by "
                  "headings, source code by definitions, and long texts by paragraphs.")
        .since("0.1");
    taking.option("--source", f.source, "NAME", "Show this as the source. Of files it is the path, of records their member source.").since("0.1");
    taking.option("--tag", f.tags, "TAG", "Mark all passages with this tag too.").since("0.1");
    taking.option("--time", f.time, "TIME", "Say since when it holds. Of files it is their time of change, of records their member time, else now.").since("0.1");
    author_options(add, f.store);
    store_options(add, f.store);
    loop_options(add, f.loop);
    talk_options(add, f.talk);
}

}  // namespace llm
