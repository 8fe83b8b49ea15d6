// SPDX-License-Identifier: BSL-1.0
// Trains on the digits that ship with ctgrad with all cores, and with one: the networks are the same.
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/data/csv.hpp>
#include <ctgrad/network/predict.hpp>
#include <ctgrad/train/fit.hpp>
#include <ctgrad/train/threads.hpp>

#include <algorithm>
#include <cstdio>
#include <vector>

using namespace ctgrad;

constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);

using classifier = network<input{8, 8}, flatten{}, dense{128}, swish, dense{10}>;

int main()
{
    const auto digits = load_csv("examples/data/digits.csv.gz", 10, {.input_scale = 1.0 / 16});
    const auto [training, test] = digits.split(0.8, seed{1});

    threads workers; // as many as there are cores
    classifier net{seed{42}};
    fit(net, training, {.epochs = 60, .batch = 256}, cross_entropy, adam{}, workers);

    const evaluation result = evaluate(net, test, cross_entropy, workers);
    std::vector<float> outputs(static_cast<std::size_t>(test.rows * 10));
    predict(net, test.input_view(), {outputs.data(), test.rows, 10}, workers);

    std::printf("%d threads: test accuracy %.2f%%\n", workers.count(), 100 * result.accuracy);

    threads alone(1);
    classifier other{seed{42}};
    fit(other, training, {.epochs = 60, .batch = 256}, cross_entropy, adam{}, alone);
    return std::ranges::equal(net.parameters(), other.parameters()) && result.accuracy > 0.96 ? 0
                                                                                              : 1;
}
