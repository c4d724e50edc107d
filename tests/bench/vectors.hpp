/// Vectors to measure with: made up, of texts, or of an embedder. Unit length, the same at every run.
#pragma once

#include "base/error.hpp"
#include "embedders/builtin.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace llm::bench {

struct Vectors {
    std::string name;
    std::size_t dimension = 0;
    std::vector<float> all;

    std::size_t size() const { return all.size() / dimension; }
    std::span<const float> operator[](std::size_t i) const { return {all.data() + i * dimension, dimension}; }
};

inline void make_unit(std::span<float> vector) {
    double sum = 0;
    for (const float x : vector) sum += double{x} * double{x};
    if (sum > 0)
        for (float& x : vector) x = static_cast<float>(x / std::sqrt(sum));
}

inline Vectors clustered(std::size_t count) {
    constexpr std::size_t dimension = 384, centres = 1000;
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    std::vector<float> middle(centres * dimension);
    for (float& x : middle) x = normal(random);
    Vectors vectors{"clustered", dimension, std::vector<float>(count * dimension)};
    for (std::size_t i = 0; i < count; ++i) {
        const float* centre = &middle[random() % centres * dimension];
        const std::span<float> v(&vectors.all[i * dimension], dimension);
        for (std::size_t j = 0; j < dimension; ++j) v[j] = centre[j] + normal(random);
        make_unit(v);
    }
    return vectors;
}

inline void add_hashed(std::string_view part, float weight, std::span<float> to) {
    std::uint64_t hash = 1469598103934665603u;
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    hash ^= hash >> 29;
    to[hash % to.size()] += hash >> 63 ? weight : -weight;
}

inline Vectors hashed_texts(const std::string& file, std::size_t count) {
    Vectors vectors{"text", 384, {}};
    std::ifstream in(file);
    for (std::string line; vectors.all.size() < count * vectors.dimension && std::getline(in, line);) {
        vectors.all.resize(vectors.all.size() + vectors.dimension);
        const std::span<float> v(vectors.all.end() - static_cast<std::ptrdiff_t>(vectors.dimension),
                                 vectors.all.end());
        std::ranges::transform(line, line.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
        for (std::size_t i = 0; i + 3 <= line.size(); ++i)
            add_hashed(std::string_view(line).substr(i, 3), 0.5f, v);
        for (std::size_t begin = 0; begin < line.size();) {
            const auto end = std::min(line.find(' ', begin), line.size());
            if (end > begin) add_hashed(std::string_view(line).substr(begin, end - begin), 1, v);
            begin = end + 1;
        }
        make_unit(v);
    }
    return vectors;
}

/// Of the embedder the tools use where none is named.
inline Vectors builtin_texts(const std::string& file, std::size_t count) {
    Vectors vectors{"builtin", BuiltinEmbedder::dimension, {}};
    vectors.all.reserve(count * vectors.dimension);
    const BuiltinEmbedder embedder;
    std::ifstream in(file);
    for (std::string line; vectors.all.size() < count * vectors.dimension && std::getline(in, line);) {
        vectors.all.resize(vectors.all.size() + vectors.dimension);
        embedder.embed(line, &vectors.all[vectors.all.size() - vectors.dimension]);
    }
    return vectors;
}

inline Vectors read_vectors(const std::string& file, std::size_t count) {
    Vectors vectors{std::filesystem::path(file).stem().string(), 0, {}};
    std::ifstream in(file, std::ios::binary);
    for (std::int32_t dimension; in.read(reinterpret_cast<char*>(&dimension), 4);) {
        if (dimension <= 0 || dimension > 65536 ||
            (vectors.dimension && vectors.dimension != static_cast<std::size_t>(dimension)))
            throw Error(Fault::data, "{} is no .fvecs file: dimension {}", file, dimension);
        vectors.dimension = static_cast<std::size_t>(dimension);
        vectors.all.resize(vectors.all.size() + vectors.dimension);
        const std::span<float> v(vectors.all.end() - dimension, vectors.all.end());
        in.read(reinterpret_cast<char*>(v.data()), static_cast<std::streamsize>(v.size_bytes()));
        make_unit(v);
        if (vectors.size() == count) break;
    }
    return vectors;
}

}  // namespace llm::bench
