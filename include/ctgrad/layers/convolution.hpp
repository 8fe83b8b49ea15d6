// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/convolution_tensors.hpp>

namespace ctgrad
{

template <class T, auto Layer, placement In, auto Next, detail::convolution_plan Plan>
struct convolution_implementation;

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
        convolution_implementation<T, Layer, In, Next, Layer.plan(In.extents)>;
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
        const bool is_signal = extents.rank == 1 || extents.rank == 2 ||
                               (extents.rank == 3 && extents.extents[1] == 1);
        const shape signal = !is_signal          ? shape(1, 1, 1)
                             : extents.rank == 3 ? extents
                                                 : detail::signal_of(extents);
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
        convolution_implementation<T, Layer, In, Next, Layer.plan(In.extents)>;
};

template <class T, auto Layer, placement In, auto Next, detail::convolution_plan Plan>
struct convolution_implementation : detail::convolution_tensors<T, Layer, In, Next, Plan>
{
private:
    using base = detail::convolution_tensors<T, Layer, In, Next, Plan>;
    using base::bias_of;
    using base::for_each_block;
    using base::lanes;
    using base::weights_of;
    using base::window;

public:
    static void infer(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* y,
                      std::ptrdiff_t rows, T* room)
    {
        if constexpr (In.format == row_format::rows)
        {
            constexpr int y_row = row_room<T>(placement{base::output, base::output_format});
            // One channel; rows may be anywhere.
            for (std::ptrdiff_t row = 0; row < rows; ++row)
            {
                simd::window_forward<T, window, lanes>(x + row * x_stride, 1, parameters,
                                                       bias_of(parameters, 0), y + row * y_row,
                                                       room, 1);
            }
        }
        else
        {
            for_each_block(
                rows,
                [&](int group, std::ptrdiff_t x_at, std::ptrdiff_t y_at, std::ptrdiff_t samples)
                {
                    simd::window_forward<T, window, lanes>(
                        x + x_at, samples, weights_of(parameters, group),
                        bias_of(parameters, group), y + y_at, room);
                });
        }
    }

    static void backward(const T* parameters, const T* x, std::ptrdiff_t, const T* dy, T* dx,
                         T* gradients, std::ptrdiff_t rows, T* room)
    {
        static_assert(In.format != row_format::rows, "rows as they come are for inference");
        for_each_block(
            rows,
            [&](int group, std::ptrdiff_t x_at, std::ptrdiff_t y_at, std::ptrdiff_t samples)
            {
                simd::window_weight_gradient<T, window, lanes>(x + x_at, dy + y_at, samples,
                                                               weights_of(gradients, group), room);
                if constexpr (Layer.bias)
                {
                    simd::window_bias_gradient<T, window, lanes>(dy + y_at, samples,
                                                                 bias_of(gradients, group));
                }
                if (dx != nullptr)
                {
                    simd::window_input_gradient<T, window, lanes>(
                        dy + y_at, samples, weights_of(parameters, group), dx + x_at, room);
                }
            });
    }
};

} // namespace ctgrad
