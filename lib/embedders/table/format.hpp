/// The word table's file, as the trainer writes it and the builtin embedder reads it in place.
///
///     table  = header slots scales rows                     ; little-endian, no padding
///     header = see below, 64 bytes
///     slots  = slot{header.slots}                           ; open addressing, linear probing, a power of two
///     slot   = u32: 0 if empty, else print << 16 | (row + 1)
///     print  = the top 16 bits of the word's hash; its low bits say where probing starts
///     scales = u16{words + grams}                           ; a row's weight, at most 32767, in units the whole table shares
///     rows   = (i8{dimension}){words + grams}               ; row r stands for scales[r] * rows[r]
///
/// Rows 0 to words-1 belong to known words and known pairs of neighbouring words, most frequent first, so that
/// everyday text touches few pages. The rest, `grams` of them, a power of two, are shared by the character
/// n-grams of unknown words (row = words + hash mod grams).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace llm::table {

constexpr std::array<char, 8> magic{'l', 'l', 'm', 'w', 'o', 'r', 'd', 's'};
constexpr std::uint32_t version = 1;

struct Header {
    std::array<char, 8> magic;
    std::uint32_t version;
    std::uint32_t dimension;
    std::uint64_t content;     ///< hash of all that follows the header, eight bytes at a time
    std::uint32_t slots;
    std::uint32_t words;
    std::uint32_t grams;
    std::uint32_t number_row;  ///< added for every number the table does not know
    std::array<std::uint32_t, 6> zero;
};
static_assert(sizeof(Header) == 64);

/// The table linked into the library.
std::span<const std::byte> linked() noexcept;

}  // namespace llm::table
