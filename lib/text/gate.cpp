#include "text/gate.hpp"

#include "text/asking.hpp"
#include "text/content.hpp"
#include "text/facts.hpp"
#include "text/gate_words.hpp"
#include "text/links.hpp"
#include "text/normalise.hpp"
#include "text/order.hpp"
#include "text/polarity.hpp"
#include "text/signs.hpp"

#include <fmt/format.h>

#include <array>

namespace llm {

std::string_view name(Difference d) noexcept {
    constexpr auto names = std::to_array<std::string_view>({"number", "unit", "negation", "antonym", "name", "quote", "date", "language",
                                                            "order", "sign", "question", "modality", "tense", "person", "link", "word"});
    return names[static_cast<std::size_t>(d)];
}

std::string spelling(const Refusal& r) {
    return fmt::format("{}: '{}' / '{}'", name(r.kind), r.left, r.right);
}

namespace {

using TextWords = std::vector<GateWord>;

std::optional<Refusal> meanings_differ(std::string_view a, const TextWords& words_a, std::string_view b, const TextWords& words_b) {
    if (auto found = facts_differ(a, words_a, b, words_b)) return found;
    if (auto found = order_differs(a, words_a, b, words_b)) return found;
    return polarity_differs(words_a, words_b);
}

}  // namespace

std::optional<Refusal> differs(std::string_view a, std::string_view b) {
    if (canonical(a) == canonical(b)) return std::nullopt;
    return meanings_differ(a, gate_words(a), b, gate_words(b));
}

std::optional<Refusal> questions_differ(std::string_view a, std::string_view b, WordLikeness likeness) {
    if (canonical(a) == canonical(b)) return std::nullopt;
    const TextWords words_a = gate_words(a), words_b = gate_words(b);
    if (auto found = meanings_differ(a, words_a, b, words_b)) return found;
    if (auto found = signs_differ(a, b)) return found;
    if (auto found = asking_differs(words_a, words_b)) return found;
    if (auto found = links_differ(words_a, words_b)) return found;
    return content_differs(words_a, words_b, likeness);
}

}  // namespace llm
