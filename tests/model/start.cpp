#include "start.hpp"

#include "embedders/table/words.hpp"
#include "settings.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>

namespace llm::model {

namespace {

/// Random directions that only the word's hash decides.
void add_identity(float* row, std::uint64_t hash, float length) {
    Generator random{hash};
    const float each = length / std::sqrt(static_cast<float>(dimension - meaning));
    for (std::size_t i = meaning; i < dimension; ++i) row[i] += each * random.normal();
}

/// The vectors without their mean and strongest components, at length 1.
std::vector<float> centred(const Vectors& vectors, std::size_t components) {
    std::vector<float> values = vectors.values;
    const std::size_t n = std::min<std::size_t>(vectors.words.size(), 30000);
    std::vector<double> mean(meaning);
    for (std::size_t w = 0; w < n; ++w)
        for (std::size_t i = 0; i < meaning; ++i) mean[i] += values[w * meaning + i] / static_cast<double>(n);
    for (std::size_t w = 0; w < vectors.words.size(); ++w)
        for (std::size_t i = 0; i < meaning; ++i) values[w * meaning + i] -= static_cast<float>(mean[i]);
    for (std::size_t c = 0; c < components; ++c) {
        std::vector<double> direction(meaning, 1), next(meaning);
        for (int round = 0; round < 20; ++round) {
            std::fill(next.begin(), next.end(), 0);
            for (std::size_t w = 0; w < n; ++w) {
                double along = 0;
                for (std::size_t i = 0; i < meaning; ++i) along += values[w * meaning + i] * direction[i];
                for (std::size_t i = 0; i < meaning; ++i) next[i] += along * values[w * meaning + i];
            }
            const double length = std::sqrt(std::inner_product(next.begin(), next.end(), next.begin(), 0.0));
            for (std::size_t i = 0; i < meaning; ++i) direction[i] = next[i] / length;
        }
        for (std::size_t w = 0; w < vectors.words.size(); ++w) {
            double along = 0;
            for (std::size_t i = 0; i < meaning; ++i) along += values[w * meaning + i] * direction[i];
            for (std::size_t i = 0; i < meaning; ++i)
                values[w * meaning + i] -= static_cast<float>(along * direction[i]);
        }
    }
    for (std::size_t w = 0; w < vectors.words.size(); ++w) {
        float* v = &values[w * meaning];
        const float length = std::sqrt(std::inner_product(v, v + meaning, v, 1e-12F));
        for (std::size_t i = 0; i < meaning; ++i) v[i] /= length;
    }
    return values;
}

/// How much a word of that rank counts: the smooth inverse frequency of a Zipf distribution.
float weight_of(std::size_t rank) {
    const double frequency = 1 / (12.5 * (static_cast<double>(rank) + 2.7));
    return static_cast<float>(set("sif") / (set("sif") + frequency));
}

}  // namespace

void start_rows(Learner& learner, const Vocabulary& vocabulary, const Vectors& vectors, const WordNet& net) {
    const auto values = centred(vectors, static_cast<std::size_t>(set("components")));
    const float identity = set("identity"), sense = std::sqrt(1 - identity * identity);
    const std::vector<std::string> small{
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"};
    std::map<std::string, std::string> base(net.irregular.begin(), net.irregular.end());
    const auto stem = [&](const std::string& w) {
        if (const auto found = base.find(w); found != base.end()) return found->second;
        for (const char* tail : {"ing", "ed", "es", "s"})
            if (w.size() > std::strlen(tail) + 2 && w.ends_with(tail))
                for (const char* instead : {"", "e"}) {
                    const auto shorter = w.substr(0, w.size() - std::strlen(tail)) + instead;
                    if (vocabulary.row_of(shorter) != Vocabulary::npos) return shorter;
                }
        return w;
    };
    const auto fill = [&](float* row, std::size_t rank, float times) {
        for (std::size_t i = 0; i < meaning; ++i) row[i] += times * sense * values[rank * meaning + i];
    };
    for (std::size_t r = 0; r < vocabulary.entries().size(); ++r) {
        const Entry& entry = vocabulary.entries()[r];
        if (entry.text.find(' ') != std::string::npos) continue;
        float* row = learner.row(r);
        if (const auto known = vectors.rank.find(entry.text); known != vectors.rank.end()) {
            const float weight = weight_of(known->second);
            fill(row, known->second, weight);
            const auto root = stem(entry.text);
            add_identity(row, table::hash(root), weight * identity * (root == entry.text ? 1 : .8F));
            if (root != entry.text) add_identity(row, entry.hash, weight * identity * .6F);
        } else if (entry.text == "(number)") {
            fill(row, vectors.rank.at("number"), .4F);
        } else {
            const int n = std::stoi(entry.text);
            if (n <= 20) {
                const auto rank = vectors.rank.at(small[static_cast<std::size_t>(n)]);
                fill(row, rank, .7F);
                add_identity(row, table::hash(small[static_cast<std::size_t>(n)]), .7F * identity);
            } else {
                fill(row, vectors.rank.at(n > 100 ? "year" : "fifty"), .4F);
                add_identity(row, entry.hash, .7F * identity);
            }
        }
    }

    // n-gram rows: random identity, and a meaning fitted so that a word's n-grams add up to the word.
    Generator random{7};
    for (std::size_t g = 0; g < vocabulary.grams(); ++g)
        add_identity(learner.row(vocabulary.entries().size() + g), random.next(), set("unknown") * identity);
    std::vector<Text> grams;
    for (const std::string& w : vectors.words) grams.push_back(vocabulary.grams_of_word(w));
    for (int round = 0; round < 6; ++round)
        for (std::size_t w = 0; w < grams.size(); ++w) {
            std::array<float, meaning> left;
            for (std::size_t i = 0; i < meaning; ++i) left[i] = set("unknown") * sense * values[w * meaning + i];
            for (const Term& t : grams[w])
                for (std::size_t i = 0; i < meaning; ++i) left[i] -= t.share * learner.row(t.row)[i];
            const float pace = (round < 4 ? .05F : .01F);
            for (const Term& t : grams[w])
                for (std::size_t i = 0; i < meaning; ++i) learner.row(t.row)[i] += pace * t.share * left[i];
        }
}

std::vector<float> features_of(const Vocabulary& vocabulary, const Vectors& vectors, const WordNet& net) {
    std::map<std::string, unsigned> parts;
    for (const Synset& s : net.synsets)
        for (const std::string& l : s.lemmas) parts[l] |= 1u << s.part;
    std::vector<float> all(vocabulary.rows() * features);
    for (std::size_t r = 0; r < vocabulary.rows(); ++r) {
        float* f = &all[r * features];
        if (r >= vocabulary.entries().size()) {
            f[0] = 1;
            continue;
        }
        const std::string& text = vocabulary.entries()[r].text;
        const auto known = vectors.rank.find(text);
        if (known == vectors.rank.end()) {
            f[1] = 1;
            continue;
        }
        const float depth = (std::log(static_cast<float>(known->second) + 3) - 8) / 3;
        const float* v = vectors.of(known->second);
        const float length = std::sqrt(std::inner_product(v, v + meaning, v, 0.0F));
        f[2] = 1;
        f[3] = depth;
        f[4] = depth * depth;
        f[5] = std::log(length / 5);
        for (unsigned p = 0; p < 4; ++p) f[6 + p] = (parts[text] >> p & 1) == 1 ? 1.0F : 0.0F;
        for (std::size_t i = 0; i < meaning; ++i) f[10 + i] = v[i] / length;
    }
    return all;
}

}  // namespace llm::model
