// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/convolution_plan.hpp>
#include <ctgrad/layers/initialise.hpp>

namespace ctgrad
{

/// A convolution, transposed or not: its tensors, and how its rows fall into what the kernels take at a time.
/// `Passes` goes forward and back over so much.
template <class T, auto Layer, placement In, auto Next, detail::convolution_plan Plan,
          template <class, simd::window_shape, simd::window_lanes> class Passes>
struct convolution_implementation
{
    static constexpr simd::window_shape window = Plan.window;
    static constexpr int groups = Plan.groups;
    static constexpr int filters = Plan.filters() * groups;

    static constexpr shape output = Plan.output;
    static constexpr bool by_samples = In.format == row_format::sample_blocks;
    static constexpr row_format output_format =
        by_samples ? row_format::sample_blocks : row_format::channels_last;
    static constexpr bool in_place = false;
    static constexpr int kept = 0;
    /// With those for the padding, which are left out where whole rows of it are.
    static constexpr long long multiply_adds =
        1LL * window.positions() * window.filters * window.taps() * window.channels * groups;

    static constexpr simd::window_lanes lanes =
        by_samples ? simd::window_lanes::samples : simd::window_lanes::filters;
    using windows = simd::windows<T, window, lanes>;
    using layout = typename windows::layout;
    static constexpr int scratch = windows::scratch;
    /// Biases of a group, with padding.
    static constexpr int bias_room = row_stride<T>(Plan.filters());

    static constexpr auto tensors = []
    {
        constexpr tensor_info weight{"weight", filters, window.taps() * Plan.channels(),
                                     groups * layout::size, tensor_role::weight};
        if constexpr (Layer.bias)
        {
            return std::array{weight, tensor_info{"bias", 1, filters, groups * bias_room}};
        }
        else
        {
            return std::array{weight};
        }
    }();

    static void initialise(T* parameters, random_engine& engine)
    {
        const auto weight_count = static_cast<std::size_t>(filters) * tensors[0].columns;
        const auto bias_count = static_cast<std::size_t>(Layer.bias ? filters : 0);
        std::vector<T> numbers(weight_count + bias_count);
        const std::span<T> all(numbers);
        draw_parameters<Next, Layer.weights, Layer.bias>(all.first(weight_count),
                                                         all.subspan(weight_count), Plan.fan_in(),
                                                         Plan.fan_out(), engine);
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
            constexpr int y_row = row_room<T>(placement{output, output_format});
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
                    passes::forward(x + x_at, samples, weights_of(parameters, group),
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
                passes::weight_gradients(x + x_at, dy + y_at, samples, weights_of(gradients, group),
                                         bias_of(gradients, group), room);
                if (dx != nullptr)
                {
                    passes::input_gradient(dy + y_at, samples, weights_of(parameters, group),
                                           dx + x_at, room);
                }
            });
    }

private:
    using passes = Passes<T, window, lanes>;

    /// Of a group, in parameters or gradients.
    template <class Number>
    static Number* weights_of(Number* block, int group)
    {
        return block + group * layout::size;
    }

    template <class Number>
    static Number* bias_of(Number* block, int group)
    {
        return Layer.bias ? block + groups * layout::size + group * bias_room : nullptr;
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
            constexpr int x_group = In.extents.size() / groups * block;
            constexpr int y_group = output.size() / groups * block;
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
            const int group = filter / Plan.filters();
            const int of_group = filter % Plan.filters();
            for (int channel = 0; channel < Plan.channels(); ++channel)
            {
                for (int y = 0; y < window.y.kernel; ++y)
                {
                    for (int x = 0; x < window.x.kernel; ++x)
                    {
                        const int offset = Plan.is_transposed
                                               ? windows::offset(of_group, y, x, channel)
                                               : windows::offset(channel, y, x, of_group);
                        body(at++, group * layout::size + offset);
                    }
                }
            }
        }
        for (int filter = 0; Layer.bias && filter < filters; ++filter)
        {
            body(at++, groups * layout::size + filter / Plan.filters() * bias_room +
                           filter % Plan.filters());
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
    static constexpr bool fits = Plan.fits || Plan.is_transposed;
    static_assert(fits,
                  "a window with its dilation is at most as large as the image with its padding, "
                  "and kernel, stride and dilation are at least 1; see "
                  "docs/errors.md#window-extents");
    static constexpr bool leaves_output = Plan.fits || !Plan.is_transposed;
    static_assert(leaves_output,
                  "the padding of a transposed convolution leaves at least one pixel of its "
                  "output, and kernel, stride and dilation are at least 1; see "
                  "docs/errors.md#window-extents");
    static constexpr bool divides = Plan.divides;
    static_assert(divides, "the groups of a convolution divide its channels and its filters; see "
                           "docs/errors.md#convolution-groups");
    static constexpr bool is_symmetric = Plan.is_symmetric;
    static_assert(is_symmetric,
                  "padding `same_size` needs a window of an odd extent, or an even dilation; "
                  "see docs/errors.md#same-padding");
    static constexpr bool pads_less_than_stride = Plan.pads_less_than_stride;
    static_assert(pads_less_than_stride,
                  "output_padding of a transposed convolution is at least 0 and less than its "
                  "stride, and 0 with `same_size`, which chooses it; see "
                  "docs/errors.md#output-padding");
};

} // namespace ctgrad
