#include "index/kernels.hpp"

#include "index/code.hpp"
#include "vectors.hpp"

using namespace llm;

TEST_CASE("kernels: every variant gives the plain one's int8 scores to the last bit, for any bytes") {
    std::mt19937 random(7);
    for (const std::size_t dimension : {64u, 128u, 192u, 384u, 1024u}) {
        const CodeShape shape{dimension};
        constexpr std::size_t count = 50;
        std::vector<std::byte> rows(count * shape.stride());
        for (auto& b : rows) b = static_cast<std::byte>(random());
        for (std::size_t i = 0; i < count; ++i) {
            const float scale = 0.01f * static_cast<float>(i);
            std::memcpy(rows.data() + i * shape.stride(), &scale, sizeof scale);
        }
        std::vector<std::int8_t> codes(dimension);
        std::int32_t sum = 0;
        for (auto& c : codes) {
            c = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
            sum += c;
        }
        const CodedQuery query{codes.data(), dimension, 0.02f, sum};
        std::vector<std::uint32_t> nodes(30);
        for (auto& n : nodes) n = static_cast<std::uint32_t>(random() % count);
        std::vector<float> expected(count), expected_nodes(nodes.size());
        const auto& plain = *all_kernels().front();
        plain.rows(rows.data(), shape.stride(), count, query, expected.data());
        plain.nodes(rows.data(), shape.stride(), nodes.data(), nodes.size(), query, expected_nodes.data());
        for (const auto* kernels : all_kernels()) {
            INFO(kernels->name << ", " << dimension);
            std::vector<float> scores(count), node_scores(nodes.size());
            kernels->rows(rows.data(), shape.stride(), count, query, scores.data());
            kernels->nodes(rows.data(), shape.stride(), nodes.data(), nodes.size(), query,
                           node_scores.data());
            CHECK(scores == expected);
            CHECK(node_scores == expected_nodes);
        }
    }
}

TEST_CASE("kernels: float products agree, also where the length is no multiple of anything") {
    std::mt19937 random(8);
    std::normal_distribution<float> normal;
    for (const std::size_t count : {1u, 7u, 16u, 31u, 100u, 384u}) {
        std::vector<float> a(count), b(count);
        double expected = 0, size = 0;
        for (std::size_t i = 0; i < count; ++i) {
            a[i] = normal(random);
            b[i] = normal(random);
            expected += double{a[i]} * double{b[i]};
            size += std::fabs(double{a[i]} * double{b[i]});
        }
        for (const auto* kernels : all_kernels()) {
            INFO(kernels->name << ", " << count);
            CHECK(std::fabs(double{kernels->floats(a.data(), b.data(), count)} - expected) <= 1e-6 * size);
        }
    }
}

TEST_CASE("code: scores from codes are near the true ones") {
    const auto all = vectors::clustered(200, 100, 10, 3);
    const CodeShape shape{100};
    CHECK(shape.padded() == 128);
    std::vector<std::byte> row(shape.stride());
    double worst = 0;
    for (std::size_t i = 1; i < all.size(); ++i) {
        const Query query(all[i - 1]);
        encode(all[i], shape, row.data());
        float score = 0, exact = 0;
        kernels().rows(row.data(), shape.stride(), 1, query.coded(), &score);
        for (std::size_t j = 0; j < 100; ++j) exact += all[i][j] * all[i - 1][j];
        worst = std::max(worst, double{std::fabs(score - exact)});
    }
    CHECK(worst < 0.01);
    CHECK(worst > 0);
}
