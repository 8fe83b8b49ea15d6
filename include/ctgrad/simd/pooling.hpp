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
                            // Not below rather than equal: a NaN takes the gradient too.
                            const auto is_below = load(i) < largest;
                            T* const to = dx + i * pixel + at;
                            (vector::load(to) + select(is_below, none, left)).store(to);
                            left = select(is_below, left, none);
                        });
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
