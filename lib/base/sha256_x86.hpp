/// SHA-256 by the processor's own instructions (Intel SHA extensions): some six times the speed of portable code,
/// which the cache's look-ups notice.
#pragma once

#include "base/hash.hpp"

namespace llm {

/// True where this processor has them.
bool sha256_in_hardware() noexcept;
/// To be called only where it has.
Sha256Sum sha256_x86(std::string_view bytes);

}  // namespace llm
