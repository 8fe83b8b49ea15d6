// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

namespace ctgrad
{

/// Rows of a matrix that somebody else owns; row i begins `i * stride` elements after `data`.
/// Without a stride given, the rows follow each other without a gap.
template <class T>
struct rows_view
{
    T* data = nullptr;
    std::ptrdiff_t rows = 0;
    std::ptrdiff_t columns = 0;
    std::ptrdiff_t stride = columns;

    /// The elements of one row.
    constexpr std::span<T> row(std::ptrdiff_t index) const
    {
        return {data + index * stride, static_cast<std::size_t>(columns)};
    }

    /// `count` rows from row `first` on, as a view of the same memory.
    constexpr rows_view slice(std::ptrdiff_t first, std::ptrdiff_t count) const
    {
        return {data + first * stride, count, columns, stride};
    }

    constexpr T& operator()(std::ptrdiff_t row, std::ptrdiff_t column) const
    {
        return data[row * stride + column];
    }

    /// A view to write through is also a view to read through.
    constexpr operator rows_view<const T>() const
        requires(!std::is_const_v<T>)
    {
        return {data, rows, columns, stride};
    }
};

} // namespace ctgrad
