// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/layer.hpp>
#include <ctgrad/simd/window_shape.hpp>

namespace ctgrad
{

/// Two extents of a window, the rows first: `{3, 5}`; or one for both: `3`.
struct window_extents
{
    int y = 1;
    int x = 1;

    constexpr window_extents(int both = 1) : y(both), x(both) {}
    constexpr window_extents(int rows, int columns) : y(rows), x(columns) {}
};

/// Zeros around an image: as many on all sides, `{rows, columns}`, or `same_size`.
struct window_padding
{
    int y = 0;
    int x = 0;
    bool is_same = false;

    constexpr window_padding(int all = 0) : y(all), x(all) {}
    constexpr window_padding(int rows, int columns) : y(rows), x(columns) {}
};

/// As many zeros as make the output as large as the input, or with a stride its part, rounded up.
inline constexpr window_padding same_size = []
{
    window_padding padding;
    padding.is_same = true;
    return padding;
}();

namespace detail
{

/// An image as (channels, rows, columns): without channels it has one.
constexpr shape image_of(shape extents)
{
    return extents.rank == 2 ? shape(1, extents.extents[0], extents.extents[1]) : extents;
}

/// Whether an input is a signal: (length), (channels, length), or (channels, 1, length), as layers give it.
constexpr bool is_signal(shape extents)
{
    return extents.rank == 1 || extents.rank == 2 || (extents.rank == 3 && extents.extents[1] == 1);
}

/// A signal as (channels, 1, length).
constexpr shape signal_of(shape extents)
{
    switch (extents.rank)
    {
    case 1:
        return shape(1, 1, extents.extents[0]);
    case 2:
        return shape(extents.extents[0], 1, extents.extents[1]);
    default:
        return extents;
    }
}

constexpr simd::window_axis axis_of(int size, int kernel, int stride, int padding, bool is_same,
                                    int dilation)
{
    return {.size = size,
            .kernel = kernel,
            .stride = stride,
            .padding = is_same ? (kernel - 1) * dilation / 2 : padding,
            .dilation = dilation};
}

/// Whether `same_size` can put as many zeros before as behind.
constexpr bool is_symmetric(window_padding padding, window_extents kernel, window_extents dilation)
{
    return !padding.is_same ||
           ((kernel.y - 1) * dilation.y % 2 == 0 && (kernel.x - 1) * dilation.x % 2 == 0);
}

} // namespace detail

} // namespace ctgrad
