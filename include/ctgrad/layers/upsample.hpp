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
        for_each_pixel(x_stride, rows, [&](std::ptrdiff_t from, std::ptrdiff_t to)
                       { std::copy_n(x + from, pixel, y + to); });
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
        std::fill_n(dx, numbers_of_rows<T>(In, rows), T(0));
        for_each_pixel(row_stride<T>(image.size()), rows,
                       [&](std::ptrdiff_t to, std::ptrdiff_t from)
                       {
                           for (int i = 0; i < pixel; ++i)
                           {
                               dx[to + i] += dy[from + i];
                           }
                       });
    }

private:
    static constexpr row_format format = In.format;
    static constexpr std::ptrdiff_t lanes = simd::batch<T>::size;
    /// Numbers that lie together: one, those of a block of samples, or those of all channels.
    static constexpr int pixel = format == row_format::rows            ? 1
                                 : format == row_format::sample_blocks ? lanes
                                                                       : row_stride<T>(channels);
    static constexpr int planes_of_sample = format == row_format::channels_last ? 1 : channels;

    /// Calls with the places of each pixel in the large image, in the small one and in the large one.
    static void for_each_pixel(std::ptrdiff_t row_distance, std::ptrdiff_t rows, const auto& body)
    {
        constexpr int rows_out = rows_in * row_factor;
        constexpr int columns_out = columns_in * column_factor;
        constexpr int plane_in = rows_in * columns_in * pixel;
        constexpr int plane_out = rows_out * columns_out * pixel;
        const bool by_blocks = format == row_format::sample_blocks;
        const std::ptrdiff_t samples = by_blocks ? (rows + lanes - 1) / lanes : rows;
        const std::ptrdiff_t distance_in =
            format == row_format::rows ? row_distance : planes_of_sample * plane_in;
        const std::ptrdiff_t distance_out = format == row_format::rows
                                                ? row_stride<T>(output.size())
                                                : planes_of_sample * plane_out;
        for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        {
            for (int plane = 0; plane < planes_of_sample; ++plane)
            {
                const std::ptrdiff_t from = sample * distance_in + plane * plane_in;
                const std::ptrdiff_t to = sample * distance_out + plane * plane_out;
                for (int i = 0; i < rows_out; ++i)
                {
                    const int row = i / row_factor * columns_in;
                    for (int j = 0; j < columns_out; ++j)
                    {
                        body(from + (row + j / column_factor) * pixel,
                             to + (i * columns_out + j) * pixel);
                    }
                }
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
