// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/tensor_role.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace ctgrad::detail
{

/// Where a tensor that is found, not learnt, lies in a network's parameter block, with the padding behind it.
struct unlearnt_part
{
    std::size_t first = 0;
    std::size_t stored = 0;
    /// Without padding.
    long long numbers = 0;
};

template <class Network>
std::vector<unlearnt_part> unlearnt_parts()
{
    std::vector<unlearnt_part> parts;
    const std::vector<std::size_t> sizes = Network::stored_tensor_sizes();
    std::size_t first = 0;
    std::size_t index = 0;
    for (const auto& tensor : Network::parameter_tensors())
    {
        if (tensor.role == tensor_role::statistic)
        {
            parts.push_back({first, sizes[index], 1LL * tensor.rows * tensor.columns});
        }
        first += sizes[index++];
    }
    return parts;
}

/// A copy of a parameter block with zeros there, which norms do not see. Of nothing, nothing.
template <class T>
std::vector<T> learnt_numbers(std::span<const T> block, std::span<const unlearnt_part> parts)
{
    std::vector<T> learnt(block.begin(), block.end());
    for (const unlearnt_part& part : parts)
    {
        if (!learnt.empty())
        {
            std::fill_n(learnt.begin() + static_cast<std::ptrdiff_t>(part.first), part.stored,
                        T(0));
        }
    }
    return learnt;
}

} // namespace ctgrad::detail
