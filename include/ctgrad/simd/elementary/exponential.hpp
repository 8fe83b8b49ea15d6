// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementary/polynomial.hpp>
#include <ctgrad/simd/rounding.hpp>

#include <limits>

// exp, expm1 and exp of squares, from pieces that a value and its derivative can share:
//     x = k * ln 2 + r,  |r| <= ln(2)/2,  p = exp(r) - 1,
//     exp(x) = 2^k * (1 + p),  expm1(x) = 2^k * p + (2^k - 1).

namespace ctgrad::simd
{

namespace detail
{

template <class T>
struct exponential_constants;

/// The coefficients c approximate (expm1(r) - r) / r^2 for |r| <= ln(2)/2 * (1 + 2^-10), weight
/// r^2 / expm1(r): the error of r + r^2 * c(r) relative to expm1(r) is 2^-28.4.
/// ln(2) is split so that k * ln2_high is exact.
template <>
struct exponential_constants<float>
{
    static constexpr float smallest = -104; // exp rounds to 0
    static constexpr float largest = 89;    // exp rounds to infinity
    static constexpr float log2_e = 0x1.715476p+0f;
    static constexpr float ln2_high = 0x1.62e4p-1f;
    static constexpr float ln2_low = 0x1.7f7d1cp-20f;
    static constexpr float coefficients[] = {0x1.000000p-1f, 0x1.555556p-3f,  0x1.55549ep-5f,
                                             0x1.11101cp-7f, 0x1.6d83f2p-10f, 0x1.a2a44ep-13f};
};

/// The same; the relative error is 2^-56.2.
template <>
struct exponential_constants<double>
{
    static constexpr double smallest = -746;
    static constexpr double largest = 710;
    static constexpr double log2_e = 0x1.71547652b82fep+0;
    static constexpr double ln2_high = 0x1.62e42fefa3p-1;
    static constexpr double ln2_low = 0x1.3de6af278ece6p-42;
    static constexpr double coefficients[] = {
        0x1.0000000000001p-1,  0x1.5555555555557p-3,  0x1.5555555554d2fp-5,  0x1.11111111100c9p-7,
        0x1.6c16c16f0e074p-10, 0x1.a01a01abf2e54p-13, 0x1.a019f38ad3fe9p-16, 0x1.71de020d09f6fp-19,
        0x1.280231597c88cp-22, 0x1.af4e38b6fba45p-26, 0x1.e63243e6808d0p-30};
};

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> clamp_exponent(batch<T, Arch> x)
{
    using constants = exponential_constants<T>;
    return at_least(batch<T, Arch>(constants::smallest),
                    at_most(batch<T, Arch>(constants::largest), x));
}

/// expm1 of a small argument.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> expm1_fraction(batch<T, Arch> r)
{
    const batch<T, Arch> square = r * r;
    return multiply_add(square, polynomial(r, square, exponential_constants<T>::coefficients), r);
}

/// round(x * log2(e)) without clamping; never -0.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> octave(batch<T, Arch> x)
{
    const batch<T, Arch> shift(integer_shift<T>);
    return multiply_add(x, batch<T, Arch>(exponential_constants<T>::log2_e), shift) - shift;
}

/// x - k * ln 2 for k near x * log2(e).
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> reduce_octave(batch<T, Arch> x, batch<T, Arch> k)
{
    using constants = exponential_constants<T>;
    const batch<T, Arch> high = negative_multiply_add(k, batch<T, Arch>(constants::ln2_high), x);
    return negative_multiply_add(k, batch<T, Arch>(constants::ln2_low), high);
}

/// x - k * ln 2 - rest, for a rest far smaller than 1.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> reduce_octave(batch<T, Arch> x, batch<T, Arch> k,
                                                  batch<T, Arch> rest)
{
    using constants = exponential_constants<T>;
    const batch<T, Arch> high = negative_multiply_add(k, batch<T, Arch>(constants::ln2_high), x);
    return high - multiply_add(k, batch<T, Arch>(constants::ln2_low), rest);
}

/// expm1 for x <= 0 down to where exp underflows; NaN stays, an infinity does not.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> expm1_not_positive(batch<T, Arch> x)
{
    const batch<T, Arch> k = octave(x);
    const batch<T, Arch> p = expm1_fraction(reduce_octave(x, k));
    const batch<T, Arch> scale = power_of_two(k);
    return multiply_add(scale, p, scale - batch<T, Arch>(T(1)));
}

} // namespace detail

/// x kept where exp(x) is neither surely 0 nor surely infinite: what the other pieces take.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> exp_argument(batch<T, Arch> x)
{
    return detail::clamp_exponent(x);
}

/// The same for an x that is never large: only exp(x) = 0 is to be avoided.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> decay_argument(batch<T, Arch> x)
{
    return at_least(batch<T, Arch>(detail::exponential_constants<T>::smallest), x);
}

/// The power of two nearest to exp(x), as its logarithm: round(x * log2(e)).
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> exp_octave(batch<T, Arch> x)
{
    return detail::octave(x);
}

/// exp(x - k * ln 2) - 1 for k = exp_octave(x), with relative accuracy; never -0.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> exp_fraction(batch<T, Arch> x, batch<T, Arch> k)
{
    return detail::expm1_fraction(detail::reduce_octave(x, k));
}

/// exp from its pieces: 2^k * (1 + p), right into subnormal results.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> exp_join(batch<T, Arch> p, batch<T, Arch> k)
{
    const batch<T, Arch> y = batch<T, Arch>(T(1)) + p;
    if constexpr (detail::is_avx512<Arch>)
        return scale_by_power_of_two(y, k);
    else
    {
        // y is near 1, so half of the exponent at a time suffices and only the last step rounds.
        const batch<T, Arch> shift(detail::integer_shift<T>);
        const batch<T, Arch> half = multiply_add(k, batch<T, Arch>(T(0.5)), shift) - shift;
        return y * power_of_two(half) * power_of_two(k - half);
    }
}

/// y * 2^k for k <= 100 and 0 < y < 2: no result is near the largest number.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> scale_decay(batch<T, Arch> y, batch<T, Arch> k)
{
    if constexpr (detail::is_avx512<Arch>)
        return scale_by_power_of_two(y, k);
    else
    {
        // Raised into the normal numbers (but for what becomes 0) and lowered again, which rounds
        // only subnormal results.
        constexpr int up = sizeof(T) == 4 ? 26 : 60;
        constexpr T down = sizeof(T) == 4 ? T(0x1p-26) : T(0x1p-60);
        return y * power_of_two(k + batch<T, Arch>(T(up))) * batch<T, Arch>(down);
    }
}

/// exp from the same pieces for k <= 100.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> exp_decay_join(batch<T, Arch> p, batch<T, Arch> k)
{
    return scale_decay(batch<T, Arch>(T(1)) + p, k);
}

/// expm1 from the same pieces, but for the sign of 0: 2^k * p + (2^k - 1).
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> expm1_join(batch<T, Arch> p, batch<T, Arch> k)
{
    // Below the bound the result is -1.
    const batch<T, Arch> bounded = at_least(batch<T, Arch>(sizeof(T) == 4 ? T(-100) : T(-1000)), k);
    const batch<T, Arch> one(T(1));
    if constexpr (detail::is_avx512<Arch>)
    {
        const batch<T, Arch> inverse = scale_by_power_of_two(one, batch<T, Arch>(T(0)) - bounded);
        return scale_by_power_of_two(p - (inverse - one), bounded);
    }
    else
    {
        // Half of it first: 2^k itself is infinite where the result need not be. For k = 0 the
        // result is p; halving it would cost subnormal numbers their last bit.
        const batch<T, Arch> scale = power_of_two(bounded - one);
        const batch<T, Arch> half = multiply_add(scale, p, scale - batch<T, Arch>(T(0.5)));
        return select(k == batch<T, Arch>(T(0)), p, half + half);
    }
}

/// The same for k <= 0.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> expm1_decay_join(batch<T, Arch> p, batch<T, Arch> k)
{
    // Below the bound the result is -1; the power must not leave the exponent's field.
    const batch<T, Arch> scale = power_of_two(at_least(batch<T, Arch>(T(-60)), k));
    return multiply_add(scale, p, scale - batch<T, Arch>(T(1)));
}

/// Exponential function.
/// Domain     all reals; subnormal results are right
/// Accuracy   1.25 ULP float, 1.25 ULP double (tests/simd/elementary.cpp)
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> exp(batch<T, Arch> x)
{
    const batch<T, Arch> z = exp_argument(x);
    const batch<T, Arch> k = exp_octave(z);
    return exp_join(exp_fraction(z, k), k);
}

/// exp(x) - 1 without cancellation.
/// Domain     all reals
/// Accuracy   1.75 ULP float, 2.25 ULP double
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> expm1(batch<T, Arch> x)
{
    const batch<T, Arch> z = exp_argument(x);
    const batch<T, Arch> k = exp_octave(z);
    return copysign(expm1_join(exp_fraction(z, k), k), x);
}

/// n / (1 + e) from r, which is 1 / (1 + e) with the roundings of the sum and of the division: one
/// step of Newton's, for the exact sum.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> refined_sigmoid(batch<T, Arch> n, batch<T, Arch> e,
                                                    batch<T, Arch> r)
{
    const batch<T, Arch> quotient = n * r;
    return multiply_add(negative_multiply_add(quotient, e, n - quotient), r, quotient);
}

/// n / (2 + n) for -1 <= n <= 0 from r, which is 1 / (2 + n) but for some roundings, likewise.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> refined_tanh(batch<T, Arch> n, batch<T, Arch> r)
{
    const batch<T, Arch> quotient = n * r;
    const batch<T, Arch> rest = (n - quotient) - quotient; // exact
    return multiply_add(negative_multiply_add(quotient, n, rest), r, quotient);
}

/// |x| kept where exp(-x^2) is not surely 0 (from the bound on it rounds to 0): what
/// minus_square_octave and erfc_position take.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> square_argument(batch<T, Arch> x)
{
    return at_most(batch<T, Arch>(sizeof(T) == 4 ? T(10.2) : T(27.31)), abs(x));
}

/// |x| kept where exp(-x^2 / 2) is not surely 0: what minus_half_square_octave and normal_position
/// take.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> half_square_argument(batch<T, Arch> x)
{
    return at_most(batch<T, Arch>(sizeof(T) == 4 ? T(14.43) : T(38.62)), abs(x));
}

/// exp_octave(-a^2) for a = square_argument(x).
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> minus_square_octave(batch<T, Arch> a)
{
    return detail::octave(a * -a);
}

/// exp_octave(-a^2 / 2) for a = half_square_argument(x).
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> minus_half_square_octave(batch<T, Arch> a)
{
    return detail::octave(a * (a * batch<T, Arch>(T(-0.5))));
}

namespace detail
{

/// exp(a * b - k * ln 2) - 1; the rounding error of the product is taken into account, so that the
/// far tail keeps its relative accuracy.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> product_fraction(batch<T, Arch> a, batch<T, Arch> b,
                                                     batch<T, Arch> k)
{
    const batch<T, Arch> exponent = a * b;
    return expm1_fraction(reduce_octave(exponent, k, product_excess(a, b, exponent)));
}

} // namespace detail

/// exp(-a^2 - k * ln 2) - 1 for k = minus_square_octave(a).
/// Accuracy   exp_decay_join of it has 1.25 ULP in float and double, right into subnormal results
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> minus_square_fraction(batch<T, Arch> a, batch<T, Arch> k)
{
    return detail::product_fraction(a, -a, k);
}

/// exp(-a^2 / 2 - k * ln 2) - 1 for k = minus_half_square_octave(a), likewise.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> minus_half_square_fraction(batch<T, Arch> a, batch<T, Arch> k)
{
    return detail::product_fraction(a, a * batch<T, Arch>(T(-0.5)), k);
}

} // namespace ctgrad::simd
