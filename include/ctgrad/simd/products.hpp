// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/panel_transpose.hpp>
#include <ctgrad/simd/panels.hpp>
#include <ctgrad/simd/product_blocks.hpp>
#include <ctgrad/simd/product_kernels.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace ctgrad::simd
{

/// Product of rows with a matrix of weights, y = x * transpose(weights) + bias; with `adds`, y plus the
/// product instead.
/// Shapes     x (rows, Inputs) with any stride and alignment; weights in panels; bias of
///            padded_units, or null; y (rows, padded_units), wholly written
/// Pads       the bias's, or zero; NaN in rows of x that are not finite
/// Cost       2 * rows * Inputs * Units flops; allocates nothing
/// Order      of summation: depends on how many rows come before and after, never on their values
template <class T, int Inputs, int Units, class Arch = xsimd::default_arch>
void product_forward(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t rows, const T* weights,
                     const T* bias, T* y, std::ptrdiff_t y_stride, bool adds = false)
{
    using layout = panels<T, Inputs, Units, Arch>;
    using arch = typename layout::arch;
    for (int input = 0; input < Inputs; input += detail::input_block<Inputs>)
    {
        const int count = std::min(Inputs - input, detail::input_block<Inputs>);
        detail::for_each_panel<layout>(
            [&]<int Vectors>(int unit)
            {
                constexpr int width = Vectors * layout::lanes;
                const T* const panel = weights + layout::offset(input, unit);
                detail::forward_panel<T, arch, detail::is_far<layout>,
                                      detail::tile_rows<T, arch>(Vectors), Vectors>(
                    x + input, x_stride, rows, count, panel, panel + Inputs * width,
                    bias ? bias + unit : nullptr, adds || input > 0, y + unit, y_stride);
            });
    }
    detail::clear_units_beyond<layout>(y, y_stride, rows);
}

/// Gradient of the input, dx = dz * weights; with `adds`, dx plus that.
/// Shapes     dz (rows, padded_units); weights in panels; dx (rows, padded inputs =
///            panels<T, Units, Inputs>::padded_units), wholly written
/// Pads       zero; NaN in rows of dz that are not finite
/// Cost       2 * rows * Inputs * Units flops, and transposing the weights, a part at a time: a tenth
///            of it for 64 rows; allocates nothing, 32 KB of stack
template <class T, int Inputs, int Units, class Arch = xsimd::default_arch>
void product_input_gradient(const T* dz, std::ptrdiff_t dz_stride, std::ptrdiff_t rows,
                            const T* weights, T* dx, std::ptrdiff_t dx_stride, bool adds = false)
{
    using layout = panels<T, Inputs, Units, Arch>;
    using transposed = panels<T, Units, Inputs, Arch>;
    using arch = typename transposed::arch;
    constexpr int block = detail::transposed_block<layout, transposed>;
    alignas(64) T part[block * transposed::panel_width];
    detail::for_each_panel<transposed>(
        [&]<int Vectors>(int input)
        {
            for (int unit = 0; unit < Units; unit += block)
            {
                const int count = std::min(Units - unit, block);
                detail::transpose_part<layout, typename transposed::vector,
                                       Vectors * transposed::lanes>(weights, input, unit, count,
                                                                    part);
                const T* const next = detail::weights_behind<layout, Vectors * transposed::lanes>(
                    weights, input, unit + count);
                detail::forward_panel<T, arch, detail::is_far<layout>,
                                      detail::tile_rows<T, arch>(Vectors), Vectors>(
                    dz + unit, dz_stride, rows, count, part, next, nullptr, adds || unit > 0,
                    dx + input, dx_stride);
            }
        });
    detail::clear_units_beyond<transposed>(dx, dx_stride, rows);
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
        for (int input = 0; input < Inputs; input += detail::input_block<Inputs>)
        {
            detail::for_each_panel<layout>(
                [&]<int Vectors>(int unit)
                {
                    detail::weight_gradient_panel<T, typename layout::arch, detail::is_far<layout>,
                                                  Vectors>(
                        x + row * x_stride + input, x_stride,
                        std::min(Inputs - input, detail::input_block<Inputs>), count,
                        dz + row * dz_stride + unit, dz_stride,
                        dweights + layout::offset(input, unit));
                });
        }
    }
}

/// The same gradient for at most detail::gradient_rows rows, not added to an array but given away part
/// by part, while it is in the first level of the cache: `update(weights, gradients)` gets a span of
/// gradients and a pointer to the weights that they belong to. `update.reads(weights)` are the places,
/// an array of pointers, that it reads then beside the gradients.
/// Cost       that of the gradient; allocates nothing, 48 KB of stack
template <class T, int Inputs, int Units, class Arch = xsimd::default_arch>
void product_weight_update(const T* x, std::ptrdiff_t x_stride, const T* dz,
                           std::ptrdiff_t dz_stride, std::ptrdiff_t rows, const T* weights,
                           const auto& update)
{
    using layout = panels<T, Inputs, Units, Arch>;
    using arch = typename layout::arch;
    constexpr int block = detail::input_block<Inputs>;
    constexpr int places = detail::places_to_fetch<layout, decltype(update.reads(weights))>;
    alignas(64) T packed[detail::gradient_rows * layout::panel_width];
    alignas(64) T part[detail::gradient_numbers<T>];
    for (int first = 0; first < Inputs; first += block)
    {
        const int end = std::min(Inputs, first + block);
        detail::for_each_panel<layout>(
            [&]<int Vectors>(int unit)
            {
                constexpr int inputs_of_part = detail::gradient_part<T, arch, Vectors>;
                detail::pack_columns<T, arch, Vectors>(dz + unit, dz_stride, rows, packed);
                for (int input = first; input < end; input += inputs_of_part)
                {
                    const int inputs = std::min(end - input, inputs_of_part);
                    const T* const some = weights + layout::offset(input, unit);
                    detail::places_ahead<T, places> ahead{};
                    if constexpr (places > 0)
                        ahead = update.reads(some);
                    detail::gradient_panel<T, arch, detail::tile_rows<T, arch>(Vectors), Vectors,
                                           places>(x + input, x_stride, inputs, rows, packed, false,
                                                   part, ahead);
                    update(some, std::span<const T>(part, static_cast<std::size_t>(inputs) *
                                                              Vectors * layout::lanes));
                }
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

} // namespace ctgrad::simd
