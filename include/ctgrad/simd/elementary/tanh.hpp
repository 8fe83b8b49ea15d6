// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementary/exponential.hpp>
#include <ctgrad/simd/elementary/tanh_table.hpp>

namespace ctgrad::simd
{

namespace detail
{

/// Whether a vector can look up its elements in a table of 32 in registers.
#if defined(__AVX512F__) && defined(__AVX512VL__)
template <class T, class Arch>
inline constexpr bool looks_up_32 = sizeof(T) == 4 && sizeof(T) * batch<T, Arch>::size >= 32;
#else
template <class T, class Arch>
inline constexpr bool looks_up_32 = false;
#endif

#if defined(__AVX512F__) && defined(__AVX512VL__)
/// tanh(|x|) by one polynomial for each of 32 intervals: no exponential, no division, and all chains
/// short. A third of the latency of the other form and two thirds of its instructions.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> tanh_by_table(batch<T, Arch> magnitude)
{
    using number = batch<T, Arch>;
    using native = typename number::native_type;
    // From the bound on the result rounds to 1.
    const number x = at_most(number(T(9.02)), magnitude);
    // The bits of the exponent and two of the fraction; number 1 begins at 2^-4.
    constexpr int first = (127 - 4) * 4 - 1;
    __m512i interval;
    if constexpr (number::size == 16)
    {
        interval = _mm512_castps_si512(x.native);
    }
    else
    {
        interval = _mm512_castps_si512(_mm512_castps256_ps512(x.native));
    }
    interval = _mm512_maskz_max_epi32(
        0xffff, _mm512_setzero_si512(),
        _mm512_sub_epi32(_mm512_maskz_srli_epi32(0xffff, interval, 21), _mm512_set1_epi32(first)));
    const auto look_up = [&](int row) CTGRAD_INLINE_LAMBDA
    {
        const float* const numbers = tanh_table[row];
        const __m512 found =
            _mm512_permutex2var_ps(_mm512_load_ps(numbers), interval, _mm512_load_ps(numbers + 16));
        if constexpr (number::size == 16)
        {
            return number(native(found));
        }
        else
        {
            return number(native(_mm512_castps512_ps256(found)));
        }
    };
    const number t = x - look_up(0);
    const number t2 = t * t;
    const number low = multiply_add(look_up(3), t, look_up(2));
    const number middle = multiply_add(look_up(5), t, look_up(4));
    const number high = multiply_add(look_up(7), t, look_up(6));
    const number slope = multiply_add(multiply_add(high, t2, middle), t2, low);
    return multiply_add(t, slope, look_up(1));
}
#endif

} // namespace detail

/// Hyperbolic tangent: -expm1(-2|x|) / (2 + expm1(-2|x|)), one exponential and one division; for float on
/// AVX-512 polynomials whose coefficients are looked up.
/// Domain     all reals
/// Accuracy   2 ULP float (1 on AVX-512, 2.25 without fused multiply-add), 2 ULP double
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> tanh(batch<T, Arch> x)
{
#if defined(__AVX512F__) && defined(__AVX512VL__)
    if constexpr (detail::looks_up_32<T, Arch>)
    {
        return copysign(detail::tanh_by_table(abs(x)), x);
    }
    else
#endif
    {
        // From the bound on the result rounds to 1.
        const batch<T, Arch> bound(sizeof(T) == 4 ? T(10) : T(20));
        const batch<T, Arch> magnitude = at_most(bound, abs(x));
        const batch<T, Arch> e = detail::expm1_not_positive(magnitude * batch<T, Arch>(T(-2)));
        const batch<T, Arch> reciprocal = batch<T, Arch>(T(1)) / (e + batch<T, Arch>(T(2)));
        return copysign(refined_tanh(e, reciprocal), x);
    }
}

} // namespace ctgrad::simd
