/// Which language a text is in, at a glance.
#pragma once

#include <string_view>

namespace llm {

enum class Certainty { none, likely, sure };

/// `code` is ISO 639-1 and static storage, empty where nothing can be said.
struct Language {
    std::string_view code;
    Certainty certainty = Certainty::none;
};

/// By script (zh ja ko ru uk el ar fa he hi bn ta th hy ka) and, for Latin letters, by a few dozen
/// function words and letters of en de fr es it pt nl sv da no pl cs tr vi id ro. Sure only with several
/// words of evidence and no near rival; a few words without function words give nothing.
Language guess_language(std::string_view);

}  // namespace llm
