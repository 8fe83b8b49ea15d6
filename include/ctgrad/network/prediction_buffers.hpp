// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/batch.hpp>
#include <ctgrad/tensor/stack_buffers.hpp>

#include <algorithm>

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

} // namespace ctgrad::detail
