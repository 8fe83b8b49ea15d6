// SPDX-License-Identifier: BSL-1.0
// An optimiser of one's own: Lion, in three lines, beside Adam on two interleaved spirals.
// Source     Chen et al. (2023), Symbolic discovery of optimization algorithms, algorithm 2
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

#include <cmath>
#include <cstdio>

using namespace ctgrad;

namespace rules_of_mine
{

using namespace ctgrad::symbols;

// Every name that is neither the weight nor its gradient is a state, one number for each weight.
constexpr auto direction = sign(beta1 * first_moment + (1 - beta1) * dweight);
constexpr auto lion = update(weight = weight - learning_rate * (direction + weight_decay * weight),
                             first_moment = beta2 * first_moment + (1 - beta2) * dweight);

} // namespace rules_of_mine

namespace
{

constexpr variable<"x"> x;

using classifier = network<input{2}, dense{32}, tanh(x), dense{32}, tanh(x), dense{2}>;

// Points on two spirals, which turn around each other once and a half.
data_set<float> spirals(std::size_t points)
{
    aligned_buffer<float> positions(2 * points);
    std::vector<int> labels(points);
    for (std::size_t i = 0; i < points; ++i)
    {
        labels[i] = static_cast<int>(i % 2);
        const float radius = static_cast<float>(i + 20) / static_cast<float>(points + 20);
        const float angle = 3.1415927f * (3 * radius + static_cast<float>(labels[i]));
        positions[2 * i] = 2 * radius * std::cos(angle);
        positions[2 * i + 1] = 2 * radius * std::sin(angle);
    }
    return {std::move(positions), std::move(labels), 2};
}

double accuracy_after(const auto& optimiser, const data_set<float>& data)
{
    classifier net{seed{1}};
    fit(net, data, {.epochs = 300, .batch = 20, .output = {.mode = progress_mode::quiet}},
        cross_entropy, optimiser);
    return evaluate(net, data, cross_entropy).accuracy;
}

} // namespace

int main()
{
    using namespace symbols;
    const data_set<float> data = spirals(400);
    const auto lion = optimise_by<rules_of_mine::lion>(learning_rate = 1e-3, beta2 = 0.99);
    const double with_lion = accuracy_after(lion, data);
    const double with_adam = accuracy_after(adam{.learning_rate = 2e-3}, data);
    std::printf("two spirals after 300 epochs: %.1f%% right with Lion, %.1f%% with Adam\n",
                100 * with_lion, 100 * with_adam);
    return with_lion > 0.95 ? 0 : 1;
}
