// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementary/fast_exponential.hpp>
#include <ctgrad/simd/elementary/trigonometric.hpp>
#include <ctgrad/simd/rounding.hpp>

// The fast tier of trigonometric.hpp: one polynomial on [-pi/2, pi/2] for sine and cosine, so that
// nothing is to be chosen.

namespace ctgrad::simd
{

namespace detail
{

/// sin(r) = r * c(r^2) for |r| <= pi/2, atan(t) = t * c(t^2) for |t| <= 1: 1e-6 and 3e-5 relative.
inline constexpr double fast_sine_coefficients[] = {0.999999053, -0.166655472, 0.0083118128,
                                                    -0.000184854411};
inline constexpr double fast_arc_coefficients[] = {0.999970034, -0.331700839, 0.185215669,
                                                   -0.0919265666, 0.0238634013};

template <wave Which, class T, class Arch, class... Factors>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_sine_or_cosine(batch<T, Arch> first, Factors... factors)
{
    using number = batch<T, Arch>;
    const number x = (first * ... * factors);
    using constants = trigonometric_constants<T>;
    constexpr T limit =
        has_fused_multiply_add<Arch> ? constants::fused_limit : constants::exact_limit;
    constexpr bool is_sine = Which == wave::sine;
    // Half turns: an even number of quadrants for the sine, an odd one for the cosine. The lowest
    // bit of the shifted number of half turns is the sign.
    const number shift(integer_shift<T>);
    const number one_over_pi(constants::two_over_pi / 2);
    const number shifted = is_sine ? multiply_add(x, one_over_pi, shift)
                                   : multiply_add(x, one_over_pi, number(T(0.5))) + shift;
    const number half_turns = shifted - shift;
    const number quadrants =
        is_sine ? half_turns + half_turns : (half_turns + half_turns) - number(T(1));
    const number r = reduce_quadrant(x, quadrants);
    const number y = r * fast_polynomial(r * r, fast_sine_coefficients);
    const number sign = from_bits<T, Arch>(to_bits(shifted) << (int(sizeof(T)) * 8 - 1));
    // cos(x) = sin(x + pi/2), where r = x + pi/2 - half_turns * pi
    const number near(y.native ^ sign.native);
    if (any(abs(x) > number(limit))) [[unlikely]]
        return far_wave<Which>(near, limit, first, factors...);
    return near;
}

} // namespace detail

/// Sine.
/// Domain     all reals, NaN at infinities; lanes beyond the limits of sin call std::sin
/// Accuracy   2e-6 relative
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_sin(batch<T, Arch> x)
{
    return detail::fast_sine_or_cosine<detail::wave::sine>(x);
}

/// Cosine; see fast_sin.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_cos(batch<T, Arch> x)
{
    return detail::fast_sine_or_cosine<detail::wave::cosine>(x);
}

/// sin(a * b) and cos(a * b), also where the product is too large for a number; see sin_of_product.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_sin_of_product(batch<T, Arch> a, batch<T, Arch> b)
{
    return detail::fast_sine_or_cosine<detail::wave::sine>(a, b);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_cos_of_product(batch<T, Arch> a, batch<T, Arch> b)
{
    return detail::fast_sine_or_cosine<detail::wave::cosine>(a, b);
}

/// Arc tangent.
/// Domain     all reals
/// Accuracy   3e-5 relative, with an estimated reciprocal 1e-4
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_atan(batch<T, Arch> x)
{
    using number = batch<T, Arch>;
    const number one(T(1));
    const number a = abs(x);
    const number t = fast_divide(at_most(one, a), at_least(one, a));
    const number near = t * detail::fast_polynomial(t * t, detail::fast_arc_coefficients);
    const number far = number(detail::trigonometric_constants<T>::fused[0]) - near;
    return copysign(select(a > one, far, near), x);
}

} // namespace ctgrad::simd
