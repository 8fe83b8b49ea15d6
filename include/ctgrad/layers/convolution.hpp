// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/initialise.hpp>
#include <ctgrad/layers/window.hpp>
#include <ctgrad/simd/windows.hpp>

namespace ctgrad
{

namespace detail
{

/// What two convolutions differ in, for one shape of input.
struct convolution_plan
{
    /// Of one group.
    simd::window_shape window;
    int groups = 1;
    /// The input as (channels, rows, columns), and the output.
    shape input;
    shape output;
    bool is_image = true;
    bool has_filters = true;
    bool fits = true;
    bool divides = true;
    bool is_symmetric = true;
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
template <class T>
constexpr placement place_convolution(const convolution_plan& plan, bool prefers_samples,
                                      placement given, pass_size size)
{
    if (plan.groups > 1 || (size == pass_size::many_rows && prefers_samples))
    {
        return {plan.input, row_format::sample_blocks};
    }
    // Pixels of one channel, next to each other, are rows as they come.
    const bool as_it_comes = plan.window.channels == 1 && given.format == row_format::rows;
    return {plan.input, as_it_comes ? row_format::rows : row_format::channels_last};
}

} // namespace detail

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
        constexpr detail::convolution_plan made = Layer.plan(Given.extents);
        constexpr bool samples =
            simd::preferred_lanes<T, made.window> == simd::window_lanes::samples;
        return detail::place_convolution<T>(made, samples, Given, size);
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
        return conv2d::takes<T, Layer, Given>(size);
    }

    template <class T, auto Layer, placement In, auto Next>
    using placed_implementation =
        convolution_implementation<T, Layer, In, Next, Layer.plan(In.extents)>;
};

template <class T, auto Layer, placement In, auto Next, detail::convolution_plan Plan>
struct convolution_implementation
{
    static constexpr simd::window_shape window = Plan.window;
    static constexpr int groups = Plan.groups;
    static constexpr int filters = window.filters * groups;
    static constexpr int inputs = window.taps() * window.channels;

    static constexpr shape output = Plan.output;
    static constexpr bool by_samples = In.format == row_format::sample_blocks;
    static constexpr row_format output_format =
        by_samples ? row_format::sample_blocks : row_format::channels_last;
    static constexpr bool in_place = false;
    static constexpr int kept = 0;
    /// With those for the padding, which are left out where whole rows of it are.
    static constexpr long long multiply_adds = 1LL * window.positions() * filters * inputs;

    static constexpr simd::window_lanes lanes =
        by_samples ? simd::window_lanes::samples : simd::window_lanes::filters;
    using windows = simd::windows<T, window, lanes>;
    using layout = typename windows::layout;
    static constexpr int scratch = windows::scratch;

    static constexpr auto tensors = []
    {
        constexpr tensor_info weight{"weight", filters, inputs, groups * layout::size,
                                     tensor_role::weight};
        if constexpr (Layer.bias)
        {
            return std::array{weight,
                              tensor_info{"bias", 1, filters, groups * layout::padded_units}};
        }
        else
        {
            return std::array{weight};
        }
    }();

    static void initialise(T* parameters, random_engine& engine)
    {
        std::vector<T> numbers(static_cast<std::size_t>(filters) * (inputs + 1));
        const std::span<T> weights(numbers.data(), static_cast<std::size_t>(filters) * inputs);
        const std::span<T> biases(numbers.data() + weights.size(),
                                  static_cast<std::size_t>(Layer.bias ? filters : 0));
        draw_parameters<Next, Layer.weights, Layer.bias>(weights, biases, inputs,
                                                         window.taps() * window.filters, engine);
        import_tensors(numbers.data(), parameters);
    }

    static void export_tensors(const T* parameters, T* to)
    {
        for_each_number([&](int at, int stored) { to[at] = parameters[stored]; });
    }

    static void import_tensors(const T* from, T* parameters)
    {
        for_each_number([&](int at, int stored) { parameters[stored] = from[at]; });
    }

    static void infer(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* y,
                      std::ptrdiff_t rows, T* room)
    {
        if constexpr (In.format == row_format::rows)
        {
            // One channel; rows may be anywhere.
            for (std::ptrdiff_t row = 0; row < rows; ++row)
            {
                simd::window_forward<T, window, lanes>(
                    x + row * x_stride, 1, parameters, bias_of(parameters, 0),
                    y + row * row_room<T>(placed_output), room, 1);
            }
        }
        else
        {
            for_each_block(
                rows,
                [&](int group, std::ptrdiff_t x_at, std::ptrdiff_t y_at, std::ptrdiff_t samples)
                {
                    simd::window_forward<T, window, lanes>(
                        x + x_at, samples, parameters + group * layout::size,
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
                T* const dweights = gradients + group * layout::size;
                simd::window_weight_gradient<T, window, lanes>(x + x_at, dy + y_at, samples,
                                                               dweights, room);
                if constexpr (Layer.bias)
                {
                    simd::window_bias_gradient<T, window, lanes>(dy + y_at, samples,
                                                                 gradients + groups * layout::size +
                                                                     group * layout::padded_units);
                }
                if (dx != nullptr)
                {
                    simd::window_input_gradient<T, window, lanes>(
                        dy + y_at, samples, parameters + group * layout::size, dx + x_at, room);
                }
            });
    }

private:
    static constexpr placement placed_output{output, output_format};

    static const T* bias_of(const T* parameters, int group)
    {
        return Layer.bias ? parameters + groups * layout::size + group * layout::padded_units
                          : nullptr;
    }

    /// Calls with the group and where its part of x and y begins, and how many samples follow: all, or
    /// those of one block, whose channels have those of the next group behind them.
    static void for_each_block(std::ptrdiff_t rows, const auto& body)
    {
        if constexpr (groups == 1)
        {
            body(0, std::ptrdiff_t{0}, std::ptrdiff_t{0}, rows);
        }
        else
        {
            constexpr int block = simd::batch<T>::size;
            constexpr int x_group = window.channels * window.pixels() * block;
            constexpr int y_group = window.filters * window.positions() * block;
            for (std::ptrdiff_t first = 0; first < rows; first += block)
            {
                for (int group = 0; group < groups; ++group)
                {
                    const std::ptrdiff_t part = first / block * groups + group;
                    body(group, part * x_group, part * y_group,
                         std::min<std::ptrdiff_t>(rows - first, block));
                }
            }
        }
    }

    /// Calls with the position of each number in a file, as (filter, channel, row, column), then the
    /// biases; and in the block.
    static void for_each_number(const auto& body)
    {
        int at = 0;
        for (int filter = 0; filter < filters; ++filter)
        {
            const int group = filter / window.filters;
            for (int channel = 0; channel < window.channels; ++channel)
            {
                for (int y = 0; y < window.y.kernel; ++y)
                {
                    for (int x = 0; x < window.x.kernel; ++x)
                    {
                        body(at++, group * layout::size +
                                       windows::offset(channel, y, x, filter % window.filters));
                    }
                }
            }
        }
        for (int filter = 0; Layer.bias && filter < filters; ++filter)
        {
            body(at++, groups * layout::size + filter / window.filters * layout::padded_units +
                           filter % window.filters);
        }
    }

    // Last: clang leaves out what follows an assertion that fails, and would report that too.
    static constexpr bool is_image = Plan.is_image;
    static_assert(is_image,
                  "a convolution needs an image, input{channels, rows, columns} or input{rows, "
                  "columns}, or for conv1d a signal, input{channels, length} or input{length}; put "
                  "it before flatten{}; see docs/errors.md#convolution-needs-an-image");
    static constexpr bool has_filters = Plan.has_filters;
    static_assert(has_filters, "a convolution needs at least one filter: conv2d{.filters = 8}; see "
                               "docs/errors.md#convolution-filters");
    static constexpr bool fits = Plan.fits;
    static_assert(fits,
                  "a window with its dilation is at most as large as the image with its padding, "
                  "and kernel, stride and dilation are at least 1; see "
                  "docs/errors.md#window-extents");
    static constexpr bool divides = Plan.divides;
    static_assert(divides, "the groups of a convolution divide its channels and its filters; see "
                           "docs/errors.md#convolution-groups");
    static constexpr bool is_symmetric = Plan.is_symmetric;
    static_assert(is_symmetric,
                  "padding `same_size` needs a window of an odd extent, or an even dilation; "
                  "see docs/errors.md#same-padding");
};

} // namespace ctgrad
