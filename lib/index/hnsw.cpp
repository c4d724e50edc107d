#include "index/hnsw.hpp"

namespace llm {
namespace {
constexpr std::uint64_t bit(std::uint32_t node) { return std::uint64_t{1} << (node % 64); }
}  // namespace

bool GraphWalk::first_visit(std::uint32_t node) {
    auto& word = visited_[node / 64];
    if (word & bit(node)) return false;
    word |= bit(node);
    visits_.push_back(node);
    return true;
}

// Each hop scores strictly higher than the one before, so the descent ends, whatever the links are.
GraphWalk::Step GraphWalk::descend(const SnapshotFile& file, const Query& query, std::uint32_t without) {
    const auto score_nodes = kernels().nodes;
    const std::size_t stride = CodeShape{query.vector().size()}.stride();
    Step here{0, file.header().entry};
    file.check_codes({&here.node, 1});
    score_nodes(file.codes(), stride, &here.node, 1, query.coded(), &here.score);
    for (std::uint32_t level = file.header().levels; level > 0; --level) {
        for (bool moved = true; moved;) {
            moved = false;
            around_.clear();
            for (const auto node : file.upper_links(here.node, level))
                if (node < file.nodes() && node != without) around_.push_back(node);
            file.check_codes(around_);
            scores_.resize(around_.size());
            score_nodes(file.codes(), stride, around_.data(), around_.size(), query.coded(), scores_.data());
            for (std::size_t i = 0; i < around_.size(); ++i) {
                if (!(scores_[i] > here.score)) continue;
                here = {scores_[i], around_[i]};
                moved = true;
            }
        }
    }
    return here;
}

GraphWalk::End GraphWalk::search(const SnapshotFile& file, const Query& query, std::size_t ef,
                                 const std::function<bool(std::uint32_t)>& accept, Top& top,
                                 std::uint32_t without) {
    if (file.nodes() == 0) return End::found;
    for (const auto node : visits_) visited_[node / 64] = 0;
    visited_.resize(file.nodes() / 64 + 1);
    visits_.clear();
    open_.clear();
    best_.clear();

    const auto by_score = [](const Step& a, const Step& b) { return a.score < b.score; };
    const auto worst_first = [](const Step& a, const Step& b) { return a.score > b.score; };
    const auto consider = [&](const Step& step) {
        const bool full = best_.size() >= ef;
        // Written so that a NaN, which only a damaged file holds, is left out.
        if (!(step.score > (full ? best_.front().score : -std::numeric_limits<float>::infinity()))) return;
        open_.push_back(step);
        std::ranges::push_heap(open_, by_score);
        if (!accept(step.node)) return;
        if (full) {
            std::ranges::pop_heap(best_, worst_first);
            best_.pop_back();
        }
        best_.push_back(step);
        std::ranges::push_heap(best_, worst_first);
    };

    // A visit costs about ten rows of a scan.
    const std::size_t patience = std::max<std::size_t>(file.nodes() / 10, 32 * ef);
    const auto score_nodes = kernels().nodes;
    const std::size_t stride = CodeShape{query.vector().size()}.stride();
    const Step entry = descend(file, query, without);
    if (without < file.nodes()) first_visit(without);
    first_visit(entry.node);
    consider(entry);
    while (!open_.empty()) {
        const Step here = open_.front();
        if (best_.size() >= ef && here.score < best_.front().score) break;
        if (visits_.size() > patience && best_.size() < ef) return End::given_up;
        std::ranges::pop_heap(open_, by_score);
        open_.pop_back();
        around_.clear();
        for (const auto node : file.links(here.node))
            if (node < file.nodes() && first_visit(node)) around_.push_back(node);
        file.check_codes(around_);
        if (file.damaged()) return End::damaged;
        scores_.resize(around_.size());
        score_nodes(file.codes(), stride, around_.data(), around_.size(), query.coded(), scores_.data());
        for (std::size_t i = 0; i < around_.size(); ++i) consider({scores_[i], around_[i]});
    }
    for (const auto& [score, node] : best_)
        if (score > top.bar()) top.add({score, file.place(node), file.row(node), file.code(node)});
    return file.damaged() ? End::damaged : End::found;
}

}  // namespace llm
