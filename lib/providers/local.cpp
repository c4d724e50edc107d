#include "providers/local.hpp"

#include "base/utf8.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::string_view spaces = " \n\t\r";
constexpr std::size_t shown_bytes = 60;

}  // namespace

void stream_words(const Request& request, std::string_view text, const DeltaSink& sink) {
    if (!request.stream || !sink) return;
    while (!text.empty()) {
        const std::size_t word = std::min(text.find_first_not_of(spaces), text.size());
        const std::size_t end = std::min(text.find_first_of(spaces, word), text.size());
        const std::size_t next = std::min(text.find_first_not_of(spaces, end), text.size());
        sink({Delta::Kind::text, text.substr(0, next)});
        text.remove_prefix(next);
    }
}

std::string question_shown(const Request& request) {
    for (auto turn = request.messages.rbegin(); turn != request.messages.rend(); ++turn) {
        if (turn->role != Role::user) continue;
        std::string text = sanitise_utf8(turn->text());
        std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
        if (text.size() <= shown_bytes) return fmt::format("'{}'", text);
        return fmt::format("'{}…'", truncate_utf8(text, shown_bytes));
    }
    return "a request without a user turn";
}

}  // namespace llm
