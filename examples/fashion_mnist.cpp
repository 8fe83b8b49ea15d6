// SPDX-License-Identifier: BSL-1.0
// Trains 784-128-10 with a symbolic swish on Fashion-MNIST (Debian's dataset-fashion-mnist), or on
// the digits that ship with ctgrad if that is not installed. Arguments: number of epochs (12),
// seeds (42).
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/data/csv.hpp>
#include <ctgrad/data/idx.hpp>
#include <ctgrad/train/fit.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

using namespace ctgrad;

constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);

namespace
{

const std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";

/// Trains one network for each seed; returns the lowest of their best test accuracies.
template <class Network>
double train(const data_set<float>& training, const data_set<float>& test, int epochs,
             const std::vector<seed>& seeds)
{
    double worst = 1.0;
    for (const seed origin : seeds)
    {
        Network net{origin};
        const training_history history =
            fit(net, training,
                {.epochs = epochs, .batch = 64, .validation = &test, .randomness = origin},
                cross_entropy, adam{.learning_rate = 1e-3});
        double best = 0.0;
        double seconds = 0.0;
        for (const epoch_record& epoch : history)
        {
            best = std::max(best, epoch.validation.accuracy);
            seconds += epoch.seconds;
        }
        std::printf("seed %llu: best test accuracy %.2f%%, %.1f s of training, %.0f samples/s\n",
                    static_cast<unsigned long long>(origin.value), 100 * best, seconds,
                    static_cast<double>(epochs) * static_cast<double>(training.rows) / seconds);
        worst = std::min(worst, best);
    }
    return worst;
}

int train_on_fashion(int epochs, const std::vector<seed>& seeds)
{
    const auto training =
        load_idx(folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte.gz", 10);
    const auto test =
        load_idx(folder / "t10k-images-idx3-ubyte.gz", folder / "t10k-labels-idx1-ubyte.gz", 10);
    using classifier = network<input{28, 28}, flatten{}, dense{128}, swish, dense{10}>;
    std::puts("Fashion-MNIST, 784-128-10 with x * sigmoid(x):");
    const double accuracy = train<classifier>(training, test, epochs, seeds);
    // Fewer epochs are for trying out.
    return accuracy >= 0.88 || epochs < 12 ? 0 : 1;
}

int train_on_digits(const std::vector<seed>& seeds)
{
    std::printf("%s is not installed: training on the digits that ship with ctgrad.\n",
                folder.c_str());
    const auto digits = load_csv("examples/data/digits.csv.gz", 10, {.input_scale = 1.0 / 16});
    const auto [training, test] = digits.split(0.8, seed{1});
    using classifier = network<input{8, 8}, flatten{}, dense{128}, swish, dense{10}>;
    return train<classifier>(training, test, 40, seeds) >= 0.96 ? 0 : 1;
}

} // namespace

int main(int count, char** arguments)
{
    const int epochs = count > 1 ? std::max(std::atoi(arguments[1]), 1) : 12;
    std::vector<seed> seeds;
    for (int i = 2; i < count; ++i)
    {
        seeds.push_back({std::strtoull(arguments[i], nullptr, 10)});
    }
    if (seeds.empty())
    {
        seeds.push_back({42});
    }
    const bool installed = std::filesystem::exists(folder / "train-images-idx3-ubyte.gz");
    return installed ? train_on_fashion(epochs, seeds) : train_on_digits(seeds);
}
