/// One text for one meaning, for cache keys and comparison. Unicode 15 through utf8proc.
#pragma once

#include <string>
#include <string_view>

namespace llm {

/// Normalisation form C. Text that is not valid UTF-8 comes back as it is.
std::string nfc(std::string_view);

/// Case folded and compatibility-composed (NFKC of the folding): for comparing words, never for
/// showing. Ill-formed bytes become U+FFFD.
std::string fold(std::string_view);

/// The same text for the same meaning: NFC, a leading byte order mark dropped, lines ended by LF,
/// white space at the end of lines and blank lines at the end of the text dropped. Idempotent.
/// Leading white space, inner white space and case stay: they mean something in code and prose.
/// Distinct ill-formed texts stay distinct: a line that is not UTF-8 is trimmed, nothing else.
std::string canonical(std::string_view);

}  // namespace llm
