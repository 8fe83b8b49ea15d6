// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/activation.hpp>
#include <ctgrad/layers/pooling.hpp>

namespace ctgrad
{

/// A formula and the max_pool behind it in one pass: the formula's values of a strip of windows never
/// leave the first level of the cache. Its derivatives take the place of the pre-activations, which nothing
/// else needs, and those that the pool lets nothing through to become zero. So backward is one product, in
/// the same place, and neither sets anything to zero first nor looks for the largest numbers again.
/// Shapes     as max_pool
/// Gradients  dx = dy f'(x) for the first largest value of each window, 0 for the others, for finite dy
template <class T, class Activation, class Pool>
struct pooled_formula : without_parameters<T>
{
    static constexpr shape output = Pool::output;
    static constexpr row_format output_format = Pool::output_format;
    static constexpr bool in_place = false;
    static constexpr bool overwrites_input = true;
    static constexpr int kept = 0;

    static void infer(const T*, const T* x, std::ptrdiff_t, T* y, std::ptrdiff_t rows)
    {
        for_each_strip(rows,
                       [&](std::ptrdiff_t x_at, std::ptrdiff_t y_at, int windows)
                       {
                           alignas(64) std::array<T, strip_size> values;
                           const std::ptrdiff_t length = windows * window_row;
                           for (int i = 0; i < y_axis.kernel; ++i)
                           {
                               detail::run_program<typename Activation::forward_program, T>(
                                   {x + x_at + i * image_row}, {values.data() + i * length},
                                   nullptr, length);
                           }
                           simd::largest_of_windows<T, y_axis.kernel, x_axis.kernel>(
                               values.data(), length, windows, pixel, y + y_at);
                       });
    }

    /// Leaves slopes in x: what backward multiplies by.
    static void forward(T* x, T* y, std::ptrdiff_t rows)
    {
        for_each_strip(
            rows,
            [&](std::ptrdiff_t x_at, std::ptrdiff_t y_at, int windows)
            {
                alignas(64) std::array<T, strip_size> values;
                const std::ptrdiff_t length = windows * window_row;
                for (int i = 0; i < y_axis.kernel; ++i)
                {
                    T* const row = x + x_at + i * image_row;
                    detail::run_program<typename Activation::fused_program, T, aliasing::exact>(
                        {row}, {values.data() + i * length, row}, nullptr, length);
                }
                simd::keep_slopes_of_largest<T, y_axis.kernel, x_axis.kernel>(
                    values.data(), length, windows, pixel, y + y_at, x + x_at, image_row);
            });
        clear_beyond_windows(x, rows);
        if constexpr (output_format == row_format::sample_blocks)
        {
            // Where there is no sample the value may be infinite, as log's of 0.
            clear_padding<T, placement{output, output_format}>(y, rows);
        }
    }

    /// Makes gradients of x of the slopes that forward has left there.
    static void backward(const T* dy, T* slopes, std::ptrdiff_t rows)
    {
        for_each_strip(rows,
                       [&](std::ptrdiff_t x_at, std::ptrdiff_t y_at, int windows)
                       {
                           simd::multiply_slopes<T, y_axis.kernel, x_axis.kernel>(
                               dy + y_at, windows, pixel, slopes + x_at, image_row);
                       });
        clear_padding<T, placement{Pool::plan.input, output_format}>(slopes, rows);
    }

private:
    static constexpr simd::window_axis y_axis = Pool::plan.y;
    static constexpr simd::window_axis x_axis = Pool::plan.x;
    /// Pixels that windows see, from the first on.
    static constexpr int seen_rows = y_axis.positions() * y_axis.kernel;
    static constexpr int seen_columns = x_axis.positions() * x_axis.kernel;
    static constexpr std::ptrdiff_t pixel = Pool::pixel;
    static constexpr std::ptrdiff_t image_row = x_axis.size * pixel;
    /// Numbers of one row of a window.
    static constexpr std::ptrdiff_t window_row = x_axis.kernel * pixel;

    /// Windows side by side that are taken at once: their values shall not fill the cache.
    static constexpr int strip_windows = std::clamp<int>(
        16384 / static_cast<int>(sizeof(T) * y_axis.kernel * window_row), 1, x_axis.positions());
    static constexpr std::size_t strip_size = strip_windows * y_axis.kernel * window_row;

    static void clear_beyond_windows(T* x, std::ptrdiff_t rows)
    {
        if constexpr (seen_rows < y_axis.size || seen_columns < x_axis.size)
        {
            for (std::ptrdiff_t plane = 0; plane < Pool::planes(rows); ++plane)
            {
                for (int row = 0; row < y_axis.size; ++row)
                {
                    const int seen = row < seen_rows ? seen_columns : 0;
                    T* const first = x + plane * Pool::x_plane + row * image_row;
                    std::fill(first + seen * pixel, first + image_row, T(0));
                }
            }
        }
    }

    /// Calls with where the windows begin in x and in y, and how many they are.
    static void for_each_strip(std::ptrdiff_t rows, const auto& body)
    {
        for (std::ptrdiff_t plane = 0; plane < Pool::planes(rows); ++plane)
        {
            for (int i = 0; i < y_axis.positions(); ++i)
            {
                for (int j = 0; j < x_axis.positions(); j += strip_windows)
                {
                    body(plane * Pool::x_plane + i * y_axis.kernel * image_row + j * window_row,
                         plane * Pool::y_plane + (i * x_axis.positions() + j) * pixel,
                         std::min(strip_windows, x_axis.positions() - j));
                }
            }
        }
    }
};

namespace detail
{

/// Numbers of one window, each pixel with its vectors, that may lie on the stack: of doubles that is 32 KB,
/// about what a first level of the cache holds.
inline constexpr int most_window_numbers = 4096;

/// Whether two layers, one behind the other, go over rows together: where windows lie side by side, and
/// one of them is small enough for the stack.
template <class First, class Second>
inline constexpr bool are_pooled_formula = false;

template <class T, auto Formula, shape In, row_format Format, placement PoolIn, pooling Kind,
          pooling_plan Plan>
    requires(Kind == pooling::maximum)
inline constexpr bool are_pooled_formula<activation_implementation<T, Formula, In, Format>,
                                         pooling_implementation<T, PoolIn, Kind, Plan>> =
    is_for_each_element<Formula> && Plan.y.are_side_by_side() && Plan.x.are_side_by_side() &&
    Plan.y.kernel * Plan.x.kernel * pooling_implementation<T, PoolIn, Kind, Plan>::pixel <=
        most_window_numbers;

} // namespace detail

} // namespace ctgrad
