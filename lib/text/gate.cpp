#include "text/gate.hpp"

#include "text/asking.hpp"
#include "text/content.hpp"
#include "text/facts.hpp"
#include "text/gate_words.hpp"
#include "text/links.hpp"
#include "text/normalise.hpp"
#include "text/notation.hpp"
#include "text/order.hpp"
#include "text/polarity.hpp"
#include "text/scope.hpp"
#include "text/sentences.hpp"
#include "text/signs.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <unordered_map>

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

/// What is left of a text where the sentences are cut out that both have.
std::string without_common(std::string_view text, std::string_view other) {
    std::unordered_map<std::string, std::size_t> theirs;
    for (const Span& s : split_sentences(other)) ++theirs[canonical(s.of(other))];
    std::string out;
    for (const Span& s : split_sentences(text)) {
        const auto same = theirs.find(canonical(s.of(text)));
        if (same != theirs.end() && same->second > 0) --same->second;
        else out.append(s.of(text)).push_back(' ');
    }
    return out;
}

std::optional<Refusal> answers_differ(std::string_view a, std::string_view b, WordLikeness likeness) {
    const TextWords words_a = gate_words(a), words_b = gate_words(b);
    if (auto found = meanings_differ(a, words_a, b, words_b)) return found;
    if (auto found = signs_differ(a, b)) return found;
    if (auto found = notation_differs(a, b)) return found;
    if (auto found = asking_differs(words_a, words_b)) return found;
    if (auto found = links_differ(words_a, words_b)) return found;
    if (auto found = scope_differs(words_a, words_b)) return found;
    return content_differs(words_a, words_b, likeness);
}

}  // namespace

std::optional<Refusal> differs(std::string_view a, std::string_view b) {
    if (canonical(a) == canonical(b)) return std::nullopt;
    return meanings_differ(a, gate_words(a), b, gate_words(b));
}

std::optional<Refusal> questions_differ(std::string_view a, std::string_view b, WordLikeness likeness) {
    if (canonical(a) == canonical(b)) return std::nullopt;
    if (auto found = answers_differ(a, b, likeness)) return found;
    // What a long text says beside the question must not hide what differs in the question.
    const std::string rest_a = without_common(a, b), rest_b = without_common(b, a);
    const bool shared = rest_a.size() + 2 < a.size() && rest_b.size() + 2 < b.size();
    if (!shared || rest_a.empty() || rest_b.empty()) return std::nullopt;
    return answers_differ(rest_a, rest_b, likeness);
}

}  // namespace llm
