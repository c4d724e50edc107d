#include "text/similarity.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <set>

namespace llm {

Bm25::Bm25(std::span<const Terms> passages, Knobs knobs) : knobs_(knobs) {
    double total = 0;
    for (std::size_t p = 0; p < passages.size(); ++p) {
        for (const std::string& term : passages[p]) {
            auto& list = terms_[term];
            if (list.empty() || list.back().passage != p) list.push_back({p, 0});
            ++list.back().count;
        }
        lengths_.push_back(static_cast<double>(passages[p].size()));
        total += lengths_.back();
    }
    if (total > 0)
        for (double& length : lengths_) length *= static_cast<double>(lengths_.size()) / total;
}

const std::vector<Bm25::Posting>* Bm25::postings(std::string_view term) const {
    const auto found = terms_.find(term);
    return found == terms_.end() ? nullptr : &found->second;
}

double Bm25::idf(std::string_view term) const {
    const auto* const list = postings(term);
    const double with = list == nullptr ? 0 : static_cast<double>(list->size());
    return std::log(1 + (static_cast<double>(lengths_.size()) - with + 0.5) / (with + 0.5));
}

std::vector<double> Bm25::scores(std::span<const std::string> query) const {
    std::vector<double> scores(lengths_.size());
    for (const std::string& term : query) {
        const auto* const list = postings(term);
        if (list == nullptr) continue;
        const double weight = idf(term);
        for (const Posting& p : *list) {
            const double norm = knobs_.k1 * (1 - knobs_.b + knobs_.b * lengths_[p.passage]);
            scores[p.passage] += weight * p.count * (knobs_.k1 + 1) / (p.count + norm);
        }
    }
    return scores;
}

double jaccard(std::span<const std::string> a, std::span<const std::string> b) {
    const std::set<std::string_view> left(a.begin(), a.end());
    const std::set<std::string_view> right(b.begin(), b.end());
    const auto shared =
        static_cast<double>(std::ranges::count_if(left, [&](auto t) { return right.contains(t); }));
    const double all = static_cast<double>(left.size() + right.size()) - shared;
    return all == 0 ? 1 : shared / all;
}

std::optional<std::size_t> levenshtein(std::string_view first, std::string_view second, std::size_t limit) {
    const auto decoded = [](std::string_view text) {
        std::u32string out;
        for (std::size_t i = 0; i < text.size();) {
            const CodePoint c = decode_utf8(text, i);
            out.push_back(c.value);
            i += c.size;
        }
        return out;
    };
    std::u32string a = decoded(first);
    std::u32string b = decoded(second);
    if (a.size() > b.size()) std::swap(a, b);
    if (b.size() - a.size() > limit) return std::nullopt;
    limit = std::min(limit, b.size());

    constexpr std::size_t far = std::numeric_limits<std::size_t>::max() / 2;
    std::vector<std::size_t> row(a.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t j = 1; j <= b.size(); ++j) {
        const std::size_t from = j > limit ? j - limit : 1;
        const std::size_t to = std::min(a.size(), j + limit);
        if (from > to) return b.size() <= limit ? std::optional(b.size()) : std::nullopt;
        std::size_t diagonal = row[from - 1];
        row[from - 1] = from == 1 ? j : far;
        std::size_t best = row[from - 1];
        for (std::size_t i = from; i <= to; ++i) {
            // The cell above lies outside the band of the previous row at its right end.
            const std::size_t above = i == j + limit ? far : row[i];
            row[i] = std::min({above + 1, row[i - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
            best = std::min(best, row[i]);
        }
        if (best > limit) return std::nullopt;
    }
    return row[a.size()] <= limit ? std::optional(row[a.size()]) : std::nullopt;
}

std::vector<std::pair<std::size_t, std::size_t>> common_subsequence(std::span<const std::string> a,
                                                                    std::span<const std::string> b) {
    const std::size_t width = b.size() + 1;
    std::vector<std::uint32_t> longest((a.size() + 1) * width);
    for (std::size_t i = a.size(); i-- > 0;)
        for (std::size_t j = b.size(); j-- > 0;)
            longest[i * width + j] = a[i] == b[j]
                                         ? longest[(i + 1) * width + j + 1] + 1
                                         : std::max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i] == b[j]) pairs.emplace_back(i++, j++);
        else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) ++i;
        else ++j;
    }
    return pairs;
}

}  // namespace llm
