// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/panels.hpp>
#include <ctgrad/simd/product_kernels.hpp>
#include <ctgrad/simd/products.hpp>
#include <ctgrad/simd/window_images.hpp>
#include <ctgrad/simd/window_kernels.hpp>
#include <ctgrad/simd/window_shape.hpp>
#include <ctgrad/simd/window_tiles.hpp>
#include <ctgrad/simd/window_weights.hpp>

#include <algorithm>
#include <cstddef>

// Convolutions with the filters in the lanes of vectors, one sample after the other: images are
// (y, x, channel), so that all channels of neighbouring taps lie side by side and a row of the kernel
// is a product with a row of inputs. Nothing is copied but the image, into one with zeros around it.

namespace ctgrad::simd::detail
{

/// Adds up all terms at all positions of one sample, like correlate_samples. Neighbours are XStep
/// numbers apart in x.
template <class T, class Panels, int Positions, int XStep>
void correlate_filters(const window_walk& walk, const T* x, const T* weights, int inputs,
                       const T* bias, T* y, std::ptrdiff_t y_step)
{
    using arch = typename Panels::arch;
    for_each_panel<Panels>(
        [&]<int Vectors>(int unit)
        {
            constexpr tile_size best = best_tile<T, arch>(Positions, Vectors);
            constexpr int width = Vectors * Panels::lanes;
            for_tiles<Vectors, best.vectors>(
                [&]<int Size>(int from, int chunks)
                {
                    for (int i = 0; i < chunks; ++i)
                    {
                        const int lane = (from + i * Size) * Panels::lanes;
                        for_tiles<Positions, best.rows>(
                            [&]<int Rows>(int position, int tiles)
                            {
                                filter_tiles<T, arch, Rows, Size, XStep, width>(
                                    walk, x + position * XStep,
                                    weights + static_cast<std::ptrdiff_t>(unit) * inputs + lane,
                                    bias ? bias + unit + lane : nullptr,
                                    y + position * y_step + unit + lane, y_step, tiles);
                            });
                    }
                });
        });
}

template <class T, window_shape Shape, class Arch>
struct windows_of_filters
{
    using layout = panels<T, Shape.taps() * Shape.channels, Shape.filters, Arch>;
    using flipped = flipped_weights<T, Shape, Arch>;

    static constexpr padded_axis x_padded = padded_input(Shape.x);
    static constexpr padded_axis dy_padded = padded_gradient(Shape.x);
    static constexpr bool dy_is_copied =
        dy_padded.is_padded() || layout::padded_units != Shape.filters;

    static constexpr int x_row = x_padded.size * Shape.channels;
    static constexpr int dy_row = dy_padded.size * Shape.filters;

    static constexpr int y_pixel = layout::padded_units;
    static constexpr int y_row = Shape.x.positions() * y_pixel;
    static constexpr int y_sample = Shape.positions() * y_pixel;
    static constexpr int dx_pixel = flipped::layout::padded_units;
    static constexpr int dx_sample = Shape.pixels() * dx_pixel;

    static constexpr int x_scratch = Shape.y.size * x_row;
    static constexpr int dy_scratch =
        flipped::size + (dy_is_copied ? Shape.y.positions() * dy_row : 0);

    // Neighbouring taps without dilation are one row of inputs.
    static constexpr bool is_dense = Shape.x.dilation == 1;
    static constexpr int runs = is_dense ? 1 : Shape.x.kernel;
    static constexpr int run = Shape.x.kernel / runs * Shape.channels;
    static constexpr int run_step = Shape.x.dilation * Shape.channels;

    /// The sample's image with zeros beside it, and nothing between pixels.
    static const T* padded(const T* x, int x_pixel, T* scratch)
    {
        if (!x_padded.is_padded() && x_pixel == Shape.channels)
            return x;
        pad_rows<T>(x, Shape.x.size * x_pixel, x_pixel, Shape.y.size, x_padded, Shape.channels,
                    scratch);
        return scratch;
    }

    static void forward(const T* x, int x_pixel, std::ptrdiff_t samples, const T* weights,
                        const T* bias, T* y, T* scratch)
    {
        static constexpr window_walk walk{
            .rows = rows_of(Shape.y),
            .columns = rows_of(Shape.x),
            .x_row = x_row,
            .y_row = y_row,
            .middle = runs,
            .inner = run,
            .x_middle = run_step,
            .x_inner = 1,
            .weight_tap = Shape.x.kernel * Shape.channels,
            .weight_middle = run,
            .weight_inner = 1,
        };
        for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        {
            correlate_filters<T, layout, Shape.x.positions(), Shape.x.stride * Shape.channels>(
                walk, padded(x, x_pixel, scratch), weights, layout::inputs, bias, y, y_pixel);
            clear_units_beyond<layout>(y, y_pixel, Shape.positions());
            x += Shape.pixels() * x_pixel;
            y += y_sample;
        }
    }

    static void input_gradient(const T* dy, std::ptrdiff_t samples, const T* weights, const T* bias,
                               T* dx, T* scratch)
    {
        flipped::make(weights, scratch);
        const T* const turned = scratch;
        scratch += flipped::size;
        for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        {
            const T* image = dy;
            if constexpr (dy_is_copied)
            {
                pad_rows<T>(dy, y_row, y_pixel, Shape.y.positions(), dy_padded, Shape.filters,
                            scratch);
                image = scratch;
            }
            for_each_phase<Shape>(
                [&]<axis_phase Y, axis_phase X>(int tap)
                {
                    static constexpr bool is_one_run = X.dilation == 1;
                    static constexpr window_walk walk{
                        .rows = rows_of(Y, Shape.y),
                        .columns = rows_of(X, Shape.x),
                        .x_row = dy_row,
                        .y_row = Shape.y.stride * Shape.x.size * dx_pixel,
                        .middle = is_one_run ? 1 : X.taps,
                        .inner = is_one_run ? X.taps * Shape.filters : Shape.filters,
                        .x_middle = X.dilation * Shape.filters,
                        .x_inner = 1,
                        .weight_tap = X.taps * Shape.filters,
                        .weight_middle = Shape.filters,
                        .weight_inner = 1,
                    };
                    correlate_filters<T, typename flipped::layout, X.positions, Shape.filters>(
                        walk, image + (dy_padded.before + X.begin) * Shape.filters,
                        turned + flipped::offset(tap), Y.taps * X.taps * Shape.filters, bias,
                        dx + (Y.first * Shape.x.size + X.first) * dx_pixel,
                        Shape.x.stride * dx_pixel);
                });
            clear_units_beyond<typename flipped::layout>(dx, dx_pixel, Shape.pixels());
            dy += y_sample;
            dx += dx_sample;
        }
    }

    static void weight_gradient(const T* x, int x_pixel, const T* dy, std::ptrdiff_t samples,
                                T* dweights, T* scratch)
    {
        for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        {
            const T* const image = padded(x, x_pixel, scratch);
            for (int row = 0; row < Shape.y.positions(); row += row_block)
                for (int column = 0; column < Shape.x.positions(); column += column_block)
                    gradient_of_block(
                        image + column * Shape.x.stride * Shape.channels, dy + column * y_pixel,
                        {row, std::min(row + row_block, Shape.y.positions())},
                        std::min(Shape.x.positions() - column, column_block), dweights);
            x += Shape.pixels() * x_pixel;
            dy += y_sample;
        }
    }

    static void bias_gradient(const T* dy, std::ptrdiff_t samples, T* dbias)
    {
        product_bias_gradient<T, 1, Shape.filters, Arch>(dy, y_pixel, samples * Shape.positions(),
                                                         dbias);
    }

private:
    // A block whose x and dy stay in the first level of the cache while all weights pass.
    static constexpr int block_numbers = 32768 / static_cast<int>(sizeof(T));
    static constexpr int column_block = std::clamp(
        block_numbers / (Shape.x.stride * Shape.channels + y_pixel), 1, Shape.x.positions());
    static constexpr int row_block =
        std::clamp(block_numbers / (Shape.y.stride * x_row + y_row), 1, Shape.y.positions());

    static void gradient_of_block(const T* image, const T* dy, int_range rows, int columns,
                                  T* dweights)
    {
        using arch = typename layout::arch;
        constexpr int step = Shape.x.stride * Shape.channels;
        for_each_panel<layout>(
            [&]<int Vectors>(int unit)
            {
                constexpr tile_size best = best_tile<T, arch>(run, Vectors);
                constexpr int width = Vectors * layout::lanes;
                for_tiles<Vectors, best.vectors>(
                    [&]<int Size>(int from, int chunks)
                    {
                        for (int i = 0; i < chunks; ++i)
                        {
                            const int lane = (from + i * Size) * layout::lanes;
                            for (int j = 0; j < Shape.y.kernel * runs; ++j)
                            {
                                const int ky = j / runs;
                                const int_range meeting = rows_of(Shape.y).rows_at(ky);
                                const int first = std::max(rows.begin, meeting.begin);
                                const int count = std::min(rows.end, meeting.end) - first;
                                if (count <= 0)
                                    continue;
                                const T* const taps = image +
                                                      rows_of(Shape.y).met_by(first, ky) * x_row +
                                                      j % runs * run_step;
                                for_tiles<run, best.rows>(
                                    [&]<int Inputs>(int input, int tiles)
                                    {
                                        filter_gradient_tiles<T, arch, Inputs, Size, width>(
                                            taps + input, Shape.y.stride * x_row, step,
                                            dy + first * y_row + unit + lane, y_row, y_pixel, count,
                                            columns,
                                            dweights + layout::offset(j * run + input, unit) + lane,
                                            tiles);
                                    });
                            }
                        }
                    });
            });
    }
};

} // namespace ctgrad::simd::detail
