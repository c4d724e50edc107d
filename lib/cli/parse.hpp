/// The words of a command line given to the options of a verb. CLI11 is known here alone.
#pragma once

#include "cli/verb.hpp"

#include <string>
#include <vector>

namespace llm {

/// What the words say, nothing stored yet.
struct Parsed {
    struct Occurrence {
        Option* option;
        std::vector<std::vector<std::string>> words;  ///< one list for each time it was given
    };
    Verb* verb = nullptr;                ///< the subcommand, or the root
    std::vector<Occurrence> options;     ///< those given
    std::vector<std::string> arguments;  ///< words that are no options
    std::vector<std::string> unknown;    ///< option-like words that are none
    std::vector<Verb*> path;             ///< root first, then the subcommand
};

/// Throws Error{usage} where an option lacks its value.
Parsed parse(Verb& root, const std::vector<std::string>& words);

/// Stores every value, options first, then variables (Env::fills), then arguments. Throws Error{usage}
/// for an unknown option (with the nearest known one), a wrong value, options that exclude each other,
/// a missing or superfluous argument; Error{config} for a wrong value in a variable.
void store(const Parsed&);

}  // namespace llm
