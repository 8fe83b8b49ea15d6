// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/convolution_implementation.hpp>

namespace ctgrad
{

namespace detail
{

/// One axis of the convolution whose input gradient goes forward: its image is the output.
constexpr simd::window_axis transposed_axis(int size, int kernel, int stride, int padding,
                                            bool is_same, int output_padding, int dilation)
{
    simd::window_axis axis{
        .kernel = kernel, .stride = stride, .padding = padding, .dilation = dilation};
    if (is_same)
    {
        axis.padding = std::max(axis.reach() - stride + 1, 0) / 2;
        axis.size = size * stride;
    }
    else
    {
        axis.size = (size - 1) * stride + axis.reach() - 2 * padding + output_padding;
    }
    return axis;
}

/// Whether the axis has as many positions as the input has pixels.
constexpr bool pads_less_than_stride(int output_padding, int stride, bool is_same)
{
    return is_same ? output_padding == 0 : output_padding >= 0 && output_padding < stride;
}

/// Whether some padding and output_padding make the output `stride` times the input, as `same_size` promises.
constexpr bool can_be_same(simd::window_axis axis, bool is_same)
{
    return !is_same || axis.stride > 1 || axis.reach() % 2 == 1;
}

/// Turns the plan of a convolution with these axes round.
constexpr convolution_plan transposed(convolution_plan plan, bool pads_less_than_stride)
{
    const bool is_valid = plan.is_image && plan.has_filters && plan.fits && plan.divides;
    plan.is_transposed = true;
    plan.pads_less_than_stride = !is_valid || !plan.is_symmetric || pads_less_than_stride;
    if (is_valid)
    {
        std::swap(plan.window.channels, plan.window.filters);
        plan.output = shape(plan.output.extents[0], plan.window.y.size, plan.window.x.size);
    }
    return plan;
}

/// Each is a pass of a convolution that has the output for its image: forward the input's gradient, back to the
/// input the forward pass.
template <class T, simd::window_shape Window, simd::window_lanes Lanes>
struct transposed_passes
{
    static void forward(const T* x, std::ptrdiff_t samples, const T* weights, const T* bias, T* y,
                        T* room)
    {
        simd::window_input_gradient<T, Window, Lanes>(x, samples, weights, y, room, bias);
    }

    static void weight_gradients(const T* x, const T* dy, std::ptrdiff_t samples, T* dweights,
                                 T* dbias, T* room)
    {
        simd::window_weight_gradient<T, Window, Lanes>(dy, x, samples, dweights, room);
        clear_lanes_of_no_channel(dweights);
        if (dbias != nullptr)
        {
            constexpr simd::window_shape pixels{.channels = 1,
                                                .filters = Window.channels,
                                                .y = {.size = Window.y.size},
                                                .x = {.size = Window.x.size}};
            simd::window_bias_gradient<T, pixels, Lanes>(dy, samples, dbias);
        }
    }

    static void input_gradient(const T* dy, std::ptrdiff_t samples, const T* weights, T* dx,
                               T* room)
    {
        simd::window_forward<T, Window, Lanes>(dy, samples, weights, nullptr, dx, room);
    }

private:
    /// What lies behind the channels of x need not be zero, as a formula's value at zero.
    static void clear_lanes_of_no_channel(T* dweights)
    {
        if constexpr (Lanes == simd::window_lanes::filters)
        {
            using layout = typename simd::windows<T, Window, Lanes>::layout;
            for (int unit = layout::units; unit < layout::stored_units; ++unit)
            {
                for (int input = 0; input < layout::inputs; ++input)
                {
                    dweights[layout::offset(input, unit)] = T(0);
                }
            }
        }
    }
};

} // namespace detail

/// Transposed convolution of images: the linear map that is the transpose of conv2d's, which makes small images
/// larger. Each number of the input adds the kernel, as often as it is, to the output, `stride` pixels from
/// its neighbour's.
/// Shapes     x (B, Channels, H, W), or (B, H, W) of one channel -> y (B, filters, H', W'), where
///            H' = (H - 1) stride - 2 padding + dilation (kernel - 1) + 1 + output_padding; with
///            `same_size` H' = stride H; weight (filters, channels of a group, kernel), bias (filters)
/// Errors     compile time: the input must be such an image, output_padding less than the stride; groups
///            must divide channels and filters
/// Cost       2 B H W filters * channels of a group * kernel flops forward, twice that backward; and turning the
///            weights round, with groups once for each block of samples. A kernel for each of the
///            stride.y * stride.x phases of pixels is compiled
/// Source     Dumoulin, Visin (2016), A guide to convolution arithmetic for deep learning, chapter 4; Zeiler,
///            Krishnan, Taylor, Fergus (2010), Deconvolutional networks
struct conv_transpose2d
{
    static constexpr std::string_view name = "conv_transpose2d";
    static constexpr bool looks_at_pass_size = true;

    int filters = 0;
    window_extents kernel = 3;
    window_extents stride = 1;
    window_padding padding = 0;
    /// Rows and columns more at the end, which as many inputs would give with that stride.
    window_extents output_padding = 0;
    window_extents dilation = 1;
    int groups = 1;
    bool bias = true;
    initialiser weights = initialiser::automatic;

    constexpr detail::convolution_plan plan(shape extents) const
    {
        const bool is_image = extents.rank == 2 || extents.rank == 3;
        const shape image = is_image ? detail::image_of(extents) : shape(1, 1, 1);
        const bool is_same = padding.is_same;
        const auto y = detail::transposed_axis(image.extents[1], kernel.y, stride.y, padding.y,
                                               is_same, output_padding.y, dilation.y);
        const auto x = detail::transposed_axis(image.extents[2], kernel.x, stride.x, padding.x,
                                               is_same, output_padding.x, dilation.x);
        return detail::transposed(
            detail::plan_convolution(extents, is_image, image, y, x, filters, groups,
                                     detail::can_be_same(y, is_same) &&
                                         detail::can_be_same(x, is_same)),
            detail::pads_less_than_stride(output_padding.y, stride.y, is_same) &&
                detail::pads_less_than_stride(output_padding.x, stride.x, is_same));
    }

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size size)
    {
        return detail::place_convolution<T, Layer.plan(Given.extents)>(Given, size);
    }

    template <class T, auto Layer, placement In, auto Next>
    using placed_implementation =
        convolution_implementation<T, Layer, In, Next, Layer.plan(In.extents),
                                   detail::transposed_passes>;
};

/// Transposed convolution of signals, which are images of one row; see conv_transpose2d.
/// Shapes     x (B, Channels, L), or (B, L) of one channel, or (B, Channels, 1, L) -> y (B, filters, 1,
///            L')
struct conv_transpose1d
{
    static constexpr std::string_view name = "conv_transpose1d";
    static constexpr bool looks_at_pass_size = true;

    int filters = 0;
    int kernel = 3;
    int stride = 1;
    window_padding padding = 0;
    int output_padding = 0;
    int dilation = 1;
    int groups = 1;
    bool bias = true;
    initialiser weights = initialiser::automatic;

    constexpr detail::convolution_plan plan(shape extents) const
    {
        const bool is_signal = detail::is_signal(extents);
        const shape signal = is_signal ? detail::signal_of(extents) : shape(1, 1, 1);
        const bool is_same = padding.is_same;
        const auto x = detail::transposed_axis(signal.extents[2], kernel, stride, padding.x,
                                               is_same, output_padding, dilation);
        return detail::transposed(detail::plan_convolution(extents, is_signal, signal, {}, x,
                                                           filters, groups,
                                                           detail::can_be_same(x, is_same)),
                                  detail::pads_less_than_stride(output_padding, stride, is_same));
    }

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size size)
    {
        return detail::place_convolution<T, Layer.plan(Given.extents)>(Given, size);
    }

    template <class T, auto Layer, placement In, auto Next>
    using placed_implementation =
        convolution_implementation<T, Layer, In, Next, Layer.plan(In.extents),
                                   detail::transposed_passes>;
};

} // namespace ctgrad
