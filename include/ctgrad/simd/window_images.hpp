// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/batch.hpp>
#include <ctgrad/simd/panel_transpose.hpp>
#include <ctgrad/simd/window_shape.hpp>

#include <algorithm>
#include <cstddef>

namespace ctgrad::simd
{

namespace detail
{

/// Copies rows of an image of `pixel` numbers for each pixel into ones with zeros before and behind.
template <class T>
void pad_rows(const T* from, std::ptrdiff_t from_row, std::ptrdiff_t from_pixel, int rows,
              padded_axis x, std::ptrdiff_t pixel, T* to)
{
    for (int i = 0; i < rows; ++i)
    {
        to = std::fill_n(to, x.before * pixel, T(0));
        if (from_pixel == pixel)
            to = std::copy_n(from, x.copied * pixel, to);
        else
            for (int j = 0; j < x.copied; ++j)
                to = std::copy_n(from + j * from_pixel, pixel, to);
        to = std::fill_n(to, (x.size - x.before - x.copied) * pixel, T(0));
        from += from_row;
    }
}

/// Columns of a matrix as rows of `to_width`; there are zeros where it has no rows.
template <class T, class Arch>
[[gnu::noinline]] void transpose_matrix(const T* from, std::ptrdiff_t from_stride, int rows,
                                        int columns, T* to, std::ptrdiff_t to_stride, int to_width)
{
    constexpr int size = batch<T, Arch>::size;
    constexpr int piece = strip_transpose<T, size>::piece;
    // The last columns of a row one by one, as nothing beyond the matrix may be read.
    const int whole = columns / piece * piece;
    for (int first = 0; first < to_width; first += size)
    {
        const int width = std::min(to_width - first, size);
        const int here = std::clamp(rows - first, 0, width);
        const T* const strip = from + (here > 0 ? first * from_stride : 0);
        if (here == size)
        {
            transpose_strip<T, size, true>(strip, from_stride, here, whole, to + first, to_stride);
        }
        else if (width == size)
        {
            transpose_strip<T, size, false>(strip, from_stride, here, whole, to + first, to_stride);
        }
        else
        {
            for (int column = 0; column < whole; column += piece)
            {
                T buffer[piece * size];
                transpose_strip<T, size, false>(strip + column, from_stride, here, piece, buffer,
                                                size);
                for (int i = 0; i < piece; ++i)
                    std::copy_n(buffer + i * size, width, to + (column + i) * to_stride + first);
            }
        }
        for (int column = whole; column < columns; ++column)
            for (int i = 0; i < width; ++i)
                to[column * to_stride + first + i] =
                    i < here ? strip[i * from_stride + column] : T(0);
    }
}

} // namespace detail

// How images lie in memory. A network's rows are (channel, y, x), sample by sample.

/// Numbers in blocks of batch<T, Arch>::size samples each of `size` numbers.
template <class T, class Arch = xsimd::default_arch>
constexpr std::ptrdiff_t sample_blocks_size(std::ptrdiff_t samples, int size)
{
    constexpr int lanes = batch<T, Arch>::size;
    return (samples + lanes - 1) / lanes * lanes * size;
}

/// Rows of a network as blocks of samples: (block, number of the row, sample). Lanes without a sample
/// are zero.
template <class T, class Arch = xsimd::default_arch>
void rows_to_sample_blocks(const T* rows, std::ptrdiff_t stride, std::ptrdiff_t samples, int size,
                           T* blocks)
{
    constexpr int lanes = batch<T, Arch>::size;
    for (std::ptrdiff_t first = 0; first < samples; first += lanes)
        detail::transpose_matrix<T, Arch>(
            rows + first * stride, stride,
            static_cast<int>(std::min<std::ptrdiff_t>(samples - first, lanes)), size,
            blocks + first * size, lanes, lanes);
}

template <class T, class Arch = xsimd::default_arch>
void sample_blocks_to_rows(const T* blocks, std::ptrdiff_t samples, int size, T* rows,
                           std::ptrdiff_t stride)
{
    constexpr int lanes = batch<T, Arch>::size;
    for (std::ptrdiff_t first = 0; first < samples; first += lanes)
        detail::transpose_matrix<T, Arch>(
            blocks + first * size, lanes, size,
            static_cast<int>(std::min<std::ptrdiff_t>(samples - first, lanes)),
            rows + first * stride, stride, size);
}

/// Rows of a network with the channels last: (sample, y, x, channel). Each pixel has room for
/// `pixel` >= channels numbers, whose last are zero.
template <class T, class Arch = xsimd::default_arch>
void rows_to_channels_last(const T* rows, std::ptrdiff_t stride, std::ptrdiff_t samples,
                           int channels, int pixels, T* images, int pixel)
{
    for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        detail::transpose_matrix<T, Arch>(rows + sample * stride, pixels, channels, pixels,
                                          images + sample * pixels * pixel, pixel, pixel);
}

template <class T, class Arch = xsimd::default_arch>
void channels_last_to_rows(const T* images, int pixel, std::ptrdiff_t samples, int channels,
                           int pixels, T* rows, std::ptrdiff_t stride)
{
    for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        detail::transpose_matrix<T, Arch>(images + sample * pixels * pixel, pixel, pixels, channels,
                                          rows + sample * stride, pixels, pixels);
}

} // namespace ctgrad::simd
