#include "embedders/table/format.hpp"

// The assembler copies the file into read-only data, so it is mapped, shared and paged like code.
// LLM_WORD_TABLE is the file's path (lib/embedders/layer.cmake).
__asm__(
    ".pushsection .rodata\n"
    ".balign 64\n"
    ".globl llm_word_table\n"
    ".hidden llm_word_table\n"
    "llm_word_table:\n"
    ".incbin \"" LLM_WORD_TABLE "\"\n"
    ".globl llm_word_table_end\n"
    ".hidden llm_word_table_end\n"
    "llm_word_table_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" {
extern const std::byte llm_word_table[];
extern const std::byte llm_word_table_end[];
}

namespace llm::table {

std::span<const std::byte> linked() noexcept {
    return {llm_word_table, llm_word_table_end};
}

}  // namespace llm::table
