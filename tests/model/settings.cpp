#include "settings.hpp"

#include <map>

namespace llm::model {

namespace {

std::map<std::string, float> settings{
    // The vocabulary: single words, pairs of words, n-gram rows.
    {"words", 25500}, {"pairs", 2400}, {"grams", 2048},

    // Where rows start: weight sif / (sif + frequency), components taken from the vectors, length of the random part,
    // length of an unknown word.
    {"sif", 5e-4F}, {"components", 3}, {"identity", .6F}, {"unknown", .9F},

    // First what all rows share, then each row by itself, the mean of several runs.
    {"shared_steps", 300}, {"shared_rate", .003F}, {"shared_keep", 3e-3F}, {"shared_rank", 3},
    {"runs", 3}, {"steps", 1400}, {"rate", .012F}, {"decay", 2e-4F}, {"shortest", .2F},

    // How much each lesson counts, and its temperature or limit.
    {"rank", 40}, {"batch", 256}, {"drop", .1F}, {"spell", .06F},
    {"heat", .05F}, {"synonym", .5F}, {"gloss", .3F}, {"query", 1}, {"block", 8},
    {"apart", 2}, {"limit", 0}, {"swap", 6}, {"swap_limit", .55F}, {"near", 6}, {"near_limit", .85F},
};

}  // namespace

float set(const std::string& name) {
    return settings.at(name);
}

void change(const std::string& name, float value) {
    settings.at(name) = value;
}

}  // namespace llm::model
