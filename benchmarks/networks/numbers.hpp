// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "contestant.hpp"

#include <cmath>
#include <random>

// The numbers that all contestants get.

inline aligned_numbers uniform_numbers(std::size_t count, float low, float high, unsigned seed)
{
    std::mt19937 generator(seed);
    std::uniform_real_distribution<float> draw(low, high);
    aligned_numbers values(count);
    for (float& value : values)
    {
        value = draw(generator);
    }
    return values;
}

/// Weights within Glorot's limit, and biases that are not 0, so that one that is lost is seen.
template <class Network>
std::vector<float> initial_parameters(const Network& net)
{
    std::vector<float> values;
    for (int layer = 0; layer < net.layers(); ++layer)
    {
        const int inputs = net.inputs(layer);
        const int units = net.units(layer);
        const float limit = std::sqrt(6.0f / static_cast<float>(inputs + units));
        const auto seed = static_cast<unsigned>(layer);
        const auto weights =
            uniform_numbers(static_cast<std::size_t>(inputs * units), -limit, limit, seed);
        const auto biases = uniform_numbers(static_cast<std::size_t>(units), -0.1f, 0.1f, seed);
        values.insert(values.end(), weights.begin(), weights.end());
        values.insert(values.end(), biases.begin(), biases.end());
    }
    return values;
}

template <class Network>
aligned_numbers input_rows(const Network& net, int rows)
{
    return uniform_numbers(static_cast<std::size_t>(rows * net.inputs()), 0, 1, 17);
}

template <class Network>
labelled_rows labelled_input_rows(const Network& net, int rows)
{
    const auto classes = static_cast<std::size_t>(net.outputs());
    labelled_rows data{rows, input_rows(net, rows), {}, {}};
    data.targets.resize(static_cast<std::size_t>(rows) * classes);
    std::mt19937 generator(18);
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row)
    {
        data.labels.push_back(generator() % classes);
        data.targets[row * classes + data.labels.back()] = 1;
    }
    return data;
}
