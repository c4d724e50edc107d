/// A command line as it is declared: a tool, or one of its subcommands ("get" of llm-cache).
#pragma once

#include "cli/option.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct Example {
    std::string command;
    std::string about;
};

class Verb {
public:
    using Body = std::function<int()>;

    Verb(std::string_view name, std::string_view about);

    /// The group of that title, made where there is none yet.
    OptionGroup& group(std::string_view title);

    /// A positional argument; a vector takes all that are left and must be the last one.
    template <typename T>
    Option& argument(std::string_view name, T& variable, std::string_view text) {
        Option& o = arguments_.emplace_back(name, Value<T>::kind, name, text);
        bind(o, variable);
        return o;
    }

    /// A subcommand with its own options; those of this verb count in it too.
    Verb& verb(std::string_view name, std::string_view about, Body body = {});
    /// What is done where no subcommand is named.
    Verb& does(Body);

    /// At most one of these may be given.
    Verb& exclusive(std::vector<std::string> options);
    /// The most used options (five at most), shown first in --help.
    Verb& top(std::vector<std::string> options);
    /// One line of synopsis, without the tool's name ("[OPTION]... [PROMPT]"); several may be added.
    Verb& synopsis(std::string line);
    Verb& example(std::string command, std::string about);

    const std::string& name() const { return name_; }
    const std::string& about() const { return about_; }
    const Body& body() const { return body_; }
    const std::vector<std::string>& tops() const { return top_; }
    const std::vector<std::string>& synopses() const { return synopses_; }
    const std::vector<Example>& examples() const { return examples_; }
    const std::vector<std::vector<std::string>>& exclusives() const { return exclusive_; }
    std::deque<OptionGroup>& groups() { return groups_; }
    const std::deque<OptionGroup>& groups() const { return groups_; }
    std::deque<Option>& arguments() { return arguments_; }
    const std::deque<Option>& arguments() const { return arguments_; }
    std::deque<Verb>& verbs() { return verbs_; }
    const std::deque<Verb>& verbs() const { return verbs_; }

    /// The option of this verb with that name, or null.
    Option* find(std::string_view name);
    const Option* find(std::string_view name) const;

private:
    std::string name_, about_;
    Body body_;
    std::deque<OptionGroup> groups_;
    std::deque<Option> arguments_;
    std::deque<Verb> verbs_;
    std::vector<std::string> top_, synopses_;
    std::vector<Example> examples_;
    std::vector<std::vector<std::string>> exclusive_;
};

}  // namespace llm
