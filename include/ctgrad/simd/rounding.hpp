// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/simd/architecture.hpp>
#include <ctgrad/simd/batch.hpp>

#include <limits>

// Integers in batches, and powers of two.

namespace ctgrad::simd
{

namespace detail
{

/// Adding this and subtracting it again rounds to an integer; the sum's low bits hold it.
template <class T>
inline constexpr T integer_shift = sizeof(T) == 4 ? T(0x1.8p23) : T(0x1.8p52);

template <class T>
inline constexpr int exponent_bias = std::numeric_limits<T>::max_exponent - 1;

} // namespace detail

/// The nearest integer, ties to even; keeps the sign of zero.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> round_to_nearest(batch<T, Arch> x)
{
    using number = batch<T, Arch>;
#if defined(__aarch64__)
    if constexpr (detail::is_neon64<Arch> && sizeof(T) == 4)
        return number(typename number::native_type(vrndnq_f32(x.native)));
    else if constexpr (detail::is_neon64<Arch>)
        return number(typename number::native_type(vrndnq_f64(x.native)));
    else
#endif
        if constexpr (detail::has_rounding<Arch>)
        return number(xsimd::nearbyint(x.native));
    else
    {
        // 2^23 (2^52) has no fraction bits; what is at least as large is an integer already.
        const number shift(T(1) / std::numeric_limits<T>::epsilon());
        const number magnitude = abs(x);
        const number rounded = copysign((magnitude + shift) - shift, x);
        return select(magnitude < shift, rounded, x);
    }
}

/// 2^k for integers k with a normal result.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> power_of_two(batch<T, Arch> k)
{
    using number = batch<T, Arch>;
    using bits = xsimd::batch<detail::bits_of<T>, Arch>;
    constexpr T shift = detail::integer_shift<T> + detail::exponent_bias<T>;
    const auto exponent = __builtin_bit_cast(bits, (k + number(shift)).native)
                          << (std::numeric_limits<T>::digits - 1);
    return number(__builtin_bit_cast(typename number::native_type, exponent));
}

/// x * 2^k, rounded once: exact into subnormal numbers and overflow.
/// Domain     k holds integers, |k| <= 400 in float, |k| <= 2200 in double
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> scale_by_power_of_two(batch<T, Arch> x, batch<T, Arch> k)
{
    using number = batch<T, Arch>;
#if defined(__AVX512F__)
    if constexpr (detail::is_avx512<Arch> && sizeof(T) == 4)
        return number(
            typename number::native_type(_mm512_maskz_scalef_ps(0xffff, x.native, k.native)));
    else if constexpr (detail::is_avx512<Arch>)
        return number(
            typename number::native_type(_mm512_maskz_scalef_pd(0xff, x.native, k.native)));
    else
#endif
    {
        // The part within the normal exponents comes last: only that product can round.
        constexpr T most = detail::exponent_bias<T> - 1;
        const number last = at_least(-most, at_most(most, k));
        const number rest = k - last;
        const number second = at_least(-most, at_most(most, rest));
        const number first = at_least(-most, at_most(most, rest - second));
        return x * power_of_two(first) * power_of_two(second) * power_of_two(last);
    }
}

} // namespace ctgrad::simd
