// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/row_format.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>

#include <algorithm>
#include <cstddef>

/// Rows in one format, in a buffer with room for whole blocks whose padding is some number.
template <class T, ctgrad::placement In>
struct placed_rows
{
    static constexpr int lanes = ctgrad::simd::batch<T>::size;
    static constexpr int channels = In.extents.is_flat() ? In.extents.size() : In.channels();
    static constexpr int pixels = In.extents.size() / channels;

    std::ptrdiff_t rows;
    ctgrad::aligned_buffer<T> buffer;

    placed_rows(std::ptrdiff_t row_count, T padding)
        : rows(row_count),
          buffer(static_cast<std::size_t>((rows + lanes - 1) / lanes * lanes *
                                          ctgrad::row_room<T>(In)))
    {
        std::ranges::fill(buffer, padding);
    }

    T* data() { return buffer.data(); }

    /// Calls with each number of the rows, its index in row-major order, and its channel.
    void for_each(const auto& body)
    {
        std::size_t index = 0;
        for (std::ptrdiff_t row = 0; row < rows; ++row)
            for (int channel = 0; channel < channels; ++channel)
                for (int pixel = 0; pixel < pixels; ++pixel)
                    body(buffer[static_cast<std::size_t>(place_of(row, channel, pixel))], index++,
                         static_cast<std::size_t>(channel));
    }

private:
    static std::ptrdiff_t place_of(std::ptrdiff_t row, int channel, int pixel)
    {
        switch (In.format)
        {
        case ctgrad::row_format::sample_blocks:
            return (row / lanes * In.extents.size() + channel * pixels + pixel) * lanes +
                   row % lanes;
        case ctgrad::row_format::channels_last:
            return (row * pixels + pixel) * ctgrad::row_stride<T>(channels) + channel;
        case ctgrad::row_format::rows:
            break;
        }
        return row * ctgrad::row_stride<T>(In.extents.size()) + channel * pixels + pixel;
    }
};
