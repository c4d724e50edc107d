#include "evaluators/overlap.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace llm {
namespace {

/// Matches clipped by the most any one reference has (Papineni et al., 2.1).
long clipped(const Counts& answer, std::span<const Counts> references) {
    long sum = 0;
    for (const auto& [key, n] : answer) {
        long most = 0;
        for (const Counts& r : references)
            if (const auto found = r.find(key); found != r.end()) most = std::max(most, found->second);
        sum += std::min(n, most);
    }
    return sum;
}

/// The length nearest to the answer's; of two as near the shorter.
std::size_t closest_length(std::span<const Tokens> references, std::size_t length) {
    std::size_t best = references.front().size();
    const auto distance = [length](std::size_t n) { return n > length ? n - length : length - n; };
    for (const Tokens& r : references)
        if (distance(r.size()) < distance(best) || (distance(r.size()) == distance(best) && r.size() < best)) best = r.size();
    return best;
}

Overlap overlap_of(double common, double answer, double reference) {
    Overlap o;
    if (answer > 0) o.precision = common / answer;
    if (reference > 0) o.recall = common / reference;
    if (o.precision + o.recall > 0) o.f1 = 2 * o.precision * o.recall / (o.precision + o.recall);
    return o;
}

}  // namespace

double bleu(std::span<const Tokens> references, const Tokens& answer, const BleuOptions& options) {
    using enum BleuOptions::Smoothing;
    if (references.empty() || answer.empty()) return 0;
    const double value = options.value != 0 ? options.value : options.smoothing == floor ? .1 : 1;
    const auto length = static_cast<double>(answer.size());
    double log_sum = 0;
    std::size_t used = 0;
    double halved = 1;
    for (std::size_t n = 1; n <= options.order; ++n) {
        std::vector<Counts> of_references;
        for (const Tokens& r : references) of_references.push_back(ngrams(r, n));
        auto matched = static_cast<double>(clipped(ngrams(answer, n), of_references));
        double possible = answer.size() >= n ? static_cast<double>(answer.size() - n + 1) : 0;
        if (n == 1 && matched == 0) return 0;
        if (options.smoothing == add_k && n > 1) {
            matched += value;
            possible += value;
        }
        if (possible == 0) {
            // NLTK counts at least one possible n-gram; sacrebleu stops here.
            if (options.effective_order) break;
            if (options.smoothing != nltk4 && options.smoothing != none) return 0;
            possible = 1;
        }
        double precision = matched / possible;
        if (matched == 0) {
            if (options.smoothing == none) return 0;
            if (options.smoothing == floor) precision = value / possible;
            if (options.smoothing == exp) precision = 1 / ((halved *= 2) * possible);
            if (options.smoothing == nltk4 && length > 1) precision = std::log(length) / ((halved *= 2) * 5) / possible;
        }
        ++used;
        if (precision > 0) log_sum += std::log(precision);
    }
    const auto wanted = static_cast<double>(closest_length(references, answer.size()));
    const double brevity = length >= wanted ? 1 : std::exp(1 - wanted / length);
    const auto orders = static_cast<double>(options.effective_order ? used : options.order);
    return brevity * std::exp(log_sum / orders);
}

double gleu(std::span<const Tokens> references, const Tokens& answer, std::size_t min, std::size_t max) {
    double best = 0;
    for (const Tokens& r : references) {
        long common = 0, of_answer = 0, of_reference = 0;
        for (std::size_t n = min; n <= max; ++n) {
            const Counts a = ngrams(answer, n), b = ngrams(r, n);
            common += overlap(a, b);
            of_answer += total(a);
            of_reference += total(b);
        }
        if (const long all = std::max(of_answer, of_reference); all > 0)
            best = std::max(best, static_cast<double>(common) / static_cast<double>(all));
    }
    return best;
}

Overlap rouge_n(const Tokens& reference, const Tokens& answer, std::size_t n) {
    const Counts a = ngrams(answer, n), b = ngrams(reference, n);
    return overlap_of(static_cast<double>(overlap(a, b)), static_cast<double>(total(a)), static_cast<double>(total(b)));
}

Overlap rouge_l(const Tokens& reference, const Tokens& answer) {
    std::vector<std::size_t> row(answer.size() + 1), above;
    for (const std::string& word : reference) {
        above = row;
        for (std::size_t j = 0; j < answer.size(); ++j)
            row[j + 1] = word == answer[j] ? above[j] + 1 : std::max(row[j], above[j + 1]);
    }
    return overlap_of(static_cast<double>(row.back()), static_cast<double>(answer.size()), static_cast<double>(reference.size()));
}

namespace {

struct Place {
    std::size_t at;
    std::string word;
};
using Places = std::vector<Place>;

/// Each word of the answer, from the last to the first, with the last equal word of the reference that is free.
void match(Places& answer, Places& reference, std::vector<std::pair<std::size_t, std::size_t>>& out) {
    for (std::size_t i = answer.size(); i-- > 0;)
        for (std::size_t j = reference.size(); j-- > 0;) {
            if (answer[i].word != reference[j].word) continue;
            out.emplace_back(answer[i].at, reference[j].at);
            answer.erase(answer.begin() + static_cast<std::ptrdiff_t>(i));
            reference.erase(reference.begin() + static_cast<std::ptrdiff_t>(j));
            break;
        }
}

Places places_of(const Tokens& tokens) {
    Places out;
    for (const std::string& t : tokens) out.push_back({out.size(), lowered(t)});
    return out;
}

}  // namespace

double meteor(const Tokens& reference, const Tokens& answer, const MeteorOptions& o) {
    Places a = places_of(answer), r = places_of(reference);
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    match(a, r, pairs);
    for (Places* side : {&a, &r})
        for (Place& p : *side) p.word = porter_stem(p.word);
    match(a, r, pairs);
    if (pairs.empty()) return 0;
    std::ranges::sort(pairs);
    double chunks = 1;
    for (std::size_t i = 1; i < pairs.size(); ++i)
        if (pairs[i].first != pairs[i - 1].first + 1 || pairs[i].second != pairs[i - 1].second + 1) ++chunks;
    const auto n = static_cast<double>(pairs.size());
    const double precision = n / static_cast<double>(answer.size()), recall = n / static_cast<double>(reference.size());
    const double mean = precision * recall / (o.alpha * precision + (1 - o.alpha) * recall);
    return (1 - o.gamma * std::pow(chunks / n, o.beta)) * mean;
}

namespace {

constexpr std::string_view ascii_marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
bool is_mark(char c) { return ascii_marks.find(c) != std::string_view::npos; }

/// Words for chrF++: one mark at the end of a word, else one at its start, stands apart.
Tokens chrf_words(std::string_view text) {
    Tokens out;
    for (std::string& w : cut(text, Cutting::white_space)) {
        if (count_code_points(w) > 1 && is_mark(w.back())) {
            out.push_back(w.substr(0, w.size() - 1));
            out.push_back(w.substr(w.size() - 1));
        } else if (count_code_points(w) > 1 && is_mark(w.front())) {
            out.push_back(w.substr(0, 1));
            out.push_back(w.substr(1));
        } else {
            out.push_back(std::move(w));
        }
    }
    return out;
}

Tokens with_white_space(std::string_view text) {
    Tokens out;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint p = decode_utf8(text, at);
        out.emplace_back(text.substr(at, p.size));
        at += p.size;
    }
    return out;
}

}  // namespace

double chrf(std::string_view reference, std::string_view answer, const ChrfOptions& o) {
    constexpr double tiny = 1e-16;
    const double factor = o.beta * o.beta;
    double precisions = 0, recalls = 0, scores = 0;
    std::size_t orders = 0;
    const auto add = [&](const Tokens& r, const Tokens& a, std::size_t n) {
        const Counts in_answer = ngrams(a, n), in_reference = ngrams(r, n);
        const auto of_reference = static_cast<double>(total(in_reference));
        const double of_answer = of_reference > 0 ? static_cast<double>(total(in_answer)) : 0;
        const auto common = static_cast<double>(overlap(in_answer, in_reference));
        const double p = of_answer > 0 ? common / of_answer : tiny, q = of_reference > 0 ? common / of_reference : tiny;
        scores += (1 + factor) * p * q / std::max(factor * p + q, tiny);
        if (of_answer > 0 && of_reference > 0) {
            precisions += p;
            recalls += q;
            ++orders;
        }
    };
    const auto characters = [&](std::string_view text) {
        return o.white_space ? with_white_space(text) : cut(text, Cutting::characters);
    };
    const Tokens r = characters(reference), a = characters(answer);
    for (std::size_t n = 1; n <= o.char_order; ++n) add(r, a, n);
    if (o.word_order > 0) {
        const Tokens words_r = chrf_words(reference), words_a = chrf_words(answer);
        for (std::size_t n = 1; n <= o.word_order; ++n) add(words_r, words_a, n);
    }
    if (o.epsilon) return scores / static_cast<double>(o.char_order + o.word_order);
    if (orders == 0) return 0;
    const double p = precisions / static_cast<double>(orders), q = recalls / static_cast<double>(orders);
    return p + q > 0 ? (1 + factor) * p * q / (factor * p + q) : 0;
}

}  // namespace llm
