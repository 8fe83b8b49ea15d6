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

    static constexpr padded_axis x_rows = padded_input(Shape.y), x_columns = padded_input(Shape.x);
    static constexpr padded_axis dy_rows = padded_gradient(Shape.y),
                                 dy_columns = padded_gradient(Shape.x);
    static constexpr bool x_is_padded = x_rows.is_padded() || x_columns.is_padded();
    static constexpr bool dy_is_copied =
        dy_rows.is_padded() || dy_columns.is_padded() || layout::padded_units != Shape.filters;

    static constexpr int x_row = x_columns.size * Shape.channels;
    static constexpr int dy_row = dy_columns.size * Shape.filters;

    static constexpr int y_pixel = layout::padded_units;
    static constexpr int y_row = Shape.x.positions() * y_pixel;
    static constexpr int y_sample = Shape.positions() * y_pixel;
    static constexpr int dx_pixel = flipped::layout::padded_units;
    static constexpr int dx_sample = Shape.pixels() * dx_pixel;

    static constexpr int x_scratch = x_rows.size * x_row;
    static constexpr int dy_scratch = flipped::size + (dy_is_copied ? dy_rows.size * dy_row : 0);

    // Neighbouring taps without dilation are one row of inputs.
    static constexpr bool is_dense = Shape.x.dilation == 1;
    static constexpr int runs = is_dense ? 1 : Shape.x.kernel;
    static constexpr int run = Shape.x.kernel / runs * Shape.channels;
    static constexpr int run_step = Shape.x.dilation * Shape.channels;

    /// The sample's image with zeros around it, and no others between pixels.
    static const T* padded(const T* x, int x_pixel, T* scratch)
    {
        if (!x_is_padded && x_pixel == Shape.channels)
            return x;
        pad_image<T>(x, Shape.x.size * x_pixel, x_pixel, x_rows, x_columns, Shape.channels,
                     scratch);
        return scratch;
    }

    static void forward(const T* x, int x_pixel, std::ptrdiff_t samples, const T* weights,
                        const T* bias, T* y, T* scratch)
    {
        static constexpr window_walk walk{
            .rows = Shape.y.positions(),
            .x_row = Shape.y.stride * x_row,
            .y_row = y_row,
            .outer = Shape.y.kernel,
            .middle = runs,
            .inner = run,
            .x_outer = Shape.y.dilation * x_row,
            .x_middle = run_step,
            .x_inner = 1,
            .weight_outer = Shape.x.kernel * Shape.channels,
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

    static void input_gradient(const T* dy, std::ptrdiff_t samples, const T* weights, T* dx,
                               T* scratch)
    {
        flipped::make(weights, scratch);
        const T* const turned = scratch;
        scratch += flipped::size;
        for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        {
            const T* image = dy;
            if constexpr (dy_is_copied)
            {
                pad_image<T>(dy, y_row, y_pixel, dy_rows, dy_columns, Shape.filters, scratch);
                image = scratch;
            }
            for_each_phase<Shape>(
                [&]<axis_phase Y, axis_phase X>(int tap)
                {
                    static constexpr bool has_taps = Y.taps > 0 && X.taps > 0;
                    static constexpr bool is_one_run = X.dilation == 1;
                    static constexpr window_walk walk{
                        .rows = Y.positions,
                        .x_row = dy_row,
                        .y_row = Shape.y.stride * Shape.x.size * dx_pixel,
                        .outer = has_taps ? Y.taps : 0,
                        .middle = is_one_run ? 1 : X.taps,
                        .inner = is_one_run ? X.taps * Shape.filters : Shape.filters,
                        .x_outer = Y.dilation * dy_row,
                        .x_middle = X.dilation * Shape.filters,
                        .x_inner = 1,
                        .weight_outer = X.taps * Shape.filters,
                        .weight_middle = Shape.filters,
                        .weight_inner = 1,
                    };
                    const T* const begin =
                        has_taps ? image + (dy_rows.before + Y.begin) * dy_row +
                                       (dy_columns.before + X.begin) * Shape.filters
                                 : image;
                    correlate_filters<T, typename flipped::layout, X.positions, Shape.filters>(
                        walk, begin, turned + flipped::offset(tap), Y.taps * X.taps * Shape.filters,
                        nullptr, dx + (Y.first * Shape.x.size + X.first) * dx_pixel,
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
                gradient_of_rows(image + row * Shape.y.stride * x_row, dy + row * y_row,
                                 std::min(Shape.y.positions() - row, row_block), dweights);
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
    // Rows whose x and dy stay in the first level of the cache while all weights pass.
    static constexpr int row_block =
        std::max(1, 32768 / static_cast<int>(sizeof(T)) / (Shape.y.stride * x_row + y_row));

    static void gradient_of_rows(const T* image, const T* dy, int rows, T* dweights)
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
                                const T* const taps = image + j / runs * Shape.y.dilation * x_row +
                                                      j % runs * run_step;
                                for_tiles<run, best.rows>(
                                    [&]<int Inputs>(int input, int tiles)
                                    {
                                        filter_gradient_tiles<T, arch, Inputs, Size, step, width>(
                                            taps + input, Shape.y.stride * x_row, dy + unit + lane,
                                            y_row, y_pixel, rows, Shape.x.positions(),
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
