/// The gate between two questions' texts, and texts that are made of a template's values.
#pragma once

#include <string>
#include <string_view>

namespace llm {

/// Stands between the values of a template in a question's text, so that each is compared with its own counterpart.
inline constexpr char field_mark = '\x1e';
/// The same for people: a line a value.
std::string without_marks(std::string text);
/// The other way round, where `text` has as many lines as `stored` has values.
std::string with_marks_of(std::string_view stored, std::string text);

enum class Gating {
    off,
    answers,    ///< what differs must not be a fact (text/gate.hpp, differs); where entries learn which questions they answer, they learn which words matter too
    questions,  ///< word must be held to word (text/gate.hpp, questions_differ)
};

/// Why an answer to `stored` is not one to `asked`; empty where nothing tells them apart. Of several values of a template those of a few words are choices and
/// must be the same.
std::string held_apart(std::string_view asked, std::string_view stored, Gating);

}  // namespace llm
