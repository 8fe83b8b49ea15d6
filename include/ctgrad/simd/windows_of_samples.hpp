// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/panels.hpp>
#include <ctgrad/simd/window_images.hpp>
#include <ctgrad/simd/window_kernels.hpp>
#include <ctgrad/simd/window_shape.hpp>
#include <ctgrad/simd/window_tiles.hpp>
#include <ctgrad/simd/window_weights.hpp>

#include <cstddef>

// Convolutions with the samples of a batch in the lanes of vectors: images are (channel, y, x, lane),
// weights are broadcast. For few channels, and whatever one sample has too little of to fill vectors.

namespace ctgrad::simd::detail
{

/// Adds up all terms at all positions of one block of samples: those of `walk`, Positions to a row.
template <class T, class Arch, class Panels, int Positions, int XStep, int YStep>
void correlate_samples(const window_walk& walk, const T* x, const T* weights, int inputs,
                       const T* bias, T* y, std::ptrdiff_t y_plane)
{
    constexpr int lanes = batch<T, Arch>::size;
    for_each_known_panel<Panels>(
        [&]<int First, int Units>()
        {
            constexpr tile_size best = best_tile<T, Arch>(Units, Positions);
            constexpr int width = Panels::width_at(First);
            for_tiles<Units, best.rows>(
                [&]<int Filters>(int from, int count)
                {
                    for (int i = 0; i < count; ++i)
                    {
                        const int unit = First + from + i * Filters;
                        for_tiles<Positions, best.vectors>(
                            [&]<int Vectors>(int position, int tiles)
                            {
                                sample_tiles<T, Arch, Filters, Vectors, XStep, YStep>(
                                    walk, x + position * XStep * lanes,
                                    weights + First * inputs + (unit - First), width,
                                    bias ? bias + unit : nullptr,
                                    y + unit * y_plane + position * YStep * lanes, y_plane, tiles);
                            });
                    }
                });
        });
}

template <class T, window_shape Shape, class Arch>
struct windows_of_samples
{
    using vector = batch<T, Arch>;
    using layout = panels<T, Shape.taps() * Shape.channels, Shape.filters, Arch>;

    static constexpr int lanes = vector::size;
    static constexpr padded_axis x_rows = padded_input(Shape.y), x_columns = padded_input(Shape.x);
    static constexpr padded_axis dy_rows = padded_gradient(Shape.y),
                                 dy_columns = padded_gradient(Shape.x);
    static constexpr bool x_is_padded = x_rows.is_padded() || x_columns.is_padded();
    static constexpr bool dy_is_padded = dy_rows.is_padded() || dy_columns.is_padded();

    static constexpr int x_row = x_columns.size * lanes;
    static constexpr int x_plane = x_rows.size * x_row;
    static constexpr int dy_row = dy_columns.size * lanes;
    static constexpr int dy_plane = dy_rows.size * dy_row;

    static constexpr int x_block = Shape.channels * Shape.pixels() * lanes;
    static constexpr int y_row = Shape.x.positions() * lanes;
    static constexpr int y_plane = Shape.positions() * lanes;
    static constexpr int y_block = Shape.filters * y_plane;

    using flipped = flipped_weights<T, Shape, Arch>;

    static constexpr int x_scratch = x_is_padded ? Shape.channels * x_plane : 0;
    static constexpr int dy_scratch =
        flipped::size + (dy_is_padded ? Shape.filters * dy_plane : 0);

    /// The block's image with zeros around it.
    static const T* padded(const T* x, T* scratch)
    {
        if constexpr (!x_is_padded)
            return x;
        for (int channel = 0; channel < Shape.channels; ++channel)
            pad_image<T>(x + channel * Shape.pixels() * lanes, Shape.x.size * lanes, lanes, x_rows,
                         x_columns, lanes, scratch + channel * x_plane);
        return scratch;
    }

    static void forward(const T* x, std::ptrdiff_t samples, const T* weights, const T* bias, T* y,
                        T* scratch)
    {
        static constexpr window_walk walk{
            .rows = Shape.y.positions(),
            .x_row = Shape.y.stride * x_row,
            .y_row = y_row,
            .outer = Shape.channels,
            .middle = Shape.y.kernel,
            .inner = Shape.x.kernel,
            .x_outer = x_plane,
            .x_middle = Shape.y.dilation * x_row,
            .x_inner = Shape.x.dilation * lanes,
            .weight_outer = 1,
            .weight_middle = Shape.x.kernel * Shape.channels,
            .weight_inner = Shape.channels,
        };
        for (; samples > 0; samples -= lanes)
        {
            correlate_samples<T, Arch, layout, Shape.x.positions(), Shape.x.stride, 1>(
                walk, padded(x, scratch), weights, layout::inputs, bias, y, y_plane);
            x += x_block;
            y += y_block;
        }
    }

    static void input_gradient(const T* dy, std::ptrdiff_t samples, const T* weights, T* dx,
                               T* scratch)
    {
        flipped::make(weights, scratch);
        const T* const turned = scratch;
        scratch += flipped::size;
        for (; samples > 0; samples -= lanes)
        {
            const T* image = dy;
            if constexpr (dy_is_padded)
            {
                for (int filter = 0; filter < Shape.filters; ++filter)
                    pad_image<T>(dy + filter * y_plane, y_row, lanes, dy_rows, dy_columns, lanes,
                                 scratch + filter * dy_plane);
                image = scratch;
            }
            for_each_phase<Shape>(
                [&]<axis_phase Y, axis_phase X>(int tap)
                {
                    static constexpr bool has_taps = Y.taps > 0 && X.taps > 0;
                    static constexpr window_walk walk{
                        .rows = Y.positions,
                        .x_row = dy_row,
                        .y_row = Shape.y.stride * Shape.x.size * lanes,
                        .outer = has_taps ? Shape.filters : 0,
                        .middle = Y.taps,
                        .inner = X.taps,
                        .x_outer = dy_plane,
                        .x_middle = Y.dilation * dy_row,
                        .x_inner = X.dilation * lanes,
                        .weight_outer = 1,
                        .weight_middle = X.taps * Shape.filters,
                        .weight_inner = Shape.filters,
                    };
                    const T* const begin =
                        has_taps ? image + (dy_rows.before + Y.begin) * dy_row +
                                       (dy_columns.before + X.begin) * lanes
                                 : image;
                    correlate_samples<T, Arch, typename flipped::layout, X.positions, 1,
                                      Shape.x.stride>(
                        walk, begin, turned + flipped::offset(tap), Y.taps * X.taps * Shape.filters,
                        nullptr, dx + (Y.first * Shape.x.size + X.first) * lanes,
                        Shape.pixels() * lanes);
                });
            dy += y_block;
            dx += x_block;
        }
    }

    static void weight_gradient(const T* x, const T* dy, std::ptrdiff_t samples, T* dweights,
                                T* scratch)
    {
        for (; samples > 0; samples -= lanes)
        {
            const T* const image = padded(x, scratch);
            for_each_known_panel<layout>(
                [&]<int First, int Units>()
                {
                    constexpr tile_size best = best_tile<T, Arch>(Units, Shape.x.kernel);
                    for_tiles<Units, best.rows>(
                        [&]<int Filters>(int from, int tiles)
                        {
                            for (int i = 0; i < tiles; ++i)
                                gradient_of_filters<Filters, best.vectors>(
                                    image, dy, First + from + i * Filters, dweights);
                        });
                });
            x += x_block;
            dy += y_block;
        }
    }

    static void bias_gradient(const T* dy, std::ptrdiff_t samples, T* dbias)
    {
        for (; samples > 0; samples -= lanes)
        {
            add_plane_sums<T, Arch>(dy, Shape.positions(), Shape.filters, dbias);
            dy += y_block;
        }
    }

private:
    template <int Filters, int Taps>
    static void gradient_of_filters(const T* image, const T* dy, int filter, T* dweights)
    {
        const int width = layout::width_at(filter);
        for (int channel = 0; channel < Shape.channels; ++channel)
        {
            for (int ky = 0; ky < Shape.y.kernel; ++ky)
            {
                const T* const row =
                    image + channel * x_plane + ky * Shape.y.dilation * x_row;
                for_tiles<Shape.x.kernel, Taps>(
                    [&]<int Size>(int from, int tiles)
                    {
                        for (int kx = from; kx < from + tiles * Size; kx += Size)
                            sample_gradient_tile<T, Arch, Filters, Size, Shape.x.stride,
                                                 Shape.x.dilation>(
                                row + kx * Shape.x.dilation * lanes, Shape.y.stride * x_row,
                                dy + filter * y_plane, y_plane, Shape.y.positions(),
                                Shape.x.positions(),
                                dweights + layout::offset((ky * Shape.x.kernel + kx) *
                                                                  Shape.channels +
                                                              channel,
                                                          filter),
                                Shape.channels * width);
                    });
            }
        }
    }
};

} // namespace ctgrad::simd::detail
