/// What a run with `--resume FILE` has finished, so that the same run after a crash asks only for the rest.
///
/// The file, JSON Lines, append-only: `{"key": HEX16, "record": {…}}`. The key is the hash of the input line (or of id and completed request), of how
/// many equal ones came before it, and of the salt. A cut last line (power loss) is dropped when the file is opened again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace llm {

class Resume {
public:
    /// Opens or makes the file, 0600, and locks it. Throws Error{io} or Error{locked} naming it.
    Resume(std::string path, std::string_view salt);
    ~Resume();
    Resume(const Resume&) = delete;
    Resume& operator=(const Resume&) = delete;

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
    void sync_folder() const;
    struct Place {
        std::uint64_t at, size;
    };
    std::string path_;
    std::uint64_t salt_;
    int fd_ = -1;
    std::uint64_t end_ = 0;
    std::string pending_;
    bool unsynced_ = false;
    std::unordered_map<std::uint64_t, Place> done_;
    std::unordered_map<std::uint64_t, std::uint32_t> seen_;
};

}  // namespace llm
