// SPDX-License-Identifier: BSL-1.0
// How many hidden units die: whose activation has a slope below 0.05 at every digit of the training set,
// which for relu is never to be positive. By learning rate and initial weights, beside activations with a
// slope on both sides. Argument: number of epochs (20). Fails if large steps do not kill relu's units, or
// small ones do, or if units that are off in the beginning do not learn by a learnt slope.
#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/data/csv.hpp>
#include <ctgrad/train/diagnose.hpp>
#include <ctgrad/train/fit.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr int pixels = 64;
constexpr int hidden = 64;
constexpr std::array rates{0.01, 0.03, 0.1, 0.3, 1.0, 3.0};

/// A way to begin: He's weights, Glorot's, or He's with biases that keep most units off.
struct beginning
{
    const char* name;
    initialiser kind;
    float bias;
};
constexpr std::array beginnings{beginning{"he", initialiser::he_normal, 0.0f},
                                beginning{"glorot", initialiser::glorot_uniform, 0.0f},
                                beginning{"he, bias -1", initialiser::he_normal, -1.0f}};

struct outcome
{
    double dead = 0.0; // share of all hidden units
    double accuracy = 0.0;
    bool diverged = false; // to infinity or NaN
};

template <auto Activation>
outcome train(const data_set<float>& training, const data_set<float>& test, const beginning& start,
              double rate, int epochs)
{
    using model =
        network<input{pixels}, dense{hidden}, Activation, dense{hidden}, Activation, dense{10}>;
    constexpr std::size_t in_first = hidden * pixels + hidden;
    constexpr std::size_t slopes = parameters_of<decltype(Activation)>.size;

    model net{seed{1}};
    std::vector<float> values(model::parameter_count);
    net.export_parameters(values);
    random_engine engine(1);
    for (const std::size_t at : {std::size_t{0}, in_first + slopes})
    {
        const std::span<float> layer = std::span(values).subspan(at, hidden * pixels + hidden);
        draw_weights(layer.first(hidden * pixels), start.kind, pixels, hidden, engine);
        std::ranges::fill(layer.last(hidden), start.bias);
    }
    net.import_parameters(values);

    fit(net, training, {.epochs = epochs, .batch = 32, .output = {.mode = progress_mode::quiet}},
        cross_entropy, sgd{.learning_rate = rate});

    net.export_parameters(values);
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
    {
        return {.diverged = true};
    }
    const diagnosis found = diagnose(net, training, cross_entropy, {.dead_slope = 0.05});
    return {.dead = (found.layers[1].dead.value() + found.layers[3].dead.value()) / 2,
            .accuracy = evaluate(net, test, cross_entropy).accuracy};
}

using outcomes = std::array<std::array<outcome, rates.size()>, beginnings.size()>;

template <auto Activation>
outcomes rows(const char* name, const data_set<float>& training, const data_set<float>& test,
              int epochs)
{
    outcomes found;
    for (std::size_t i = 0; i < beginnings.size(); ++i)
    {
        std::printf("%-10s %-11s", i == 0 ? name : "", beginnings[i].name);
        for (std::size_t k = 0; k < rates.size(); ++k)
        {
            found[i][k] = train<Activation>(training, test, beginnings[i], rates[k], epochs);
            if (const outcome& each = found[i][k]; each.diverged)
            {
                std::printf("   diverged");
            }
            else
            {
                std::printf("  %3.0f%% %3.0f%%", 100 * each.dead, 100 * each.accuracy);
            }
        }
        std::printf("\n");
    }
    return found;
}

} // namespace

int main(int count, char** arguments)
{
    const int epochs = count > 1 ? std::max(std::atoi(arguments[1]), 1) : 20;
    const auto digits = load_csv("examples/data/digits.csv.gz", 10, {.input_scale = 1.0 / 16});
    const auto [training, test] = digits.split(0.8, seed{1});
    std::printf("dead units, test accuracy\nlearning rate         ");
    for (const double rate : rates)
    {
        std::printf(" %10g", rate);
    }
    std::printf("\n");
    const outcomes relu = rows<activations::relu>("relu", training, test, epochs);
    rows<activations::leaky_relu()>("leaky_relu", training, test, epochs);
    const outcomes prelu = rows<activations::parametric_relu>("prelu", training, test, epochs);
    rows<activations::elu()>("elu", training, test, epochs);
    const bool large_steps_kill = relu[0][1].dead < 0.2 && relu[0][4].dead > 0.5;
    const bool slope_helps = relu[2][1].accuracy < 0.5 && prelu[2][1].accuracy > 0.9;
    return large_steps_kill && slope_helps ? 0 : 1;
}
