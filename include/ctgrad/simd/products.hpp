// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/simd/panel_transpose.hpp>
#include <ctgrad/simd/panels.hpp>
#include <ctgrad/simd/product_tile.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>

namespace ctgrad::simd
{

namespace detail
{

// The functions of this namespace know their tile but not the shape of the layer, so that all
// layers of a program share them.

/// Rows of x by one panel, a tile at a time; what is left goes to the next smaller power of two.
template <class T, class Arch, int Rows, int Vectors>
[[gnu::noinline]] void forward_panel(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t rows,
                                     std::ptrdiff_t inputs, const T* panel, const T* bias, T* y,
                                     std::ptrdiff_t y_stride)
{
    using tile = product_tile<T, Arch, Rows, Vectors>;
    using vector = typename tile::vector;
    for (; rows >= Rows; rows -= Rows)
    {
        tile sums([&](auto, auto v) CTGRAD_INLINE_LAMBDA
        {
            return bias ? vector::load(bias + v * vector::size) : vector(T(0));
        });
        sums.accumulate(x, x_stride, constant<1>{}, panel, constant<Vectors * vector::size>{},
                        inputs);
        sums.store(y, y_stride);
        x += Rows * x_stride;
        y += Rows * y_stride;
    }
    if constexpr (Rows > 1)
        if (rows > 0)
            forward_panel<T, Arch, static_cast<int>(std::bit_floor(Rows - 1u)), Vectors>(
                x, x_stride, rows, inputs, panel, bias, y, y_stride);
}

/// Adds the gradient of the weights of `inputs` inputs, for one panel and a block of rows.
template <class T, class Arch, int Rows, int Vectors>
[[gnu::noinline]] void gradient_panel(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t inputs,
                                      std::ptrdiff_t rows, const T* dz, T* dpanel)
{
    using tile = product_tile<T, Arch, Rows, Vectors>;
    using vector = typename tile::vector;
    constexpr constant<Vectors * vector::size> width;
    for (; inputs >= Rows; inputs -= Rows)
    {
        tile sums([&](auto row, auto v) CTGRAD_INLINE_LAMBDA
        {
            return vector::load(dpanel + row * width + v * vector::size);
        });
        sums.accumulate(x, constant<1>{}, x_stride, dz, width, rows);
        sums.store(dpanel, width);
        x += Rows;
        dpanel += Rows * width;
    }
    if constexpr (Rows > 1)
        if (inputs > 0)
            gradient_panel<T, Arch, static_cast<int>(std::bit_floor(Rows - 1u)), Vectors>(
                x, x_stride, inputs, rows, dz, dpanel);
}

constexpr int gradient_rows = 128;

/// Copies the panel's columns of a block of rows of dz side by side: read in place, their long
/// stride would throw each other out of the cache.
template <class T, class Arch, int Vectors>
[[gnu::noinline]] void weight_gradient_panel(const T* x, std::ptrdiff_t x_stride,
                                             std::ptrdiff_t inputs, std::ptrdiff_t rows,
                                             const T* dz, std::ptrdiff_t dz_stride, T* dpanel)
{
    using vector = batch<T, Arch>;
    alignas(64) T packed[gradient_rows * Vectors * vector::size];
    for (std::ptrdiff_t row = 0; row < rows; ++row)
        unroll<Vectors>([&](auto v) CTGRAD_INLINE_LAMBDA
        {
            vector::load(dz + row * dz_stride + v * vector::size)
                .store(packed + (row * Vectors + v) * vector::size);
        });
    gradient_panel<T, Arch, tile_rows<T, Arch>(Vectors), Vectors>(x, x_stride, inputs, rows,
                                                                  packed, dpanel);
}

/// Adds the sums of columns of Vectors vectors; several sums in turn, as in a tile.
template <class T, class Arch, int Vectors>
[[gnu::noinline]] void add_column_sums(const T* dz, std::ptrdiff_t dz_stride, std::ptrdiff_t rows,
                                       T* dbias)
{
    using vector = batch<T, Arch>;
    constexpr int chains = 8 / Vectors;
    vector sums[chains][Vectors];
    unroll<Vectors>([&](auto v) CTGRAD_INLINE_LAMBDA
    {
        sums[0][v] = vector::load(dbias + v * vector::size);
        unroll<chains - 1>([&](auto chain) CTGRAD_INLINE_LAMBDA
        {
            sums[chain + 1][v] = vector(T(0));
        });
    });
    const auto add = [&](auto chain) CTGRAD_INLINE_LAMBDA
    {
        unroll<Vectors>([&](auto v) CTGRAD_INLINE_LAMBDA
        {
            sums[chain][v]
                = sums[chain][v] + vector::load(dz + chain * dz_stride + v * vector::size);
        });
    };
    for (; rows >= chains; rows -= chains)
    {
        unroll<chains>(add);
        dz += chains * dz_stride;
    }
    for (; rows > 0; --rows)
    {
        add(constant<0>{});
        dz += dz_stride;
    }
    unroll<Vectors>([&](auto v) CTGRAD_INLINE_LAMBDA
    {
        unroll<chains - 1>([&](auto chain) CTGRAD_INLINE_LAMBDA
        {
            sums[0][v] = sums[0][v] + sums[chain + 1][v];
        });
        sums[0][v].store(dbias + v * vector::size);
    });
}

/// Calls f(constant<vectors>, first unit) for each panel.
template <class Panels, class F>
CTGRAD_ALWAYS_INLINE void for_each_panel(F&& f)
{
    int unit = 0;
    for (int i = 0; i < Panels::wide_panels; ++i, unit += Panels::panel_width)
        f(constant<Panels::vectors>{}, unit);
    if constexpr (Panels::wide_panels < Panels::panel_count)
        for (int i = Panels::wide_panels; i < Panels::panel_count; ++i)
        {
            f(constant<Panels::vectors - 1>{}, unit);
            unit += Panels::panel_width - Panels::lanes;
        }
}

} // namespace detail

/// Product of rows with a matrix of weights, y = x * transpose(weights) + bias.
/// Shapes     x (rows, Inputs) with any stride and alignment; weights in panels; bias of
///            padded_units, or null; y (rows, padded_units), wholly written
/// Pads       the bias, or zero
/// Cost       2 * rows * Inputs * Units flops; allocates nothing. A row's result does not depend
///            on other rows except by the order of summation, which follows its place in the block
template <class T, int Inputs, int Units, class Arch = xsimd::default_arch>
void product_forward(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t rows, const T* weights,
                     const T* bias, T* y, std::ptrdiff_t y_stride)
{
    using layout = panels<T, Inputs, Units, Arch>;
    using arch = typename layout::arch;
    detail::for_each_panel<layout>([&](auto vectors, int unit)
    {
        constexpr int count = static_cast<int>(decltype(vectors)::value);
        detail::forward_panel<T, arch, detail::tile_rows<T, arch>(count), count>(
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
        detail::for_each_panel<layout>([&](auto vectors, int unit)
        {
            detail::weight_gradient_panel<T, typename layout::arch,
                                          static_cast<int>(decltype(vectors)::value)>(
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
    detail::for_each_panel<layout>([&](auto vectors, int unit)
    {
        detail::add_column_sums<T, typename layout::arch,
                                static_cast<int>(decltype(vectors)::value)>(
            dz + unit, dz_stride, rows, dbias + unit);
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
        detail::for_each_panel<layout>([&](auto vectors, int unit)
        {
            constexpr int width = static_cast<int>(decltype(vectors)::value) * layout::lanes;
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
/// Pads       zero
template <class T, int Inputs, int Units, class Arch = xsimd::default_arch>
void product_input_gradient(const T* dz, std::ptrdiff_t dz_stride, std::ptrdiff_t rows,
                            const T* transposed, T* dx, std::ptrdiff_t dx_stride)
{
    product_forward<T, Units, Inputs, Arch>(dz, dz_stride, rows, transposed, nullptr, dx,
                                            dx_stride);
}

} // namespace ctgrad::simd
