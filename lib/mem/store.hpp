/// The memory's store: one SQLite file that any number of processes read and write, and that survives power loss.
///
/// Append-only underneath. Whatever changes a passage or a core block is a *change* (who, when, why) with one *version* of each thing it
/// touched; the present state is what the last versions say (schema/0001_passages.sql). So nothing is ever lost, and undo() can take
/// back any one change.
///
///     MemStore store{path, Access::write, {.who = "anna"}};
///     store.begin("edit", "a typing error");           // opens the transaction; all that follows belongs to this change
///     Passage p = *store.find(17);
///     p.text = "…";
///     store.write(p);
///     store.settle();                                   // commits; what it returned from is on disk
///
/// Words are indexed in the same transaction, vectors as soon as an embedder is at hand (mem/vectors.hpp).
/// Further tables of this layer are further files in schema/ (0004_…); nothing released is edited.
#pragma once

#include "base/environment.hpp"
#include "mem/passage.hpp"
#include "store/lease.hpp"
#include "store/transaction.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

std::span<const Migration> mem_schema();

struct MemOptions {
    std::string who;               ///< stands in each change
    Leases::Now now = Leases::wall_clock;
};

/// $LLMUTILS_WHO, else the name of the user, else "somebody".
std::string author(const Environment&);

/// Which passages; all that is given must hold.
struct PassageSelection {
    std::optional<std::string> space;
    std::vector<std::string> tags;     ///< any of them
    std::string source;                ///< exact, or a glob (*, ?, [)
    std::optional<std::int64_t> from, to;  ///< time of the fact in [from, to)
    std::optional<std::int64_t> document;
    enum class Pins { any, only } pins = Pins::any;
};

class MemStore {
public:
    /// Creates and migrates it. Throws as Database and migrate do.
    MemStore(const std::filesystem::path&, Access, MemOptions);
    ~MemStore();  ///< what was not settled is rolled back
    MemStore(const MemStore&) = delete;
    MemStore& operator=(const MemStore&) = delete;

    // ---- reading ------------------------------------------------------------------------------------------
    std::optional<Passage> find(std::int64_t id);
    /// By the record's own id: `ref` as people write it ("D1:3", 17) or as JSON.
    std::vector<Passage> find_ref(std::string_view space, std::string_view ref);
    /// In order of id, until `each` says false.
    enum class From { oldest, newest };
    void each(const PassageSelection&, From, const std::function<bool(const Passage&)>& each);
    /// The passages of a document in its order; [first, last] of their ordinals.
    std::vector<Passage> neighbours(std::int64_t document, std::int64_t first, std::int64_t last);
    /// The oldest first.
    std::vector<PassageVersion> history(std::int64_t passage);
    std::optional<PassageVersion> version(std::int64_t id);
    /// The newest first, at most `limit`; of one passage where one is given.
    std::vector<Change> changes(std::size_t limit, std::optional<std::int64_t> passage = {});
    std::optional<Change> change(std::int64_t id);
    std::vector<PassageVersion> versions_of(std::int64_t change);
    std::int64_t count(std::optional<std::string_view> space = {});
    std::vector<std::string> spaces();
    /// 0 where there is none.
    std::int64_t space_id(std::string_view name);

    // ---- changing: begin(), then any of these, then settle() -----------------------------------------------
    /// Opens the transaction and a change; its row is written with the first version. Within an open transaction: another change.
    void begin(std::string_view verb, std::string_view why = {});
    /// Opens the transaction where none is open.
    void writing();
    bool is_writing() const { return transaction_.has_value(); }
    std::int64_t space_to_write(std::string_view name);
    /// The document of that key, made where there is none. `source` becomes its source.
    std::int64_t document(std::string_view space, std::string_view key, std::string_view source);
    /// Stores a new passage (id 0; `document` must be set, `time` 0 means now), or a new version of an old one. Nothing is written
    /// where nothing differs. Returns and sets the id.
    std::int64_t write(Passage&);
    /// Removes it from the present; false where it is not there.
    bool erase(std::int64_t id);
    /// A fact replaced by a newer one: `until` is set (now where `at` is none), the passage stays.
    bool supersede(std::int64_t id, std::optional<std::int64_t> at = {});
    /// Sets everything the change touched to what it was before, as a change of its own; its id. Throws Error{usage} where there is no such
    /// change, it was taken back already, or a later one has touched the same things (it is named).
    std::int64_t undo(std::int64_t change, std::string_view why = {});
    /// The newest change that is no undo and has not been taken back.
    std::optional<std::int64_t> last_in_force();
    /// The id of the change begun, 0 where it has written nothing.
    std::int64_t changed() const { return change_; }
    /// Commits. What follows until the next begin() belongs to the same change still.
    void settle();
    /// Runs `work` so that all of it is kept, or, where it throws, nothing; what was done before is not touched.
    template <typename Work>
    void attempt(const Work& work) {
        writing();
        const std::int64_t change = change_;
        Transaction part{db_};
        try {
            work();
        } catch (...) {
            change_ = change;
            throw;
        }
        part.commit();
    }
    /// Called before each commit: vectors are made here.
    void before_commit(std::function<void()> f) { before_commit_ = std::move(f); }

    // ---- core blocks (mem/core_blocks makes them what they are) ---------------------------------------------
    std::optional<Block> block(std::string_view space, std::string_view label);
    std::vector<Block> blocks(std::string_view space);  ///< by label
    /// Throws Error{data} where the value is longer than its bound. Within a change, as write().
    void set_block(std::string_view space, const Block&);
    bool erase_block(std::string_view space, std::string_view label);

    /// Everything wrong: damaged pages, a present state that differs from what the versions say, words without passages and the other
    /// way round. Reads all of it.
    std::vector<std::string> problems();

    Database& db() noexcept { return db_; }
    std::int64_t now() const { return options_.now(); }
    const std::string& who() const noexcept { return options_.who; }

private:
    std::int64_t change_row();
    std::int64_t put_version(const Passage&, bool alive, std::int64_t space);
    void forget(const Passage& as_it_stands);
    void forget_words(const Passage& as_it_stands);
    void forget_vector(std::int64_t id, std::int64_t space);
    void show(const Passage&, std::int64_t space);
    void show_words(const Passage&);
    void put_block(std::int64_t space, const Block&, bool alive);
    void restore(const PassageVersion&);

    Database db_;
    MemOptions options_;
    std::optional<Transaction> transaction_;
    std::function<void()> before_commit_;
    std::map<std::string, std::int64_t, std::less<>> spaces_;
    std::string verb_, why_;
    std::int64_t change_ = 0, undoes_ = 0;
};

/// The sets of vectors (index/index.hpp) of a space.
std::string vector_space_of(std::int64_t space);

}  // namespace llm
