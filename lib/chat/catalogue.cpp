#include "chat/catalogue.hpp"

#include "chat/catalogue_table.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace llm {
namespace {

std::optional<double> known(double value) { return value < 0 ? std::nullopt : std::optional{value}; }
std::optional<long> known(long value) { return value < 0 ? std::nullopt : std::optional{value}; }
std::optional<bool> known(std::int8_t value) { return value < 0 ? std::nullopt : std::optional{value == 1}; }

Rates rates_of(const CatalogueRates& r) {
    return {known(r.input), known(r.output), known(r.cached), known(r.cache_write)};
}

std::pair<std::string_view, std::string_view> key_of(const CatalogueRow& row) {
    return {catalogue_text(row.provider), catalogue_text(row.name)};
}

std::optional<ModelInfo> exactly(std::string_view provider, std::string_view name) {
    const CatalogueRow* const end = catalogue_rows + catalogue_row_count;
    const std::pair wanted{provider, name};
    const CatalogueRow* const row = std::lower_bound(
        catalogue_rows, end, wanted, [](const CatalogueRow& r, const auto& w) { return key_of(r) < w; });
    if (row == end || key_of(*row) != wanted) return std::nullopt;
    return catalogue_entry(static_cast<std::size_t>(row - catalogue_rows));
}

bool digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Without "-20250929" or "-2025-08-07" at its end.
std::string_view undated(std::string_view name) {
    constexpr std::size_t compact = 9, hyphened = 11;
    if (name.size() > compact) {
        const std::string_view end = name.substr(name.size() - compact);
        if (end.starts_with("-20") && digits(end.substr(1))) return name.substr(0, name.size() - compact);
    }
    if (name.size() > hyphened) {
        const std::string_view end = name.substr(name.size() - hyphened);
        if (end.starts_with("-20") && end[5] == '-' && end[8] == '-' && digits(end.substr(1, 4)) &&
            digits(end.substr(6, 2)) && digits(end.substr(9)))
            return name.substr(0, name.size() - hyphened);
    }
    return name;
}

}  // namespace

std::size_t catalogue_size() noexcept { return catalogue_row_count; }
std::string_view catalogue_provider(std::size_t at) noexcept {
    return catalogue_text(catalogue_rows[at].provider);
}
std::string_view catalogue_name(std::size_t at) noexcept { return catalogue_text(catalogue_rows[at].name); }

ModelInfo catalogue_entry(std::size_t at) {
    const CatalogueRow& row = catalogue_rows[at];
    ModelInfo info;
    info.provider = catalogue_text(row.provider);
    info.name = catalogue_text(row.name);
    info.kind = row.embedding ? ModelKind::embedding : ModelKind::chat;
    static_cast<Rates&>(info.price) = rates_of(row.rates);
    for (const CatalogueStep& step : std::span{catalogue_steps + row.first_step, row.step_count})
        info.price.steps.push_back({rates_of(step.rates), step.above});
    info.context = known(row.context);
    info.max_output = known(row.max_output);
    info.vision = known(row.vision);
    info.tools = known(row.tools);
    info.schema = known(row.schema);
    info.reasoning = known(row.reasoning);
    info.date = catalogue_text(row.date);
    info.source = catalogue_text(row.source);
    info.about = catalogue_text(row.about);
    return info;
}

std::optional<ModelInfo> find_in_catalogue(std::string_view provider, std::string_view name) {
    for (const std::string_view candidate : {name, undated(name), std::string_view{"*"}})
        if (auto found = exactly(provider, candidate)) {
            found->name = name;
            return found;
        }
    return std::nullopt;
}

}  // namespace llm
