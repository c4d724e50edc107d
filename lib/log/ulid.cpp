#include "log/ulid.hpp"

#include <random>
#include <string_view>

namespace llm {

std::string new_ulid(std::int64_t microseconds) {
    constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    constexpr std::size_t time_digits = 10, digits = 26;
    std::string text(digits, '0');
    auto time = static_cast<std::uint64_t>(microseconds / 1000);
    for (std::size_t i = time_digits; i-- > 0; time >>= 5) text[i] = alphabet[time & 31];
    std::random_device random;
    for (std::size_t i = time_digits; i < digits; ++i) text[i] = alphabet[random() & 31];
    return text;
}

}  // namespace llm
