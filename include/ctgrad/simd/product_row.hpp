// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/product_kernels.hpp>

#include <cstddef>

namespace ctgrad::simd
{

namespace detail
{

/// Lets the compiler forget what the layer before has just stored. g++ would take those vectors apart for
/// its broadcasts by shuffles, which all wait for one port; from memory a broadcast takes none.
template <class T, int Count>
CTGRAD_ALWAYS_INLINE void leave_in_memory([[maybe_unused]] const T* numbers)
{
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
    asm volatile(""
                 :
                 : "r"(numbers), "m"(*reinterpret_cast<const T(*)[Count]>(numbers))
                 : "memory");
#endif
}

} // namespace detail

/// Product of one row with the weights of a small layer, y = x * transpose(weights) + bias, as part of
/// its caller: a call, and loops whose ends are not known, would take longer than the products.
/// Shapes     x (Inputs); weights in panels; bias of padded_units, or null; y (padded_units)
/// Pads       the bias's, or zero; NaN if x is not finite
template <class T, int Inputs, int Units, class Arch = xsimd::default_arch>
CTGRAD_ALWAYS_INLINE void product_row(const T* x, const T* weights, const T* bias, T* y)
{
    using layout = panels<T, Inputs, Units, Arch>;
    using vector = typename layout::vector;
    detail::leave_in_memory<T, Inputs>(x);
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
