/// What every verb opens, and the options they share.
#pragma once

#include "base/environment.hpp"
#include "base/loop.hpp"
#include "base/settings.hpp"
#include "call/embedding.hpp"
#include "cli/groups.hpp"
#include "cli/tool.hpp"
#include "mem/store.hpp"
#include "mem/vectors.hpp"

#include <optional>
#include <string>
#include <vector>

namespace llm {

struct StoreFlags {
    std::string store;                 ///< setting `mem.path`
    std::optional<std::string> space;  ///< --namespace
    std::string embedder;              ///< setting `mem.embedder`
    std::string who, why;
};

/// --store, --namespace
void store_options(Verb&, StoreFlags&);
/// --embedder
void embedder_option(Verb&, StoreFlags&);
/// --why, --embedder: for verbs that change something.
void author_options(Verb&, StoreFlags&);

/// Which passages, as given on the command line.
struct SelectFlags {
    std::vector<std::string> tags;
    std::string source, from, to;
    bool pinned = false;
};
void select_options(Verb&, SelectFlags&);

/// Lets a function-local variable serve as a verb's flags: they live as long as the program.
template <typename Flags>
Flags& flags_of_verb() {
    static Flags flags;
    return flags;
}

struct MemSession {
    MemSession(const Tool&, const StoreFlags&, Access);

    /// --namespace, or "default".
    std::string space() const { return space_.value_or(std::string{default_space}); }
    PassageSelection selection(const SelectFlags&) const;
    /// The passages a person names: numbers as ls shows them, or records' own ids. Throws Error{usage} where one is not there.
    std::vector<Passage> named(const std::vector<std::string>& ids);

    /// Commits, and makes the vectors that a server makes and that are missing. Where the server is away that is said, and done later: the
    /// passages are kept and found by words.
    void finish();

    bool quiet = false;  ///< -q
    Environment environment;
    Settings settings;
    Loop loop;
    MemStore store;
    Embedding embedding;
    Vectors vectors;

private:
    EmbeddingOptions embedding_options(const Tool&) const;
    std::optional<std::string> space_;
};

/// Writes "llm-mem: …" on stderr.
void say(const Tool&, std::string_view text);

/// synopsis, examples, files
void declare_page(Tool&);

}  // namespace llm
