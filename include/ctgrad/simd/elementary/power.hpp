// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementary/exponential.hpp>
#include <ctgrad/simd/elementary/logarithm.hpp>
#include <ctgrad/simd/elementary/polynomial.hpp>
#include <ctgrad/simd/rounding.hpp>

#include <limits>
#include <type_traits>

// x^y = 2^(y * log2(x)). An absolute error in the exponent is a relative one in the result, so
// the logarithm and its product with y are kept as sums of two numbers.

namespace ctgrad::simd
{

namespace detail
{

/// a + b exactly, for |a| >= |b| or a = 0.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE two_parts<T, Arch> ordered_sum(batch<T, Arch> a, batch<T, Arch> b)
{
    const batch<T, Arch> sum = a + b;
    return {sum, b - (sum - a)};
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE two_parts<T, Arch> operator*(two_parts<T, Arch> a, two_parts<T, Arch> b)
{
    const auto product = product_in_parts(a.high, b.high);
    return {product.high, multiply_add(a.high, b.low, multiply_add(a.low, b.high, product.low))};
}

template <class T>
struct power_constants;

/// With s = f / (2 + f), z = s^2: log2(1 + f) = s * (c0 + z * (c1 + z * R(z))), c0 = 2 / ln 2 and
/// c1 = c0 / 3 as sums of two numbers. R for f in [-1/4, 1/2], its error relative to the
/// logarithm 2^-34.5.
template <>
struct power_constants<float>
{
    static constexpr float c0[] = {0x1.715476p+1f, 0x1.4ae0c0p-25f};
    static constexpr float c1[] = {0x1.ec709ep-1f, -0x1.e2fe02p-28f};
    static constexpr float rest[] = {0x1.2776c2p-1f, 0x1.a61bd2p-2f, 0x1.473d48p-2f,
                                     0x1.271088p-2f};
    static constexpr float smallest = -160; // 2^smallest is 0, 2^largest infinite
    static constexpr float largest = 130;
    static constexpr float ln2 = 0x1.62e43p-1f;
    static constexpr float largest_y = 0x1p40f; // further out, all powers but 1^y are 0 or infinite
};

/// The same; the error is 2^-69.1.
template <>
struct power_constants<double>
{
    static constexpr double c0[] = {0x1.71547652b82fep+1, 0x1.777d0ffda0d24p-55};
    static constexpr double c1[] = {0x1.ec709dc3a03fdp-1, 0x1.d27f05548af0cp-55};
    static constexpr double rest[] = {
        0x1.2776c50ef9bffp-1, 0x1.a61762a7adc41p-2, 0x1.484b13d7e97c1p-2,
        0x1.0c9a84839a21dp-2, 0x1.c68f63fce19d6p-3, 0x1.89f118992271dp-3,
        0x1.5beb8f6b668bep-3, 0x1.3109f7f9c8cd1p-3, 0x1.57a00662df538p-3};
    static constexpr double smallest = -1100;
    static constexpr double largest = 1030;
    static constexpr double ln2 = 0x1.62e42fefa39efp-1;
    static constexpr double largest_y = 0x1p70;
};

/// log2 of a positive finite number.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE two_parts<T, Arch> precise_log2(batch<T, Arch> x)
{
    using number = batch<T, Arch>;
    using pair = two_parts<T, Arch>;
    using constants = power_constants<T>;
    const auto parts = split(x);
    const number f = parts.significand - number(T(1));
    const pair sum = ordered_sum(number(T(2)), f);
    const number reciprocal = number(T(1)) / sum.high;
    const number quotient = f * reciprocal;
    const pair product = product_in_parts(quotient, sum.high);
    const number remainder = (f - product.high) - product.low;
    const pair s{quotient, negative_multiply_add(quotient, sum.low, remainder) * reciprocal};

    const pair z = s * s;
    const pair inner =
        ordered_sum(number(constants::c1[0]), z.high * polynomial(z.high, constants::rest));
    const pair bent = z * pair{inner.high, inner.low + number(constants::c1[1])};
    const pair outer = ordered_sum(number(constants::c0[0]), bent.high);
    const pair log2 = s * pair{outer.high, outer.low + (bent.low + number(constants::c0[1]))};
    const pair result = ordered_sum(parts.exponent, log2.high);
    return {result.high, result.low + log2.low};
}

/// a^y for 0 < a < infinity and a bounded y, from a precise logarithm.
struct precise_power
{
    template <class T, class Arch>
    CTGRAD_ALWAYS_INLINE batch<T, Arch> operator()(batch<T, Arch> a, batch<T, Arch> y) const
    {
        using number = batch<T, Arch>;
        using constants = power_constants<T>;
        const number one(T(1));
        const auto log2 = precise_log2(a);
        const auto product = product_in_parts(y, log2.high);
        const number error = multiply_add(y, log2.low, product.low);
        const number exponent = at_least(number(constants::smallest),
                                         at_most(number(constants::largest), product.high));
        const number k = round_to_nearest(exponent);
        // Beyond the bounds the error may be anything.
        const number r = (exponent - k) + at_least(-one, at_most(one, error));
        return exp_join(expm1_fraction(r * number(constants::ln2)), k);
    }
};

/// x^y with the special cases of std::pow, given how to compute the others.
template <class Power, class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> power_of(batch<T, Arch> x, batch<T, Arch> y)
{
    using number = batch<T, Arch>;
    using constants = power_constants<T>;
    constexpr T infinity = std::numeric_limits<T>::infinity();
    const number zero(T(0));
    const number one(T(1));
    const number a = abs(x);

    // |x| = 0 and infinity are mended below.
    const auto singular = (a == zero) | (a == number(infinity));
    const number bounded_y =
        at_least(number(-constants::largest_y), at_most(number(constants::largest_y), y));
    number result = Power{}(select(singular, one, a), bounded_y);

    const auto shrinks = ((a < one) & (y > zero)) | ((a > one) & (y < zero));
    const number limit = select(y == zero, one, select(shrinks, zero, number(infinity)));
    result = select(singular, limit, result);

    const number half_y = y * number(T(0.5));
    const auto integer = round_to_nearest(y) == y;
    const auto odd = integer & (round_to_nearest(half_y) != half_y);
    result = select(odd, copysign(result, x), result);
    const auto undefined = (x < zero) & (a < number(infinity)) & !integer;
    result = select(undefined, number(std::numeric_limits<T>::quiet_NaN()), result);
    return select(is_nan(x) | is_nan(y), x + y, result);
}

} // namespace detail

/// x to the power y for real y.
/// Domain     all reals; the special cases of std::pow, but NaN in x or y always stays NaN
/// Accuracy   1.25 ULP float, 1.25 ULP double (tests/simd/elementary.cpp)
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> pow(batch<T, Arch> x, batch<T, Arch> y)
{
    return detail::power_of<detail::precise_power>(x, y);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> pow(batch<T, Arch> x, std::type_identity_t<T> y)
{
    return pow(x, batch<T, Arch>(y));
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> pow(std::type_identity_t<T> x, batch<T, Arch> y)
{
    return pow(batch<T, Arch>(x), y);
}

} // namespace ctgrad::simd
