// SPDX-License-Identifier: BSL-1.0
// LeNet-5 on Fashion-MNIST (Debian's dataset-fashion-mnist), or a small relative of it on the digits
// that ship with ctgrad if that is not installed. Arguments: number of epochs (12), a folder for the
// figures that draw.py draws: learning curves, filters, weights before and after, confusion matrix.
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/data/csv.hpp>
#include <ctgrad/data/idx.hpp>
#include <ctgrad/train/fit.hpp>
#include <ctgrad/train/history_files.hpp>

#include "figures.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);

// LeCun, Bottou, Bengio, Haffner (1998), with the largest of each window instead of a trained mean,
// swish instead of tanh, and dropout.
using lenet =
    network<input{28, 28},                                                  //
            conv2d{.filters = 6, .kernel = 5, .padding = same_size}, swish, //
            max_pool{},                                                     //
            conv2d{.filters = 16, .kernel = 5}, swish,                      //
            max_pool{},                                                     //
            flatten{}, dropout{.rate = 0.3}, dense{120}, swish, dense{84}, swish, dense{10}>;
static_assert(lenet::parameter_count == 61'706);

using small_lenet = network<input{8, 8},                                                    //
                            conv2d{.filters = 8, .kernel = 3, .padding = same_size}, swish, //
                            max_pool{},                                                     //
                            flatten{}, dense{32}, swish, dense{10}>;

const std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";

constexpr std::array<const char*, 10> clothes{"T-shirt", "trouser", "pullover", "dress", "coat",
                                              "sandal",  "shirt",   "sneaker",  "bag",   "boot"};

template <class Network>
void write_figures(const std::filesystem::path& figures, const Network& net,
                   const training_history& history, const data_set<float>& test,
                   const std::array<const char*, 10>& classes)
{
    // Its windows are square, and see one channel.
    constexpr int window = Network::parameter_tensors()[0].columns;
    constexpr std::size_t extent = window == 25 ? 5 : 3;
    static_assert(window == extent * extent);
    write_images(figures / "images_filters.csv", first_weights(net), extent, extent);
    write_confusion(figures / "confusion.csv", confusion_of(net, test), classes);
    write_csv(history, figures / "history_lenet.csv");
    write_weights(figures / "weights_new.csv", Network{seed{1}});
    write_weights(figures / "weights_trained.csv", net);
}

template <class Network>
double best_accuracy(const data_set<float>& training, const data_set<float>& test, int epochs,
                     const std::filesystem::path& figures,
                     const std::array<const char*, 10>& classes)
{
    Network net{seed{1}};
    const training_history history = fit(
        net, training, {.epochs = epochs, .batch = 64, .validation = &test, .schedule = cosine{}},
        cross_entropy, adam{.learning_rate = 2e-3});
    double best = 0.0;
    double seconds = 0.0;
    for (const epoch_record& epoch : history)
    {
        best = std::max(best, epoch.validation.accuracy);
        seconds += epoch.seconds;
    }
    std::printf("best test accuracy %.2f%%, %.2f s an epoch, %.1f us a sample\n", 100 * best,
                seconds / epochs, 1e6 * seconds / epochs / static_cast<double>(training.rows));
    if (!figures.empty())
    {
        write_figures(figures, net, history, test, classes);
    }
    return best;
}

} // namespace

int main(int count, char** arguments)
{
    const std::filesystem::path figures = count > 2 ? arguments[2] : "";
    if (std::filesystem::exists(folder / "train-images-idx3-ubyte.gz"))
    {
        const int epochs = count > 1 ? std::max(std::atoi(arguments[1]), 1) : 12;
        const auto training = load_idx(folder / "train-images-idx3-ubyte.gz",
                                       folder / "train-labels-idx1-ubyte.gz", 10);
        const auto test = load_idx(folder / "t10k-images-idx3-ubyte.gz",
                                   folder / "t10k-labels-idx1-ubyte.gz", 10);
        std::puts("Fashion-MNIST, LeNet-5:");
        // Fewer epochs are for trying out.
        return best_accuracy<lenet>(training, test, epochs, figures, clothes) >= 0.90 || epochs < 12
                   ? 0
                   : 1;
    }
    std::printf("%s is not installed: training on the digits that ship with ctgrad.\n",
                folder.c_str());
    const auto digits = load_csv("examples/data/digits.csv.gz", 10, {.input_scale = 1.0 / 16});
    const auto [training, test] = digits.split(0.8, seed{1});
    return best_accuracy<small_lenet>(training, test, 30, figures, digit_names) >= 0.96 ? 0 : 1;
}
