/// What may be tuned, by name, and the one source of chance.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

namespace llm::model {

/// The value of a setting; throws std::out_of_range for an unknown name.
float set(const std::string& name);
void change(const std::string& name, float value);

/// SplitMix64.
struct Generator {
    std::uint64_t state;
    std::uint64_t next() {
        state += 0x9E3779B97F4A7C15ull;
        std::uint64_t z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
    float unit() { return static_cast<float>(next() >> 40) / static_cast<float>(1 << 24); }
    float normal() {
        const float radius = std::sqrt(-2 * std::log(unit() + 1e-7F));
        return radius * std::cos(6.2831853F * unit());
    }
};

}  // namespace llm::model
