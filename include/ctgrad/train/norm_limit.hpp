// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/tensor/aligned_buffer.hpp>
#include <ctgrad/train/weight_tensors.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace ctgrad
{

namespace detail
{

/// Weights next to each other in a parameter block, of units that follow each other.
struct weight_run
{
    int place;
    int unit;
    int count;
};

} // namespace detail

/// Keeps the norm of the weights that come into a unit from being larger than `most` (max-norm): larger ones
/// are scaled down to it after a step. Biases, vectors of words and parameters of formulas stay; in recurrent
/// layers weights of inputs and of the state count apart.
/// Cost       allocates when it is made: two numbers for each unit, and 12 bytes for each run of weights
///            of neighbouring units. `apply` reads all weights, and writes them if any are too large
/// Source     Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov (2014), Dropout, section 5.1
template <class Network>
class norm_limit
{
    using T = typename Network::value_type;

public:
    explicit norm_limit(double most) : most_(most) { find_runs(); }

    /// The weights are those of a network's parameter block.
    /// Cost       allocates nothing
    void apply(std::span<T> block)
    {
        std::ranges::fill(factors_, 0.0);
        for (const detail::weight_run& some : runs_)
        {
            const T* const weights = block.data() + some.place;
            double* const squares = factors_.data() + some.unit;
            for (int i = 0; i < some.count; ++i)
            {
                const auto number = static_cast<double>(weights[i]);
                squares[i] += number * number;
            }
        }
        bool is_within = true;
        for (double& factor : factors_)
        {
            const double norm = std::sqrt(factor);
            is_within = is_within && !(norm > most_);
            factor = norm > most_ ? most_ / norm : 1.0;
        }
        if (is_within)
        {
            return;
        }
        for (const detail::weight_run& some : runs_)
        {
            T* const weights = block.data() + some.place;
            const double* const factors = factors_.data() + some.unit;
            for (int i = 0; i < some.count; ++i)
            {
                weights[i] = static_cast<T>(static_cast<double>(weights[i]) * factors[i]);
            }
        }
    }

private:
    /// The place in the block of each parameter, in the order of files.
    static std::vector<int> places()
    {
        constexpr auto block_size = static_cast<std::size_t>(Network::memory.parameters);
        aligned_buffer<T> block(block_size);
        std::vector<T> exported(static_cast<std::size_t>(Network::parameter_count));
        std::vector<int> all(exported.size());
        // In two parts, as a float does not count so far.
        constexpr int part = 1 << 12;
        for (const int unit : {1, part})
        {
            for (std::size_t i = 0; i < block_size; ++i)
            {
                const int place = static_cast<int>(i);
                block[i] = static_cast<T>(unit == 1 ? place % part : place / part);
            }
            Network::export_block(block.data(), exported.data());
            for (std::size_t i = 0; i < all.size(); ++i)
            {
                all[i] += static_cast<int>(exported[i]) * unit;
            }
        }
        return all;
    }

    void find_runs()
    {
        const std::vector<int> place_of = places();
        constexpr int none = -2; // does not follow another unit, and none follows it
        std::vector<int> unit_at(static_cast<std::size_t>(Network::memory.parameters) + 1, none);
        int units = 0;
        std::size_t next = 0;
        for (const parameter_tensor& tensor : Network::parameter_tensors())
        {
            for (int row = 0; row < tensor.rows; ++row)
            {
                for (int column = 0; column < tensor.columns; ++column, ++next)
                {
                    if (is_weight(tensor))
                    {
                        unit_at[static_cast<std::size_t>(place_of[next])] = units + row;
                    }
                }
            }
            units += is_weight(tensor) ? tensor.rows : 0;
        }
        factors_.resize(static_cast<std::size_t>(units));
        for (std::size_t place = 0; place + 1 < unit_at.size(); ++place)
        {
            const int unit = unit_at[place];
            if (unit == none)
            {
                continue;
            }
            if (place > 0 && unit_at[place - 1] + 1 == unit)
            {
                ++runs_.back().count;
            }
            else
            {
                runs_.push_back({static_cast<int>(place), unit, 1});
            }
        }
    }

    double most_;
    std::vector<detail::weight_run> runs_;
    /// Of each unit: the square of its norm, then what its weights are multiplied by.
    std::vector<double> factors_;
};

} // namespace ctgrad
