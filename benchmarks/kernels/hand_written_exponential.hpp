// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "two_vectors.hpp"

// The exponential function as a specialist writes it for an activation, whose exponents are never large.

namespace hand_written
{

/// x = octave * ln 2 + r, fraction = exp(r) - 1.
template <class T>
struct exponential
{
    using number = two_vectors<T>;

    number octave;
    number fraction;

    /// For finite x; no clamp. In double with the library's polynomial.
    CTGRAD_ALWAYS_INLINE explicit exponential(number x)
        requires(sizeof(T) == 8)
        : octave(exp_octave(x)), fraction(exp_fraction(x, octave))
    {
    }

    /// exp(x - rest) for a rest far smaller than 1.
    CTGRAD_ALWAYS_INLINE explicit exponential(number x, number rest = 0)
        requires(sizeof(T) == 4)
    {
        const number shift(T(0x1.8p23));
        octave = multiply_add(x, number(0x1.715476p+0f), shift) - shift;
        const number high = negative_multiply_add(octave, number(0x1.62e4p-1f), x);
        const number r = negative_multiply_add(octave, number(0x1.7f7d1cp-20f), high) - rest;
        const number square = r * r;
        number even = multiply_add(square, number(0x1.6d83f2p-10f), number(0x1.55549ep-5f));
        number odd = multiply_add(square, number(0x1.a2a44ep-13f), number(0x1.11101cp-7f));
        even = multiply_add(even, square, number(0.5f));
        odd = multiply_add(odd, square, number(0x1.555556p-3f));
        fraction = multiply_add(square, multiply_add(odd, r, even), r);
    }

    /// For octaves up to 100.
    CTGRAD_ALWAYS_INLINE number exp() const { return exp_decay_join(fraction, octave); }

    /// exp(x) - 1 for x <= 0.
    CTGRAD_ALWAYS_INLINE number expm1() const
    {
        // Below 2^-60 the power does not matter; it must not leave the exponent's field.
        const number scale = power_of_two(at_least(number(-60), octave));
        return multiply_add(scale, fraction, scale - number(1));
    }
};

/// From here on exp rounds to 0.
template <class T>
inline constexpr T smallest_exponent = sizeof(T) == 4 ? T(-104) : T(-746);

/// -|x|, but not where exp rounds to 0.
template <class T>
CTGRAD_ALWAYS_INLINE two_vectors<T> decaying(two_vectors<T> x)
{
    return at_least(two_vectors<T>(smallest_exponent<T>), minus_abs(x));
}

} // namespace hand_written
