// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementary/polynomial.hpp>
#include <ctgrad/simd/rounding.hpp>

#include <limits>

// Logarithms without a division: the argument is 2^k * (1 + f) with 1 + f in [3/4, 3/2), so that
// k = 0 around 1, where the result must keep its relative accuracy.

namespace ctgrad::simd
{

namespace detail
{

template <class T>
struct logarithm_constants;

/// `reduced` approximates (log1p(f) - f + f^2/2) / f^3 on [-1/4, 1/2], weight f^3 / log1p(f): the
/// error of the whole relative to log1p(f) is 2^-26.6. `unit` approximates (e - log1p(e)) / e^2
/// on [0, 1], weight e^2 / log1p(e): 2^-27.2.
template <>
struct logarithm_constants<float>
{
    static constexpr float ln2_high = 0x1.62e4p-1f; // k * ln2_high is exact
    static constexpr float ln2_low = 0x1.7f7d1cp-20f;
    static constexpr float reduced[] = {0x1.5555a4p-2f,  -0x1.000040p-2f, 0x1.9969b0p-3f,
                                        -0x1.54efdcp-3f, 0x1.28847cp-3f,  -0x1.0d8a8ep-3f,
                                        0x1.ac90c0p-4f,  -0x1.7140bep-5f};
    static constexpr float unit[] = {0x1.ffffd2p-2f,  -0x1.554dd0p-2f, 0x1.ff23e6p-3f,
                                     -0x1.934b54p-3f, 0x1.3a435ep-3f,  -0x1.b4ae08p-4f,
                                     0x1.d6b08cp-5f,  -0x1.4917cap-6f, 0x1.af49bcp-9f};
};

/// The same: 2^-56.2 and 2^-55.6.
template <>
struct logarithm_constants<double>
{
    static constexpr double ln2_high = 0x1.62e42fefa3p-1;
    static constexpr double ln2_low = 0x1.3de6af278ece6p-42;
    static constexpr double reduced[] = {
        0x1.55555555555a0p-2, -0x1.0000000000772p-2, 0x1.999999998c6cbp-3, -0x1.555555545923fp-3,
        0x1.24924929751a1p-3, -0x1.00000063df513p-3, 0x1.c71c70de90ddep-4, -0x1.999972ca40e4ap-4,
        0x1.745cec2148d43p-4, -0x1.55593966266ffp-4, 0x1.3b1f032278fd9p-4, -0x1.2465754d536e5p-4,
        0x1.101cb0039985dp-4, -0x1.fffce7c2b4c53p-5, 0x1.f252b98882df9p-5, -0x1.e8e7dbeb8d403p-5,
        0x1.9f4bd98bc7d35p-5, -0x1.e180869e61995p-6, 0x1.091e8a2823a61p-7};
    static constexpr double unit[] = {
        0x1.fffffffffff9fp-2,  -0x1.555555555102dp-2, 0x1.fffffffdd3d46p-3,
        -0x1.99999951e75b0p-3, 0x1.55554fbd3c93dp-3,  -0x1.2491fecdf8f39p-3,
        0x1.fffa8b22e8305p-4,  -0x1.c6f6a492a94acp-4, 0x1.98d287b30f2a0p-4,
        -0x1.712dc68493663p-4, 0x1.4b01ab32d0f79p-4,  -0x1.202d0f4b8c66ep-4,
        0x1.d70ea76f62f21p-5,  -0x1.5a86049613868p-5, 0x1.b62cc6122c27cp-6,
        -0x1.c5771f8f1d4c3p-7, 0x1.6b4685d5a370ap-8,  -0x1.a25121a4b6218p-10,
        0x1.31efa7ee62290p-12, -0x1.a8f823d184b21p-16};
};

/// x = 2^exponent * significand, the significand in [3/4, 3/2).
template <class T, class Arch>
struct split_number
{
    batch<T, Arch> exponent;
    batch<T, Arch> significand;
};

/// For positive normal x; anything for others.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE split_number<T, Arch> split_normal(batch<T, Arch> x)
{
    using bits = bits_batch<T, Arch>;
    constexpr int width = std::numeric_limits<T>::digits - 1;
    constexpr T two_to_width = T(1) / std::numeric_limits<T>::epsilon();
    const bits one(std::bit_cast<bits_of<T>>(T(1)));
    const bits carry(std::bit_cast<bits_of<T>>(T(1)) - std::bit_cast<bits_of<T>>(T(0.75)));
    const bits biased = (to_bits(x) + carry) >> width;
    const batch<T, Arch> exponent =
        from_bits<T, Arch>(biased | to_bits(batch<T, Arch>(two_to_width)));
    return {exponent - batch<T, Arch>(two_to_width + exponent_bias<T>),
            from_bits<T, Arch>(to_bits(x) - (biased << width) + one)};
}

#if defined(__AVX512F__)
/// floor(log2(|x|)), of subnormal numbers too; infinity for infinity, -infinity for 0.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> native_exponent(batch<T, Arch> x)
{
    using native = typename batch<T, Arch>::native_type;
    if constexpr (sizeof(T) == 4)
        return batch<T, Arch>(native(_mm512_maskz_getexp_ps(0xffff, x.native)));
    else
        return batch<T, Arch>(native(_mm512_maskz_getexp_pd(0xff, x.native)));
}

/// The significand in [3/4, 3/2); 1 for 0 and infinity, NaN for what is negative.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> native_significand(batch<T, Arch> x)
{
    using native = typename batch<T, Arch>::native_type;
    constexpr auto range = _MM_MANT_NORM_p75_1p5;
    constexpr auto sign = _MM_MANT_SIGN_nan;
    if constexpr (sizeof(T) == 4)
        return batch<T, Arch>(native(_mm512_maskz_getmant_ps(0xffff, x.native, range, sign)));
    else
        return batch<T, Arch>(native(_mm512_maskz_getmant_pd(0xff, x.native, range, sign)));
}

/// `y`, but -infinity where u is 0, infinity where u is, NaN where u is negative: one instruction.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> native_log_limits(batch<T, Arch> y, batch<T, Arch> u)
{
    using native = typename batch<T, Arch>::native_type;
    // A digit for each kind of u: quiet and signalling NaN, 0, 1, -infinity, infinity, negative
    // and positive, from the lowest; 0 keeps y, 3 is NaN, 4 -infinity, 5 infinity.
    constexpr int responses = 0x03530400;
    if constexpr (sizeof(T) == 4)
        return batch<T, Arch>(
            native(_mm512_fixupimm_ps(y.native, u.native, _mm512_set1_epi32(responses), 0)));
    else
        return batch<T, Arch>(
            native(_mm512_fixupimm_pd(y.native, u.native, _mm512_set1_epi64(responses), 0)));
}
#endif

/// For every finite x > 0. On AVX-512 also an exponent of +-infinity for infinity and 0, and a
/// significand of NaN for what is negative.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE split_number<T, Arch> split(batch<T, Arch> x)
{
    using number = batch<T, Arch>;
#if defined(__AVX512F__)
    if constexpr (is_avx512<Arch>)
    {
        const number significand = native_significand(x);
        return {native_exponent(x) - native_exponent(significand), significand};
    }
    else
#endif
    {
        constexpr T up = T(2) / std::numeric_limits<T>::epsilon();
        const auto small = x < number(std::numeric_limits<T>::min());
        const auto normal = split_normal(select(small, x * number(up), x));
        return {normal.exponent -
                    select(small, number(T(std::numeric_limits<T>::digits)), number(T(0))),
                normal.significand};
    }
}

/// k * ln 2 + log1p(f) for f in [-1/4, 1/2].
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> log_join(batch<T, Arch> k, batch<T, Arch> f)
{
    using number = batch<T, Arch>;
    using constants = logarithm_constants<T>;
    const number square = f * f;
    const number bend = multiply_add(f, polynomial(f, square, constants::reduced), number(T(-0.5)));
    const number low = multiply_add(square, bend, k * number(constants::ln2_low));
    return multiply_add(k, number(constants::ln2_high), f + low);
}

} // namespace detail

/// Natural logarithm.
/// Domain     all reals: -infinity at +-0, NaN below; subnormal operands are right
/// Accuracy   1 ULP float, 1.25 ULP double (tests/simd/elementary.cpp)
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> log(batch<T, Arch> x)
{
    using number = batch<T, Arch>;
    const auto parts = detail::split(x);
    const number y = detail::log_join(parts.exponent, parts.significand - number(T(1)));
    if constexpr (detail::is_avx512<Arch>)
        return y;
    else
    {
        constexpr T infinity = std::numeric_limits<T>::infinity();
        constexpr T nan = std::numeric_limits<T>::quiet_NaN();
        const number at_most_zero = select(x == number(T(0)), number(-infinity), number(nan));
        return select(x > number(T(0)), select(x == number(infinity), x, y), at_most_zero);
    }
}

namespace detail
{

/// 1 + x = 2^exponent * (1 + fraction), from x itself, and 1 + x rounded.
template <class T, class Arch>
struct split_sum
{
    batch<T, Arch> exponent;
    batch<T, Arch> fraction;
    batch<T, Arch> sum;
};

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE split_sum<T, Arch> split_one_plus(batch<T, Arch> x)
{
    using number = batch<T, Arch>;
    const number one(T(1));
    const number u = one + x;
    // f = 2^-k * x - (1 - 2^-k) rounds once.
#if defined(__AVX512F__)
    if constexpr (is_avx512<Arch>)
    {
        const number k = native_exponent(u * number(T(2) / T(3))) + one;
        const number scale = scale_by_power_of_two(one, -k);
        return {k, multiply_add(scale, x, scale - one), u};
    }
    else
#endif
    {
        // 2^-k may be subnormal for large x; there 1 + x has the same bits as x.
        const auto parts = split_normal(u);
        const number scale = power_of_two(-parts.exponent);
        return {parts.exponent,
                select(x < number(T(0x1p100)), multiply_add(scale, x, scale - one),
                       parts.significand - one),
                u};
    }
}

/// log(1 + x), being y where it is finite: the limits, and the sign of x.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> log1p_limits(batch<T, Arch> y, batch<T, Arch> x,
                                                 [[maybe_unused]] batch<T, Arch> sum)
{
    using number = batch<T, Arch>;
    const number signed_y = copysign(y, x);
#if defined(__AVX512F__)
    if constexpr (is_avx512<Arch>)
        return native_log_limits(signed_y, sum);
    else
#endif
    {
        constexpr T infinity = std::numeric_limits<T>::infinity();
        constexpr T nan = std::numeric_limits<T>::quiet_NaN();
        const number minus_one(T(-1));
        const number at_most_minus_one = select(x == minus_one, number(-infinity), number(nan));
        return select(x > minus_one, select(x == number(infinity), x, signed_y), at_most_minus_one);
    }
}

} // namespace detail

/// log(1 + x) without cancellation.
/// Domain     all reals: -infinity at -1, NaN below
/// Accuracy   1.25 ULP float, 1.25 ULP double
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> log1p(batch<T, Arch> x)
{
    const auto parts = detail::split_one_plus(x);
    return detail::log1p_limits(detail::log_join(parts.exponent, parts.fraction), x, parts.sum);
}

/// log(1 + e) for e in [0, 1], where it needs no exponent: half the work of log1p.
/// Domain     [0, 1] and NaN; what lies outside gives no useful result
/// Accuracy   1.75 ULP float, 2 ULP double, down to subnormal e
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> log1p_unit(batch<T, Arch> e)
{
    return negative_multiply_add(e * e, detail::polynomial(e, detail::logarithm_constants<T>::unit),
                                 e);
}

} // namespace ctgrad::simd
