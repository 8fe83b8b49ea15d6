// SPDX-License-Identifier: BSL-1.0
// Ten activations in the same network, 784-128-64-10, on Fashion-MNIST (Debian's dataset-fashion-mnist), or
// on the digits that ship with ctgrad, enlarged, if that is not installed: accuracy, losses, time, and how
// learnable parameters move. Arguments: number of epochs (12; 40 on the digits), number of seeds (3), a
// folder for the figures that draw.py draws. Fails if a network does not learn, or a learnable parameter does not move.
#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/data/csv.hpp>
#include <ctgrad/data/idx.hpp>
#include <ctgrad/train/fit.hpp>

#include "figures.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr int extent = 28;
constexpr int batch = 64;
const std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";

template <auto Activation>
using model =
    network<input{extent * extent}, dense{128}, Activation, dense{64}, Activation, dense{10}>;

/// The parameters of both activations, if they have one, after some part of the epochs.
struct moment
{
    double epoch = 0.0;
    std::vector<float> parameters;
};

struct outcome
{
    const char* name;
    // After the last epoch, of each seed; accuracies are on the test set.
    std::vector<double> accuracies{};
    std::vector<double> training_losses{};
    std::vector<double> test_losses{};
    /// Of the processor for each epoch of each seed, with its test.
    std::vector<double> seconds{};
    // Of the first seed.
    training_history history{};
    std::vector<moment> moments{};
    std::vector<float> filters{};
};

/// What the activations themselves have learnt.
template <class Network>
std::vector<float> activation_parameters(const Network& net)
{
    std::vector<float> values(Network::parameter_count);
    net.export_parameters(values);
    std::vector<float> found;
    std::size_t at = 0;
    for (const parameter_tensor& tensor : Network::parameter_tensors())
    {
        if (tensor.name != "weight" && tensor.name != "bias")
        {
            found.push_back(values[at]);
        }
        at += static_cast<std::size_t>(tensor.rows * tensor.columns);
    }
    return found;
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Adds what one network comes to; figures are of the first.
template <auto Activation>
void train(outcome& found, const data_set<float>& training, const data_set<float>& test, int epochs,
           seed origin)
{
    model<Activation> net{origin};
    const bool is_first = found.accuracies.empty();
    double start = processor_seconds();
    const auto end_epoch = [&]
    {
        const double now = processor_seconds();
        found.seconds.push_back(now - start);
        start = now;
    };
    const auto watch = [&](const finished_step& at)
    {
        if (at.index == 0 && at.epoch > 0)
        {
            end_epoch(); // the one before, whose test is over
        }
        const bool is_moment = (at.index + 1) % std::max(at.count / 20, std::ptrdiff_t{1}) == 0;
        if (is_first && (is_moment || at.ends_epoch()))
        {
            const double share = static_cast<double>(at.index + 1) / static_cast<double>(at.count);
            found.moments.push_back({at.epoch + share, activation_parameters(net)});
        }
    };
    if (is_first)
    {
        found.moments.push_back({0.0, activation_parameters(net)});
    }
    const training_history history = fit(net, training,
                                         {.epochs = epochs,
                                          .batch = batch,
                                          .validation = &test,
                                          .randomness = origin,
                                          .output = {.mode = progress_mode::quiet},
                                          .on_step = watch},
                                         cross_entropy, adam{.learning_rate = 1e-3});
    end_epoch();
    if (is_first)
    {
        found.history = history;
        found.filters = first_weights(net);
    }
    found.accuracies.push_back(history.back().validation.accuracy);
    found.training_losses.push_back(history.back().loss);
    found.test_losses.push_back(history.back().validation.loss);
}

double mean(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

void print(const outcome& found, double relu_seconds)
{
    const auto [lowest, highest] = std::ranges::minmax(found.accuracies);
    std::printf("%-15s %6.2f%% (%5.2f to %5.2f) %12.3f %8.3f %10.2f\n", found.name,
                100 * mean(found.accuracies), 100 * lowest, 100 * highest,
                mean(found.training_losses), mean(found.test_losses),
                median(found.seconds) / relu_seconds);
}

void print_parameters(const outcome& found, int every)
{
    for (std::size_t layer = 0; layer < found.moments.front().parameters.size(); ++layer)
    {
        std::printf("%-15s %zu", found.name, layer + 1);
        for (const auto& [epoch, parameters] : found.moments)
        {
            if (std::fmod(epoch, every) == 0.0)
            {
                std::printf(" %5.2f", static_cast<double>(parameters[layer]));
            }
        }
        std::printf("\n");
    }
}

void write_figures(const std::filesystem::path& to, const std::vector<outcome>& all)
{
    std::ofstream losses = begin_table(to / "curves_loss.csv", "panel,series,epoch,loss");
    std::ofstream moving =
        begin_table(to / "curves_parameters.csv", "panel,series,epoch,parameter");
    for (const outcome& found : all)
    {
        int epoch = 0;
        for (const epoch_record& record : found.history)
        {
            ++epoch;
            losses << "training," << found.name << ',' << epoch << ',' << record.loss << '\n';
            losses << "test," << found.name << ',' << epoch << ',' << record.validation.loss
                   << '\n';
        }
        for (std::size_t layer = 0; layer < found.moments.front().parameters.size(); ++layer)
        {
            for (const auto& [at, parameters] : found.moments)
            {
                moving << found.name << ",layer " << layer + 1 << ',' << at << ','
                       << parameters[layer] << '\n';
            }
        }
    }
    constexpr std::size_t shown = 16;
    write_images(to / "images_units.csv",
                 std::span(all.front().filters).first(shown * extent * extent), extent, extent);
}

/// 8 x 8 pixels as 24 x 24 in the middle of 28 x 28.
data_set<float> enlarged(const data_set<float>& digits)
{
    constexpr std::size_t size = extent * extent;
    aligned_buffer<float> inputs(static_cast<std::size_t>(digits.rows) * size);
    for (std::size_t i = 0; i < inputs.size(); ++i)
    {
        const std::size_t row = i % size / extent;
        const std::size_t column = i % extent;
        const bool is_inside = row >= 2 && row < 26 && column >= 2 && column < 26;
        inputs[i] =
            is_inside ? digits.inputs[i / size * 64 + (row - 2) / 3 * 8 + (column - 2) / 3] : 0.0f;
    }
    return {std::move(inputs), digits.labels, 10};
}

std::pair<data_set<float>, data_set<float>> load_fashion()
{
    return {
        load_idx(folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte.gz", 10),
        load_idx(folder / "t10k-images-idx3-ubyte.gz", folder / "t10k-labels-idx1-ubyte.gz", 10)};
}

std::pair<data_set<float>, data_set<float>> load_digits()
{
    std::printf("%s is not installed: training on the digits that ship with ctgrad.\n",
                folder.c_str());
    const auto digits = load_csv("examples/data/digits.csv.gz", 10, {.input_scale = 1.0 / 16});
    return enlarged(digits).split(0.8, seed{1});
}

} // namespace

int main(int count, char** arguments)
{
    using namespace activations;
    const bool installed = std::filesystem::exists(folder / "train-images-idx3-ubyte.gz");
    const auto [training, test] = installed ? load_fashion() : load_digits();
    // The few digits need more of them, and they are short.
    const int epochs = count > 1 ? std::max(std::atoi(arguments[1]), 1) : installed ? 12 : 40;
    const int seeds = count > 2 ? std::max(std::atoi(arguments[2]), 1) : 3;

    std::vector<outcome> all;
    // Seed by seed, so that each activation has its share of moments when the processor is fast.
    for (int i = 1; i <= seeds; ++i)
    {
        std::printf("seed %d of %d\n", i, seeds);
        std::fflush(stdout);
        std::size_t next = 0;
        const auto add = [&]<auto Activation>(const char* name)
        {
            if (i == 1)
            {
                all.push_back({name});
            }
            train<Activation>(all[next++], training, test, epochs, {static_cast<std::uint64_t>(i)});
        };
        add.operator()<activations::relu>("relu");
        add.operator()<leaky_relu()>("leaky_relu");
        add.operator()<parametric_relu>("parametric_relu");
        add.operator()<elu()>("elu");
        add.operator()<selu>("selu");
        add.operator()<activations::tanh>("tanh");
        add.operator()<swish()>("swish");
        add.operator()<learnable_swish>("learnable_swish");
        add.operator()<gelu>("gelu");
        add.operator()<mish>("mish");
    }

    std::printf("\nactivation             test accuracy       training, test loss  time/relu\n");
    for (const outcome& each : all)
    {
        print(each, median(all.front().seconds));
    }
    const int every = (epochs + 11) / 12;
    std::printf("\nparameters of both hidden layers at epochs 0, %d, %d ...\n", every, 2 * every);
    for (const outcome& each : all)
    {
        print_parameters(each, every);
    }
    if (count > 3)
    {
        write_figures(arguments[3], all);
    }
    const bool all_learn =
        std::ranges::all_of(all, [](const outcome& each) { return each.accuracies[0] > 0.75; });
    const bool all_move = std::ranges::all_of(all,
                                              [](const outcome& each)
                                              {
                                                  return each.moments.front().parameters.empty() ||
                                                         each.moments.front().parameters !=
                                                             each.moments.back().parameters;
                                              });
    return all_learn && all_move ? 0 : 1;
}
