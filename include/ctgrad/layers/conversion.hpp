// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/layer.hpp>

namespace ctgrad
{

/// Rows in another format, and their gradients back. Networks put it between layers that differ.
template <class T, shape Extents, row_format From, row_format To>
struct conversion : without_parameters<T>
{
    static constexpr placement input{Extents, From};
    static constexpr shape output = Extents;
    static constexpr row_format output_format = To;
    static constexpr bool is_conversion = true;
    static constexpr bool in_place = false;
    static constexpr int kept = 0;

    static void infer(const T*, const T* x, std::ptrdiff_t x_stride, T* y, std::ptrdiff_t rows)
    {
        convert<From, To>(x, x_stride, y, rows);
    }

    static void backward(const T*, const T*, std::ptrdiff_t, const T* dy, T* dx, T*,
                         std::ptrdiff_t rows)
    {
        if (dx != nullptr)
        {
            convert<To, From>(dy, row_stride<T>(Extents.size()), dx, rows);
        }
    }

private:
    template <row_format A, row_format B>
    static void convert(const T* x, std::ptrdiff_t x_stride, T* y, std::ptrdiff_t rows)
    {
        static_assert((A == row_format::rows) != (B == row_format::rows));
        constexpr int size = Extents.size();
        constexpr int channels = placement{Extents}.channels();
        constexpr int pixels = placement{Extents}.pixels();
        constexpr int pixel = row_stride<T>(channels);
        constexpr int stride = row_stride<T>(size);
        if constexpr (B == row_format::sample_blocks)
        {
            simd::rows_to_sample_blocks<T>(x, x_stride, rows, size, y);
        }
        else if constexpr (A == row_format::sample_blocks)
        {
            simd::sample_blocks_to_rows<T>(x, rows, size, y, stride);
            clear_padding(y, size, rows);
        }
        else if constexpr (B == row_format::channels_last)
        {
            simd::rows_to_channels_last<T>(x, x_stride, rows, channels, pixels, y, pixel);
        }
        else
        {
            simd::channels_last_to_rows<T>(x, pixel, rows, channels, pixels, y, stride);
            clear_padding(y, size, rows);
        }
    }
};

} // namespace ctgrad
