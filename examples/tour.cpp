// SPDX-License-Identifier: BSL-1.0
// The tutorial's code (docs/tutorial.md): the language from variables to a loss of one's own.
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/io/save.hpp>
#include <ctgrad/train/fit.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <vector>

using namespace ctgrad;

namespace
{

void formulas()
{
    constexpr variable<"x"> x;
    constexpr variable<"y"> y;
    constexpr auto f = x * x * y + exp(-y);

    static_assert(f(2.0, 0.0) == 1.0);         // in the order in which f mentions them
    static_assert(f(y = 0.0, x = 2.0) == 1.0); // or by name
    constexpr auto g = f(x = y + 1);           // formulas compose
    std::cout << "g(y)  = " << g << '\n';
    std::cout << "g'(y) = " << derivative(g, y) << '\n';
    std::cout << "d2f/dx dy = " << derivative(derivative(f, x), y) << '\n';

    constexpr auto partials = gradient(f); // one for each variable, then for each parameter
    std::cout << "df/dy = " << hana::at_c<1>(partials) << "\n\n";
}

void parameters()
{
    constexpr variable<"x"> x;
    constexpr parameter<"beta"> beta{1.5}; // learnable; starts at 1.5
    constexpr auto swish = x * sigmoid(beta * x);

    const std::vector<float> in{-2.0f, 0.5f, 3.0f};
    const std::vector<float> dout{1.0f, 1.0f, 1.0f};
    const std::vector<float> values{0.75f}; // of the parameters, now
    std::vector<float> out(3);
    std::vector<float> din(3);
    std::vector<float> dvalues{0.0f}; // what comes is added

    forward<swish>(in, out, values);
    backward<swish>(in, dout, din, values, dvalues);
    std::cout << "swish(3) = " << out[2] << ", slope " << din[2] << ", d/dbeta of the sum "
              << dvalues[0] << "\n\n";
}

void conditions()
{
    constexpr variable<"x"> x;
    constexpr auto selu = 1.0507009873554805 * where(x > 0, x, 1.6732632423543772 * (exp(x) - 1));
    std::cout << "selu'  = " << derivative(selu, x) << '\n';
    std::cout << "relu6' = " << derivative(clamp(x, 0, 6), x)(3.0) << " at 3\n\n";
}

void rows()
{
    constexpr variable<"x"> x;
    constexpr auto softmax = exp(x - max(x)) / sum(exp(x - max(x)));
    constexpr auto layer_norm = (x - mean(x)) / sqrt(mean(square(x - mean(x))) + 1e-5);

    const std::vector<float> logits{1.0f, 2.0f, 1000.0f};
    std::vector<float> probabilities(3);
    std::vector<float> normalised(3);
    forward<softmax>(logits, probabilities);
    forward<layer_norm>(logits, normalised);
    std::cout << "softmax: " << probabilities[0] << ' ' << probabilities[1] << ' '
              << probabilities[2] << "; layer norm: " << normalised[0] << ' ' << normalised[1]
              << ' ' << normalised[2] << "\n\n";
}

// A loss: one value for a row of predictions and targets. It has a number of its own (the width of
// the valley), so it is passed as a constant, loss<huber>.
using symbols::prediction;
using symbols::target;
constexpr auto gap = abs(prediction - target);
constexpr auto huber = mean(where(gap < 0.5, square(gap), gap - 0.25));

void training()
{
    constexpr variable<"x"> x;
    using model = network<input{2}, dense{32}, x * sigmoid(x), dropout{.rate = 0.05}, dense{1}>;

    constexpr int count = 1024;
    random_engine engine(7);
    aligned_buffer<float> inputs(2 * count);
    aligned_buffer<float> targets(count);
    fill_uniform(std::span<float>(inputs.data(), inputs.size()), -1.0f, 1.0f, engine);
    for (int i = 0; i < count; ++i)
    {
        targets.data()[i] = inputs.data()[2 * i] * inputs.data()[2 * i + 1];
    }
    const data_set<float> products(count, std::move(inputs), std::move(targets));
    const auto [learn, test] = products.split(0.8, seed{1});

    model net{seed{42}};
    const training_history history = fit(
        net, learn,
        {.epochs = 60, .batch = 32, .validation = &test, .output = {.mode = progress_mode::quiet}},
        loss<huber>, adamw{.learning_rate = 5e-3, .weight_decay = 1e-3});
    std::cout << "x * y is learnt: huber " << history.front().validation.loss << " -> "
              << history.back().validation.loss << '\n';

    const auto file = std::filesystem::temp_directory_path() / "ctgrad-tour.parameters";
    save(net, file);
    model restored;
    load(restored, file);
    std::filesystem::remove(file);
    std::cout << "restored: 0.5 * 0.5 = " << restored.predict(std::vector{0.5f, 0.5f})[0] << '\n';
}

} // namespace

int main()
{
    formulas();
    parameters();
    conditions();
    rows();
    training();
}
