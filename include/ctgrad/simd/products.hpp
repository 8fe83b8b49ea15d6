// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/panel_transpose.hpp>
#include <ctgrad/simd/panels.hpp>
#include <ctgrad/simd/product_kernels.hpp>

#include <algorithm>
#include <cstddef>

namespace ctgrad::simd
{

/// Product of rows with a matrix of weights, y = x * transpose(weights) + bias.
/// Shapes     x (rows, Inputs) with any stride and alignment; weights in panels; bias of
///            padded_units, or null; y (rows, padded_units), wholly written
/// Pads       the bias's, or zero; NaN in rows of x that are not finite
/// Cost       2 * rows * Inputs * Units flops; allocates nothing
/// Order      of summation: depends on how many rows come before and after, never on their values
template <class T, int Inputs, int Units, class Arch = xsimd::default_arch>
void product_forward(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t rows, const T* weights,
                     const T* bias, T* y, std::ptrdiff_t y_stride)
{
    using layout = panels<T, Inputs, Units, Arch>;
    using arch = typename layout::arch;
    detail::for_each_panel<layout>(
        [&]<int Vectors>(int unit)
        {
            detail::forward_panel<T, arch, detail::tile_rows<T, arch>(Vectors), Vectors>(
                x, x_stride, rows, Inputs, weights + layout::offset(0, unit),
                bias ? bias + unit : nullptr, y + unit, y_stride);
        });
    if constexpr (layout::stored_units < layout::padded_units)
        for (std::ptrdiff_t row = 0; row < rows; ++row)
            for (int unit = layout::stored_units; unit < layout::padded_units;
                 unit += layout::lanes)
                typename layout::vector(T(0)).store(y + row * y_stride + unit);
}

/// Gradient of the weights, dweights += transpose(dz) * x, in the layout of the weights.
/// Shapes     x (rows, Inputs) with any stride and alignment; dz (rows, padded_units)
/// Pads       get those of dz, which the caller keeps zero
/// Cost       2 * rows * Inputs * Units flops; allocates nothing, 32 KB of stack
template <class T, int Inputs, int Units, class Arch = xsimd::default_arch>
void product_weight_gradient(const T* x, std::ptrdiff_t x_stride, const T* dz,
                             std::ptrdiff_t dz_stride, std::ptrdiff_t rows, T* dweights)
{
    using layout = panels<T, Inputs, Units, Arch>;
    for (std::ptrdiff_t row = 0; row < rows; row += detail::gradient_rows)
    {
        const auto count = std::min<std::ptrdiff_t>(rows - row, detail::gradient_rows);
        detail::for_each_panel<layout>(
            [&]<int Vectors>(int unit)
            {
                detail::weight_gradient_panel<T, typename layout::arch, Vectors>(
                    x + row * x_stride, x_stride, Inputs, count, dz + row * dz_stride + unit,
                    dz_stride, dweights + layout::offset(0, unit));
            });
    }
}

/// Gradient of the bias, dbias += column sums of dz, both of padded_units.
template <class T, int Inputs, int Units, class Arch = xsimd::default_arch>
void product_bias_gradient(const T* dz, std::ptrdiff_t dz_stride, std::ptrdiff_t rows, T* dbias)
{
    using layout = panels<T, Inputs, Units, Arch>;
    detail::for_each_panel<layout>(
        [&]<int Vectors>(int unit)
        {
            detail::add_column_sums<T, typename layout::arch, Vectors>(dz + unit, dz_stride, rows,
                                                                       dbias + unit);
        });
}

/// The transposed matrix of weights, in panels<T, Units, Inputs>: what the gradient of the input
/// multiplies with. Made anew after each change of the weights.
template <class T, int Inputs, int Units, class Arch = xsimd::default_arch>
void product_transpose_panels(const T* weights, T* transposed)
{
    using layout = panels<T, Inputs, Units, Arch>;
    using result = panels<T, Units, Inputs, Arch>;
    constexpr int block = std::min(layout::lanes, result::lanes);
    for (int input = 0; input < result::stored_units; input += block)
        detail::for_each_panel<layout>(
            [&]<int Vectors>(int unit)
            {
                constexpr int width = Vectors * layout::lanes;
                const T* const from = weights + layout::offset(std::min(input, Inputs - 1), unit);
                T* const to = transposed + result::offset(unit, input);
                const int rows = std::min(Inputs - input, block);
                const int columns = std::min(Units - unit, width);
                if (rows == block)
                    detail::transpose_strip<T, block, true>(from, width, rows, columns, to,
                                                            result::width_at(input));
                else
                    detail::transpose_strip<T, block, false>(from, width, rows, columns, to,
                                                             result::width_at(input));
            });
}

/// Gradient of the input, dx = dz * weights.
/// Shapes     dz (rows, padded_units); transposed as made by product_transpose_panels;
///            dx (rows, padded inputs = panels<T, Units, Inputs>::padded_units), wholly written
/// Pads       zero; NaN in rows of dz that are not finite
template <class T, int Inputs, int Units, class Arch = xsimd::default_arch>
void product_input_gradient(const T* dz, std::ptrdiff_t dz_stride, std::ptrdiff_t rows,
                            const T* transposed, T* dx, std::ptrdiff_t dx_stride)
{
    product_forward<T, Units, Inputs, Arch>(dz, dz_stride, rows, transposed, nullptr, dx,
                                            dx_stride);
}

} // namespace ctgrad::simd
