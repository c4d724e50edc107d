/// The models shipped as data: lib/chat/catalogue/models.jsonl, turned into a sorted table at build time, so
/// that nothing is read or parsed at start.
#pragma once

#include "chat/price.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace llm {

enum class ModelKind { chat, embedding };

/// What is known of a model; absent is unknown.
struct ModelInfo {
    std::string provider;
    std::string name;
    ModelKind kind = ModelKind::chat;
    Price price;
    std::optional<long> context;     ///< tokens it takes in
    std::optional<long> max_output;  ///< tokens it answers at most
    std::optional<bool> vision, tools, schema, reasoning;
    std::string date;    ///< day the figures were taken, YYYY-MM-DD; empty where nothing is known
    std::string source;  ///< where they are from
    std::string about;   ///< a line for people, mostly empty

    friend bool operator==(const ModelInfo&, const ModelInfo&) = default;
};

std::size_t catalogue_size() noexcept;
/// Sorted by provider, then name; `at` below catalogue_size().
ModelInfo catalogue_entry(std::size_t at);
std::string_view catalogue_provider(std::size_t at) noexcept;
std::string_view catalogue_name(std::size_t at) noexcept;

/// The entry of exactly that name; else of the name without a date at its end ("-2025-08-07", "-20250929");
/// else of `*`.
std::optional<ModelInfo> find_in_catalogue(std::string_view provider, std::string_view name);

}  // namespace llm
