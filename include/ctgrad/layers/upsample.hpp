// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/window.hpp>

namespace ctgrad
{

template <class T, placement In, window_extents Factor>
struct upsample_implementation;

/// Each pixel as many times: `upsample{.factor = 2}`, or `{rows, columns}`. A convolution behind it does
/// what a transposed one does (layers/transposed_convolution.hpp), without its checkerboard patterns.
/// Shapes     x (B, Channels, H, W), or (B, H, W) of one channel -> y (B, Channels, H rows, W columns)
/// Gradients  dx is the sum of dy over the pixels that are the same
/// Errors     compile time: the input must be an image, the factor at least 1
/// Source     Odena, Dumoulin, Olah (2016), Deconvolution and checkerboard artifacts
struct upsample
{
    static constexpr std::string_view name = "upsample";

    window_extents factor = 2;

    /// In whatever format the image comes.
    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size)
    {
        constexpr int rank = Given.extents.rank;
        return {rank == 2 || rank == 3 ? detail::image_of(Given.extents) : Given.extents,
                Given.format};
    }

    template <class T, auto Layer, placement Given, auto Next>
    using placed_implementation = upsample_implementation<T, Given, Layer.factor>;
};

template <class T, placement In, window_extents Factor>
struct upsample_implementation : without_parameters<T>
{
private:
    static constexpr bool is_image = In.extents.rank == 3;
    static constexpr shape image = is_image ? In.extents : shape(1, 1, 1);
    static constexpr int channels = image.extents[0];
    static constexpr int rows_in = image.extents[1];
    static constexpr int columns_in = image.extents[2];
    static constexpr int row_factor = std::max(Factor.y, 1);
    static constexpr int column_factor = std::max(Factor.x, 1);

public:
    static constexpr shape output{channels, rows_in* row_factor, columns_in* column_factor};
    static constexpr row_format output_format = In.format;
    static constexpr bool in_place = false;
    static constexpr int kept = 0;

    static void infer(const T*, const T* x, std::ptrdiff_t x_stride, T* y, std::ptrdiff_t rows)
    {
        for_each_row(x_stride, rows,
                     [&](std::ptrdiff_t from, std::ptrdiff_t to)
                     {
                         const T* const small = x + from;
                         T* const large = y + to;
                         for (int j = 0; j < columns_in; ++j)
                         {
                             for (int k = 0; k < column_factor; ++k)
                             {
                                 std::copy_n(small + j * pixel, pixel,
                                             large + (j * column_factor + k) * pixel);
                             }
                         }
                         for (int i = 1; i < row_factor; ++i)
                         {
                             std::copy_n(large, large_row, large + i * large_row);
                         }
                     });
        if constexpr (format == row_format::rows)
        {
            clear_padding(y, output.size(), rows);
        }
    }

    static void backward(const T*, const T*, std::ptrdiff_t, const T* dy, T* dx, T*,
                         std::ptrdiff_t rows)
    {
        if (dx == nullptr)
        {
            return;
        }
        for_each_row(row_stride<T>(image.size()), rows,
                     [&](std::ptrdiff_t to, std::ptrdiff_t from)
                     {
                         for (int j = 0; j < columns_in; ++j)
                         {
                             add_up_copies(dy + from + j * column_factor * pixel,
                                           dx + to + j * pixel);
                         }
                     });
        if constexpr (format == row_format::rows)
        {
            clear_padding(dx, image.size(), rows);
        }
    }

private:
    static constexpr row_format format = In.format;
    static constexpr std::ptrdiff_t lanes = simd::batch<T>::size;
    /// Numbers that lie together: one, those of a block of samples, or those of all channels.
    static constexpr int pixel = format == row_format::rows            ? 1
                                 : format == row_format::sample_blocks ? lanes
                                                                       : row_stride<T>(channels);
    static constexpr int planes_of_sample = format == row_format::channels_last ? 1 : channels;

    static constexpr std::ptrdiff_t large_row = columns_in * column_factor * pixel;

    static void add_up_copies(const T* dy, T* dx)
    {
        for (int lane = 0; lane < pixel; ++lane)
        {
            T sum = 0;
            for (int i = 0; i < row_factor; ++i)
            {
                for (int k = 0; k < column_factor; ++k)
                {
                    sum += dy[i * large_row + k * pixel + lane];
                }
            }
            dx[lane] = sum;
        }
    }

    /// Calls with where each row of the small image begins there, and the first of its rows in the large one.
    static void for_each_row(std::ptrdiff_t row_distance, std::ptrdiff_t rows, const auto& body)
    {
        constexpr std::ptrdiff_t small_row = columns_in * pixel;
        constexpr std::ptrdiff_t planes_in = planes_of_sample * rows_in * small_row;
        constexpr std::ptrdiff_t planes_out = planes_of_sample * rows_in * row_factor * large_row;
        const bool by_rows = format == row_format::rows;
        const bool by_blocks = format == row_format::sample_blocks;
        const std::ptrdiff_t samples = by_blocks ? (rows + lanes - 1) / lanes : rows;
        const std::ptrdiff_t distance_in = by_rows ? row_distance : planes_in;
        const std::ptrdiff_t distance_out = by_rows ? row_stride<T>(output.size()) : planes_out;
        for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        {
            for (std::ptrdiff_t row = 0; row < planes_of_sample * rows_in; ++row)
            {
                body(sample * distance_in + row * small_row,
                     sample * distance_out + row * row_factor * large_row);
            }
        }
    }

    // Last: clang leaves out what follows an assertion that fails, and would report that too.
    static_assert(is_image,
                  "upsample needs an image, input{channels, rows, columns} or input{rows, "
                  "columns}; put it before flatten{}; see docs/errors.md#upsample");
    static constexpr bool has_factor = Factor.y >= 1 && Factor.x >= 1;
    static_assert(has_factor,
                  "upsample repeats each pixel once at least: upsample{.factor = 2}; see "
                  "docs/errors.md#upsample");
};

} // namespace ctgrad
