// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/window.hpp>
#include <ctgrad/simd/windows.hpp>

namespace ctgrad::detail
{

/// What layers of convolutions differ in, for one shape of input.
struct convolution_plan
{
    /// Of one group. Of a transposed convolution, which goes forward as this one's input gradient does,
    /// so that its filters are the channels here.
    simd::window_shape window;
    bool is_transposed = false;
    int groups = 1;
    /// The input as (channels, rows, columns), and the output.
    shape input;
    shape output;
    bool is_image = true;
    bool has_filters = true;
    bool fits = true;
    bool divides = true;
    bool is_symmetric = true;
    bool pads_less_than_stride = true;

    /// Of one group.
    constexpr int channels() const { return is_transposed ? window.filters : window.channels; }
    constexpr int filters() const { return is_transposed ? window.channels : window.filters; }

    /// Numbers of the input that meet in one of the output; of a transposed convolution, where not as many meet
    /// everywhere, on average and rounded up.
    constexpr int fan_in() const
    {
        if (!is_transposed)
        {
            return window.taps() * channels();
        }
        const long long terms = 1LL * channels() * meetings(window.y) * meetings(window.x);
        return static_cast<int>((terms + window.pixels() - 1) / window.pixels());
    }

    constexpr int fan_out() const { return window.taps() * filters(); }

private:
    /// How many taps at how many positions meet the image.
    static constexpr int meetings(simd::window_axis axis)
    {
        int count = 0;
        for (int tap = 0; tap < axis.kernel; ++tap)
        {
            count += simd::detail::rows_of(axis).rows_at(tap).size();
        }
        return count;
    }
};

/// Checks extents and settings. Where they are wrong the plan is of something else that compiles, and
/// says the first mistake only.
constexpr convolution_plan plan_convolution(shape given, bool is_image, shape image,
                                            simd::window_axis y, simd::window_axis x, int filters,
                                            int groups, bool is_symmetric)
{
    convolution_plan plan;
    plan.input = given;
    plan.output = shape(1);
    plan.is_image = is_image;
    plan.has_filters = !is_image || filters >= 1;
    plan.fits = !(plan.is_image && plan.has_filters) || (y.is_possible() && x.is_possible());
    plan.divides = !(plan.is_image && plan.has_filters && plan.fits) ||
                   (groups >= 1 && image.extents[0] % groups == 0 && filters % groups == 0);
    plan.is_symmetric = is_symmetric;
    if (is_image && plan.has_filters && plan.fits && plan.divides)
    {
        plan.window = {
            .channels = image.extents[0] / groups, .filters = filters / groups, .y = y, .x = x};
        plan.groups = groups;
        plan.input = image;
        plan.output = shape(filters, y.positions(), x.positions());
    }
    return plan;
}

/// Which lanes the kernels work with: one row has no other samples beside it.
template <class T, convolution_plan Plan>
constexpr placement place_convolution(placement given, pass_size size)
{
    constexpr bool prefers_samples =
        simd::preferred_lanes<T, Plan.window> == simd::window_lanes::samples;
    if (Plan.groups > 1 || (size == pass_size::many_rows && prefers_samples))
    {
        return {Plan.input, row_format::sample_blocks};
    }
    // Pixels of one channel, next to each other, are rows as they come.
    const bool as_it_comes =
        !Plan.is_transposed && Plan.window.channels == 1 && given.format == row_format::rows;
    return {Plan.input, as_it_comes ? row_format::rows : row_format::channels_last};
}

} // namespace ctgrad::detail
