// SPDX-License-Identifier: BSL-1.0
// The network. Compiled once for each set of instructions, see meson.build.
#include "model.hpp"

#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

#include <cmath>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);

using regressor = network<input{1}, dense{16}, swish, dense{16}, swish, dense{1}>;

// Made at the first call. An object beside the functions would be made before main by all builds,
// also by those whose instructions the processor lacks.
regressor& net()
{
    static regressor only{seed{42}};
    return only;
}

// Rows of x with sin(3 x) as the target.
void learn()
{
    constexpr int rows = 256;
    aligned_buffer<float> inputs(rows);
    aligned_buffer<float> targets(rows);
    for (std::size_t i = 0; i < rows; ++i)
    {
        inputs[i] = -1.0f + 2.0f * static_cast<float>(i) / rows;
        targets[i] = std::sin(3.0f * inputs[i]);
    }
    const data_set<float> wave{rows, std::move(inputs), std::move(targets)};
    fit(net(), wave, {.epochs = 50, .batch = 32, .output = {.mode = progress_mode::quiet}},
        mean_squared_error, adam{.learning_rate = 5e-3});
}

// Row by row, as any build understands them: in the network's own block their order is that of its
// vectors.
std::vector<float> parameters()
{
    std::vector<float> values(regressor::parameter_count);
    net().export_parameters(values);
    return values;
}

void set_parameters(std::span<const float> values) { net().import_parameters(values); }

void predict(std::span<const float> inputs, std::span<float> outputs)
{
    net().predict(inputs, outputs);
}

} // namespace

// The one name that other files see; there it is model_sse2, model_avx2 or model_avx512.
extern "C" constinit const model_functions model{&learn, &parameters, &set_parameters, &predict};
