// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/shape.hpp>
#include <ctgrad/simd/window_images.hpp>

#include <cstddef>

namespace ctgrad
{

/// Distance between rows of a library-owned buffer: the row padded to whole vectors.
template <class T>
constexpr int row_stride(int size)
{
    constexpr int width = simd::batch<T>::size;
    return (size + width - 1) / width * width;
}

/// How a buffer holds the rows that go through a layer together. Layers for images choose what is fast
/// for them (simd/windows.hpp); between layers that differ, a network converts.
enum class row_format
{
    /// Row after row, row_stride apart, in row-major order.
    rows,
    /// Blocks of as many rows as a vector has lanes: (block, number of the row, row of the block).
    sample_blocks,
    /// (row, pixel, channel), where each pixel has room for row_stride(channels) numbers.
    channels_last,
};

/// Whether one row goes through a network, or many together.
enum class pass_size
{
    one_row,
    many_rows,
};

/// The shape of one row and how a buffer holds it; the first of several extents are the channels.
struct placement
{
    shape extents;
    row_format format = row_format::rows;

    constexpr int channels() const { return extents.rank > 1 ? extents.extents[0] : 1; }
    constexpr int pixels() const { return extents.size() / channels(); }

    friend constexpr bool operator==(const placement&, const placement&) = default;
};

/// Numbers that each row takes of a buffer for a whole number of blocks.
template <class T>
constexpr int row_room(placement place)
{
    switch (place.format)
    {
    case row_format::sample_blocks:
        return place.extents.size();
    case row_format::channels_last:
        return place.pixels() * row_stride<T>(place.channels());
    case row_format::rows:
        break;
    }
    return row_stride<T>(place.extents.size());
}

/// Numbers that so many rows take of a buffer.
template <class T>
constexpr std::ptrdiff_t numbers_of_rows(placement place, std::ptrdiff_t rows)
{
    return place.format == row_format::sample_blocks
               ? simd::sample_blocks_size<T>(rows, place.extents.size())
               : rows * row_room<T>(place);
}

} // namespace ctgrad
