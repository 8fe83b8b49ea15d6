// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementary/exponential.hpp>
#include <ctgrad/simd/elementary/polynomial.hpp>

// The error function and the tail of the normal distribution, scaled by exp(a^2 / 2) so that it
// neither underflows nor cancels. For erfc and 1 - Phi themselves the scaled tail and the power are
// kept to more digits than a number has until they are multiplied.

namespace ctgrad::simd
{

namespace detail
{

template <class T>
struct erf_constants;

/// The coefficients c approximate -log(erfc(a)) / a - 1 on [0, bound], where erf is 1 from the
/// bound on. Weight a * erfc(a) / erf(a), so that the error is relative to erf: 2^-26.9.
template <>
struct erf_constants<float>
{
    static constexpr float bound = 0x1.f9999ap+1f; // 3.95
    static constexpr float coefficients[] = {0x1.06eba8p-3f,   0x1.45f2fap-1f,   0x1.a4fa5ep-4f,
                                             -0x1.39cdc6p-6f,  -0x1.505ff6p-13f, 0x1.b50050p-10f,
                                             -0x1.4bc9ecp-11f, 0x1.ed6c58p-14f,  -0x1.3696b4p-17f};
};

/// The same: 2^-56.0.
template <>
struct erf_constants<double>
{
    static constexpr double bound = 5.95;
    static constexpr double coefficients[] = {
        0x1.06eba8214db68p-3,   0x1.45f306dc9c897p-1,   0x1.a4f4e2a1b207bp-4,
        -0x1.39668593d7cccp-6,  -0x1.b6b68bee4ea9bp-13, 0x1.bca67bd0df575p-10,
        -0x1.35654f9916d4cp-11, 0x1.b22bc1c30c19cp-16,  0x1.0e7f9c2eaada7p-14,
        -0x1.f2afd2cf5e662p-16, 0x1.c95100fe29f12p-19,  0x1.7c86538a064b0p-19,
        -0x1.d37d7dc7f9758p-20, 0x1.6928ce2d7a701p-22,  0x1.269bb33a96903p-23,
        -0x1.306ff69e3dd43p-23, 0x1.1a53ed951e8dbp-24,  -0x1.68243d1ac4bd6p-26,
        0x1.57721aeb0ccbep-28,  -0x1.f34f8ce07dd24p-31, 0x1.1288e108fe3e5p-33,
        -0x1.bbb8fadebfc47p-37, 0x1.f1fa825b0fe81p-41,  -0x1.5ad6c37b8eb89p-45,
        0x1.c3a1f02a03510p-51};
};

/// A tail is w * (limit + w * c(w - 1/2)) with w = center / (a + center), which maps [0, infinity]
/// to [1, 0]; limit = 1 / (center * sqrt(pi)), or sqrt(2 pi), makes the tail right at infinity,
/// and center is where that is nearly a number of the type. limit_high + limit_low is the limit to
/// more digits; the former is short enough to be subtracted from every tail / w without
/// rounding. The coefficients c are minimax for the error relative to the tail: 2^-25.5 (float),
/// 2^-55.2 (double) for erfc, 2^-26.1 and 2^-56.0 for normal_tail. slope[0] + slope[1] * w is
/// d log(tail) / d log(w) to a few per cent.
template <class T>
struct erfc_tail_constants;

template <>
struct erfc_tail_constants<float>
{
    static constexpr float center = 2.578125f;
    static constexpr float limit = 0x1.c02db4p-3f;
    static constexpr float limit_high = 0x1.c02dbp-3f;
    static constexpr float limit_low = 0x1.00102ep-25f;
    static constexpr float slope[] = {0.81f, 2.05f};
    static constexpr float coefficients[] = {
        0x1.8819f4p-2f,  0x1.02897ep-1f,  0x1.e396bcp-2f, 0x1.0621e8p-2f, -0x1.f1316ep-8f,
        -0x1.e48aa2p-4f, -0x1.33ca1ep-5f, 0x1.c5f1d8p-5f, 0x1.69cfb2p-6f, -0x1.a143e4p-6f};
};

template <>
struct erfc_tail_constants<double>
{
    static constexpr double center = 2.4375;
    static constexpr double limit = 0x1.da08f48a1d11cp-3;
    static constexpr double limit_high = 0x1.da08f48a1d11cp-3;
    static constexpr double limit_low = 0x1.61021b5546274p-62;
    static constexpr double slope[] = {0.87, 1.85};
    static constexpr double coefficients[] = {
        0x1.98de337e4d8bdp-2,  0x1.00f6b855f7c23p-1,  0x1.af8bdd72d9803p-2,  0x1.51cc34d35e2cap-3,
        -0x1.3bfc9b1ee73a1p-4, -0x1.c7a58fe02f7ecp-4, 0x1.9db9dd374f02ap-7,  0x1.1743c779c6275p-4,
        -0x1.dd0bd904acff3p-8, -0x1.7e786c3599102p-5, 0x1.cf6169970628dp-7,  0x1.09454082d9d48p-5,
        -0x1.7919a854bf88cp-6, -0x1.20648bbdb224bp-6, 0x1.dc3fae3a9f0e4p-6,  -0x1.f40a62dc2a3acp-13,
        -0x1.c17f7300f65cfp-6, 0x1.30dfa8184a268p-6,  0x1.ed0cddd62dcbap-7,  -0x1.e99ce6d8a9f8ep-6,
        0x1.f93b537fae3a3p-9,  0x1.af3e033464952p-6,  -0x1.fba179afc4e67p-7, -0x1.69161683ec543p-7,
        0x1.491572871845ap-7};
};

template <class T>
struct normal_tail_constants;

template <>
struct normal_tail_constants<float>
{
    static constexpr float center = 3.60546875f;
    static constexpr float limit = 0x1.c5381cp-4f;
    static constexpr float limit_high = 0x1.c5382p-4f;
    static constexpr float limit_low = -0x1.ffda9ep-27f;
    static constexpr float slope[] = {0.82f, 2.03f};
    static constexpr float coefficients[] = {
        0x1.8b6e28p-3f,  0x1.025cb6p-2f,  0x1.d9b7e0p-3f, 0x1.e6baeap-4f, -0x1.7c108ap-7f,
        -0x1.e7c896p-5f, -0x1.c8443ep-7f, 0x1.e417ccp-6f, 0x1.20e90ap-7f, -0x1.be6e08p-7f};
};

template <>
struct normal_tail_constants<double>
{
    static constexpr double center = 3.62109375;
    static constexpr double limit = 0x1.c343774a0682fp-4;
    static constexpr double limit_high = 0x1.c343774a0683p-4;
    static constexpr double limit_low = -0x1.fe34ecfa0feaap-57;
    static constexpr double slope[] = {0.82, 2.03};
    static constexpr double coefficients[] = {
        0x1.8a2469513eee6p-3,  0x1.02700d393d7c7p-2,  0x1.dd901bb618c3cp-3,  0x1.f53d7866f62cdp-4,
        -0x1.19631ed8fcba3p-7, -0x1.e7c9f4320872ap-5, -0x1.0d19239a0b387p-6, 0x1.eb347c0ebc56bp-6,
        0x1.af8d0bfd3e066p-7,  -0x1.433c0eee09b87p-6, -0x1.df3cc9afd6ad8p-8, 0x1.045adab221e3ap-6,
        0x1.84cf92f01fc37p-10, -0x1.b51343aff6c7dp-7, 0x1.100c539db5e86p-8,  0x1.3e075a6f4f9a1p-7,
        -0x1.208584233f77cp-7, -0x1.10678f00bdcdep-8, 0x1.60e7a1352f9d9p-7,  -0x1.0765c3eb2becep-9,
        -0x1.184c977caf546p-7, 0x1.556856d44cbfbp-8,  0x1.c3df2f98cc4cbp-9,  -0x1.a3c2afb105fecp-9};
};

template <class Constants, class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> tail_position(batch<T, Arch> a)
{
    return batch<T, Arch>(Constants::center) / (a + batch<T, Arch>(Constants::center));
}

/// The tail has up to three times the relative error of w, so the roundings of the sum and of the
/// quotient are taken back: what the tail is to be changed by, relative to it.
template <class Constants, class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> position_error(batch<T, Arch> a, batch<T, Arch> w)
{
    using number = batch<T, Arch>;
    const number center(Constants::center);
    const number sum = a + center;
    const number sum_error = a - (sum - center);
    number error;
    if constexpr (has_fused_multiply_add<Arch>)
        error = negative_multiply_add(w, sum, center);
    else
    {
        const auto product = product_in_parts(w, sum);
        error = (center - product.high) - product.low;
    }
    // w * (1 + error / center) is the exact quotient.
    const number slope = multiply_add(w, number(Constants::slope[1] / Constants::center),
                                      number(Constants::slope[0] / Constants::center));
    return slope * negative_multiply_add(w, sum_error, error);
}

template <class Constants, class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> scaled_tail(batch<T, Arch> a, batch<T, Arch> w)
{
    using number = batch<T, Arch>;
    const number t = w - number(T(0.5));
    const number bent = polynomial(t, t * t, Constants::coefficients);
    const number tail = w * multiply_add(w, bent, number(Constants::limit));
    return multiply_add(tail, position_error<Constants>(a, w), tail);
}

/// The same times 1 + p, with one rounding that counts.
template <class Constants, class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> tail_times(batch<T, Arch> a, batch<T, Arch> w, batch<T, Arch> p)
{
    using number = batch<T, Arch>;
    const number t = w - number(T(0.5));
    const auto halves = halves_of_polynomial(t * t, Constants::coefficients);
    const auto bent = multiply_add_in_parts(halves.odd, t, halves.even);
    const auto ratio = multiply_add_in_parts(w, bent.high, number(Constants::limit_high));
    const number ratio_low = multiply_add(w, bent.low, ratio.low + number(Constants::limit_low));
    const auto tail = product_in_parts(w, ratio.high);
    const number low = multiply_add(tail.high, position_error<Constants>(a, w),
                                    multiply_add(w, ratio_low, tail.low));
    return tail.high + multiply_add(tail.high, p, multiply_add(low, p, low));
}

} // namespace detail

/// Error function: 1 - exp(-g(|x|)) with a polynomial g, accurate near 0 through expm1.
/// Domain     all reals
/// Accuracy   2 ULP float, 2 ULP double (tests/simd/elementary.cpp)
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> erf(batch<T, Arch> x)
{
    using constants = detail::erf_constants<T>;
    const batch<T, Arch> a = at_most(batch<T, Arch>(constants::bound), abs(x));
    const batch<T, Arch> g =
        multiply_add(a, detail::polynomial(a, a * a, constants::coefficients), a);
    return copysign(detail::expm1_not_positive(-g), x);
}

/// Where a lies between 0 (then it is 1) and infinity, as erfc_significand needs it: its one
/// division.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> erfc_position(batch<T, Arch> a)
{
    return detail::tail_position<detail::erfc_tail_constants<T>>(a);
}

/// erfc(a) / 2^k for position = erfc_position(a), k = minus_square_octave(a) and
/// p = minus_square_fraction(a, k).
/// Domain     results of square_argument
/// Accuracy   2 ULP float, 2 ULP double
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> erfc_significand(batch<T, Arch> a, batch<T, Arch> position,
                                                     batch<T, Arch> p)
{
    return detail::tail_times<detail::erfc_tail_constants<T>>(a, position, p);
}

/// The same for normal_tail and normal_significand.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> normal_position(batch<T, Arch> a)
{
    return detail::tail_position<detail::normal_tail_constants<T>>(a);
}

/// exp(a^2 / 2) * (1 - Phi(a)), the scaled upper tail of the normal distribution (Mills' ratio
/// over sqrt(2 pi)), for position = normal_position(a).
/// Domain     finite a >= 0, and NaN
/// Accuracy   3.25 ULP float, 3 ULP double
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> normal_tail(batch<T, Arch> a, batch<T, Arch> position)
{
    return detail::scaled_tail<detail::normal_tail_constants<T>>(a, position);
}

/// (1 - Phi(a)) / 2^k for position = normal_position(a), k = minus_half_square_octave(a) and
/// p = minus_half_square_fraction(a, k).
/// Domain     results of half_square_argument
/// Accuracy   2 ULP float, 2 ULP double
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> normal_significand(batch<T, Arch> a, batch<T, Arch> position,
                                                       batch<T, Arch> p)
{
    return detail::tail_times<detail::normal_tail_constants<T>>(a, position, p);
}

} // namespace ctgrad::simd
