#include "text/refusal.hpp"

#include "text/normalise.hpp"

#include <array>
#include <string>

namespace llm {
namespace {

// Folded. What opens an answer that declines; anywhere in its first sentences.
constexpr auto refusal_wordings = std::to_array<std::string_view>({
    "i can't assist",
    "i cannot assist",
    "i can't help with",
    "i cannot help with",
    "i'm unable to",
    "i am unable to",
    "i'm not able to",
    "i am not able to",
    "i can't provide",
    "i cannot provide",
    "i can't fulfill",
    "i cannot fulfill",
    "i can't fulfil",
    "i cannot fulfil",
    "i can't comply",
    "i cannot comply",
    "i can't do that",
    "i cannot do that",
    "i can't create",
    "i cannot create",
    "i can't generate",
    "i cannot generate",
    "i can't answer that",
    "i cannot answer that",
    "i can't share",
    "i cannot share",
    "i can't support",
    "i cannot support",
    "i can't engage",
    "i cannot engage",
    "i can't participate",
    "i cannot participate",
    "i can't discuss",
    "i cannot discuss",
    "i can't in good conscience",
    "i cannot in good conscience",
    "i won't be able to",
    "i won't help",
    "i will not help",
    "i won't provide",
    "i will not provide",
    "i must decline",
    "i have to decline",
    "i respectfully decline",
    "i decline to",
    "i refuse to",
    "i'm sorry, but i",
    "i am sorry, but i",
    "i'm sorry, i can",
    "sorry, but i can",
    "sorry, i can't",
    "sorry, i cannot",
    "i apologize, but",
    "i apologise, but",
    "as an ai language model, i",
    "as an ai, i can",
    "as an ai, i'm not",
    "as an ai assistant, i can",
    "it would be inappropriate for me",
    "it is against my programming",
    "against my guidelines",
    "not comfortable with",
    "i'm not comfortable",
    "i am not comfortable",
    "i don't feel comfortable",
    "i'm not programmed to",
    "i am not programmed to",
    "not something i can help",
    "unable to fulfill your request",
    "unable to assist with",
    "can't help you with that",
    "cannot help you with that",
    "ich kann dir dabei nicht helfen",
    "ich kann ihnen dabei nicht helfen",
    "ich kann dabei nicht helfen",
    "dabei kann ich nicht helfen",
    "das kann ich nicht tun",
    "tut mir leid, aber",
    "es tut mir leid, aber",
    "je ne peux pas",
    "je suis désolé, mais",
    "je suis désolée, mais",
    "désolé, mais je",
    "je ne suis pas en mesure",
    "lo siento, pero",
    "no puedo ayudar",
    "no puedo proporcionar",
    "no puedo cumplir",
});
constexpr std::size_t opening = 400;  // bytes

std::string with_straight_quotes(std::string_view text) {
    std::string out = fold(text);
    for (const std::string_view curly : {"\xE2\x80\x99", "\xE2\x80\x98"})
        for (std::size_t at = out.find(curly); at != std::string::npos; at = out.find(curly, at))
            out.replace(at, curly.size(), "'");
    return out;
}

}  // namespace

std::optional<RefusalWording> refusal_wording(std::string_view answer) {
    const std::string start = with_straight_quotes(answer.substr(0, opening));
    for (const std::string_view wording : refusal_wordings)
        if (const std::size_t at = start.find(wording); at != std::string::npos) return RefusalWording{wording, at};
    return std::nullopt;
}

}  // namespace llm
