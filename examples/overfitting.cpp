// SPDX-License-Identifier: BSL-1.0
// A large network and 300 digits to learn from: after 100 epochs it knows them by heart, also where a fifth
// of the labels is wrong. What keeps it from that, dropout or an L2 penalty, and what it is worth on the
// other 1,497 digits. Means over five choices of the digits. Arguments: number of epochs (100), a folder for
// the figures that draw.py draws: learning curves and weights with the wrong labels. Fails if the network
// does not learn the wrong labels, or if dropout or the stronger penalty do not help then.
#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/data/csv.hpp>
#include <ctgrad/train/fit.hpp>
#include <ctgrad/train/history_files.hpp>

#include "figures.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace ctgrad;

namespace
{

using activations::relu;
using symbols::weight;

constexpr int choices = 5;
constexpr int examples = 300;

using plain = network<input{8, 8}, flatten{}, dense{128}, relu, dense{128}, relu, dense{10}>;
using with_dropout = network<input{8, 8}, flatten{}, dense{128}, relu, dropout{.rate = 0.5},
                             dense{128}, relu, dropout{.rate = 0.5}, dense{10}>;

struct outcome
{
    evaluation training;
    evaluation test;

    double gap() const { return training.accuracy - test.accuracy; }
};

/// The same with another label for a share of the rows.
data_set<float> mislabelled(const data_set<float>& clean, double share, seed origin)
{
    std::vector<int> labels = clean.labels;
    random_engine engine(origin.value);
    const auto wrong = static_cast<std::size_t>(share * static_cast<double>(labels.size()));
    for (int& label : std::span(labels).first(wrong))
    {
        label = (label + 1 + static_cast<int>(draw_below(engine, 9))) % 10;
    }
    return {clean.inputs, std::move(labels), 10};
}

/// Writes figures of the first choice, if a folder is given.
template <class Network>
outcome train(const std::string& name, const data_set<float>& digits, double wrong, int epochs,
              const std::filesystem::path& folder, const auto& optimiser)
{
    outcome mean;
    const auto add = [](evaluation& to, const evaluation& one)
    {
        to.loss += one.loss / choices;
        to.accuracy += one.accuracy / choices;
    };
    for (std::uint64_t i = 1; i <= choices; ++i)
    {
        const auto [clean, test] = digits.split(examples, seed{i});
        const data_set<float> training = mislabelled(clean, wrong, {i});
        const bool is_drawn = !folder.empty() && i == 1;
        Network net{seed{i}};
        const training_history history = fit(net, training,
                                             {.epochs = epochs,
                                              .batch = 32,
                                              .validation = is_drawn ? &test : nullptr,
                                              .randomness = {i},
                                              .output = {.mode = progress_mode::quiet}},
                                             cross_entropy, optimiser);
        add(mean.training, evaluate(net, training, cross_entropy));
        add(mean.test, evaluate(net, test, cross_entropy));
        if (is_drawn)
        {
            write_weights(folder / ("weights_" + name + ".csv"), net);
            write_csv(history, folder / ("history_" + name + ".csv"));
        }
    }
    std::printf("%-11s %9.1f%% %9.1f%% %9.1f%% %10.3f %10.3f\n", name.c_str(),
                100 * mean.training.accuracy, 100 * mean.test.accuracy, 100 * mean.gap(),
                mean.training.loss, mean.test.loss);
    return mean;
}

} // namespace

int main(int count, char** arguments)
{
    const int epochs = count > 1 ? std::max(std::atoi(arguments[1]), 1) : 100;
    const auto digits = load_csv("examples/data/digits.csv.gz", 10, {.input_scale = 1.0 / 16});
    const adam step{.learning_rate = 1e-3};

    const auto compare = [&](double wrong, const std::filesystem::path& folder)
    {
        std::printf("%.0f%% of the labels wrong\n", 100 * wrong);
        std::printf("              training       test        gap  loss: training, test\n");
        return std::array{train<plain>("nothing", digits, wrong, epochs, folder, step),
                          train<with_dropout>("dropout", digits, wrong, epochs, folder, step),
                          train<plain>("L2, 3e-3", digits, wrong, epochs, folder,
                                       penalise<3e-3 * square(weight)>(step)),
                          train<plain>("L2, 1e-2", digits, wrong, epochs, folder,
                                       penalise<1e-2 * square(weight)>(step)),
                          train<with_dropout>("both, 3e-3", digits, wrong, epochs, folder,
                                              penalise<3e-3 * square(weight)>(step))};
    };
    compare(0.0, "");
    const auto [nothing, dropped, weaker, stronger, both] =
        compare(0.2, count > 2 ? arguments[2] : "");
    const auto helps = [&](const outcome& kept)
    { return kept.gap() < nothing.gap() && kept.test.accuracy > nothing.test.accuracy + 0.03; };
    return nothing.training.accuracy > 0.98 && helps(dropped) && helps(stronger) ? 0 : 1;
}
