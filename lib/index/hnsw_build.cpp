#include "index/hnsw_build.hpp"

#include "base/error.hpp"

// Without its prefetching, which reads one link beyond the end of a list.
#define NO_MANUAL_VECTORIZATION
#include <hnswlib/hnswlib.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace llm {
namespace {

using Hnsw = hnswlib::HierarchicalNSW<float>;

// What hnswlib keeps for each node, beside its links: the coded row and the sum of its codes.
class CodeSpace : public hnswlib::SpaceInterface<float> {
public:
    explicit CodeSpace(const CodeShape& shape) : shape_(shape) {}
    size_t get_data_size() override { return shape_.stride() + sizeof(std::int32_t); }
    void* get_dist_func_param() override { return this; }
    hnswlib::DISTFUNC<float> get_dist_func() override { return distance; }

    /// `row` as hnswlib is to copy it, into `to`.
    void prepare(const std::byte* row, std::vector<std::byte>& to) const {
        to.resize(shape_.stride() + sizeof(std::int32_t));
        const auto sum = query_of_row(row, shape_).sum;
        std::memcpy(to.data(), row, shape_.stride());
        std::memcpy(to.data() + shape_.stride(), &sum, sizeof sum);
    }

private:
    static float distance(const void* left, const void* right, const void* self) {
        const auto& space = *static_cast<const CodeSpace*>(self);
        const auto* row = static_cast<const std::byte*>(left);
        CodedQuery query{reinterpret_cast<const std::int8_t*>(row + sizeof(float)), space.shape_.padded(), 0, 0};
        std::memcpy(&query.scale, row, sizeof query.scale);
        std::memcpy(&query.sum, row + space.shape_.stride(), sizeof query.sum);
        float score = 0;
        space.score_rows_(static_cast<const std::byte*>(right), space.shape_.stride(), 1, query, &score);
        return 1 - score;
    }

    CodeShape shape_;
    decltype(Kernels::rows) score_rows_ = kernels().rows;
};

// Inserts all nodes; the calling thread works too and reports. False where progress ended it.
bool insert_all(Hnsw& hnsw, const CodeSpace& space, const std::byte* codes, const CodeShape& shape,
                std::uint32_t nodes, const GraphOptions& options) {
    std::atomic<std::uint32_t> next{0};
    std::atomic<bool> stop{false};
    std::exception_ptr failure;
    std::mutex guard;
    const auto insert = [&](std::uint32_t node, std::vector<std::byte>& point) {
        space.prepare(codes + node * shape.stride(), point);
        hnsw.addPoint(point.data(), node);
    };
    const auto work = [&](bool reporting) {
        try {
            std::vector<std::byte> point;
            for (std::uint32_t done = 0; !stop; ++done) {
                const std::uint32_t node = next++;
                if (node >= nodes) break;
                insert(node, point);
                if (reporting && options.progress && done % 256 == 0 &&
                    !options.progress(static_cast<double>(node) / nodes))
                    stop = true;
            }
        } catch (...) {
            const std::lock_guard lock(guard);
            failure = std::current_exception();
            stop = true;
        }
    };
    std::vector<std::byte> point;
    if (nodes > 0) insert(next++, point);
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < options.threads; ++i) helpers.emplace_back(work, false);
    work(true);
    helpers.clear();
    if (failure) std::rethrow_exception(failure);
    return !stop;
}

Graph graph_of(const Hnsw& hnsw, std::uint32_t nodes) {
    Graph graph;
    graph.degree0 = static_cast<std::uint32_t>(hnsw.maxM0_);
    graph.degree = static_cast<std::uint32_t>(hnsw.maxM_);
    graph.entry = hnsw.enterpoint_node_;
    graph.levels = static_cast<std::uint32_t>(std::max(hnsw.maxlevel_, 0));
    graph.links.resize(std::size_t{nodes} * (1 + graph.degree0));
    graph.upper.resize(nodes);
    const auto copy_list = [&](auto* list, std::uint32_t degree, std::uint32_t* to) {
        *to = std::min<std::uint32_t>(hnsw.getListCount(list), degree);
        std::copy_n(list + 1, *to, to + 1);
    };
    for (std::uint32_t node = 0; node < nodes; ++node) {
        // Labels are the numbers given; with several threads hnswlib's own numbers are not in that order.
        const auto label = static_cast<std::uint32_t>(hnsw.getExternalLabel(node));
        copy_list(hnsw.get_linklist0(node), graph.degree0,
                  &graph.links[label * (1 + std::size_t{graph.degree0})]);
        const int levels = hnsw.element_levels_[node];
        if (levels == 0) continue;
        graph.upper[label] = static_cast<std::uint32_t>(graph.lists.size() + 1);
        graph.lists.push_back(static_cast<std::uint32_t>(levels));
        for (int level = 1; level <= levels; ++level) {
            graph.lists.resize(graph.lists.size() + 1 + graph.degree);
            copy_list(hnsw.get_linklist(node, level), graph.degree, &*graph.lists.end() - 1 - graph.degree);
        }
    }
    return graph;
}

// From hnswlib's numbers to ours, in every list.
void renumber(Graph& graph, const Hnsw& hnsw, std::uint32_t nodes) {
    const auto rename = [&](std::uint32_t* list) {
        for (std::uint32_t i = 1; i <= list[0]; ++i)
            list[i] = static_cast<std::uint32_t>(hnsw.getExternalLabel(list[i]));
    };
    graph.entry = static_cast<std::uint32_t>(hnsw.getExternalLabel(graph.entry));
    for (std::size_t node = 0; node < nodes; ++node)
        rename(&graph.links[node * (1 + std::size_t{graph.degree0})]);
    for (std::size_t at = 0; at < graph.lists.size();) {
        const auto levels = graph.lists[at++];
        for (std::uint32_t level = 0; level < levels; ++level, at += 1 + graph.degree)
            rename(&graph.lists[at]);
    }
}

}  // namespace

std::optional<Graph> build_graph(const std::byte* codes, const CodeShape& shape, std::uint32_t nodes,
                                 const GraphOptions& options) {
    if (nodes == 0) return Graph{};
    try {
        CodeSpace space(shape);
        Hnsw hnsw(&space, nodes, options.degree, options.width);
        if (!insert_all(hnsw, space, codes, shape, nodes, options)) return std::nullopt;
        Graph graph = graph_of(hnsw, nodes);
        renumber(graph, hnsw, nodes);
        return graph;
    } catch (const std::bad_alloc&) {
        throw Error(Fault::internal, "not enough memory for a graph of {} vectors", nodes);
    }
}

}  // namespace llm
