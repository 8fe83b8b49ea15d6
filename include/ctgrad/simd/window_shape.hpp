// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <numeric>

namespace ctgrad::simd
{

/// One axis of a convolution: extents of image and kernel, and how the kernel moves over the image.
struct window_axis
{
    int size = 1;
    int kernel = 1;
    int stride = 1;
    int padding = 0;
    int dilation = 1;

    /// Pixels from the first tap to the last, both included.
    constexpr int reach() const { return (kernel - 1) * dilation + 1; }

    constexpr int positions() const { return (size + 2 * padding - reach()) / stride + 1; }

    /// Whether windows touch, and neither overlap nor reach beyond the image.
    constexpr bool are_side_by_side() const
    {
        return stride == kernel && padding == 0 && dilation == 1;
    }

    constexpr bool is_possible() const
    {
        return size >= 1 && kernel >= 1 && stride >= 1 && padding >= 0 && dilation >= 1 &&
               size + 2 * padding >= reach();
    }
};

/// A convolution (as everywhere in the field, a cross-correlation); with one dimension, the y axis is
/// left out.
struct window_shape
{
    int channels = 1;
    int filters = 1;
    window_axis y;
    window_axis x;

    constexpr int taps() const { return y.kernel * x.kernel; }
    constexpr int pixels() const { return y.size * x.size; }
    constexpr int positions() const { return y.positions() * x.positions(); }

    constexpr bool is_possible() const
    {
        return channels >= 1 && filters >= 1 && y.is_possible() && x.is_possible();
    }
};

namespace detail
{

/// An axis of an image with zeros around it.
struct padded_axis
{
    int before; // zeros
    int copied; // pixels of the image
    int size;

    constexpr bool is_padded() const { return before > 0 || size > copied; }
};

constexpr int divide_up_signed(int a, int b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }

struct int_range
{
    int begin;
    int end;

    constexpr int size() const { return std::max(end - begin, 0); }
};

/// Rows of an output and the rows of an image that their taps meet; those that meet none add nothing,
/// so that above and below an image there need be no zeros. Also for columns; what is called a row is a
/// column then.
struct window_rows
{
    int count;
    int first; // what the first row's first tap meets, maybe above the image
    int step;  // from row to row
    int taps;
    int dilation; // from tap to tap
    int image;    // rows that there are

    constexpr int met_by(int row, int tap) const { return first + row * step + tap * dilation; }

    /// The taps that meet the image somewhere from `first_row` to `last_row` of the output. Counted, as
    /// there are few: to divide would take as long as a tile's terms.
    constexpr int_range taps_at(int first_row, int last_row) const
    {
        int_range met{0, taps};
        while (met.begin < taps && met_by(last_row, met.begin) < 0)
            ++met.begin;
        while (met.end > met.begin && met_by(first_row, met.end - 1) >= image)
            --met.end;
        return met;
    }

    /// The rows where this tap meets the image.
    constexpr int_range rows_at(int tap) const
    {
        const int met = met_by(0, tap);
        return {std::max(0, divide_up_signed(-met, step)),
                std::min(count, divide_up_signed(image - met, step))};
    }
};

constexpr window_rows rows_of(window_axis axis)
{
    return {axis.positions(), -axis.padding, axis.stride, axis.kernel, axis.dilation, axis.size};
}

/// What the windows of the forward pass see.
constexpr padded_axis padded_input(window_axis axis)
{
    const int seen = (axis.positions() - 1) * axis.stride + axis.reach();
    if (axis.padding == 0)
        return {0, axis.size, axis.size};
    return {axis.padding, std::clamp(seen - axis.padding, 0, axis.size), seen};
}

/// The pixels first, first + stride ... of the input's gradient. To each come the same taps, so
/// that together they are a convolution of dy, with the taps last, last - tap_step ... and without
/// stride: no zeros between the elements of dy need be multiplied.
struct axis_phase
{
    int first;
    int positions;
    int taps;
    int last_tap;
    int tap_step;
    int begin;    // what the first position's first tap meets, maybe before dy
    int dilation; // from tap to tap in dy
};

constexpr axis_phase phase_of(window_axis axis, int first)
{
    const int common = std::gcd(axis.stride, axis.dilation);
    axis_phase phase{.first = first,
                     .positions = (std::max(axis.size - first, 0) + axis.stride - 1) / axis.stride,
                     .taps = 0,
                     .last_tap = 0,
                     .tap_step = axis.stride / common,
                     .begin = 0,
                     .dilation = axis.dilation / common};
    const int from = first + axis.padding;
    for (int tap = 0; tap < axis.kernel; ++tap)
        if ((from - tap * axis.dilation) % axis.stride == 0)
        {
            ++phase.taps;
            phase.last_tap = tap;
            phase.begin = (from - tap * axis.dilation) / axis.stride;
        }
    return phase;
}

constexpr window_rows rows_of(axis_phase phase, window_axis axis)
{
    return {phase.positions, phase.begin, 1, phase.taps, phase.dilation, axis.positions()};
}

/// What the phases see of dy.
constexpr padded_axis padded_gradient(window_axis axis)
{
    const int size = axis.positions();
    int before = 0, behind = 0;
    for (int first = 0; first < axis.stride; ++first)
    {
        const axis_phase phase = phase_of(axis, first);
        if (phase.taps == 0 || phase.positions == 0)
            continue;
        before = std::max(before, -phase.begin);
        behind = std::max(behind,
                          phase.begin + phase.positions + (phase.taps - 1) * phase.dilation - size);
    }
    return {before, size, before + size + behind};
}

} // namespace detail

} // namespace ctgrad::simd
