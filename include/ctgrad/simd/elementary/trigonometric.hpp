// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementary/polynomial.hpp>
#include <ctgrad/simd/rounding.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <type_traits>

// sin and cos: the argument minus a multiple k of pi/2, subtracted in parts of which k * part is
// exact or fused (W. J. Cody, W. Waite 1980); atan: one polynomial on [0, 1] and atan(1/x).

namespace ctgrad::simd
{

namespace detail
{

template <class T>
struct trigonometric_constants;

/// With z = x^2, |x| <= pi/4 * (1 + 2^-10): `sine` approximates (sin(x) - x) / x^3, the error
/// relative to sin(x) is 2^-27.9; `cosine` approximates (cos(x) - 1 + z/2) / z^2, relative 2^-33;
/// `arc`, on [0, 1], (atan(x) - x) / x^3, relative 2^-28.4.
template <>
struct trigonometric_constants<float>
{
    static constexpr float two_over_pi = 0x1.45f306p-1f;
    // pi/2 for fused operations, and in parts whose products with 13-bit integers are exact. All
    // parts are positive: -0 less 0 times each stays -0.
    static constexpr float fused[] = {0x1.921fb4p+0f, 0x1.4442dp-24f, 0x1.846988p-48f};
    static constexpr float fused_limit = 1e5f;
    static constexpr float exact[] = {0x1.92p+0f, 0x1.fb4p-12f, 0x1.444p-24f, 0x1.68cp-39f,
                                      0x1.1a6264p-54f};
    static constexpr float exact_limit = 1.2e4f;
    static constexpr float sine[] = {-0x1.555546p-3f, 0x1.110774p-7f, -0x1.9951eap-13f};
    static constexpr float cosine[] = {0x1.55554ap-5f, -0x1.6c0c28p-10f, 0x1.99e80cp-16f};
    static constexpr float arc[] = {-0x1.55553ep-2f, 0x1.9991e4p-3f,  -0x1.242086p-3f,
                                    0x1.c08c50p-4f,  -0x1.580922p-4f, 0x1.da2960p-5f,
                                    -0x1.fd78e2p-6f, 0x1.64185ap-7f,  -0x1.d332b0p-10f};
};

/// The same: 2^-57.9, 2^-63.9 and 2^-55.8; the exact parts for 20-bit integers.
template <>
struct trigonometric_constants<double>
{
    static constexpr double two_over_pi = 0x1.45f306dc9c883p-1;
    static constexpr double fused[] = {0x1.921fb54442d18p+0, 0x1.1a62633145c06p-54,
                                       0x1.c1cd129024e08p-107};
    static constexpr double fused_limit = 1e9;
    static constexpr double exact[] = {0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2ep-69,
                                       0x1.b839a252049c1p-104};
    static constexpr double exact_limit = 1.6e6;
    static constexpr double sine[] = {-0x1.5555555555548p-3,  0x1.111111110f730p-7,
                                      -0x1.a01a019be9217p-13, 0x1.71de35552b412p-19,
                                      -0x1.ae5e4b83c09f2p-26, 0x1.5d8b558293040p-33};
    static constexpr double cosine[] = {0x1.555555555554bp-5,  -0x1.6c16c16c15005p-10,
                                        0x1.a01a019c8c7f3p-16, -0x1.27e4f7ef10475p-22,
                                        0x1.1ee9d9c99cab5p-29, -0x1.8fa555a79c9d0p-37};
    static constexpr double arc[] = {
        -0x1.5555555555526p-2,  0x1.99999999955b5p-3,  -0x1.249249237ef8fp-3,
        0x1.c71c717fa2254p-4,   -0x1.745d11acb30d3p-4, 0x1.3b1366c0e4496p-4,
        -0x1.110e5584a460dp-4,  0x1.e1bc0b394c0bbp-5,  -0x1.ae613247084bep-5,
        0x1.82e7dfcf94c25p-5,   -0x1.59d05543dca21p-5, 0x1.2c9dc7ef31b34p-5,
        -0x1.eb9df74e94a99p-6,  0x1.6a90f939c5b5dp-6,  -0x1.cc85817caa9c3p-7,
        0x1.df869f8e16c8cp-8,   -0x1.8305ed31e7eefp-9, 0x1.c16ec906b0885p-11,
        -0x1.4bb4a4bb6c65dp-13, 0x1.d135680fe4914p-17};
};

/// x - k * (pi/2) for |k| so small that the products with the parts are exact, or fused.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> reduce_quadrant(batch<T, Arch> x, batch<T, Arch> k)
{
    using constants = trigonometric_constants<T>;
    const auto subtract = [&](const auto& parts) CTGRAD_INLINE_LAMBDA
    {
        for (const T part : parts)
        {
            x = negative_multiply_add(k, batch<T, Arch>(part), x);
        }
        return x;
    };
    if constexpr (has_fused_multiply_add<Arch>)
    {
        return subtract(constants::fused);
    }
    else
    {
        return subtract(constants::exact);
    }
}

enum class wave
{
    sine,
    cosine
};

/// Lanes beyond `limit` from the standard library: rare, so out of line. Of a product of two numbers,
/// which may be too large for one, in the next wider type.
template <wave Which, class T, class Arch, class... Factors>
[[gnu::noinline, gnu::cold]] batch<T, Arch> far_wave(batch<T, Arch> near, T limit, batch<T, Arch> x,
                                                     Factors... factors)
{
    constexpr int size = batch<T, Arch>::size;
    using wider = std::conditional_t<sizeof(T) == 4, double, long double>;
    using argument_type = std::conditional_t<sizeof...(Factors) == 0, T, wider>;
    std::array<argument_type, size> arguments;
    arguments.fill(1);
    const auto multiply = [&](batch<T, Arch> factor)
    {
        std::array<T, size> lanes;
        factor.store(lanes.data());
        std::ranges::transform(arguments, lanes, arguments.begin(),
                               std::multiplies<argument_type>());
    };
    (multiply(x), ..., multiply(factors));
    std::array<T, size> results;
    near.store(results.data());
    for (std::size_t i = 0; i < size; ++i)
    {
        if (std::abs(arguments[i]) > limit)
        {
            results[i] = static_cast<T>(Which == wave::sine ? std::sin(arguments[i])
                                                            : std::cos(arguments[i]));
        }
    }
    return batch<T, Arch>::load(results.data());
}

/// Of one number, or of a product.
template <wave Which, class T, class Arch, class... Factors>
CTGRAD_ALWAYS_INLINE batch<T, Arch> sine_or_cosine(batch<T, Arch> first, Factors... factors)
{
    using number = batch<T, Arch>;
    const number x = (first * ... * factors);
    using constants = trigonometric_constants<T>;
    constexpr T limit =
        has_fused_multiply_add<Arch> ? constants::fused_limit : constants::exact_limit;
    const number shift(integer_shift<T>);
    const number shifted = multiply_add(x, number(constants::two_over_pi), shift);
    const number k = shifted - shift;
    const number r = reduce_quadrant(x, k);

    const number z = r * r;
    // copysign: for -0
    const number sine = copysign(multiply_add(r * z, polynomial(z, constants::sine), r), r);
    const number half_bent = negative_multiply_add(z, number(T(0.5)), number(T(1)));
    const number cosine = multiply_add(z * z, polynomial(z, constants::cosine), half_bent);

    // Quadrants 1 and 3 swap the two; the quadrant's second bit is the sign of the sine, and the
    // cosine is the sine one quadrant on.
    const number half_k = k * number(T(0.5));
    const auto odd = round_to_nearest(half_k) != half_k;
    const number magnitude =
        Which == wave::sine ? select(odd, cosine, sine) : select(odd, sine, cosine);
    const auto quadrant = to_bits(Which == wave::sine ? shifted : shifted + number(T(1)));
    const number sign = from_bits<T, Arch>(quadrant << (int(sizeof(T)) * 8 - 2));
    const number near(magnitude.native ^ (sign.native & number(sign_bit<T>).native));

    if (any(abs(x) > number(limit))) [[unlikely]]
        return far_wave<Which>(near, limit, first, factors...);
    return near;
}

} // namespace detail

/// Sine.
/// Domain     all reals, NaN at infinities; lanes beyond 1e5 in float, 1e9 in double (1.2e4,
///            1.6e6 without fused multiply-add) call std::sin
/// Accuracy   2.5 ULP float, 2.5 ULP double (tests/simd/elementary.cpp)
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> sin(batch<T, Arch> x)
{
    return detail::sine_or_cosine<detail::wave::sine>(x);
}

/// Cosine; see sin.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> cos(batch<T, Arch> x)
{
    return detail::sine_or_cosine<detail::wave::cosine>(x);
}

/// sin(a * b), also where the product is too large for a number: the derivative of sin(x)^2 is
/// sin(2 x), and finite for every x.
/// Domain     all reals, NaN where a factor is infinite
/// Accuracy   that of sin; the product is rounded first, but not beyond the limits of sin
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> sin_of_product(batch<T, Arch> a, batch<T, Arch> b)
{
    return detail::sine_or_cosine<detail::wave::sine>(a, b);
}

/// cos(a * b); see sin_of_product.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> cos_of_product(batch<T, Arch> a, batch<T, Arch> b)
{
    return detail::sine_or_cosine<detail::wave::cosine>(a, b);
}

/// Arc tangent, with one division.
/// Domain     all reals
/// Accuracy   1.5 ULP float, 2 ULP double
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> atan(batch<T, Arch> x)
{
    using number = batch<T, Arch>;
    using constants = detail::trigonometric_constants<T>;
    const number one(T(1));
    const number a = abs(x);
    const number t = at_most(one, a) / at_least(one, a);
    const number z = t * t;
    const number near = multiply_add(t * z, detail::polynomial(z, constants::arc), t);
    // pi/2 in two parts
    const number far = (number(constants::fused[0]) - near) + number(constants::fused[1]);
    return copysign(select(a > one, far, near), x);
}

} // namespace ctgrad::simd
