#include "chat/cassette.hpp"

#include "base/utf8.hpp"
#include "chat/canonical.hpp"
#include "chat/error_json.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace llm {
namespace {

/// line    = {"key", "model", "request", "completion" or "error", "deltas"}
/// key     = 64 hexadecimal digits: request_key(request, "")
/// model   = text, as it was asked for
/// request = {"messages": [{"role", "text"}…]}: for people; the text is cut, media are their types in brackets
/// completion = chat/completion.hpp's shape; error = chat/error_json.hpp's
/// deltas  = [text or {"reasoning": text}…], left out where the answer was not streamed
///
/// The members above come in this order where we wrote the line, so that `key_of` need not parse it.
constexpr std::string_view line_start = "{\"key\":\"";
constexpr std::size_t key_size = 64;

Chunk chunk_of(const Json& j) {
    if (j.is_string()) return {Delta::Kind::text, j.get<std::string>()};
    return {Delta::Kind::reasoning, text_of(j, "reasoning")};
}

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream content;
    if (in) content << in.rdbuf();
    if (!in || std::filesystem::is_directory(path))
        throw Error(Fault::io, "cannot read the cassette {}: {}; record one with --record {}", path.string(),
                    std::strerror(errno ? errno : EIO), path.string());
    return std::move(content).str();
}

}  // namespace

Cassette::Cassette(std::filesystem::path path) : path_(std::move(path)), content_(read_file(path_)) {
    for (std::size_t at = 0, number = 1; at < content_.size(); ++number) {
        const std::size_t end = std::min(content_.find('\n', at), content_.size());
        const Line line{at, end - at, number};
        at = end + 1;
        const std::string_view text = std::string_view(content_).substr(line.start, line.length);
        if (text.find_first_not_of(" \t\r") == text.npos) continue;
        const bool unfinished = end == content_.size();
        if (unfinished && !Json::accept(text)) break;
        entries_[key_of(line)].lines.push_back(line);
        ++size_;
    }
}

std::string Cassette::key_of(const Line& line) const {
    const std::string_view text = std::string_view(content_).substr(line.start, line.length);
    const std::size_t after = line_start.size() + key_size;
    if (text.starts_with(line_start) && text.size() > after && text[after] == '"' && text.back() == '}') {
        const std::string_view key = text.substr(line_start.size(), key_size);
        if (is_hex(key)) return std::string{key};
    }
    const Json j = read_json(text);
    if (j.is_discarded())
        throw Error(Fault::data, "the cassette {}, line {}, is no JSON: {}", path_.string(), line.number,
                    truncate_utf8(text, 60));
    if (!member(j, "key").is_string())
        throw Error(Fault::data, "the cassette {}, line {}, has no `key`", path_.string(), line.number);
    return text_of(j, "key");
}

Take Cassette::take(const Line& line) const {
    const std::string_view text = std::string_view(content_).substr(line.start, line.length);
    const Json j = read_json(text);
    try {
        if (j.is_discarded()) throw Error(Fault::data, "it is no JSON");
        Take take;
        take.model = text_of(j, "model");
        if (const Json& error = member(j, "error"); !error.is_null())
            take.error = error_of(error);
        else
            take.completion = completion_of(member(j, "completion"));
        for (const Json& delta : member(j, "deltas")) take.deltas.push_back(chunk_of(delta));
        return take;
    } catch (const Error& error) {
        throw Error(Fault::data, "the cassette {}, line {}: {}", path_.string(), line.number, error.what());
    }
}

std::optional<Take> Cassette::next(const Request& request, std::string_view model) {
    const auto found = entries_.find(request_key(request, ""));
    if (found == entries_.end()) return std::nullopt;
    auto& [lines, next] = found->second;
    auto played = next.find(model);
    std::size_t i = played == next.end() ? 0 : played->second;
    for (; i < lines.size(); ++i) {
        Take answer = take(lines[i]);
        if (!model.empty() && answer.model != model) continue;
        next.insert_or_assign(std::string{model}, i + 1);
        return answer;
    }
    if (played == next.end()) return std::nullopt;
    for (std::size_t last = lines.size(); last-- > 0;) {
        Take answer = take(lines[last]);
        if (model.empty() || answer.model == model) return answer;
    }
    return std::nullopt;
}

}  // namespace llm
