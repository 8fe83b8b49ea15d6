// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/product_row.hpp>
#include <ctgrad/simd/products.hpp>

namespace ctgrad::detail
{

/// Some linear maps of the same rows, each to `Units` numbers. Their results lie side by side, each padded
/// to `Width`, so that a formula of all of them runs over whole vectors.
template <class T, int Inputs, int Maps, int Units, int Width, class Arch>
struct linear_maps
{
    static constexpr int inputs = Inputs;
    static constexpr int units = Maps * Width;
    using layout = simd::panels<T, Inputs, units, Arch>;
    static constexpr int stored = layout::size;
    static constexpr int logical = Maps * Units * Inputs;

    CTGRAD_ALWAYS_INLINE static void forward_row(const T* x, const T* weights, const T* bias, T* y)
    {
        simd::product_row<T, Inputs, units, Arch>(x, weights, bias, y);
    }

    /// Without a bias the results are added to y.
    static void forward(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t rows, const T* weights,
                        const T* bias, T* y, std::ptrdiff_t y_stride)
    {
        simd::product_forward<T, Inputs, units, Arch>(x, x_stride, rows, weights, bias, y, y_stride,
                                                      bias == nullptr);
    }

    static void weight_gradient(const T* x, std::ptrdiff_t x_stride, const T* dy,
                                std::ptrdiff_t dy_stride, std::ptrdiff_t rows, T* gradients)
    {
        simd::product_weight_gradient<T, Inputs, units, Arch>(x, x_stride, dy, dy_stride, rows,
                                                              gradients);
    }

    static void add_input_gradient(const T* dy, std::ptrdiff_t dy_stride, std::ptrdiff_t rows,
                                   const T* weights, T* dx, std::ptrdiff_t dx_stride)
    {
        simd::product_input_gradient<T, Inputs, units, Arch>(dy, dy_stride, rows, weights, dx,
                                                             dx_stride, true);
    }

    /// Calls with the places of each weight: row-major without padding, map after map, and in panels.
    static void for_each_weight(const auto& body)
    {
        for (int map = 0; map < Maps; ++map)
        {
            for (int unit = 0; unit < Units; ++unit)
            {
                for (int input = 0; input < Inputs; ++input)
                {
                    body((map * Units + unit) * Inputs + input,
                         layout::offset(input, map * Width + unit));
                }
            }
        }
    }
};

template <class T, int Inputs, int Units, int Width, class Arch>
struct linear_maps<T, Inputs, 0, Units, Width, Arch>
{
    static constexpr int units = 0;
    static constexpr int stored = 0;
    static constexpr int logical = 0;

    static void forward_row(const T*, const T*, const T*, T*) {}
    static void forward(const T*, std::ptrdiff_t, std::ptrdiff_t, const T*, const T*, T*,
                        std::ptrdiff_t)
    {
    }
    static void weight_gradient(const T*, std::ptrdiff_t, const T*, std::ptrdiff_t, std::ptrdiff_t,
                                T*)
    {
    }
    static void add_input_gradient(const T*, std::ptrdiff_t, std::ptrdiff_t, const T*, T*,
                                   std::ptrdiff_t)
    {
    }
    static void for_each_weight(const auto&) {}
};

} // namespace ctgrad::detail
