#include "base/setting_table.hpp"

#include <array>

namespace llm {
namespace {

using enum SettingKind;

constexpr auto table = std::to_array<SettingEntry>({
    {"model.default", text, "", "model asked where none is named: an alias, a tier, or provider/name",
     "model"},
    {"timeout", duration, "10m", "longest time for a whole call, all its attempts included"},
    {"idle_timeout", duration, "2m", "longest silence within a call"},
    {"connect_timeout", duration, "10s", "longest time to reach a server"},
    {"retries", count, "3", "further attempts after one that failed for a passing reason"},
    {"jobs", count, "4", "calls in flight at once"},
    {"log.enabled", boolean, "true", "whether calls are written to the journal", "log"},
    {"log.keep", keep, "30d, 1GiB", "how long and how much of the journal is kept"},
    {"log.path", text, "", "the journal's file; log.db in the data folder where empty"},

    {"budget.day", number, "", "dollars that all runs together may spend a day"},
    {"budget.max_tokens", count, "4096", "longest answer asked for where a budget is set and none is given"},
    {"pace.path", text, "", "the store of limits, budgets and health; pace.db in the state folder where empty"},

    {"batch.path", text, "", "the store of batches; batch.db in the data folder where empty"},
    {"batch.poll", duration, "30s", "between two looks at a batch that is waited for"},

    {"cache.embedder", text, "builtin", "what makes vectors of questions: builtin, or provider/model"},
    {"cache.path", text, "", "the cache's file; cache.db in the cache folder where empty"},

    {"mem.embedder", text, "builtin", "what makes vectors of what is remembered: builtin, or provider/model"},
    {"mem.path", text, "", "the memory's file; memory.db in the data folder where empty"},

    {"route.policy", text, "", "policy llm-route chooses by; policy.toml in the configuration folder where empty"},
    {"route.path", text, "", "where llm-route keeps examples as vectors; route.db in the cache folder where empty"},

    {"tier.*", text, "", "model of a tier: cheap, standard, strong, or a name of your own"},

    {"provider.*.protocol", text, "",
     "how the server is spoken to: openai, anthropic, gemini, ollama, command, …"},
    {"provider.*.base_url", text, "", "where it is, without the part the protocol adds"},
    {"provider.*.key_env", text, "", "variable that holds the key"},
    {"provider.*.key_command", words, "", "program that prints the key; started without a shell"},
    {"provider.*.key_file", text, "", "file that holds the key, readable by you alone"},
    {"provider.*.headers", texts, "", "headers sent with every request"},
    {"provider.*.command", words, "", "program to run, for protocol command; started without a shell"},
    {"provider.*.timeout", duration, "", "as timeout, for this provider"},
    {"provider.*.idle_timeout", duration, "", "as idle_timeout, for this provider"},
    {"provider.*.connect_timeout", duration, "", "as connect_timeout, for this provider"},
    {"provider.*.rpm", number, "", "requests a minute, all its models together"},
    {"provider.*.tpm", number, "", "tokens a minute, all its models together"},
    {"provider.*.batch_price", number, "", "part of the direct price that its batches cost: 0.5 is half"},
    {"provider.*.allow_http", boolean, "false", "send the key over plain http to other machines too"},
    {"provider.*.api_version", text, "", "Azure: version of its dated API"},
    {"provider.*.prompt_cache", text, "", "anthropic: auto marks what the provider may cache; off"},
    {"provider.*.max_tokens", count, "", "anthropic: longest answer where none is given"},
    {"provider.*.keep_alive", any, "", "ollama: how long the model stays in memory"},
    {"provider.*.num_ctx", count, "", "ollama: size of the context window"},
    {"provider.*.max_tokens_field", text, "", "openai: what the server calls max_tokens"},
    {"provider.*.seed_field", text, "", "openai: what the server calls seed"},
    {"provider.*.structured", text, "", "openai: json_schema or json_object"},
    {"provider.*.stream_usage", boolean, "", "openai: whether the server counts tokens of a stream"},
    {"provider.*.journal", text, "", "replay: the journal to answer from"},
    {"provider.*.*", any, "", "further settings of the protocol"},

    {"model.*", text, "", "short for model.*.model"},
    {"model.*.model", text, "", "what the alias stands for: provider/name, or another alias"},
    {"model.*.system", text, "", "system prompt where none is given"},
    {"model.*.temperature", number, "", "option where none is given"},
    {"model.*.max_tokens", count, "", "option where none is given"},
    {"model.*.top_p", number, "", "option where none is given"},
    {"model.*.top_k", count, "", "option where none is given"},
    {"model.*.frequency_penalty", number, "", "option where none is given"},
    {"model.*.presence_penalty", number, "", "option where none is given"},
    {"model.*.stop", any, "", "option where none is given: a text or a list of texts"},
    {"model.*.seed", integer, "", "option where none is given"},
    {"model.*.logprobs", any, "", "option where none is given: true or a number"},
    {"model.*.reasoning", any, "",
     "of an alias: option where none is given; of provider/name: whether it can"},
    {"model.*.body", any, "", "of an alias: members merged into the request body"},
    {"model.*.input", number, "", "dollars per million input tokens"},
    {"model.*.output", number, "", "dollars per million output tokens"},
    {"model.*.cached", number, "", "dollars per million input tokens read from the provider's cache"},
    {"model.*.cache_write", number, "", "dollars per million input tokens written to the provider's cache"},
    {"model.*.steps", any, "", "prices of long requests: [{above = 200000, input = …, output = …}]"},
    {"model.*.rpm", number, "", "of provider/name: requests a minute"},
    {"model.*.tpm", number, "", "of provider/name: tokens a minute"},
    {"model.*.batch_price", number, "", "of provider/name: as batch_price of its provider, for this model"},
    {"model.*.context", count, "", "tokens the model can take in"},
    {"model.*.max_output", count, "", "tokens it can answer"},
    {"model.*.vision", boolean, "", "whether it sees images"},
    {"model.*.tools", boolean, "", "whether it calls tools"},
    {"model.*.schema", boolean, "", "whether it can be held to a JSON Schema"},
    {"model.*.date", text, "", "day the figures were taken"},
    {"model.*.source", text, "", "where the figures are from"},
    {"model.*.about", text, "", "a line for people"},
});

std::string_view take_key(std::string_view& path) {
    const std::size_t dot = path.find('.');
    const std::string_view key = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    return key;
}

enum class Match { none, exact, wild };

/// Takes the keys off the front of `path`.
Match match(std::string_view& path, SettingKeys keys) noexcept {
    Match how = Match::exact;
    for (const std::string& key : keys) {
        const std::string_view expected = take_key(path);
        if (expected == "*") how = Match::wild;
        else if (expected != key) return Match::none;
    }
    return how;
}

bool has_wild_end(std::string_view path) { return path.ends_with(".*"); }

}  // namespace

std::span<const SettingEntry> setting_table() noexcept { return table; }

const SettingEntry* setting_entry(SettingKeys keys) noexcept {
    const SettingEntry* found = nullptr;
    for (const SettingEntry& entry : table) {
        std::string_view rest = entry.path;
        const Match how = match(rest, keys);
        if (how == Match::none || !rest.empty()) continue;
        if (how == Match::exact) return &entry;
        if (!found || has_wild_end(found->path)) found = &entry;
    }
    return found;
}

bool is_setting_table(SettingKeys keys) noexcept {
    for (const SettingEntry& entry : table) {
        std::string_view rest = entry.path;
        if (match(rest, keys) != Match::none && !rest.empty()) return true;
    }
    return false;
}

std::vector<std::string_view> setting_names_below(SettingKeys keys) {
    std::vector<std::string_view> names;
    for (const SettingEntry& entry : table) {
        std::string_view rest = entry.path;
        if (match(rest, keys) == Match::none || rest.empty()) continue;
        const std::string_view name = take_key(rest);
        if (name != "*" && (names.empty() || names.back() != name)) names.push_back(name);
    }
    return names;
}

std::string variable_of(const SettingEntry& entry) {
    std::string name = "LLMUTILS_";
    for (const char c : entry.shorthand.empty() ? entry.path : entry.shorthand) {
        if (c >= 'a' && c <= 'z') name += static_cast<char>(c - 'a' + 'A');
        else name += c == '.' ? '_' : c;
    }
    return name;
}

std::string_view example_of(SettingKind kind) noexcept {
    switch (kind) {
        case text: return "a text such as \"…\"";
        case integer: return "a whole number";
        case count: return "a whole number, 0 or more";
        case number: return "a number";
        case boolean: return "true or false";
        case duration: return "a length of time such as \"30s\", \"500ms\" or \"2m\"";
        case size: return "a size such as \"512MiB\" or \"1GiB\"";
        case keep: return "an age, a size or both such as \"30d, 1GiB\", or \"forever\"";
        case words: return "a list of texts such as [\"pass\", \"show\", \"openai\"], or one text";
        case texts: return "a table of texts such as { name = \"value\" }";
        case any: break;
    }
    return "a value";
}

}  // namespace llm
