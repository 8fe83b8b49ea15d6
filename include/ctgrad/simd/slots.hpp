// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/simd/batch.hpp>
#include <ctgrad/simd/reductions.hpp>

#include <cstddef>
#include <type_traits>

// Where values and conditions are while a program runs over a row.

namespace ctgrad::simd
{

/// Values of one vector of elements, or of all that is one value for the row. Slots are plain arrays
/// with constant indices, which compilers keep in registers. `OfRow` tells the two apart also where
/// their registers are the same.
template <class Batch, int Count, bool OfRow>
struct slots_of
{
    Batch values[static_cast<std::size_t>(Count)];
    typename Batch::mask_type masks[static_cast<std::size_t>(Count)];

    CTGRAD_ALWAYS_INLINE void put(int index, Batch value) { values[index] = value; }
    CTGRAD_ALWAYS_INLINE void put(int index, typename Batch::mask_type condition)
    {
        masks[index] = condition;
    }
};

/// What is one value for the row, in all lanes of a vector of elements.
template <class Arch, class T, class RowArch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> spread(batch<T, RowArch> value)
{
    if constexpr (std::is_same_v<Arch, RowArch>)
    {
        return value;
    }
    else
    {
        return batch<T, Arch>(first_lane(value));
    }
}

/// The same for a condition.
template <class Arch, class T, class RowArch>
CTGRAD_ALWAYS_INLINE mask<T, Arch> spread(mask<T, RowArch> condition)
{
    if constexpr (std::is_same_v<Arch, RowArch>)
    {
        return condition;
    }
    else
    {
        using number = batch<T, RowArch>;
        return spread<Arch>(select(condition, number(T(1)), number(T(0)))) > T(0);
    }
}

} // namespace ctgrad::simd
