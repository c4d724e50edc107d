#include "route/counting.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace llm {

float log_of(std::size_t n) { return static_cast<float>(std::log1p(static_cast<double>(n))); }

bool word_byte(char c) noexcept {
    const auto u = static_cast<unsigned char>(c);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || u >= 0x80;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < text.size();) {
        if (!word_byte(text[i])) {
            ++i;
            continue;
        }
        std::string word;
        bool number = true;
        while (i < text.size() && word_byte(text[i])) {
            const char c = text[i++];
            number = number && c >= '0' && c <= '9';
            word += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
        }
        words.push_back(number ? "0" : std::move(word));
    }
    return words;
}

std::size_t count_any(const std::vector<std::string>& words, std::initializer_list<std::string_view> wanted) {
    return static_cast<std::size_t>(std::count_if(words.begin(), words.end(), [&](const std::string& w) {
        return std::find(wanted.begin(), wanted.end(), w) != wanted.end();
    }));
}

std::size_t count_text(std::string_view text, std::string_view what) {
    std::size_t n = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos;
         at = text.find(what, at + what.size()))
        ++n;
    return n;
}

std::size_t count_marks(std::string_view text, std::string_view marks) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [&](char c) { return marks.find(c) != std::string_view::npos; }));
}

}  // namespace llm
