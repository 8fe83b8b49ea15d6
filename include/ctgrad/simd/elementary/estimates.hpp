// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/batch.hpp>

// Quotients and roots of the fast tier: on AVX-512 an estimate to 14 bits (Intel's Intrinsics Guide: a
// relative error below 2^-14), which takes a third of the time; elsewhere the exact instruction, as there
// an estimate that is good enough takes steps of Newton's that cost as much.

namespace ctgrad::simd
{

/// a / b, on AVX-512 to 1e-4.
/// Domain     all reals, with the infinities and NaN of a division
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_divide(batch<T, Arch> a, batch<T, Arch> b)
{
#if defined(__AVX512F__)
    using native = typename batch<T, Arch>::native_type;
    if constexpr (detail::is_avx512<Arch> && sizeof(T) == 4)
        return a * batch<T, Arch>(native(_mm512_maskz_rcp14_ps(0xffff, b.native)));
    else if constexpr (detail::is_avx512<Arch>)
        return a * batch<T, Arch>(native(_mm512_maskz_rcp14_pd(0xff, b.native)));
    else
#endif
        return a / b;
}

/// Square root, on AVX-512 to 1e-4.
/// Domain     all reals, with the zeros, infinity and NaN of a square root
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_sqrt(batch<T, Arch> x)
{
#if defined(__AVX512F__)
    // Of one half more or less than the largest and smallest x; so 0 and infinity have finite factors.
    using number = batch<T, Arch>;
    using native = typename number::native_type;
    if constexpr (detail::is_avx512<Arch> && sizeof(T) == 4)
    {
        const number factor(native(_mm512_maskz_rsqrt14_ps(0xffff, x.native)));
        return x * at_least(number(5e-20f), at_most(number(3e22f), factor));
    }
    else if constexpr (detail::is_avx512<Arch>)
    {
        const number factor(native(_mm512_maskz_rsqrt14_pd(0xff, x.native)));
        return x * at_least(number(7e-155), at_most(number(5e161), factor));
    }
    else
#endif
        return sqrt(x);
}

} // namespace ctgrad::simd
