// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/simd/batch.hpp>

#include <algorithm>
#include <cstddef>

namespace ctgrad::detail
{

/// What rows are written to in turn, and what layers need for themselves: for so many rows at once, a
/// block of them at least where there are blocks.
template <class T, class Passes, int Rows>
struct prediction_buffers
{
    static constexpr const auto& memory = Passes::memory;
    static constexpr int rows = memory.has_blocks ? std::max(Rows, simd::batch<T>::size) : Rows;

    alignas(64) T first[rows * memory.widest_in_turn[0]];
    alignas(64) T second[std::max(rows * memory.widest_in_turn[1], 1)];
    alignas(64) T scratch[std::max(memory.scratch, 1)];
};

/// Calls with buffers, which are on the stack up to a megabyte; otherwise each thread has its own.
template <class Buffers>
CTGRAD_ALWAYS_INLINE void with_buffers(const auto& body)
{
    if constexpr (sizeof(Buffers) <= (std::size_t{1} << 20))
    {
        Buffers buffers;
        body(buffers);
    }
    else
    {
        static thread_local Buffers buffers;
        body(buffers);
    }
}

} // namespace ctgrad::detail
