// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/constant_math.hpp>

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

/// The bodies of operations for one double. A SIMD batch brings functions of the same names, found
/// by argument-dependent lookup, so that one body serves numbers and batches.
namespace ctgrad::scalar
{

using namespace constant_math;

constexpr bool is_nan(double x) { return x != x; }

constexpr bool is_infinite(double x)
{
    return x > std::numeric_limits<double>::max() || x < -std::numeric_limits<double>::max();
}

constexpr bool is_negative(double x) { return std::bit_cast<std::int64_t>(x) < 0; }

/// `maximum` and `minimum` return NaN if one operand is NaN, unlike std::fmax.
constexpr double maximum(double a, double b) { return is_nan(a) || a > b ? a : b; }

constexpr double minimum(double a, double b) { return is_nan(a) || a < b ? a : b; }

constexpr double sign(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }

constexpr double select(bool condition, double a, double b) { return condition ? a : b; }

constexpr double copysign(double magnitude, double sign)
{
    return is_negative(magnitude) == is_negative(sign) ? magnitude : -magnitude;
}

// Arithmetic that constant evaluation accepts for all operands: there, an operation that overflows,
// divides by 0 or makes a NaN is an error. At run time it is the processor's.

constexpr double add(double a, double b)
{
    if (std::is_constant_evaluated())
    {
        constexpr double largest = std::numeric_limits<double>::max();
        if (is_infinite(a) && is_infinite(b) && is_negative(a) != is_negative(b))
        {
            return std::numeric_limits<double>::quiet_NaN();
        }
        if (is_negative(a) == is_negative(b) && abs(a) > largest - abs(b))
        {
            return copysign(std::numeric_limits<double>::infinity(), a);
        }
    }
    return a + b;
}

constexpr double multiply(double a, double b)
{
    if (std::is_constant_evaluated())
    {
        constexpr double largest = std::numeric_limits<double>::max();
        if ((is_infinite(a) && b == 0) || (a == 0 && is_infinite(b)))
        {
            return std::numeric_limits<double>::quiet_NaN();
        }
        if (abs(b) > 1 && abs(a) > largest / abs(b))
        {
            return is_negative(a) == is_negative(b) ? std::numeric_limits<double>::infinity()
                                                    : -std::numeric_limits<double>::infinity();
        }
    }
    return a * b;
}

constexpr double divide(double a, double b)
{
    if (std::is_constant_evaluated())
    {
        if ((is_infinite(a) && is_infinite(b)) || (a == 0 && b == 0))
        {
            return std::numeric_limits<double>::quiet_NaN();
        }
        if (!is_nan(a) &&
            (b == 0 || (abs(b) < 1 && abs(a) > std::numeric_limits<double>::max() * abs(b))))
        {
            return is_negative(a) == is_negative(b) ? std::numeric_limits<double>::infinity()
                                                    : -std::numeric_limits<double>::infinity();
        }
    }
    return a / b;
}

/// sqrt(a^2 + b^2) without overflow; NaN even beside an infinity, unlike std::hypot.
constexpr double hypot(double a, double b)
{
    if (is_nan(a) || is_nan(b))
    {
        return std::numeric_limits<double>::quiet_NaN();
    }
    if (!std::is_constant_evaluated())
    {
        return std::hypot(a, b);
    }
    const double larger = maximum(abs(a), abs(b));
    if (larger == 0 || is_infinite(larger))
    {
        return larger;
    }
    const double ratio = minimum(abs(a), abs(b)) / larger;
    return multiply(larger, sqrt(1 + ratio * ratio));
}

constexpr double multiply_add(double a, double b, double c) { return a * b + c; }

constexpr double negative_multiply_add(double a, double b, double c) { return c - a * b; }

constexpr double sin_of_product(double a, double b) { return sin(multiply(a, b)); }

constexpr double cos_of_product(double a, double b) { return cos(multiply(a, b)); }

constexpr double at_least(double bound, double x) { return maximum(bound, x); }

constexpr double at_most(double bound, double x) { return minimum(bound, x); }

constexpr double above_minus_infinity(double x)
{
    return maximum(x, std::numeric_limits<double>::lowest());
}

constexpr double below_infinity(double x) { return minimum(x, std::numeric_limits<double>::max()); }

// The pieces that exponentials are made of in SIMD (symbolic/pieces.hpp). Here the whole
// exponential travels as the fraction, with the octave 0.
constexpr double minus_abs(double x) { return -abs(x); }

constexpr double exp_argument(double x) { return x; }

/// Finite, so that it can be multiplied by its exponential, which is 0.
constexpr double decay_argument(double x) { return maximum(-750.0, x); }

constexpr double exp_octave(double) { return 0.0; }

constexpr double exp_fraction(double x, double) { return x; }

constexpr double exp_join(double x, double) { return exp(x); }

constexpr double exp_decay_join(double x, double) { return exp(x); }

constexpr double expm1_join(double x, double) { return expm1(x); }

constexpr double expm1_decay_join(double x, double) { return expm1(x); }

constexpr double refined_sigmoid(double n, double, double r) { return n * r; }

constexpr double refined_tanh(double n, double) { return n / (2 + n); }

constexpr double log1p_unit(double x) { return log1p(x); }

constexpr double square_argument(double x) { return minimum(27.5, abs(x)); }

constexpr double half_square_argument(double x) { return minimum(39.0, abs(x)); }

constexpr double minus_square_octave(double) { return 0.0; }

constexpr double minus_square_fraction(double a, double) { return -a * a; }

constexpr double minus_half_square_octave(double) { return 0.0; }

constexpr double minus_half_square_fraction(double a, double) { return -0.5 * a * a; }

constexpr double scale_decay(double y, double) { return y; }

constexpr double erfc_position(double a) { return a; }

constexpr double normal_position(double a) { return a; }

constexpr double erfc_significand(double a, double, double) { return erfc(a); }

constexpr double normal_significand(double a, double, double)
{
    return 0.5 * erfc(a * 0.70710678118654752440);
}

/// exp(a^2 / 2) (1 - Phi(a)) for a >= 0; beyond 7 by its continued fraction, before the factors leave
/// the range of numbers.
constexpr double normal_tail(double a, double)
{
    const double u = a * 0.70710678118654752440;
    if (!(u > 5.0))
    {
        return 0.5 * exp(u * u) * erfc(u);
    }
    double fraction = u;
    for (int k = 60; k > 0; --k)
    {
        fraction = u + 0.5 * k / fraction;
    }
    return 0.5 * 0.56418958354775628695 / fraction;
}

} // namespace ctgrad::scalar
