// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

// The networks that all contestants are measured with.

enum class activation
{
    relu,
    tanh,
    swish
};

/// A network of dense layers with an activation between them, its shapes known to the compiler.
template <activation Between, int... Sizes>
struct fixed_network
{
};

/// The same as a value. Parameters are, layer after layer, the weights row-major (units, inputs) and
/// the biases.
struct dense_network
{
    activation between;
    std::vector<int> sizes;

    int layers() const { return static_cast<int>(sizes.size()) - 1; }
    int inputs(int layer) const { return sizes[static_cast<std::size_t>(layer)]; }
    int units(int layer) const { return sizes[static_cast<std::size_t>(layer) + 1]; }
    int inputs() const { return sizes.front(); }
    int outputs() const { return sizes.back(); }
    bool is_last(int layer) const { return layer + 1 == layers(); }
    bool is_convolution(int) const { return false; }

    int weights() const
    {
        int count = 0;
        for (int layer = 0; layer < layers(); ++layer)
        {
            count += inputs(layer) * units(layer);
        }
        return count;
    }

    int parameters() const
    {
        int count = weights();
        for (int layer = 0; layer < layers(); ++layer)
        {
            count += units(layer);
        }
        return count;
    }

    /// Multiply-adds of the products count as two, nothing else counts.
    double inference_flops() const { return 2.0 * weights(); }

    /// Forward, gradients of the weights, and of the inputs of all layers but the first.
    double training_flops() const { return 2.0 * (3.0 * weights() - inputs(0) * units(0)); }

    std::string name() const
    {
        std::string text;
        for (const int size : sizes)
        {
            text += (text.empty() ? "" : "-") + std::to_string(size);
        }
        constexpr const char* names[] = {" ReLU", " tanh", " swish"};
        return text + names[static_cast<int>(between)];
    }
};

template <activation Between, int... Sizes>
dense_network to_value(fixed_network<Between, Sizes...>)
{
    return {Between, {Sizes...}};
}

template <class... Networks>
struct network_list
{
    static std::vector<dense_network> values() { return {to_value(Networks{})...}; }

    /// Calls `body(fixed_network<...>{})` with the one that has this value; whether there is one.
    template <class Body>
    static bool with(const dense_network& wanted, Body body)
    {
        const auto is_it = [&](auto network)
        {
            if (to_value(network).name() != wanted.name())
            {
                return false;
            }
            body(network);
            return true;
        };
        return (is_it(Networks{}) || ...);
    }
};

using classifiers = network_list<fixed_network<activation::swish, 784, 128, 10>,
                                 fixed_network<activation::swish, 784, 256, 256, 10>>;

using small_networks = network_list<fixed_network<activation::tanh, 1, 8, 8, 1>,
                                    fixed_network<activation::relu, 16, 16, 16, 1>,
                                    fixed_network<activation::tanh, 64, 64, 64, 10>>;
