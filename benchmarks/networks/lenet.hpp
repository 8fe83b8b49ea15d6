// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <string>

/// LeNet-5 as it is trained today, on 28x28 pixels: convolution 5x5 to 6 channels of the same size,
/// convolution 5x5 to 16, each followed by ReLU and the maxima of 2x2; dense layers of 120, 84 and 10
/// units with ReLU between them. Parameters are, layer after layer, the weights row-major (units, inputs),
/// which are (filters, channels, rows, columns) of a convolution, and the biases.
struct lenet
{
    static constexpr int image = 28;
    static constexpr int convolutions = 2;

    /// A layer with weights, and at how many positions of an image they are used.
    struct linear_map
    {
        int inputs;
        int units;
        int positions;
    };
    static constexpr std::array<linear_map, 5> maps{
        {{25, 6, 28 * 28}, {150, 16, 10 * 10}, {400, 120, 1}, {120, 84, 1}, {84, 10, 1}}};

    int layers() const { return static_cast<int>(maps.size()); }
    int inputs(int layer) const { return maps[static_cast<std::size_t>(layer)].inputs; }
    int units(int layer) const { return maps[static_cast<std::size_t>(layer)].units; }
    int inputs() const { return image * image; }
    int outputs() const { return maps.back().units; }
    bool is_convolution(int layer) const { return layer < convolutions; }

    /// Multiply-adds of the products count as two, nothing else counts.
    double inference_flops() const
    {
        double count = 0;
        for (const linear_map& map : maps)
        {
            count += 2.0 * map.inputs * map.units * map.positions;
        }
        return count;
    }

    /// Forward, gradients of the weights, and of the inputs of all layers but the first.
    double training_flops() const
    {
        const linear_map& first = maps.front();
        return 3 * inference_flops() - 2.0 * first.inputs * first.units * first.positions;
    }

    std::string name() const { return "LeNet ReLU"; }
};
