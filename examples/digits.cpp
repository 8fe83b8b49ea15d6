// SPDX-License-Identifier: BSL-1.0
// Trains on 1,797 handwritten digits of 8 x 8 pixels, which ship with ctgrad (examples/data). Fails
// below 96% on digits that it has not seen.
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/data/csv.hpp>
#include <ctgrad/io/save.hpp>
#include <ctgrad/train/fit.hpp>

#include <cstdio>
#include <filesystem>

using namespace ctgrad;

constexpr variable<"x"> x;
constexpr parameter<"beta"> beta{1.0};
constexpr auto learnable_swish = x * sigmoid(beta * x);

using classifier =
    network<input{8, 8}, flatten{}, dense{64}, learnable_swish, dropout{.rate = 0.1}, dense{10}>;

int main()
{
    const auto digits = load_csv("examples/data/digits.csv.gz", 10, {.input_scale = 1.0 / 16});
    const auto [training, test] = digits.split(0.8, seed{1});

    classifier net{seed{42}};
    fit(net, training, {.epochs = 40, .batch = 32, .validation = &test}, cross_entropy,
        adam{.learning_rate = 2e-3});

    const auto file = std::filesystem::temp_directory_path() / "ctgrad-digits.parameters";
    save(net, file);
    classifier restored;
    load(restored, file);
    std::filesystem::remove(file);

    const evaluation result = evaluate(restored, test, cross_entropy);
    std::printf("test accuracy %.2f%% of %td digits, with the parameters read back from a file\n",
                100 * result.accuracy, test.rows);
    return result.accuracy >= 0.96 ? 0 : 1;
}
