#include "base/environment.hpp"

#include <algorithm>
#include <cstdlib>

#include <unistd.h>

namespace llm {

Environment::Environment(std::map<std::string, std::string, std::less<>> variables)
    : variables_(std::move(variables)) {}

std::optional<std::string> Environment::get(std::string_view name) const {
    if (variables_) {
        const auto it = variables_->find(name);
        return it == variables_->end() ? std::nullopt : std::optional{it->second};
    }
    const char* value = std::getenv(std::string{name}.c_str());
    return value ? std::optional<std::string>{value} : std::nullopt;
}

std::optional<std::string> Environment::filled(std::string_view name) const {
    auto value = get(name);
    return value && value->empty() ? std::nullopt : value;
}

std::vector<std::pair<std::string, std::string>> Environment::beginning_with(std::string_view prefix) const {
    std::vector<std::pair<std::string, std::string>> found;
    if (variables_) {
        for (auto it = variables_->lower_bound(prefix); it != variables_->end(); ++it) {
            if (!it->first.starts_with(prefix)) break;
            found.emplace_back(it->first, it->second);
        }
        return found;
    }
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string_view line{*entry};
        const std::size_t equals = line.find('=');
        if (!line.starts_with(prefix) || equals == std::string_view::npos || equals < prefix.size()) continue;
        found.emplace_back(line.substr(0, equals), line.substr(equals + 1));
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace llm
