/// A piece of a text by its bytes.
#pragma once

#include <cstddef>
#include <string_view>

namespace llm {

/// Bytes [begin, end) of some text; never empty where a function of this layer returns it.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;

    std::size_t size() const noexcept { return end - begin; }
    std::string_view of(std::string_view text) const noexcept { return text.substr(begin, end - begin); }
    bool operator==(const Span&) const = default;
};

}  // namespace llm
