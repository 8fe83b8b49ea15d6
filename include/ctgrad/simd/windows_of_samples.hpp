// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/panels.hpp>
#include <ctgrad/simd/window_images.hpp>
#include <ctgrad/simd/window_kernels.hpp>
#include <ctgrad/simd/window_shape.hpp>
#include <ctgrad/simd/window_tiles.hpp>
#include <ctgrad/simd/window_weights.hpp>

#include <algorithm>
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
                                    walk, x, weights + First * inputs + (unit - First), width,
                                    bias ? bias + unit : nullptr, y + unit * y_plane, y_plane,
                                    position, tiles);
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
    static constexpr padded_axis x_padded = padded_input(Shape.x);
    static constexpr padded_axis dy_padded = padded_gradient(Shape.x);

    static constexpr int x_row = x_padded.size * lanes;
    static constexpr int x_plane = Shape.y.size * x_row;
    static constexpr int dy_row = dy_padded.size * lanes;
    static constexpr int dy_plane = Shape.y.positions() * dy_row;

    static constexpr int x_block = Shape.channels * Shape.pixels() * lanes;
    static constexpr int y_row = Shape.x.positions() * lanes;
    static constexpr int y_plane = Shape.positions() * lanes;
    static constexpr int y_block = Shape.filters * y_plane;

    using flipped = flipped_weights<T, Shape, Arch>;

    // A vector for each weight, and the padded image.
    static constexpr int sums_size = layout::size * lanes;
    static constexpr int x_scratch =
        sums_size + (x_padded.is_padded() ? Shape.channels * x_plane : 0);
    static constexpr int dy_scratch =
        flipped::size + (dy_padded.is_padded() ? Shape.filters * dy_plane : 0);

    /// The block's images with zeros beside them; planes follow each other without a gap.
    static const T* padded(const T* x, T* scratch)
    {
        if constexpr (!x_padded.is_padded())
            return x;
        pad_rows<T>(x, Shape.x.size * lanes, lanes, Shape.channels * Shape.y.size, x_padded, lanes,
                    scratch);
        return scratch;
    }

    static void forward(const T* x, std::ptrdiff_t samples, const T* weights, const T* bias, T* y,
                        T* scratch)
    {
        static constexpr window_walk walk{
            .rows = rows_of(Shape.y),
            .columns = rows_of(Shape.x),
            .x_row = x_row,
            .y_row = y_row,
            .middle = Shape.channels,
            .inner = Shape.x.kernel,
            .x_middle = x_plane,
            .x_inner = Shape.x.dilation * lanes,
            .weight_tap = Shape.x.kernel * Shape.channels,
            .weight_middle = 1,
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

    static void input_gradient(const T* dy, std::ptrdiff_t samples, const T* weights, const T* bias,
                               T* dx, T* scratch)
    {
        flipped::make(weights, scratch);
        const T* const turned = scratch;
        scratch += flipped::size;
        for (; samples > 0; samples -= lanes)
        {
            const T* image = dy;
            if constexpr (dy_padded.is_padded())
            {
                pad_rows<T>(dy, y_row, lanes, Shape.filters * Shape.y.positions(), dy_padded, lanes,
                            scratch);
                image = scratch;
            }
            for_each_phase<Shape>(
                [&]<axis_phase Y, axis_phase X>(int tap)
                {
                    static constexpr window_walk walk{
                        .rows = rows_of(Y, Shape.y),
                        .columns = rows_of(X, Shape.x),
                        .x_row = dy_row,
                        .y_row = Shape.y.stride * Shape.x.size * lanes,
                        .middle = Shape.filters,
                        .inner = X.taps,
                        .x_middle = dy_plane,
                        .x_inner = X.dilation * lanes,
                        .weight_tap = X.taps * Shape.filters,
                        .weight_middle = 1,
                        .weight_inner = Shape.filters,
                    };
                    correlate_samples<T, Arch, typename flipped::layout, X.positions, 1,
                                      Shape.x.stride>(
                        walk, image + (dy_padded.before + X.begin) * lanes,
                        turned + flipped::offset(tap), Y.taps * X.taps * Shape.filters, bias,
                        dx + (Y.first * Shape.x.size + X.first) * lanes, Shape.pixels() * lanes);
                });
            dy += y_block;
            dx += x_block;
        }
    }

    static void weight_gradient(const T* x, const T* dy, std::ptrdiff_t samples, T* dweights,
                                T* scratch)
    {
        T* const sums = scratch;
        std::fill_n(sums, sums_size, T(0));
        for (; samples > 0; samples -= lanes)
        {
            const T* const image = padded(x, scratch + sums_size);
            for_each_known_panel<layout>(
                [&]<int First, int Units>()
                {
                    constexpr tile_size best = gradient_tile<T, Arch>(Units, Shape.x.kernel);
                    for_tiles<Units, best.rows>(
                        [&]<int Filters>(int from, int tiles)
                        {
                            for (int i = 0; i < tiles; ++i)
                                gradient_of_filters<Filters, best.vectors>(
                                    image, dy, First + from + i * Filters, sums);
                        });
                });
            x += x_block;
            dy += y_block;
        }
        add_lane_sums<T, Arch>(sums, layout::size, dweights);
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
    // Rows of so many filters' dy that stay in the first level of the cache while all taps pass.
    template <int Filters>
    static constexpr int row_block =
        std::clamp(24576 / static_cast<int>(sizeof(T)) / (Filters * y_row), 1, Shape.y.positions());

    template <int Filters, int Taps>
    static void gradient_of_filters(const T* image, const T* dy, int filter, T* sums)
    {
        const int width = layout::width_at(filter);
        for (int begin = 0; begin < Shape.y.positions(); begin += row_block<Filters>)
            for (int channel = 0; channel < Shape.channels; ++channel)
                for (int ky = 0; ky < Shape.y.kernel; ++ky)
                {
                    const int_range meeting = rows_of(Shape.y).rows_at(ky);
                    const int first = std::max(begin, meeting.begin);
                    const int rows = std::min(begin + row_block<Filters>, meeting.end) - first;
                    if (rows <= 0)
                        continue;
                    const T* const row =
                        image + channel * x_plane + rows_of(Shape.y).met_by(first, ky) * x_row;
                    for_tiles<Shape.x.kernel, Taps>(
                        [&]<int Size>(int from, int tiles)
                        {
                            for (int kx = from; kx < from + tiles * Size; kx += Size)
                            {
                                const int input =
                                    (ky * Shape.x.kernel + kx) * Shape.channels + channel;
                                sample_gradient_tile<T, Arch, Filters, Size, Shape.x.dilation>(
                                    row + kx * Shape.x.dilation * lanes, Shape.y.stride * x_row,
                                    Shape.x.stride * lanes, dy + filter * y_plane + first * y_row,
                                    y_plane, rows, Shape.x.positions(),
                                    sums + layout::offset(input, filter) * lanes,
                                    Shape.channels * width * lanes);
                            }
                        });
                }
    }
};

} // namespace ctgrad::simd::detail
