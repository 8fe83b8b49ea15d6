// SPDX-License-Identifier: BSL-1.0
// What goes wrong in a network while it learns, in words: steps so large that they kill units of relu, and
// steps of another size. Then which pixels of a digit matter. Fails if the dead units are not found where
// they are, or others are.
#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/data/csv.hpp>
#include <ctgrad/network/input_gradient.hpp>
#include <ctgrad/train/diagnostics.hpp>
#include <ctgrad/train/fit.hpp>

#include <cmath>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

using namespace ctgrad;

namespace
{

using activations::relu;

using model = network<input{8, 8}, flatten{}, dense{64}, relu, dense{64}, relu, dense{10}>;

/// Trains with a learning rate; says what is wrong then. Whether units are dead.
bool train(model& net, const data_set<float>& training, double rate)
{
    diagnostics_log log(net, training, cross_entropy); // looks at 256 rows once an epoch
    fit(net, training,
        {.epochs = 10,
         .batch = 32,
         .output = {.mode = progress_mode::quiet},
         .on_step = std::ref(log)},
        cross_entropy, sgd{.learning_rate = rate});

    const diagnosis& last = log.reports().back();
    std::cout << "learning rate " << rate << "\n" << last;
    bool has_dead = false;
    for (const std::string& warning : warnings(last))
    {
        std::cout << warning << "\n";
        has_dead = has_dead || warning.find("dead") != std::string::npos;
    }
    std::cout << "\n";
    return has_dead;
}

} // namespace

int main()
{
    const auto digits = load_csv("examples/data/digits.csv.gz", 10, {.input_scale = 1.0 / 16});
    const auto [training, test] = digits.split(0.8, seed{1});
    model with_large_steps{seed{1}};
    model net{seed{1}};
    const bool large_steps_kill = train(with_large_steps, training, 1.0);
    const bool others_do = train(net, training, 0.05);

    const std::span<const float> digit = test.input_view().row(0);
    const int label = test.labels[0];
    const auto slopes = input_gradient(net, digit, label); // of that output, by each pixel
    std::cout << "what speaks for a " << label << ", and what against it:\n";
    for (std::size_t i = 0; i < slopes.size(); ++i)
    {
        std::cout << (slopes[i] > 0.5f    ? " +"
                      : slopes[i] < -0.5f ? " -"
                                          : " .")
                  << (i % 8 == 7 ? "\n" : "");
    }
    return large_steps_kill && !others_do ? 0 : 1;
}
