/// Trains the builtin embedder's word table. Usage: train VECTORS.json WORDNET WORDS STSB OUT [name=value...]
/// Single-threaded and seeded: the same compiler and inputs give the same bytes.
#include "corpus.hpp"
#include "learner.hpp"
#include "vocabulary.hpp"

#include "embedders/table/format.hpp"
#include "embedders/table/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <numeric>

namespace llm::model {

namespace {

std::map<std::string, float> settings{
    {"words", 25500}, {"pairs", 2400}, {"grams", 2048},  {"sif", 5e-4F},   {"components", 3}, {"identity", .6F},
    {"steps", 2000},  {"rate", .01F},  {"decay", 2e-4F}, {"rank", 20},      {"batch", 256},     {"synonym", .3F},
    {"gloss", .3F},   {"half", .3F},   {"apart", 2},     {"heat", .05F},   {"runs", 3},       {"limit", 0},
    {"swap", 2},      {"swaplimit", .6F}, {"drop", .1F}, {"shortest", .2F}, {"unknown", .9F}, {"sharedsteps", 300}, {"sharedrate", .003F}, {"query", 1}, {"block", 8}, {"sharedkeep", 3e-3F}, {"sharedrank", 3}, {"spell", .06F}};

float set(const char* name) {
    return settings.at(name);
}

constexpr std::size_t meaning = Vectors::dimension;  ///< the first so many dimensions start from the vectors

using Texts = std::vector<Text>;

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
    float normal() { return std::sqrt(-2 * std::log(unit() + 1e-7F)) * std::cos(6.2831853F * unit()); }
};

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

/// What a row's weight may depend on: rank, parts of speech, length and direction of its vector.
constexpr std::size_t features = meaning + 10;

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

/// Pairs of texts to draw batches from.
struct Pool {
    Texts a, b;
    std::vector<float> scores;
    std::vector<std::size_t> order;
    std::size_t at = 0;

    void add(Text x, Text y, float score = 0) {
        if (x.empty() || y.empty()) return;
        a.push_back(std::move(x));
        b.push_back(std::move(y));
        scores.push_back(score);
    }
    struct Batch {
        std::vector<const Text*> a, b;
        std::vector<float> scores;
    };
    Batch draw(std::size_t n, Generator& random) {
        Batch batch;
        for (std::size_t i = 0; i < n; ++i) {
            if (at == order.size()) {
                order.resize(a.size());
                std::iota(order.begin(), order.end(), 0);
                for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[random.below(k)]);
                at = 0;
            }
            const std::size_t pick = order[at++];
            const bool turned = random.next() & 1;
            batch.a.push_back(turned ? &b[pick] : &a[pick]);
            batch.b.push_back(turned ? &a[pick] : &b[pick]);
            batch.scores.push_back(scores[pick]);
        }
        return batch;
    }
};

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> out;
    table::Word word;
    for (table::Words words{text}; words.next(word);) out.emplace_back(word.text);
    return out;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& w : words) out += (out.empty() ? "" : " ") + w;
    return out;
}

void write_table(const std::string& path, Learner& learner, const Vocabulary& vocabulary) {
    const std::size_t rows = vocabulary.rows(), words = vocabulary.entries().size();
    std::vector<float> tops(rows);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t i = 0; i < dimension; ++i) tops[r] = std::max(tops[r], std::fabs(learner.row(r)[i]) / 127);
    const float unit = *std::max_element(tops.begin(), tops.end()) / 32767;

    table::Header header{};
    header.magic = table::magic;
    header.version = table::version;
    header.dimension = dimension;
    header.slots = static_cast<std::uint32_t>(std::bit_ceil(words * 3 / 2));
    header.words = static_cast<std::uint32_t>(words);
    header.grams = static_cast<std::uint32_t>(vocabulary.grams());
    header.number_row = vocabulary.number_row();
    std::vector<std::uint32_t> slots(header.slots);
    for (std::size_t r = 0; r < words; ++r) {
        const std::uint64_t hash = vocabulary.entries()[r].hash;
        std::size_t at = hash & (header.slots - 1);
        while (slots[at] != 0) at = (at + 1) & (header.slots - 1);
        slots[at] = static_cast<std::uint32_t>(hash >> 48 << 16 | (r + 1));
    }
    std::vector<std::uint16_t> scales(rows);
    std::vector<std::int8_t> cells(rows * dimension);
    for (std::size_t r = 0; r < rows; ++r) {
        const float scale = std::max(std::ceil(tops[r] / unit), 1.0F);
        scales[r] = static_cast<std::uint16_t>(scale);
        for (std::size_t i = 0; i < dimension; ++i)
            cells[r * dimension + i] = static_cast<std::int8_t>(std::lround(learner.row(r)[i] / (scale * unit)));
    }
    std::string body;
    const auto put = [&](const auto& v) { body.append(reinterpret_cast<const char*>(v.data()), v.size() * sizeof v[0]); };
    put(slots);
    put(scales);
    put(cells);
    header.content = table::hash(body);
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(&header), sizeof header);
    file.write(body.data(), static_cast<std::streamsize>(body.size()));
    if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

class Lessons {
public:
    Lessons(const Vocabulary& v, const WordNet& net, const std::string& words, const std::string& stsb) : v_(v) {
        for (const Entry& e : v.entries())
            spelled_.push_back(e.text.find(' ') == std::string::npos ? v.grams_of_word(e.text) : Text{});
        for (const Pair& p : read_scored(stsb + "/train.jsonl")) {
            scored_.add(v.text(p.a), v.text(p.b), p.score);
        }
        const auto known = [&](const std::string& w) { return v.row_of(w) != Vocabulary::npos; };
        for (const Pair& p : read_pairs(words + "/ppdb_synonyms.txt"))
            if (known(p.a) && known(p.b)) synonyms_.add(v.text(p.a), v.text(p.b));
        for (const auto& [form, root] : net.irregular)
            if (known(form) && known(root)) synonyms_.add(v.text(form), v.text(root));
        std::map<std::string, std::vector<std::string>> opposite;
        for (const char* file : {"/ppdb_antonyms.txt", "/wordnet_antonyms.txt"})
            for (const Pair& p : read_pairs(words + file)) {
                if (known(p.a) && known(p.b)) antonyms_.add(v.text(p.a), v.text(p.b));
                opposite[p.a].push_back(p.b);
            }
        for (const Pair& p : net.antonyms) antonyms_.add(v.text(p.a), v.text(p.b));

        for (const Synset& s : net.synsets) {
            bool familiar = false;
            for (const std::string& l : s.lemmas)
                familiar |= known(l) || l.find(' ') != std::string::npos;
            if (!familiar) continue;
            for (const std::string& l : s.lemmas) glosses_.add(v.text(l), v.text(s.definition));
            for (std::size_t i = 1; i < s.lemmas.size(); ++i) synonyms_.add(v.text(s.lemmas[0]), v.text(s.lemmas[i]));
            const auto whole = words_of(s.definition);
            if (whole.size() > 5) halves_.push_back(whole);
            for (const std::string& e : s.examples) {
                const auto example = words_of(e);
                if (example.size() > 3) halves_.push_back(example);
                for (std::size_t i = 0; i < example.size(); ++i) {
                    const auto found = opposite.find(example[i]);
                    if (found == opposite.end()) continue;
                    auto other = example;
                    for (const std::string& o : found->second) {
                        other[i] = o;
                        swapped_.add(v.text(joined(example)), v.text(joined(other)));
                    }
                }
            }
        }
        fmt::print(stderr, "scored {} synonyms {} antonyms {} glosses {} halves {} swapped {}\n", scored_.a.size(),
                   synonyms_.a.size(), antonyms_.a.size(), glosses_.a.size(), halves_.size(), swapped_.a.size());
    }

    void teach(Learner& learner, std::size_t steps, float rate, float rank, std::uint64_t seed) {
        Generator random{seed};
        std::array<double, 6> sums{};
        for (std::size_t step = 1; step <= steps; ++step) {
            const float left = 1 - static_cast<float>(step) / static_cast<float>(steps);
            learner.rate = rate * std::max(left, .02F);
            learner.decay = set("decay");
            if (rank > 0) {
                const auto b = scored_.draw(static_cast<std::size_t>(set("batch")), random);
                Texts kept;
                kept.reserve(2 * b.a.size());
                std::vector<const Text*> x, y;
                for (std::size_t i = 0; i < b.a.size(); ++i) {
                    x.push_back(&kept.emplace_back(thinned(*b.a[i], random, set("drop"), step)));
                    y.push_back(&kept.emplace_back(thinned(*b.b[i], random, set("drop"), step)));
                }
                sums[0] += learner.correlate(x, y, b.scores, rank);
            }
            if (set("synonym") > 0) {
                const auto b = synonyms_.draw(128, random);
                sums[1] += learner.contrast(b.a, b.b, set("heat"), set("synonym"));
            }
            if (set("gloss") > 0) {
                const auto b = glosses_.draw(128, random);
                sums[2] += learner.contrast(b.a, b.b, set("heat"), set("gloss"));
            }
            if (set("half") > 0) sums[3] += learn_halves(learner, random, step);
            if (set("query") > 0) sums[3] += learn_queries(learner, random, step);
            if (set("apart") > 0) {
                const auto b = antonyms_.draw(128, random);
                sums[4] += learner.apart(b.a, b.b, set("limit"), set("apart"));
            }
            if (set("swap") > 0) {
                const auto b = swapped_.draw(64, random);
                sums[5] += learner.apart(b.a, b.b, set("swaplimit"), set("swap"));
            }
            learner.step();
            if (step % 100 == 0 || step == steps) {
                fmt::print(stderr, "{} rank {:.3f} synonym {:.3f} gloss {:.3f} half {:.3f} apart {:.4f} swap {:.4f}\n",
                           step, sums[0] / 100, sums[1] / 100, sums[2] / 100, sums[3] / 100, sums[4] / 100,
                           sums[5] / 100);
                sums = {};
            }
        }
    }

private:
    /// Leaves out some rows, so that no single word is leant on, and spells some (the same ones all over a step), so that
    /// n-grams learn too.
    Text thinned(const Text& text, Generator& random, float drop, std::uint64_t step) const {
        Text out;
        for (const Term& t : text) {
            if (random.unit() < drop) continue;
            if (t.row < spelled_.size() && !spelled_[t.row].empty() &&
                Generator{step << 32 | t.row}.unit() < set("spell"))
                out.insert(out.end(), spelled_[t.row].begin(), spelled_[t.row].end());
            else
                out.push_back(t);
        }
        return out.empty() ? text : out;
    }

    /// Runs of neighbours, for WordNet lists like things together: each is a hard choice for the others.
    std::size_t next_sentence(std::size_t at, Generator& random) const {
        if (at + 1 < halves_.size() && random.unit() > 1 / set("block")) return at + 1;
        return random.below(halves_.size());
    }

    /// A few words of a sentence, perhaps put as a question, belong to the whole sentence.
    double learn_queries(Learner& learner, Generator& random, std::uint64_t step) {
        static constexpr std::array<const char*, 16> asks{
            "what is", "what did", "when did", "how do i", "where is", "who is", "can you tell me", "i want to know",
            "please show me", "why does", "what are the", "i need to", "how many", "how can i", "did you", "tell me about"};
        Texts a, b;
        std::size_t at = 0;
        while (a.size() < 128) {
            at = next_sentence(at, random);
            const auto& words = halves_[at];
            std::string few = random.next() & 1 ? asks[random.below(asks.size())] : "", most;
            std::size_t taken = 0;
            for (const auto& w : words) {
                if (random.unit() < .35F) few += " " + w, ++taken;
                if (random.unit() < .9F) most += " " + w;
            }
            Text x = thinned(v_.text(few), random, 0, step), y = thinned(v_.text(most), random, 0, step);
            if (taken == 0 || y.empty()) continue;
            a.push_back(std::move(x));
            b.push_back(std::move(y));
        }
        std::vector<const Text*> pa, pb;
        for (std::size_t i = 0; i < a.size(); ++i) pa.push_back(&a[i]), pb.push_back(&b[i]);
        return learner.contrast(pa, pb, set("heat"), set("query"));
    }

    /// Two random halves of one sentence belong together.
    double learn_halves(Learner& learner, Generator& random, std::uint64_t step) {
        Texts a, b;
        std::size_t at = 0;
        while (a.size() < 96) {
            at = next_sentence(at, random);
            const auto& words = halves_[at];
            std::vector<std::string> left, right;
            for (const auto& w : words) {
                const float u = random.unit();
                if (u < .6F) left.push_back(w);
                if (u > .4F) right.push_back(w);
            }
            Text x = thinned(v_.text(joined(left)), random, 0, step), y = thinned(v_.text(joined(right)), random, 0, step);
            if (x.empty() || y.empty()) continue;
            a.push_back(std::move(x));
            b.push_back(std::move(y));
        }
        std::vector<const Text*> pa, pb;
        for (std::size_t i = 0; i < a.size(); ++i) pa.push_back(&a[i]), pb.push_back(&b[i]);
        return learner.contrast(pa, pb, set("heat"), set("half"));
    }

    const Vocabulary& v_;
    std::vector<Text> spelled_;  ///< a word's row as n-grams
    Pool scored_, synonyms_, antonyms_, glosses_, swapped_;
    std::vector<std::vector<std::string>> halves_;
};

int main(int argc, char** argv) {
    if (argc < 6) {
        fmt::print(stderr, "usage: train VECTORS.json WORDNET WORDS STSB OUT [name=value...]\n");
        return 2;
    }
    for (int i = 6; i < argc; ++i) {
        const std::string given = argv[i];
        const auto mark = given.find('=');
        settings.at(given.substr(0, mark)) = std::stof(given.substr(mark + 1));
    }
    const auto vectors = read_vectors(argv[1], 120000);
    const auto net = read_wordnet(argv[2]);
    const Vocabulary vocabulary(vectors, net, read_pairs(std::string(argv[3]) + "/ppdb_synonyms.txt"),
                                static_cast<std::size_t>(set("words")), static_cast<std::size_t>(set("pairs")),
                                static_cast<std::size_t>(set("grams")));
    fmt::print(stderr, "{} words and pairs, {} rows\n", vocabulary.entries().size(), vocabulary.rows());
    Learner learner(vocabulary.rows());
    start_rows(learner, vocabulary, vectors, net);
    learner.anchor(set("shortest"));
    Lessons lessons(vocabulary, net, argv[3], argv[4]);
    if (set("sharedsteps") > 0) {
        learner.keep = set("sharedkeep");
        learner.share(meaning, features, features_of(vocabulary, vectors, net));
        lessons.teach(learner, static_cast<std::size_t>(set("sharedsteps")), set("sharedrate"), set("sharedrank"), 1);
        learner.anchor(set("shortest"));
    }
    // The mean of several runs from one start: what they agree on is what generalises.
    const auto runs = static_cast<std::size_t>(set("runs"));
    std::vector<float> mean(vocabulary.rows() * dimension);
    for (std::size_t run = 0; run < runs; ++run) {
        Learner copy = learner;
        lessons.teach(copy, static_cast<std::size_t>(set("steps")), set("rate"), set("rank"), run + 2);
        for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += copy.row(0)[i] / static_cast<float>(runs);
    }
    std::copy(mean.begin(), mean.end(), learner.row(0));
    write_table(argv[5], learner, vocabulary);
    return 0;
}

}  // namespace

}  // namespace llm::model

int main(int argc, char** argv) {
    return llm::model::main(argc, argv);
}
