// SPDX-License-Identifier: BSL-1.0
// Softmax regression, which is one dense layer, against a network with one hidden layer, on the digits
// that ship with ctgrad: how many digits each gets right that it has not seen, and which it takes for
// which. Five choices of the digits to learn from. Arguments: number of epochs (60), a folder for the
// figures that draw.py draws. Fails if the hidden layer does not help, or if regression does not learn.
#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/data/csv.hpp>
#include <ctgrad/train/fit.hpp>
#include <ctgrad/train/history_files.hpp>

#include "figures.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <type_traits>

using namespace ctgrad;

namespace
{

constexpr int choices = 5;
constexpr int extent = 8;

using softmax_regression = network<input{extent, extent}, flatten{}, dense{10}>;
using one_hidden_layer =
    network<input{extent, extent}, flatten{}, dense{64}, activations::relu, dense{10}>;

struct outcome
{
    evaluation training; // means of the choices
    evaluation test;
    confusion_matrix confusion{10}; // of all choices' tests
};

void add(confusion_matrix& sum, const confusion_matrix& more)
{
    for (int target = 0; target < more.classes(); ++target)
    {
        for (int predicted = 0; predicted < more.classes(); ++predicted)
        {
            for (std::ptrdiff_t i = 0; i < more(target, predicted); ++i)
            {
                sum.add(target, predicted);
            }
        }
    }
}

template <class Network>
void write_figures(const std::filesystem::path& folder, const std::string& name, const Network& net,
                   const training_history& history)
{
    if constexpr (std::is_same_v<Network, softmax_regression>)
    {
        write_images(folder / "images_templates.csv", first_weights(net), extent, extent);
    }
    write_csv(history, folder / ("history_" + name + ".csv"));
}

/// Writes figures of the first choice, if a folder is given.
template <class Network>
outcome train(const std::string& name, const data_set<float>& digits, int epochs,
              const std::filesystem::path& folder)
{
    outcome found;
    for (std::uint64_t i = 1; i <= choices; ++i)
    {
        const auto [training, test] = digits.split(0.8, seed{i});
        Network net{seed{i}};
        const training_history history = fit(net, training,
                                             {.epochs = epochs,
                                              .batch = 32,
                                              .validation = &test,
                                              .randomness = {i},
                                              .output = {.mode = progress_mode::quiet}},
                                             cross_entropy, adam{.learning_rate = 2e-3});
        const evaluation known = evaluate(net, training, cross_entropy);
        found.training.loss += known.loss / choices;
        found.training.accuracy += known.accuracy / choices;
        found.test.loss += history.back().validation.loss / choices;
        found.test.accuracy += history.back().validation.accuracy / choices;
        add(found.confusion, confusion_of(net, test));
        if (!folder.empty() && i == 1)
        {
            write_figures(folder, name, net, history);
        }
    }
    if (!folder.empty())
    {
        write_confusion(folder / ("confusion_" + name + ".csv"), found.confusion, digit_names);
    }
    std::printf("%-19s %10d %9.1f%% %6.1f%% %15.3f %7.3f\n", name.c_str(), Network::parameter_count,
                100 * found.training.accuracy, 100 * found.test.accuracy, found.training.loss,
                found.test.loss);
    return found;
}

} // namespace

int main(int count, char** arguments)
{
    const int epochs = count > 1 ? std::max(std::atoi(arguments[1]), 1) : 60;
    const std::filesystem::path folder = count > 2 ? arguments[2] : "";
    const auto digits = load_csv("examples/data/digits.csv.gz", 10, {.input_scale = 1.0 / 16});

    std::printf("                    parameters  training    test  loss: training    test\n");
    const outcome regression =
        train<softmax_regression>("softmax regression", digits, epochs, folder);
    const outcome hidden = train<one_hidden_layer>("one hidden layer", digits, epochs, folder);
    for (const outcome* each : {&regression, &hidden})
    {
        std::printf("\n%s\n",
                    each == &regression ? "softmax regression" : "one hidden layer of 64");
        std::cout << each->confusion;
    }
    const bool both_learn = regression.test.accuracy > 0.9 && hidden.test.accuracy > 0.9;
    return both_learn && hidden.test.accuracy > regression.test.accuracy ? 0 : 1;
}
