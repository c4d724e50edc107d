/// What kind of thing a question asks for, and whether a sentence names one.
#pragma once

#include <cstdint>
#include <string_view>

namespace llm {

enum class AnswerType : std::uint8_t { any, person, time, number, place, reason };

/// By the first interrogative and the word it governs: who, when, how many, what year, where, why (English).
AnswerType answer_type(std::string_view question);

/// Whether the sentence names a thing of that type that the question does not name itself; never
/// true for `any`.
bool names(AnswerType, std::string_view sentence, std::string_view question);

}  // namespace llm
