// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/window.hpp>
#include <ctgrad/simd/pooling.hpp>

namespace ctgrad
{

namespace detail
{

enum class pooling
{
    maximum,
    average
};

/// A pool for one shape of input.
struct pooling_plan
{
    simd::window_axis y;
    simd::window_axis x;
    /// The input as (channels, rows, columns), and the output.
    shape input;
    shape output;
    bool is_image = true;
    bool fits = true;
};

constexpr pooling_plan plan_pooling(shape extents, window_extents size, window_extents stride,
                                    window_padding padding)
{
    pooling_plan plan;
    plan.is_image = extents.rank == 2 || extents.rank == 3;
    const shape image = plan.is_image ? image_of(extents) : shape(1, 1, 1);
    const auto axis = [&](std::size_t index, int window, int step, int zeros)
    { return axis_of(image.extents[index], window, step > 0 ? step : window, zeros, false, 1); };
    const simd::window_axis y = axis(1, size.y, stride.y, padding.y);
    const simd::window_axis x = axis(2, size.x, stride.x, padding.x);
    // A window that meets no pixel has no largest number.
    plan.fits =
        !plan.is_image || (y.is_possible() && x.is_possible() && 2 * y.padding <= y.kernel &&
                           2 * x.padding <= x.kernel && !padding.is_same);
    plan.input = extents;
    plan.output = shape(1);
    if (plan.is_image && plan.fits)
    {
        plan.y = y;
        plan.x = x;
        plan.input = image;
        plan.output = shape(image.extents[0], y.positions(), x.positions());
    }
    return plan;
}

/// In whatever format the image comes, if it is not rows.
constexpr placement place_pooling(shape image, placement given, pass_size size)
{
    if (given.format != row_format::rows)
    {
        return {image, given.format};
    }
    return {image,
            size == pass_size::one_row ? row_format::channels_last : row_format::sample_blocks};
}

} // namespace detail

template <class T, placement In, detail::pooling Kind, detail::pooling_plan Plan>
struct pooling_implementation;

/// One number for each window of an image; see max_pool and average_pool.
template <detail::pooling Kind>
struct pool
{
    static constexpr std::string_view name =
        Kind == detail::pooling::maximum ? "max_pool" : "average_pool";
    static constexpr bool looks_at_pass_size = true;

    window_extents size = 2;
    window_extents stride = 0;
    window_padding padding = 0;

    constexpr detail::pooling_plan plan(shape extents) const
    {
        return detail::plan_pooling(extents, size, stride, padding);
    }

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size size)
    {
        return detail::place_pooling(Layer.plan(Given.extents).input, Given, size);
    }

    template <class T, auto Layer, placement In, auto Next>
    using placed_implementation = pooling_implementation<T, In, Kind, Layer.plan(In.extents)>;
};

/// The largest number of each window, NaN if there is one; `stride` is `size` unless it is given.
/// Shapes     x (B, Channels, H, W), or (B, H, W) of one channel -> y (B, Channels, H', W'), where
///            H' = (H + 2 padding - size) / stride + 1
/// Gradients  dx of the first largest number in each window
/// Errors     compile time: the input must be an image, at least as large as the window
using max_pool = pool<detail::pooling::maximum>;

/// The mean of each window, in which padding counts as zeros; see max_pool.
using average_pool = pool<detail::pooling::average>;

/// The mean of each channel of an image.
/// Shapes     x (B, Channels, H, W) -> y (B, Channels)
/// Source     Lin, Chen, Yan (2013), Network in network
struct global_average_pool
{
    static constexpr std::string_view name = "global_average_pool";
    static constexpr bool looks_at_pass_size = true;

    constexpr detail::pooling_plan plan(shape extents) const
    {
        const shape image = detail::image_of(extents);
        detail::pooling_plan made =
            detail::plan_pooling(extents, {image.extents[1], image.extents[2]}, 0, 0);
        made.output = shape(made.output.extents[0]);
        return made;
    }

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size size)
    {
        return detail::place_pooling(Layer.plan(Given.extents).input, Given, size);
    }

    template <class T, auto Layer, placement In, auto Next>
    using placed_implementation =
        pooling_implementation<T, In, detail::pooling::average, Layer.plan(In.extents)>;
};

template <class T, placement In, detail::pooling Kind, detail::pooling_plan Plan>
struct pooling_implementation : without_parameters<T>
{
    static constexpr shape output = Plan.output;
    /// One pixel with its channels is a row.
    static constexpr row_format output_format =
        In.format == row_format::channels_last && output.is_flat() ? row_format::rows : In.format;
    static constexpr bool in_place = false;
    static constexpr int kept = 0;

    static constexpr bool by_samples = In.format == row_format::sample_blocks;
    static constexpr detail::pooling_plan plan = Plan;
    static constexpr int channels = Plan.input.extents[0];
    static constexpr int lanes = simd::batch<T>::size;
    /// Numbers from pixel to pixel: a vector of samples, or all channels.
    static constexpr int pixel = by_samples ? lanes : row_stride<T>(channels);
    static constexpr int vectors = pixel / lanes;
    static constexpr std::ptrdiff_t x_plane = std::ptrdiff_t{pixel} * Plan.y.size * Plan.x.size;
    static constexpr std::ptrdiff_t y_plane =
        std::ptrdiff_t{pixel} * Plan.y.positions() * Plan.x.positions();

    static constexpr std::ptrdiff_t planes(std::ptrdiff_t rows)
    {
        return by_samples ? (rows + lanes - 1) / lanes * channels : rows;
    }

    static void infer(const T*, const T* x, std::ptrdiff_t, T* y, std::ptrdiff_t rows)
    {
        for (std::ptrdiff_t plane = 0; plane < planes(rows); ++plane)
        {
            const T* const from = x + plane * x_plane;
            T* const to = y + plane * y_plane;
            if constexpr (Kind == detail::pooling::maximum)
            {
                simd::max_pool_plane<T, Plan.y, Plan.x>(from, pixel, vectors, to, pixel);
            }
            else
            {
                simd::average_pool_plane<T, Plan.y, Plan.x>(from, pixel, vectors, to, pixel);
            }
        }
    }

    static void backward(const T*, const T* x, std::ptrdiff_t, const T* dy, T* dx, T*,
                         std::ptrdiff_t rows)
    {
        if (dx == nullptr)
        {
            return;
        }
        std::fill_n(dx, planes(rows) * x_plane, T(0));
        for (std::ptrdiff_t plane = 0; plane < planes(rows); ++plane)
        {
            const T* const from = dy + plane * y_plane;
            T* const to = dx + plane * x_plane;
            if constexpr (Kind == detail::pooling::maximum)
            {
                simd::max_pool_plane_gradient<T, Plan.y, Plan.x>(x + plane * x_plane, pixel,
                                                                 vectors, from, pixel, to);
            }
            else
            {
                simd::average_pool_plane_gradient<T, Plan.y, Plan.x>(from, pixel, vectors, to,
                                                                     pixel);
            }
        }
    }

private:
    // Last: clang leaves out what follows an assertion that fails, and would report that too.
    static constexpr bool is_image = Plan.is_image;
    static_assert(
        is_image,
        "a pool needs an image, input{channels, rows, columns} or input{rows, columns}; put "
        "it before flatten{}; see docs/errors.md#pool-needs-an-image");
    static constexpr bool fits = Plan.fits;
    static_assert(fits,
                  "the window of a pool is at most as large as the image with its padding, and "
                  "its padding at most half of it; see docs/errors.md#window-extents");
};

} // namespace ctgrad
