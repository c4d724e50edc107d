#include "route/logistic.hpp"

#include "support/catch.hpp"

#include <cmath>

using namespace llm;

TEST_CASE("logistic: without a penalty the bias alone fits the mean") {
    TrainingRows table;
    table.sparse.resize(4);
    const double targets[] = {1, 0, 0, 0};
    CHECK(sigmoid(fit_logistic(table, targets, 0).bias) == Approx(0.25).margin(1e-3));
}

TEST_CASE("logistic: the gradient vanishes at the weights found, dense and sparse") {
    TrainingRows table;
    table.dense_width = 2;
    table.sparse_width = 4;
    std::vector<double> targets;
    for (int i = 0; i < 60; ++i) {
        table.dense.push_back(static_cast<float>(i % 7) - 3);
        table.dense.push_back(static_cast<float>(i % 3) - 1);
        table.sparse.push_back({{static_cast<std::uint32_t>(i % 4), 1.0F}});
        targets.push_back(i % 7 + i % 4 > 4 ? 0.9 : 0.1);
    }
    const double penalty = 2;
    const Logistic fitted = fit_logistic(table, targets, penalty, 500);
    double dense = penalty * fitted.dense[0], sparse = penalty * fitted.sparse[1];
    for (std::size_t i = 0; i < 60; ++i) {
        const double error = sigmoid(fitted.logit(table.row(i), table.sparse[i])) - targets[i];
        dense += error * double{table.row(i)[0]};
        if (i % 4 == 1) sparse += error;
    }
    CHECK(dense == Approx(0).margin(0.1));
    CHECK(sparse == Approx(0).margin(0.1));
    CHECK(fitted.dense[0] > 0.3);
}
