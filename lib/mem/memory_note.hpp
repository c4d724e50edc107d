/// What llm-mem says to the model about its memory: one element at the end of the system text, so that it is found again, taken out and made
/// anew at every step, and so that servers that allow one system turn only are content.
///
///     <memory conversation="NAME" through="TURN">
///     <core>…blocks…</core>
///     <summary>…</summary>
///     <note>…</note>
///     </memory>
#pragma once

#include "mem/passage.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct MemoryNote {
    std::string conversation;    ///< may be empty
    std::int64_t through = 0;    ///< turn up to which `summary` stands for the conversation; 0: there is none
    std::vector<Block> blocks;
    std::string summary;
    std::string warning;

    bool empty() const { return blocks.empty() && summary.empty() && warning.empty(); }
};

/// The element's text; "" for an empty note.
std::string text_of(const MemoryNote&);

/// The system text without the element, and what its attributes said.
struct Stripped {
    std::string text;
    bool found = false;
    std::string conversation;
    std::int64_t through = 0;
    std::string summary, warning;
};
Stripped strip_memory(std::string_view system);

/// `system` with the element behind it.
std::string with_memory(std::string_view system, const MemoryNote&);

/// What the model reads when its context is nearly full. `can_write`: it has functions to save what matters.
std::string pressure_note(int percent, bool can_write);

}  // namespace llm
