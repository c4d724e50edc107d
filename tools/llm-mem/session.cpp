#include "session.hpp"

#include "base/error.hpp"
#include "base/paths.hpp"
#include "cli/settings.hpp"
#include "log/when.hpp"
#include "record/writer.hpp"

namespace llm {
namespace {

std::filesystem::path store_path(const Settings& settings, const Environment& environment) {
    const std::string path = settings.text("mem.path").value_or("");
    return path.empty() ? data_folder(environment) / "memory.db" : expand_home(path, environment);
}

MemOptions options_of(const Environment& environment) {
    MemOptions o;
    o.who = author(environment);
    return o;
}

/// Nothing is remembered yet at the beginning of every chain with a memory; who looks for something is told.
Access begun(Access access, const Tool& tool, const std::filesystem::path& path) {
    std::error_code ignored;
    if (access == Access::write || std::filesystem::exists(path, ignored)) return access;
    if (tool.chosen() == "recall") return Access::write;
    throw Error(Fault::io, "there is no memory at {}; llm-mem add begins one", path.string());
}

}  // namespace

void store_options(Verb& verb, StoreFlags& f) {
    auto& store = verb.group("Store");
    store.option("--store", f.store, "FILE", "Use this memory.").completes(Complete::file).setting("mem.path").since("0.1");
    store.option("--namespace", f.space, "NAME", "Keep to this part of the memory. Where none is given it is 'default'; listings and exports show all.")
        .completes(Complete::space)
        .since("0.1");
}

void embedder_option(Verb& verb, StoreFlags& f) {
    verb.group("Store")
        .option("--embedder", f.embedder, "NAME", "What makes vectors: builtin, or provider/model. One memory keeps to one.")
        .setting("mem.embedder")
        .since("0.1");
}

void author_options(Verb& verb, StoreFlags& f) {
    verb.group("Journal")
        .option("--why", f.why, "TEXT", "Write this reason into the journal of changes. Who is taken from LLMUTILS_WHO, else it is the user's name.")
        .since("0.1");
    embedder_option(verb, f);
}

void select_options(Verb& verb, SelectFlags& f) {
    auto& selection = verb.group("Selection");
    selection.option("--tag", f.tags, "TAG", "Passages with this tag. Given several times, with any of them.").since("0.1");
    selection.option("--source", f.source, "NAME", "Passages of this source; *, ? and [ ] stand for other characters.").completes(Complete::file).since("0.1");
    selection.option("--after", f.from, "TIME", "Facts of this time or later: a date, or an age such as 7d.").since("0.1");
    selection.option("--before", f.to, "TIME", "Facts from before this time.").since("0.1");
    selection.flag("--pinned", f.pinned, "Pinned passages.").since("0.1");
}

MemSession::MemSession(const Tool& tool, const StoreFlags& f, Access access)
    : settings(settings_of(tool, environment)), store(store_path(settings, environment), begun(access, tool, store_path(settings, environment)), options_of(environment)),
      embedding(settings.text("mem.embedder").value_or("builtin"), loop, settings, environment, embedding_options(tool)), vectors(store, embedding), space_(f.space) {
    vectors.warn = embedding_options(tool).warn;
}

EmbeddingOptions MemSession::embedding_options(const Tool& tool) const {
    EmbeddingOptions o;
    o.tool = tool.name();
    o.warn = [this, &tool](std::string_view line) {
        if (!quiet) say(tool, line);
    };
    return o;
}

void MemSession::finish() {
    store.settle();
    if (!embedding.local()) vectors.fill_as_far_as_it_goes();
}

PassageSelection MemSession::selection(const SelectFlags& f) const {
    const auto time = [this](const std::string& text) -> std::optional<std::int64_t> {
        if (text.empty()) return std::nullopt;
        return parse_when(text, store.now() * 1000) / 1000;
    };
    PassageSelection s;
    s.space = space_;
    s.tags = f.tags;
    s.source = f.source;
    s.from = time(f.from);
    s.to = time(f.to);
    if (f.pinned) s.pins = PassageSelection::Pins::only;
    return s;
}

std::vector<Passage> MemSession::named(const std::vector<std::string>& ids) {
    std::vector<Passage> out;
    for (const std::string& id : ids) {
        if (!id.empty() && id.size() < 19 && id.find_first_not_of("0123456789") == std::string::npos)
            if (auto p = store.find(std::stoll(id)); p && (!space_ || p->space == *space_)) {
                out.push_back(std::move(*p));
                continue;
            }
        std::vector<Passage> found = store.find_ref(space(), id);
        if (found.empty()) throw Error(Fault::usage, "there is no passage {}; llm-mem ls shows what there is", id);
        for (Passage& p : found) out.push_back(std::move(p));
    }
    return out;
}

void say(const Tool& tool, std::string_view text) { write_all(2, fmt::format("{}: {}\n", tool.name(), text), "standard error"); }

void declare_page(Tool& tool) {
    tool.synopsis("add [OPTION]... [PATH]...").synopsis("recall [OPTION]... < RECORDS").synopsis("search [OPTION]... WORD...").synopsis("VERB [OPTION]... [ID]...");
    tool.example("llm-mem add notes/", "remember a folder of notes");
    tool.example("llm-mem search 'water the plants'", "look something up");
    tool.example("llm-mem recall -k 5 < questions.jsonl | llm-ask -m cheap", "answer with what is remembered");
    tool.example("llm-mem edit 17 && llm-mem undo", "change a passage, and take it back");
    tool.example("llm-mem tools < questions.jsonl | llm-mem pack | llm-mem apply --until-done -- llm-ask", "let the model keep its own memory");
    tool.environment("LLMUTILS_*", "override settings of config.toml: LLMUTILS_MEM_PATH, LLMUTILS_MEM_EMBEDDER");
    tool.environment("LLMUTILS_WHO", "who changes what is remembered, for the journal; otherwise the user's name");
    tool.environment("EDITOR", "what edit starts; VISUAL comes before it, vi after it");
    tool.file("$XDG_DATA_HOME/llm-utils/memory.db", "the memory");
    tool.see_also("llm-ask(1)").see_also("llm-cache(1)").see_also("llm-record(5)").see_also("llm-utils(7)");
    tool.completes(Complete::space, [&tool](std::string_view prefix) {
        MemSession s{tool, {}, Access::read};
        std::vector<Candidate> out;
        for (const std::string& name : s.store.spaces())
            if (name.starts_with(prefix)) out.push_back({name, {}});
        return out;
    });
}

}  // namespace llm
