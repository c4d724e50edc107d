/// Answers of models kept in a file, so that chains and evaluations run again without network, bit for bit.
///
/// A cassette is JSON Lines, one answer a line; its grammar stands in cassette.cpp. Answers are found by
/// `request_key(request, "")` (chat/canonical.hpp), whatever model gave them.
#pragma once

#include "base/error.hpp"
#include "chat/completion.hpp"
#include "chat/provider.hpp"
#include "chat/request.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace llm {

/// A piece of a streamed answer, owned.
struct Chunk {
    Delta::Kind kind = Delta::Kind::text;
    std::string text;
    friend bool operator==(const Chunk&, const Chunk&) = default;
};

/// One answer as it was recorded: a completion, or the error instead.
struct Take {
    std::string model;  ///< as it was asked for
    Completion completion;
    std::vector<Chunk> deltas;  ///< as they came; empty where the answer was not streamed
    std::optional<Error> error;
};

class Cassette {
public:
    /// Reads the whole file. A last line without its end that is no JSON is taken for cut off and left out. Throws Error{io}
    /// where the file cannot be read, Error{data} with file and line for a line that is no answer.
    explicit Cassette(std::filesystem::path);

    /// The answer to this request by this model (by any where `model` is empty). The same request again gives the next
    /// answer recorded for it, and the last one ever after. Nothing where there is none. Throws Error{data} as above.
    std::optional<Take> next(const Request&, std::string_view model = {});

    std::size_t size() const noexcept { return size_; }

private:
    struct Line {
        std::size_t start, length, number;
    };
    struct Entry {
        std::vector<Line> lines;
        std::map<std::string, std::size_t, std::less<>> next;  ///< index of the line after the one played last, by model
    };
    Take take(const Line&) const;
    std::string key_of(const Line&) const;

    std::filesystem::path path_;
    std::string content_;
    std::unordered_map<std::string, Entry> entries_;
    std::size_t size_ = 0;
};

/// Appends to a cassette, creating it (0600). Several processes may write one file: each line is one write.
class CassetteWriter {
public:
    /// A last line that was cut off is removed first. Throws Error{io}.
    explicit CassetteWriter(std::filesystem::path);
    CassetteWriter(CassetteWriter&&) noexcept;
    CassetteWriter& operator=(CassetteWriter&&) = delete;
    ~CassetteWriter();  ///< as close(), without a word where that fails

    /// Throws Error{io}, naming the file; the file then ends with a whole line.
    void record(const Request&, const Take&);
    /// Brings everything to the disk. Throws Error{io}.
    void close();

private:
    std::filesystem::path path_;
    int file_ = -1;
};

}  // namespace llm
