// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/batch.hpp>

#include <bit>
#include <cstddef>
#include <utility>

// What the elementary functions share: polynomials, exact products, bits of numbers.

namespace ctgrad::simd::detail
{

/// The coefficients First, First + Step, ... as a polynomial in x by Horner's rule.
template <std::size_t First, std::size_t Step, class T, class Arch, std::size_t Count,
          std::size_t... I>
CTGRAD_ALWAYS_INLINE batch<T, Arch> horner([[maybe_unused]] batch<T, Arch> x,
                                           const T (&coefficients)[Count],
                                           std::index_sequence<I...>)
{
    constexpr std::size_t last = First + sizeof...(I) * Step;
    batch<T, Arch> sum(coefficients[last]);
    ((sum = multiply_add(sum, x, batch<T, Arch>(coefficients[last - (I + 1) * Step]))), ...);
    return sum;
}

/// Blocks of eight coefficients from `First` on, joined by Horner's rule in x^8.
template <std::size_t First, class T, class Arch, std::size_t Count>
CTGRAD_ALWAYS_INLINE batch<T, Arch> blocks(batch<T, Arch> x, batch<T, Arch> x8,
                                           const T (&coefficients)[Count])
{
    if constexpr (Count - First <= 8)
        return horner<First, 1>(x, coefficients, std::make_index_sequence<Count - First - 1>{});
    else
        return multiply_add(blocks<First + 8>(x, x8, coefficients), x8,
                            horner<First, 1>(x, coefficients, std::make_index_sequence<7>{}));
}

/// A polynomial in x as even + x * odd.
template <class T, class Arch>
struct polynomial_halves
{
    batch<T, Arch> even;
    batch<T, Arch> odd;
};

/// Both given x^2.
template <class T, class Arch, std::size_t Count>
CTGRAD_ALWAYS_INLINE polynomial_halves<T, Arch> halves_of_polynomial(batch<T, Arch> square,
                                                                     const T (&coefficients)[Count])
{
    return {horner<0, 2>(square, coefficients, std::make_index_sequence<(Count - 1) / 2>{}),
            horner<1, 2>(square, coefficients, std::make_index_sequence<Count / 2 - 1>{})};
}

/// Sum of coefficients[i] * x^i. A long one is several independent chains of operations, for two
/// to three more multiplications: its latency would not be hidden where a row is short.
template <class T, class Arch, std::size_t Count>
CTGRAD_ALWAYS_INLINE batch<T, Arch> polynomial(batch<T, Arch> x, const T (&coefficients)[Count])
{
    if constexpr (Count < 14)
        return horner<0, 1>(x, coefficients, std::make_index_sequence<Count - 1>{});
    else
    {
        const batch<T, Arch> x2 = x * x;
        const batch<T, Arch> x4 = x2 * x2;
        return blocks<0>(x, x4 * x4, coefficients);
    }
}

/// The same with even and odd powers in two chains, given x^2: half the latency, but less
/// accurate where they cancel, that is for signs that alternate and an x near 1.
template <class T, class Arch, std::size_t Count>
CTGRAD_ALWAYS_INLINE batch<T, Arch> polynomial(batch<T, Arch> x, batch<T, Arch> square,
                                               const T (&coefficients)[Count])
{
    if constexpr (Count < 14)
    {
        const auto halves = halves_of_polynomial(square, coefficients);
        return multiply_add(halves.odd, x, halves.even);
    }
    else
        return polynomial(x, coefficients);
}

template <class T, class Arch>
using bits_batch = xsimd::batch<bits_of<T>, Arch>;

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE bits_batch<T, Arch> to_bits(batch<T, Arch> x)
{
    return __builtin_bit_cast(bits_batch<T, Arch>, x.native);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> from_bits(bits_batch<T, Arch> bits)
{
    return batch<T, Arch>(__builtin_bit_cast(xsimd::batch<T, Arch>, bits));
}

/// The number with the lower half of its significand's bits cleared.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> upper_half(batch<T, Arch> x)
{
    constexpr bits_of<T> mask =
        sizeof(T) == 4 ? bits_of<T>(0xfffff000u) : static_cast<bits_of<T>>(0xfffffffff8000000u);
    return batch<T, Arch>(x.native & batch<T, Arch>(std::bit_cast<T>(mask)).native);
}

/// a * b - product, exactly, where `product` is a * b rounded (T. J. Dekker 1971 without fma).
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> product_error(batch<T, Arch> a, batch<T, Arch> b,
                                                  batch<T, Arch> product)
{
    if constexpr (has_fused_multiply_add<Arch>)
        return multiply_add(a, b, -product);
    else
    {
        const batch<T, Arch> ah = upper_half(a);
        const batch<T, Arch> al = a - ah;
        const batch<T, Arch> bh = upper_half(b);
        const batch<T, Arch> bl = b - bh;
        return (((ah * bh - product) + ah * bl) + al * bh) + al * bl;
    }
}

/// product - a * b, exactly, likewise.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> product_excess(batch<T, Arch> a, batch<T, Arch> b,
                                                   batch<T, Arch> product)
{
    if constexpr (has_fused_multiply_add<Arch>)
        return negative_multiply_add(a, b, product);
    else
        return -product_error(a, b, product);
}

/// A number as a sum: a rounded result and what the rounding took away.
template <class T, class Arch>
struct two_parts
{
    batch<T, Arch> high;
    batch<T, Arch> low;
};

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE two_parts<T, Arch> product_in_parts(batch<T, Arch> a, batch<T, Arch> b)
{
    const batch<T, Arch> product = a * b;
    return {product, product_error(a, b, product)};
}

/// a * b + c where c less the result is a number of the type, as for a result between c / 2 and 2 c.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE two_parts<T, Arch> multiply_add_in_parts(batch<T, Arch> a, batch<T, Arch> b,
                                                              batch<T, Arch> c)
{
    if constexpr (has_fused_multiply_add<Arch>)
    {
        const batch<T, Arch> sum = multiply_add(a, b, c);
        return {sum, multiply_add(a, b, c - sum)};
    }
    else
    {
        const auto product = product_in_parts(a, b);
        const batch<T, Arch> sum = product.high + c;
        return {sum, (product.high - (sum - c)) + product.low};
    }
}

} // namespace ctgrad::simd::detail
