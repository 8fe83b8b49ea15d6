// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/convolution_implementation.hpp>

namespace ctgrad
{

namespace detail
{

/// The passes of a convolution over samples that the kernels take together; with no bias both are null.
template <class T, simd::window_shape Window, simd::window_lanes Lanes>
struct convolution_passes
{
    static void forward(const T* x, std::ptrdiff_t samples, const T* weights, const T* bias, T* y,
                        T* room)
    {
        simd::window_forward<T, Window, Lanes>(x, samples, weights, bias, y, room);
    }

    static void weight_gradients(const T* x, const T* dy, std::ptrdiff_t samples, T* dweights,
                                 T* dbias, T* room)
    {
        simd::window_weight_gradient<T, Window, Lanes>(x, dy, samples, dweights, room);
        if (dbias != nullptr)
        {
            simd::window_bias_gradient<T, Window, Lanes>(dy, samples, dbias);
        }
    }

    static void input_gradient(const T* dy, std::ptrdiff_t samples, const T* weights, T* dx,
                               T* room)
    {
        simd::window_input_gradient<T, Window, Lanes>(dy, samples, weights, dx, room);
    }
};

} // namespace detail

/// Convolution of images (as everywhere in the field, a cross-correlation), with a bias for each filter.
/// Shapes     x (B, Channels, H, W), or (B, H, W) of one channel -> y (B, filters, H', W'), where
///            H' = (H + 2 padding - dilation (kernel - 1) - 1) / stride + 1; weight (filters, channels
///            of a group, kernel), bias (filters)
/// Errors     compile time: the input must be such an image, at least as large as the window; groups
///            must divide channels and filters
/// Cost       2 B H' W' filters * channels of a group * kernel flops forward, twice that backward
/// Source     Dumoulin, Visin (2016), A guide to convolution arithmetic for deep learning
struct conv2d
{
    static constexpr std::string_view name = "conv2d";
    static constexpr bool looks_at_pass_size = true;

    int filters = 0;
    window_extents kernel = 3;
    window_extents stride = 1;
    window_padding padding = 0;
    window_extents dilation = 1;
    int groups = 1;
    bool bias = true;
    initialiser weights = initialiser::automatic;

    constexpr detail::convolution_plan plan(shape extents) const
    {
        const bool is_image = extents.rank == 2 || extents.rank == 3;
        const shape image = is_image ? detail::image_of(extents) : shape(1, 1, 1);
        return detail::plan_convolution(extents, is_image, image,
                                        detail::axis_of(image.extents[1], kernel.y, stride.y,
                                                        padding.y, padding.is_same, dilation.y),
                                        detail::axis_of(image.extents[2], kernel.x, stride.x,
                                                        padding.x, padding.is_same, dilation.x),
                                        filters, groups,
                                        detail::is_symmetric(padding, kernel, dilation));
    }

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size size)
    {
        return detail::place_convolution<T, Layer.plan(Given.extents)>(Given, size);
    }

    template <class T, auto Layer, placement In, auto Next>
    using placed_implementation =
        convolution_implementation<T, Layer, In, Next, Layer.plan(In.extents),
                                   detail::convolution_passes>;
};

/// Convolution of signals, which are images of one row; see conv2d.
/// Shapes     x (B, Channels, L), or (B, L) of one channel, or (B, Channels, 1, L) -> y (B, filters, 1,
///            L')
struct conv1d
{
    static constexpr std::string_view name = "conv1d";
    static constexpr bool looks_at_pass_size = true;

    int filters = 0;
    int kernel = 3;
    int stride = 1;
    window_padding padding = 0;
    int dilation = 1;
    int groups = 1;
    bool bias = true;
    initialiser weights = initialiser::automatic;

    constexpr detail::convolution_plan plan(shape extents) const
    {
        const bool is_signal = detail::is_signal(extents);
        const shape signal = is_signal ? detail::signal_of(extents) : shape(1, 1, 1);
        return detail::plan_convolution(extents, is_signal, signal, {},
                                        detail::axis_of(signal.extents[2], kernel, stride,
                                                        padding.x, padding.is_same, dilation),
                                        filters, groups,
                                        detail::is_symmetric(padding, {1, kernel}, {1, dilation}));
    }

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size size)
    {
        return detail::place_convolution<T, Layer.plan(Given.extents)>(Given, size);
    }

    template <class T, auto Layer, placement In, auto Next>
    using placed_implementation =
        convolution_implementation<T, Layer, In, Next, Layer.plan(In.extents),
                                   detail::convolution_passes>;
};

} // namespace ctgrad
