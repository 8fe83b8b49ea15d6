// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>

namespace ctgrad
{

/// Extents of one sample: {784}, {28, 28}, {3, 32, 32}; a structural value.
struct shape
{
    static constexpr int max_rank = 4;

    std::array<int, max_rank> extents{};
    int rank = 0;

    constexpr shape() = default;

    /// Errors     fails to compile for more than four extents
    template <class... Integers>
        requires(sizeof...(Integers) > 0 && sizeof...(Integers) <= max_rank)
    constexpr explicit shape(Integers... sizes)
        : extents{static_cast<int>(sizes)...}, rank(static_cast<int>(sizeof...(sizes)))
    {
    }

    /// Number of elements.
    constexpr int size() const
    {
        int product = 1;
        for (int i = 0; i < rank; ++i)
        {
            product *= extents[static_cast<std::size_t>(i)];
        }
        return product;
    }

    constexpr bool is_flat() const { return rank == 1; }

    constexpr bool is_positive() const
    {
        for (int i = 0; i < rank; ++i)
        {
            if (extents[static_cast<std::size_t>(i)] < 1)
            {
                return false;
            }
        }
        return rank > 0;
    }

    friend constexpr bool operator==(const shape&, const shape&) = default;
};

} // namespace ctgrad
