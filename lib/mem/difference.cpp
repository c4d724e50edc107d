#include "mem/difference.hpp"

#include "mem/passage_json.hpp"
#include "text/similarity.hpp"

namespace llm {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    std::size_t at = 0;
    while (at <= text.size()) {
        const std::size_t end = text.find('\n', at);
        out.push_back(text.substr(at, end == std::string::npos ? end : end - at));
        if (end == std::string::npos) break;
        at = end + 1;
    }
    return out;
}

}  // namespace

std::vector<DifferentLine> difference(const PassageVersion& older, const PassageVersion& newer) {
    std::vector<DifferentLine> out;
    const Json a = json_of(older.passage), b = json_of(newer.passage);
    for (const auto& [name, value] : a.items())
        if (name != "text" && member(b, name) != value) out.push_back({'-', name + ": " + dump(value)});
    for (const auto& [name, value] : b.items())
        if (name != "text" && member(a, name) != value) out.push_back({'+', name + ": " + dump(value)});
    const std::vector<std::string> old_lines = older.alive ? lines_of(older.passage.text) : std::vector<std::string>{};
    const std::vector<std::string> new_lines = newer.alive ? lines_of(newer.passage.text) : std::vector<std::string>{};
    std::size_t i = 0, j = 0;
    const auto until = [&](std::size_t to_i, std::size_t to_j) {
        for (; i < to_i; ++i) out.push_back({'-', old_lines[i]});
        for (; j < to_j; ++j) out.push_back({'+', new_lines[j]});
    };
    for (const auto& [x, y] : common_subsequence(old_lines, new_lines)) {
        until(x, y);
        out.push_back({' ', old_lines[x]});
        ++i;
        ++j;
    }
    until(old_lines.size(), new_lines.size());
    return out;
}

}  // namespace llm
