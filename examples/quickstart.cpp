// SPDX-License-Identifier: BSL-1.0
// The README's code: a formula, its derivative, fast kernels, and a network of it that learns.
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

#include <cmath>
#include <iostream>
#include <vector>

using namespace ctgrad;

// One line of maths. The compiler differentiates it.
constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);
constexpr auto dswish = derivative(swish, x);

static_assert(swish(0.0) == 0.0);
static_assert(dswish(0.0) == 0.5);

// A network is a type: its shapes are checked by the compiler.
using regressor = network<input{1}, dense{16}, swish, dense{16}, swish, dense{1}>;

namespace
{

void kernels()
{
    std::cout << "swish(x)   = " << swish << '\n';
    std::cout << "swish'(x)  = " << dswish << '\n';
    std::cout << "in LaTeX   : " << to_latex(dswish) << '\n';
    std::cout << "swish'(1.5) = " << dswish(1.5) << "\n\n";

    const std::vector<float> inputs{-100.0f, -1.0f, 0.0f, 1.0f, 100.0f};
    std::vector<float> outputs(inputs.size());
    std::vector<float> slopes(inputs.size());
    forward<swish>(inputs, outputs);
    value_and_derivative<swish>(inputs, outputs, slopes);
    for (std::size_t i = 0; i < inputs.size(); ++i)
    {
        std::cout << "swish(" << inputs[i] << ") = " << outputs[i] << ", slope " << slopes[i]
                  << '\n';
    }
}

void more_variables()
{
    constexpr variable<"gate"> gate;
    constexpr parameter<"beta"> beta{1.0};
    constexpr auto swiglu = x * sigmoid(beta * x) * gate; // two inputs, one learnable number

    const std::vector<float> a{-1.0f, 0.5f, 2.0f};
    const std::vector<float> b{3.0f, 2.0f, 1.0f};
    const std::vector<float> incoming{1.0f, 1.0f, 1.0f};
    std::vector<float> da(3);
    std::vector<float> db(3);
    std::vector<float> dbeta(1);
    backward<swiglu>(std::tie(a, b), incoming, std::tie(da, db), std::vector{1.0f}, dbeta);
    std::cout << "\nd/dbeta of x * sigmoid(beta * x) * gate, summed: " << dbeta[0] << '\n';
}

// Rows of x with sin(3 x) as the target.
data_set<float> sine_wave(int rows)
{
    aligned_buffer<float> inputs(static_cast<std::size_t>(rows));
    aligned_buffer<float> targets(static_cast<std::size_t>(rows));
    for (int i = 0; i < rows; ++i)
    {
        const float position = -1.0f + 2.0f * static_cast<float>(i) / static_cast<float>(rows);
        inputs.data()[i] = position;
        targets.data()[i] = std::sin(3.0f * position);
    }
    return {rows, std::move(inputs), std::move(targets)};
}

void training()
{
    const data_set<float> wave = sine_wave(512);
    regressor net{seed{42}};
    const double before = evaluate(net, wave, mean_squared_error).loss;
    fit(net, wave, {.epochs = 100, .batch = 32, .output = {.mode = progress_mode::quiet}},
        mean_squared_error, adam{.learning_rate = 5e-3});
    const double after = evaluate(net, wave, mean_squared_error).loss;
    std::cout << "\na network learns sin(3 x): mean squared error " << before << " -> " << after
              << ", net(0.5) = " << net.predict(std::vector{0.5f})[0]
              << " (sin(1.5) = " << std::sin(1.5) << ")\n";
}

} // namespace

int main()
{
    kernels();
    more_variables();
    training();
}
