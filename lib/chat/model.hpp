/// From what is asked for ("cheap", "fast", "openai/gpt-5-mini", "gpt-5-mini") to where it is and what is
/// known of it.
#pragma once

#include "base/environment.hpp"
#include "base/settings.hpp"
#include "chat/catalogue.hpp"
#include "chat/endpoint.hpp"
#include "chat/request.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct ResolvedModel {
    std::string asked;   ///< as it was asked for
    Endpoint endpoint;   ///< without its key (see fetch_key)
    std::string model;   ///< as the provider knows it: Request::model
    ModelInfo info;      ///< empty members where nothing is known
    Options options;     ///< the alias's, for where the record and the flags say nothing
    std::string system;  ///< the alias's system prompt, may be empty

    /// "provider/name": what stands in records and in the journal.
    std::string full_name() const { return endpoint.name + '/' + model; }
};

/// How far a model is from being asked, as known without network.
enum class Reach {
    inside,        ///< part of this program: no server, no LLM
    ready,         ///< a key is at hand, or none is needed
    unprobed,      ///< a server on this machine that may or may not run
    no_key,        ///< `needs` says what to set
    wrong,         ///< the entry is wrong: `needs` says why
};
std::string_view name(Reach) noexcept;

struct ListedModel {
    ModelInfo info;
    Reach reach;
    std::string needs;  ///< "OPENAI_API_KEY", the message of the entry's error, or ""
};

struct ListedName {
    std::string name;   ///< alias or tier
    std::string model;  ///< provider/name it stands for
    std::string wrong;  ///< the message where it stands for nothing
};

class Models {
public:
    /// Both are borrowed and must outlive this.
    Models(const Settings&, const Environment&);

    /// An alias, a tier, provider/name, or a bare name that exactly one provider of the catalogue has; tried
    /// in this order. Throws Error{config} with the nearest name and what to write instead.
    ResolvedModel resolve(std::string_view asked) const;

    /// The name of a model that a server on this machine has, or nothing where it does not answer.
    using Probe = std::function<std::optional<std::string>(const Endpoint&)>;
    /// What to ask where nothing is said: `model` of the settings, else the cheap model of the first ready
    /// provider whose key is in the environment, else what `probe` finds at ollama and llamacpp (in this
    /// order). Never the builtin. Throws Error{config} that names the three shortest ways to get going.
    std::string default_model(const Probe& probe = {}) const;

    /// What is known of provider/name: the user's entry laid over the catalogue's.
    ModelInfo info(std::string_view provider, std::string_view name) const;

    /// All models of the catalogue and of the user's entries; and every endpoint that has none, with an empty
    /// model name.
    std::vector<ListedModel> list() const;
    /// Aliases and tiers.
    std::vector<ListedName> names() const;

private:
    ResolvedModel resolve(std::string_view asked, std::vector<std::string>& path) const;
    std::optional<ResolvedModel> by_alias(std::string_view asked, std::vector<std::string>& path) const;
    std::optional<ResolvedModel> by_provider(std::string_view asked) const;
    std::vector<std::string> providers_of(std::string_view bare_name) const;
    [[noreturn]] void unknown(std::string_view asked) const;

    const Settings& settings_;
    const Environment& environment_;
};

}  // namespace llm
