// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/panels.hpp>
#include <ctgrad/simd/window_images.hpp>
#include <ctgrad/simd/window_shape.hpp>
#include <ctgrad/simd/windows_of_filters.hpp>
#include <ctgrad/simd/windows_of_samples.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace ctgrad::simd
{

/// What the lanes of a vector are.
enum class window_lanes
{
    samples, // of a block: images are (block, channel, y, x, sample of the block)
    filters, // or channels: images are (sample, y, x, channel)
};

/// What makes a training step of many samples fastest: the samples, where channels or filters do not
/// fill a vector, which then is mostly padding in forward or in the input's gradient; docs/decisions.md
/// has the figures.
template <class T, window_shape Shape, class Arch = xsimd::default_arch>
constexpr window_lanes preferred_lanes =
    std::min(Shape.channels, Shape.filters) < batch<T, Arch>::size ? window_lanes::samples
                                                                   : window_lanes::filters;

/// How a convolution's arrays lie in memory.
/// Weights    in panels, inputs in the order (y, x, channel) of the kernel, with either kind of lanes
/// Scratch    of `scratch` numbers for any of the functions, aligned to 64 bytes
template <class T, window_shape Shape, window_lanes Lanes, class Arch = xsimd::default_arch>
struct windows
{
    static_assert(Shape.is_possible());

    using kernels = std::conditional_t<Lanes == window_lanes::samples,
                                       detail::windows_of_samples<T, Shape, Arch>,
                                       detail::windows_of_filters<T, Shape, Arch>>;
    using layout = panels<T, Shape.taps() * Shape.channels, Shape.filters, Arch>;

    /// Numbers of a pixel where channels are last; of the input there may be any number that holds its
    /// channels.
    static constexpr int x_pixel = panels<T, 1, Shape.channels, Arch>::padded_units;
    static constexpr int y_pixel = layout::padded_units;

    static constexpr int scratch = std::max({kernels::x_scratch, kernels::dy_scratch, 1});

    /// Position of one weight.
    static constexpr int offset(int channel, int y, int x, int filter)
    {
        return layout::offset((y * Shape.x.kernel + x) * Shape.channels + channel, filter);
    }

    static constexpr std::ptrdiff_t x_size(std::ptrdiff_t samples)
    {
        if constexpr (Lanes == window_lanes::samples)
            return sample_blocks_size<T, Arch>(samples, Shape.channels * Shape.pixels());
        else
            return samples * Shape.pixels() * x_pixel;
    }

    static constexpr std::ptrdiff_t y_size(std::ptrdiff_t samples)
    {
        if constexpr (Lanes == window_lanes::samples)
            return sample_blocks_size<T, Arch>(samples, Shape.filters * Shape.positions());
        else
            return samples * Shape.positions() * y_pixel;
    }
};

/// Convolution of images with filters.
/// Shapes     x and y as `Lanes` says; `x_pixel` counts with filters in the lanes only; weights in
///            panels; bias of padded_units, or null; y wholly written
/// Pads       of y: lanes without a sample get what follows from x's; channels beyond the filters the
///            bias's, or zero. NaN where x is not finite
/// Cost       2 * samples * positions * taps * channels * filters flops, and copying x where it is
///            padded at the sides; allocates nothing
template <class T, window_shape Shape, window_lanes Lanes, class Arch = xsimd::default_arch>
void window_forward(const T* x, std::ptrdiff_t samples, const T* weights, const T* bias, T* y,
                    T* scratch, int x_pixel = windows<T, Shape, Lanes, Arch>::x_pixel)
{
    using kernels = typename windows<T, Shape, Lanes, Arch>::kernels;
    if constexpr (Lanes == window_lanes::samples)
        kernels::forward(x, samples, weights, bias, y, scratch);
    else
        kernels::forward(x, x_pixel, samples, weights, bias, y, scratch);
}

/// Gradient of the input, wholly written; with a bias of `x_pixel` numbers for its channels, the forward pass of
/// a transposed convolution.
/// Pads       lanes without a sample get what follows from dy's; channels beyond the input's the bias's, or zero,
///            NaN where dy is not finite
/// Cost       that of forward, with any stride; and turning the weights round, once a call
template <class T, window_shape Shape, window_lanes Lanes, class Arch = xsimd::default_arch>
void window_input_gradient(const T* dy, std::ptrdiff_t samples, const T* weights, T* dx, T* scratch,
                           const T* bias = nullptr)
{
    using kernels = typename windows<T, Shape, Lanes, Arch>::kernels;
    kernels::input_gradient(dy, samples, weights, bias, dx, scratch);
}

/// Gradient of the weights, added to what is there, in the layout of the weights.
/// Pads       the caller keeps those of dy zero, and those of x finite; those of dweights stay as they
///            are or get dy's
template <class T, window_shape Shape, window_lanes Lanes, class Arch = xsimd::default_arch>
void window_weight_gradient(const T* x, const T* dy, std::ptrdiff_t samples, T* dweights,
                            T* scratch, int x_pixel = windows<T, Shape, Lanes, Arch>::x_pixel)
{
    using kernels = typename windows<T, Shape, Lanes, Arch>::kernels;
    if constexpr (Lanes == window_lanes::samples)
        kernels::weight_gradient(x, dy, samples, dweights, scratch);
    else
        kernels::weight_gradient(x, x_pixel, dy, samples, dweights, scratch);
}

/// Gradient of the bias, added to what is there.
template <class T, window_shape Shape, window_lanes Lanes, class Arch = xsimd::default_arch>
void window_bias_gradient(const T* dy, std::ptrdiff_t samples, T* dbias)
{
    windows<T, Shape, Lanes, Arch>::kernels::bias_gradient(dy, samples, dbias);
}

} // namespace ctgrad::simd
