#include "cli/verb.hpp"

#include <algorithm>

namespace llm {

Verb::Verb(std::string_view name, std::string_view about) : name_(name), about_(about) {}

OptionGroup& Verb::group(std::string_view title) {
    for (auto& g : groups_)
        if (g.title() == title) return g;
    return groups_.emplace_back(std::string{title});
}

Verb& Verb::verb(std::string_view name, std::string_view about, Body body) {
    Verb& v = verbs_.emplace_back(name, about);
    v.body_ = std::move(body);
    return v;
}

Verb& Verb::does(Body body) {
    body_ = std::move(body);
    return *this;
}

Verb& Verb::exclusive(std::vector<std::string> options) {
    exclusive_.push_back(std::move(options));
    return *this;
}

Verb& Verb::top(std::vector<std::string> options) {
    top_ = std::move(options);
    return *this;
}

Verb& Verb::synopsis(std::string line) {
    synopses_.push_back(std::move(line));
    return *this;
}

Verb& Verb::example(std::string command, std::string about) {
    examples_.push_back({std::move(command), std::move(about)});
    return *this;
}

const Option* Verb::find(std::string_view name) const {
    for (const auto& g : groups_)
        for (const auto& o : g.options())
            for (const auto* names : {&o.spec.longs, &o.spec.shorts, &o.spec.opposites})
                if (std::ranges::find(*names, name) != names->end()) return &o;
    return nullptr;
}

Option* Verb::find(std::string_view name) { return const_cast<Option*>(std::as_const(*this).find(name)); }

}  // namespace llm
