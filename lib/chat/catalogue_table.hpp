/// The shape of the table that cmake/catalogue_gen.cpp writes. Texts are places in one long text, so that the
/// table holds no pointer and the loader has nothing to relocate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace llm {

struct CatalogueText {
    std::uint32_t at;
    std::uint32_t size;
};

struct CatalogueRates {
    double input, output, cached, cache_write;  ///< −1 is unknown
};

struct CatalogueStep {
    long above;
    CatalogueRates rates;
};

struct CatalogueRow {
    CatalogueText provider, name, date, source, about;
    CatalogueRates rates;
    std::uint32_t first_step, step_count;
    long context, max_output;                        ///< −1 is unknown
    std::int8_t vision, tools, schema, reasoning;    ///< −1 is unknown
    bool embedding;
};

extern const char catalogue_texts[];
extern const CatalogueStep catalogue_steps[];
/// Sorted by provider, then name.
extern const CatalogueRow catalogue_rows[];
extern const std::size_t catalogue_row_count;

inline std::string_view catalogue_text(CatalogueText t) noexcept { return {catalogue_texts + t.at, t.size}; }

}  // namespace llm
