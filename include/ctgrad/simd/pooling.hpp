// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/batch.hpp>
#include <ctgrad/simd/window_shape.hpp>

#include <algorithm>
#include <cstddef>

// Pooling of one plane of an image whose pixels are `pixel` numbers apart, of which the first
// `vectors` vectors are meant: those of samples, or of channels. What is beyond the image takes no part.

namespace ctgrad::simd
{

namespace detail
{

/// Taps of a window that lie in the image, and the first pixel that they meet.
struct window_part
{
    int first = 0;
    int count = 0;

    constexpr window_part(const window_axis& axis, int position)
    {
        const int begin = position * axis.stride - axis.padding;
        const int skipped = begin < 0 ? divide_up_signed(-begin, axis.dilation) : 0;
        first = begin + skipped * axis.dilation;
        count = std::max(
            0, std::min(axis.kernel - skipped, divide_up_signed(axis.size - first, axis.dilation)));
    }
};

/// Calls f(pixel of y, window in y, window in x) for each position.
template <window_axis Y, window_axis X>
void for_each_window(const auto& f)
{
    for (int y = 0; y < Y.positions(); ++y)
        for (int x = 0; x < X.positions(); ++x)
            f(y * X.positions() + x, window_part(Y, y), window_part(X, x));
}

/// Calls f(pixel of x) for each pixel of a window; without padding as many as the compiler knows.
template <window_axis Y, window_axis X>
CTGRAD_ALWAYS_INLINE void for_each_pixel(const window_part& y, const window_part& x, const auto& f)
{
    const int rows = Y.padding == 0 ? Y.kernel : y.count;
    const int columns = X.padding == 0 ? X.kernel : x.count;
    for (int i = 0; i < rows; ++i)
        for (int j = 0; j < columns; ++j)
            f((y.first + i * Y.dilation) * X.size + x.first + j * X.dilation);
}

/// Calls f(offset) for each vector of a pixel.
template <class Vector>
CTGRAD_ALWAYS_INLINE void for_each_vector(int vectors, const auto& f)
{
    for (int v = 0; v < vectors; ++v)
        f(v * Vector::size);
}

/// Calls f(row, column) for each pixel of a window.
template <int Rows, int Columns>
CTGRAD_ALWAYS_INLINE void for_each_place(const auto& f)
{
    for (int i = 0; i < Rows; ++i)
        for (int j = 0; j < Columns; ++j)
            f(i, j);
}

/// The largest vector of load(row, column); NaN where one is.
template <int Rows, int Columns>
CTGRAD_ALWAYS_INLINE auto largest_of_window(const auto& load)
{
    auto largest = load(0, 0);
    for_each_place<Rows, Columns>([&](int i, int j) { largest = maximum(load(i, j), largest); });
    return largest;
}

/// Calls f(first number in x, number in y) for each vector of windows side by side, `columns` pixels wide.
template <class Vector>
CTGRAD_ALWAYS_INLINE void for_each_window_vector(int count, int columns, std::ptrdiff_t pixel,
                                                 const auto& f)
{
    for (std::ptrdiff_t window = 0; window < count; ++window)
        for (std::ptrdiff_t at = 0; at < pixel; at += Vector::size)
            f(window * columns * pixel + at, window * pixel + at);
}

} // namespace detail

/// y = the largest number of each window; NaN if there is one.
template <class T, window_axis Y, window_axis X, class Arch = xsimd::default_arch>
void max_pool_plane(const T* x, std::ptrdiff_t pixel, int vectors, T* y, std::ptrdiff_t y_pixel)
{
    using vector = batch<T, Arch>;
    detail::for_each_window<Y, X>(
        [&](int position, detail::window_part rows, detail::window_part columns)
        {
            detail::for_each_vector<vector>(
                vectors,
                [&](int at)
                {
                    const auto load = [&](int i) { return vector::load(x + i * pixel + at); };
                    vector largest = load(rows.first * X.size + columns.first);
                    detail::for_each_pixel<Y, X>(rows, columns, [&](int i)
                                                 { largest = maximum(load(i), largest); });
                    largest.store(y + position * y_pixel + at);
                });
        });
}

/// dx += dy where the first largest number of each window is.
template <class T, window_axis Y, window_axis X, class Arch = xsimd::default_arch>
void max_pool_plane_gradient(const T* x, std::ptrdiff_t pixel, int vectors, const T* dy,
                             std::ptrdiff_t dy_pixel, T* dx)
{
    using vector = batch<T, Arch>;
    detail::for_each_window<Y, X>(
        [&](int position, detail::window_part rows, detail::window_part columns)
        {
            detail::for_each_vector<vector>(
                vectors,
                [&](int at)
                {
                    const auto load = [&](int i) { return vector::load(x + i * pixel + at); };
                    vector largest = load(rows.first * X.size + columns.first);
                    detail::for_each_pixel<Y, X>(rows, columns, [&](int i)
                                                 { largest = maximum(load(i), largest); });
                    vector left = vector::load(dy + position * dy_pixel + at);
                    const vector none(T(0));
                    detail::for_each_pixel<Y, X>(
                        rows, columns,
                        [&](int i)
                        {
                            // Not below rather than equal: of a window with NaN the first number.
                            const auto is_below = load(i) < largest;
                            T* const to = dx + i * pixel + at;
                            (vector::load(to) + select(is_below, none, left)).store(to);
                            left = select(is_below, left, none);
                        });
                });
        });
}

/// y = the largest number of each of `count` windows of Rows x Columns pixels side by side, as
/// max_pool_plane; rows of `x` are `x_row` apart, and each pixel is whole vectors.
template <class T, int Rows, int Columns, class Arch = xsimd::default_arch>
void largest_of_windows(const T* x, std::ptrdiff_t x_row, int count, std::ptrdiff_t pixel, T* y)
{
    using vector = batch<T, Arch>;
    detail::for_each_window_vector<vector>(
        count, Columns, pixel,
        [&](std::ptrdiff_t first, std::ptrdiff_t at)
        {
            const auto load = [&](int i, int j)
            { return vector::load(x + first + i * x_row + j * pixel); };
            detail::largest_of_window<Rows, Columns>(load).store(y + at);
        });
}

/// The same; and of `slopes`, one for each number of x, those of all but the first largest of a window
/// become zero.
template <class T, int Rows, int Columns, class Arch = xsimd::default_arch>
void keep_slopes_of_largest(const T* x, std::ptrdiff_t x_row, int count, std::ptrdiff_t pixel, T* y,
                            T* slopes, std::ptrdiff_t slopes_row)
{
    using vector = batch<T, Arch>;
    detail::for_each_window_vector<vector>(
        count, Columns, pixel,
        [&](std::ptrdiff_t first, std::ptrdiff_t at)
        {
            const auto load = [&](int i, int j)
            { return vector::load(x + first + i * x_row + j * pixel); };
            const vector largest = detail::largest_of_window<Rows, Columns>(load);
            largest.store(y + at);
            auto is_free = vector::first_lanes(vector::size);
            detail::for_each_place<Rows, Columns>(
                [&](int i, int j)
                {
                    // Not below rather than equal: of a window with NaN the first number.
                    const auto is_first = is_free & !(load(i, j) < largest);
                    T* const slope = slopes + first + i * slopes_row + j * pixel;
                    select(is_first, vector::load(slope), vector(T(0))).store(slope);
                    is_free = is_free & !is_first;
                });
        });
}

/// slopes *= dy: what was the slope of each number of `count` windows side by side becomes its gradient.
template <class T, int Rows, int Columns, class Arch = xsimd::default_arch>
void multiply_slopes(const T* dy, int count, std::ptrdiff_t pixel, T* slopes,
                     std::ptrdiff_t slopes_row)
{
    using vector = batch<T, Arch>;
    detail::for_each_window_vector<vector>(
        count, Columns, pixel,
        [&](std::ptrdiff_t first, std::ptrdiff_t at)
        {
            const vector incoming = vector::load(dy + at);
            detail::for_each_place<Rows, Columns>(
                [&](int i, int j)
                {
                    T* const slope = slopes + first + i * slopes_row + j * pixel;
                    (incoming * vector::load(slope)).store(slope);
                });
        });
}

/// y = the mean of each window, whose pixels beyond the image count as zeros.
template <class T, window_axis Y, window_axis X, class Arch = xsimd::default_arch>
void average_pool_plane(const T* x, std::ptrdiff_t pixel, int vectors, T* y, std::ptrdiff_t y_pixel)
{
    using vector = batch<T, Arch>;
    const vector share(T(1) / static_cast<T>(Y.kernel * X.kernel));
    detail::for_each_window<Y, X>(
        [&](int position, detail::window_part rows, detail::window_part columns)
        {
            detail::for_each_vector<vector>(
                vectors,
                [&](int at)
                {
                    vector sum(T(0));
                    detail::for_each_pixel<Y, X>(rows, columns, [&](int i)
                                                 { sum = sum + vector::load(x + i * pixel + at); });
                    (sum * share).store(y + position * y_pixel + at);
                });
        });
}

/// dx += the share of dy of each pixel.
template <class T, window_axis Y, window_axis X, class Arch = xsimd::default_arch>
void average_pool_plane_gradient(const T* dy, std::ptrdiff_t dy_pixel, int vectors, T* dx,
                                 std::ptrdiff_t pixel)
{
    using vector = batch<T, Arch>;
    const vector share(T(1) / static_cast<T>(Y.kernel * X.kernel));
    detail::for_each_window<Y, X>(
        [&](int position, detail::window_part rows, detail::window_part columns)
        {
            detail::for_each_vector<vector>(
                vectors,
                [&](int at)
                {
                    const vector part = vector::load(dy + position * dy_pixel + at) * share;
                    detail::for_each_pixel<Y, X>(rows, columns,
                                                 [&](int i)
                                                 {
                                                     T* const to = dx + i * pixel + at;
                                                     (vector::load(to) + part).store(to);
                                                 });
                });
        });
}

} // namespace ctgrad::simd
