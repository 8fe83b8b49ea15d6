// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/constant_math.hpp>

#include <bit>
#include <cstdint>

/// The bodies of operations for one double. A SIMD batch brings functions of the same names, found
/// by argument-dependent lookup, so that one body serves numbers and batches.
namespace ctgrad::scalar
{

using namespace constant_math;

constexpr bool is_nan(double x)
{
    return x != x;
}

constexpr bool is_negative(double x)
{
    return std::bit_cast<std::int64_t>(x) < 0;
}

/// `maximum` and `minimum` return NaN if one operand is NaN, unlike std::fmax.
constexpr double maximum(double a, double b)
{
    return is_nan(a) || a > b ? a : b;
}

constexpr double minimum(double a, double b)
{
    return is_nan(a) || a < b ? a : b;
}

constexpr double sign(double x)
{
    return x > 0 ? 1.0 : x < 0 ? -1.0 : x;
}

constexpr double select(bool condition, double a, double b)
{
    return condition ? a : b;
}

constexpr double copysign(double magnitude, double sign)
{
    return is_negative(magnitude) == is_negative(sign) ? magnitude : -magnitude;
}

constexpr double multiply_add(double a, double b, double c)
{
    return a * b + c;
}

constexpr double negative_multiply_add(double a, double b, double c)
{
    return c - a * b;
}

// The pieces that exponentials are made of in SIMD (symbolic/pieces.hpp). Here the whole
// exponential travels as the fraction, with the octave 0.
constexpr double exp_octave(double)
{
    return 0.0;
}

constexpr double exp_fraction(double x, double)
{
    return x;
}

constexpr double exp_join(double x, double)
{
    return exp(x);
}

constexpr double expm1_join(double x, double)
{
    return expm1(x);
}

constexpr double log1p_unit(double x)
{
    return log1p(x);
}

constexpr double exp_minus_square(double x)
{
    return exp(-x * x);
}

constexpr double exp_minus_half_square(double x)
{
    return exp(-0.5 * x * x);
}

/// exp(a*a) * erfc(a) for a >= 0; beyond 25 by its continued fraction, where erfc underflows.
constexpr double erfc_tail(double a)
{
    if (!(a > 5.0))
    {
        return exp(a * a) * erfc(a);
    }
    double fraction = a;
    for (int k = 60; k > 0; --k)
    {
        fraction = a + 0.5 * k / fraction;
    }
    return 0.56418958354775628695 / fraction;
}

constexpr double normal_tail(double a)
{
    return 0.5 * erfc_tail(a * 0.70710678118654752440);
}

}  // namespace ctgrad::scalar
