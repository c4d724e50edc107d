#include "listing.hpp"
#include "run.hpp"
#include "session.hpp"

#include "base/error.hpp"
#include "cli/terminal.hpp"

#include <set>

namespace llm {
namespace {

constexpr std::size_t listed = 20, digits_needed = 6;

/// What would go, or goes: told one by one (with --json all of it), then counted.
class Removal {
public:
    Removal(CacheStore& store, const CacheFlags& f) : store_(store), f_(f) {}

    void add(const EntryInfo& e) {
        if (!rows_.insert(e.row).second) return;
        bytes_ += e.bytes;
        if (f_.json) put(dump(row_of(e)) + "\n");
        else if (!f_.yes && rows_.size() <= listed) put(fmt::format("{}  {}  {}\n", e.key.substr(0, 12), e.space, one_line(e.question)));
    }
    std::size_t size() const { return rows_.size(); }
    void carry_out() {
        if (f_.yes) {
            remove_entries(store_, {rows_.begin(), rows_.end()});
            store_.forget_leases();
            try {
                store_.give_back_space();
            } catch (const Error& e) {  // the entries are gone all the same
                if (e.fault != Fault::locked && e.fault != Fault::io) throw;
            }
        }
        if (f_.json) return put(dump(Json{{f_.yes ? "removed" : "would_remove", rows_.size()}, {"bytes", bytes_}}) + "\n");
        if (!f_.yes && rows_.size() > listed) put(fmt::format("and {} more\n", rows_.size() - listed));
        put(fmt::format("{} {} entries, about {} bytes{}\n", f_.yes ? "removed" : "would remove", rows_.size(), bytes_, f_.yes || rows_.empty() ? "" : "; --yes does it"));
    }

private:
    CacheStore& store_;
    const CacheFlags& f_;
    std::set<std::int64_t> rows_;
    std::int64_t bytes_ = 0;
};

int flush(const CacheFlags& f, CacheStore& store) {
    if (f.model || !f.tags.empty() || !f.older.empty() || f.expired || f.all)
        throw Error(Fault::usage, "--flush is for all of the cache, or with --namespace for all of that; what else is selected goes by --yes alone");
    const auto there = store.db().value<int>("SELECT 1 FROM space WHERE ?1 IS NULL OR name = ?1 LIMIT 1", f.space);
    if (f.space && !there) {
        put(fmt::format("there is no namespace {}\n", *f.space));
        return 1;
    }
    if (f.yes) begin_epoch(store, f.space);
    put(fmt::format("nothing stored so far{} {}\n", f.space ? " in namespace " + *f.space : "", f.yes ? "is found from now on" : "would be found any more; --yes does it"));
    return 0;
}

}  // namespace

int remove(const Tool& tool, const CacheFlags& f) {
    if (f.keys.empty()) throw Error(Fault::usage, "which entries? give the beginning of their keys; llm-cache prune removes by tag, age and namespace");
    CacheSession s{tool, f, Access::write};
    Removal going{s.store, f};
    bool all = true;
    for (const std::string& key : f.keys) {
        Selection wanted = selection_of(f, s.store);
        wanted.key = key_beginning(key);
        std::set<std::string> keys;
        list_entries(s.store, wanted, [&](const EntryInfo& e) {
            keys.insert(e.key);
            if (f.yes && key.size() < digits_needed)
                throw Error(Fault::usage, "'{}' may become the beginning of several keys; with --yes give {} digits or more", key, digits_needed);
            if (f.yes && keys.size() > 1) throw Error(Fault::usage, "several keys begin with {}; give more of it", key);
            return true;
        });
        if (keys.empty()) say_as(tool)(fmt::format("no key begins with {}", key));
        all = all && !keys.empty();
    }
    for (const std::string& key : f.keys) {
        Selection wanted = selection_of(f, s.store);
        wanted.key = key;
        list_entries(s.store, wanted, [&going](const EntryInfo& e) {
            going.add(e);
            return true;
        });
    }
    if (going.size() > 0) going.carry_out();
    return all ? 0 : 1;
}

int prune_cache(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::write};
    if (f.flush) return flush(f, s.store);
    Selection wanted = selection_of(f, s.store);
    // A namespace alone says where, not what: the living go only where they are named.
    const bool by_something = f.model || !f.tags.empty() || !f.older.empty();
    if (!by_something && !f.all) wanted.only = Selection::Only::stale;
    Removal going{s.store, f};
    list_entries(s.store, wanted, [&going](const EntryInfo& e) {
        going.add(e);
        return true;
    });
    going.carry_out();
    return 0;
}

}  // namespace llm
