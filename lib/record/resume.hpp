/// What a run with `--resume FILE` has finished, so that the same run after a crash asks only for the rest.
///
/// The file, JSON Lines, append-only:
///
///     file  = head *entry            ; files of before the head had a name begin with an entry
///     head  = {"llm-utils":"resume","version":2} LF
///     entry = {"key":"HEX16","sum":"HEX16","record":RECORD} LF     ; files of before have no sum
///
/// The key is the hash of the input line (or of id and completed request), of how many equal ones came before it, and of the salt; the sum that of the
/// record's bytes (XXH3, seeded with the key).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace llm {

/// A set of hashes, ten to twenty bytes each.
class HashSet {
public:
    /// False where it was there already.
    bool insert(std::uint64_t hash);

private:
    struct Shard {
        std::vector<std::uint64_t> slots;  ///< a power of two of them, 0: free
        std::size_t used = 0;
    };
    static bool put(Shard&, std::uint64_t hash);
    std::array<Shard, 256> shards_;  ///< each grows by itself: no moment at which all of it is there twice
};

class Resume {
public:
    /// Opens or makes the file, 0600, and locks it. A last line that a kill or a power loss has cut short is taken off; nothing else ever is.
    /// Throws Error{config} where the file is another one, which is left as it is, Error{io} or Error{locked}, each naming it.
    Resume(std::string path, std::string_view salt);
    ~Resume();
    Resume(const Resume&) = delete;
    Resume& operator=(const Resume&) = delete;

    /// Lines that are no entries (a flipped byte, somebody's own). They stay where they are, and what they held is asked again.
    long broken() const noexcept { return broken_; }

    /// The key of the next occurrence of this input line, or of whatever tells questions apart.
    std::uint64_t key(std::string_view line);
    /// The finished record of that key, read back from the file; false where there is none.
    bool find(std::uint64_t key, std::string& record) const;
    void add(std::uint64_t key, std::string_view record);
    /// Everything added so far survives this process being killed afterwards.
    void save();
    /// Everything added so far survives power loss afterwards.
    void sync();

private:
    void read();
    void make_new();
    void sync_folder() const;
    struct Place {
        std::uint64_t key, at;  ///< of its line
    };
    /// The last entry of that key, or the end.
    std::deque<Place>::const_iterator place(std::uint64_t key) const;
    std::string path_;
    std::uint64_t salt_;
    int fd_ = -1;
    std::string pending_;
    bool unsynced_ = false;
    long broken_ = 0;
    std::deque<Place> done_;                                  ///< by key; a deque, because it grows without being there twice
    std::vector<bool> asked_;                                 ///< of `done_`: its question has come
    HashSet seen_;                                            ///< other questions that have come
    std::unordered_map<std::uint64_t, std::uint32_t> again_;  ///< how many came, of those that came more than once
};

}  // namespace llm
