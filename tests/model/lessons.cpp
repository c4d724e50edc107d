#include "lessons.hpp"

#include "embedders/table/words.hpp"
#include "settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace llm::model {

namespace {

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> out;
    table::Word word;
    for (table::Words words{text}; words.next(word);) out.emplace_back(word.text);
    return out;
}

/// Opposite phrases ("turn on", "turn off") are few beside opposite words; so often each is taken.
constexpr int phrase_counts = 30;

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& w : words) out += (out.empty() ? "" : " ") + w;
    return out;
}

}  // namespace

Lessons::Lessons(const Vocabulary& v, const WordNet& net, const std::string& words, const std::string& stsb) : v_(v) {
    for (const Entry& e : v.entries())
        spelled_.push_back(e.text.find(' ') == std::string::npos ? v.grams_of_word(e.text) : Text{});
    for (const Pair& p : read_scored(stsb + "/train.jsonl")) scored_.add(v.text(p.a), v.text(p.b), p.score);
    const auto known = [&](const std::string& w) { return v.row_of(w) != Vocabulary::npos; };
    for (const Pair& p : read_pairs(words + "/ppdb_synonyms.txt"))
        if (known(p.a) && known(p.b)) synonyms_.add(v.text(p.a), v.text(p.b));
    for (const auto& [form, root] : net.irregular)
        if (known(form) && known(root)) synonyms_.add(v.text(form), v.text(root));
    for (const char* file : {"/ppdb_antonyms.txt", "/wordnet_antonyms.txt"})
        for (const Pair& p : read_pairs(words + file)) {
            if (known(p.a) && known(p.b)) antonyms_.add(v.text(p.a), v.text(p.b));
            opposite_[p.a].push_back(p.b);
        }
    for (const Pair& p : net.antonyms) {
        antonyms_.add(v.text(p.a), v.text(p.b));
        if (p.a.find(' ') == std::string::npos) continue;
        opposite_[p.a].push_back(p.b);
        for (int i = 0; i < phrase_counts; ++i) antonyms_.add(v.text(p.a), v.text(p.b));
    }

    for (const Synset& s : net.synsets) {
        bool familiar = false;
        for (const std::string& l : s.lemmas)
            familiar |= known(l) || l.find(' ') != std::string::npos;
        if (!familiar) continue;
        for (const std::string& l : s.lemmas) glosses_.add(v.text(l), v.text(s.definition));
        for (std::size_t i = 1; i < s.lemmas.size(); ++i) synonyms_.add(v.text(s.lemmas[0]), v.text(s.lemmas[i]));
        const auto whole = words_of(s.definition);
        if (whole.size() > 5) sentences_.push_back(whole);
        for (const std::string& e : s.examples) read_example(s, words_of(e));
    }
    fmt::print(stderr, "scored {} synonyms {} antonyms {} glosses {} sentences {} swapped {} replaced {}\n",
               scored_.a.size(), synonyms_.a.size(), antonyms_.a.size(), glosses_.a.size(), sentences_.size(),
               swapped_.a.size(), replaced_.a.size());
}

void Lessons::read_example(const Synset& synset, const std::vector<std::string>& example) {
    if (example.size() > 3) sentences_.push_back(example);
    const Text text = v_.text(joined(example));
    for (std::size_t i = 0; i < example.size(); ++i) {
        std::string term = example[i];
        for (std::size_t n = 1; n <= 2 && i + n <= example.size(); ++n) {
            if (n == 2) term += " " + example[i + 1];
            const auto instead = [&](const std::string& other) {
                auto changed = example;
                changed[i] = other;
                if (n == 2) changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i) + 1);
                return v_.text(joined(changed));
            };
            if (const auto found = opposite_.find(term); found != opposite_.end())
                for (const std::string& o : found->second)
                    for (int k = 0; k < (n == 2 ? phrase_counts : 1); ++k) swapped_.add(text, instead(o));
            if (std::find(synset.lemmas.begin(), synset.lemmas.end(), term) == synset.lemmas.end()) continue;
            for (const std::string& l : synset.lemmas)
                if (l != term) replaced_.add(text, instead(l));
        }
    }
}

void Lessons::teach(Learner& learner, std::size_t steps, float rate, float rank, std::uint64_t seed) {
    Generator random{seed};
    std::array<double, 7> sums{};  // in the order of the lessons
    for (std::size_t step = 1; step <= steps; ++step) {
        const float left = 1 - static_cast<float>(step) / static_cast<float>(steps);
        learner.rate = rate * std::max(left, .02F);
        learner.decay = set("decay");
        const auto b = scored_.draw(static_cast<std::size_t>(set("batch")), random);
        Texts kept;
        kept.reserve(2 * b.a.size());
        std::vector<const Text*> x, y;
        for (std::size_t i = 0; i < b.a.size(); ++i) {
            x.push_back(&kept.emplace_back(thinned(*b.a[i], random, set("drop"), step)));
            y.push_back(&kept.emplace_back(thinned(*b.b[i], random, set("drop"), step)));
        }
        sums[0] += learner.correlate(x, y, b.scores, rank);
        const auto synonym_batch = synonyms_.draw(128, random);
        sums[1] += learner.contrast(synonym_batch.a, synonym_batch.b, set("heat"), set("synonym"));
        const auto gloss_batch = glosses_.draw(128, random);
        sums[2] += learner.contrast(gloss_batch.a, gloss_batch.b, set("heat"), set("gloss"));
        sums[3] += learn_queries(learner, random, step);
        const auto apart_batch = antonyms_.draw(128, random);
        sums[4] += learner.apart(apart_batch.a, apart_batch.b, set("limit"), set("apart"));
        const auto swap_batch = swapped_.draw(64, random);
        sums[5] += learner.apart(swap_batch.a, swap_batch.b, set("swap_limit"), set("swap"));
        const auto near_batch = replaced_.draw(64, random);
        sums[6] += learner.together(near_batch.a, near_batch.b, set("near_limit"), set("near"));
        learner.step();
        if (step % 100 == 0 || step == steps) {
            for (double& sum : sums) sum /= 100;
            fmt::print(stderr, "step {}: losses {:.3f}\n", step, fmt::join(sums, " "));
            sums = {};
        }
    }
}

Text Lessons::thinned(const Text& text, Generator& random, float drop, std::uint64_t step) const {
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

std::size_t Lessons::next_sentence(std::size_t at, Generator& random) const {
    if (at + 1 < sentences_.size() && random.unit() > 1 / set("block")) return at + 1;
    return random.below(sentences_.size());
}

double Lessons::learn_queries(Learner& learner, Generator& random, std::uint64_t step) {
    static constexpr std::array<const char*, 16> asks{
        "what is", "what did", "when did", "how do i", "where is", "who is", "can you tell me", "i want to know",
        "please show me", "why does", "what are the", "i need to", "how many", "how can i", "did you", "tell me about"};
    Texts a, b;
    std::size_t at = 0;
    while (a.size() < 128) {
        at = next_sentence(at, random);
        const auto& words = sentences_[at];
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

}  // namespace llm::model
