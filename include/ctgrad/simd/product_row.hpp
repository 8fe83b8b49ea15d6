// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/product_kernels.hpp>

#include <cstddef>

namespace ctgrad::simd
{

/// Product of one row with the weights of a small layer, y = x * transpose(weights) + bias, as part of
/// its caller: a call, and loops whose ends are not known, would take longer than the products.
/// Shapes     x (Inputs); weights in panels; bias of padded_units, or null; y (padded_units)
/// Pads       the bias's, or zero; NaN if x is not finite
template <class T, int Inputs, int Units, class Arch = xsimd::default_arch>
CTGRAD_ALWAYS_INLINE void product_row(const T* x, const T* weights, const T* bias, T* y)
{
    using layout = panels<T, Inputs, Units, Arch>;
    using vector = typename layout::vector;
    detail::for_each_panel<layout>(
        [&]<int Vectors>(int unit) CTGRAD_INLINE_LAMBDA
        {
            constexpr int chains = detail::row_chains(Inputs, Vectors);
            detail::product_tile<T, typename layout::arch, 1, Vectors, chains> sums;
            sums.begin(
                [&](int, int v) CTGRAD_INLINE_LAMBDA
                { return bias ? vector::load(bias + unit + v * vector::size) : vector(T(0)); });
            sums.template accumulate<false>(
                x, detail::fixed_stride<0>{}, detail::fixed_stride<1>{},
                weights + layout::offset(0, unit), detail::fixed_stride<Vectors * vector::size>{},
                std::ptrdiff_t{Inputs}, weights, detail::fixed_stride<0>{});
            sums.store(y + unit, detail::fixed_stride<0>{});
        });
    detail::clear_units_beyond<layout>(y, 0, 1);
}

} // namespace ctgrad::simd
