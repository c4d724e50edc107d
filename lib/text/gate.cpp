#include "text/gate.hpp"

#include "text/facts.hpp"
#include "text/gate_words.hpp"
#include "text/normalise.hpp"
#include "text/order.hpp"
#include "text/polarity.hpp"

#include <fmt/format.h>

#include <array>

namespace llm {

std::string_view name(Difference d) noexcept {
    constexpr std::array<std::string_view, 9> names{"number", "unit", "negation", "antonym", "name",
                                                    "quote", "date", "language", "order"};
    return names[static_cast<std::size_t>(d)];
}

std::string spelling(const Refusal& r) {
    return fmt::format("{}: '{}' / '{}'", name(r.kind), r.left, r.right);
}

std::optional<Refusal> differs(std::string_view a, std::string_view b) {
    if (canonical(a) == canonical(b)) return std::nullopt;
    const std::vector<GateWord> words_a = gate_words(a), words_b = gate_words(b);
    if (auto found = facts_differ(a, words_a, b, words_b)) return found;
    if (auto found = order_differs(a, words_a, b, words_b)) return found;
    return polarity_differs(words_a, words_b);
}

}  // namespace llm
