// SPDX-License-Identifier: BSL-1.0
// A network that learns the solution of a differential equation from the equation alone:
//     u'' = -sin(x) between 0 and pi, u(0) = u(pi) = 0, whose solution is sin(x).
// Derivatives of the network by its input are in the loss, and training goes back through them.
// Run: equation [epochs]
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"at the boundary"> boundary;
constexpr variable<"u"> u;
constexpr variable<"du/dx"> slope;
constexpr variable<"d2u/dx2"> curvature;

// What is to become 0: the equation within, the value at the boundary.
constexpr auto misfit = where(boundary > 0, u, curvature + sin(x));

using unknown = chain<row_formulas<x, x, boundary>{}, // of a row the point alone
                      derivatives<2, dense{16}, tanh(x), dense{16}, tanh(x), dense{1}>{}>;
using equation = network<input{2}, concatenate<chain<>{}, unknown{}>{},
                         row_formulas<misfit, x, boundary, u, slope, curvature>{}>;

// The same layers, so the same parameters, without what only the training needs.
using solution = network<input{1}, dense{16}, tanh(x), dense{16}, tanh(x), dense{1}>;

// Rows of a point, and whether it is at the boundary; their targets are 0.
data_set<float> points(std::ptrdiff_t inside, std::ptrdiff_t each_boundary)
{
    const std::ptrdiff_t rows = inside + 2 * each_boundary;
    aligned_buffer<float> inputs(static_cast<std::size_t>(2 * rows));
    aligned_buffer<float> targets(static_cast<std::size_t>(rows));
    const auto pi = std::numbers::pi_v<float>;
    for (std::ptrdiff_t row = 0; row < rows; ++row)
    {
        const std::ptrdiff_t behind = row - inside;
        float* const at = inputs.data() + 2 * row;
        at[0] = behind < 0 ? pi * (static_cast<float>(row) + 0.5f) / static_cast<float>(inside)
                           : (behind % 2 == 0 ? 0.0f : pi);
        at[1] = behind < 0 ? 0.0f : 1.0f;
    }
    return {rows, std::move(inputs), std::move(targets)};
}

} // namespace

int main(int argc, char** argv)
{
    const int epochs = argc > 1 ? std::atoi(argv[1]) : 2000;
    equation learner{seed{1}};
    const data_set<float> data = points(56, 4);
    const training_history history = fit(learner, data,
                                         {.epochs = epochs,
                                          .batch = 64,
                                          .schedule = cosine{},
                                          .output = {.mode = progress_mode::quiet}},
                                         mean_squared_error, adam{.learning_rate = 0.01});

    solution found;
    std::vector<float> parameters(solution::parameter_count);
    learner.export_parameters(parameters);
    found.import_parameters(parameters);
    double worst = 0;
    std::printf("   x      u(x)     sin(x)\n");
    for (int i = 0; i <= 100; ++i)
    {
        const double at = std::numbers::pi * i / 100;
        const double value =
            static_cast<double>(found.predict(std::array{static_cast<float>(at)})[0]);
        worst = std::max(worst, std::abs(value - std::sin(at)));
        if (i % 10 == 0)
        {
            std::printf("%5.3f  %8.5f  %8.5f\n", at, value, std::sin(at));
        }
    }
    std::printf("%d epochs of %td points: mean squared residual %.2g, largest error %.2g\n", epochs,
                data.rows, history.empty() ? 0.0 : history.back().loss, worst);
    return worst < 0.02 ? 0 : 1;
}
