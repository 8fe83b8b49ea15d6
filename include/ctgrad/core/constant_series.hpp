// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/constant_exponentials.hpp>

/// sin, cos, atan, erf and erfc for constant evaluation.
namespace ctgrad::constant_math::detail
{

/// sin(x + quarter_turns * pi / 2), by the Taylor series of sin or cos on [-pi/4, pi/4].
constexpr double sine(double x, int quarter_turns)
{
    if (is_nan(x) || abs(x) == infinity)
        return not_a_number;
    // 33 bits in each of the first parts of pi/2, so that the products with k are exact.
    constexpr long double parts[] = {0x1.921fb544p0L, 0x1.0b4611a6p-34L, 0x1.3198a2ep-69L,
                                     0x1.b839a252049c1114p-104L};
    const double k = abs(x) < 0x1p31 ? floor(static_cast<double>(x / pi_half + 0.5L)) : 0.0;
    long double r = abs(x) < 0x1p31 ? x : 0.0L;
    for (const long double part : parts)
        r -= k * part;
    const int quadrant = static_cast<int>((static_cast<long long>(k) + quarter_turns) & 3);
    const int first = quadrant % 2 == 0 ? 21 : 20;
    long double sum = 1;
    for (int n = first; n > 1; n -= 2)
        sum = 1 - sum * r * r / (n * (n - 1));
    if (quadrant % 2 == 0)
        sum *= r;
    return static_cast<double>(quadrant < 2 ? sum : -sum);
}

/// Beyond 2^31 the angle is taken as zero.
constexpr double sin(double x) { return x == 0 ? x : sine(x, 0); }
constexpr double cos(double x) { return sine(x, 1); }

constexpr double atan(double x)
{
    if (is_nan(x) || x == 0)
        return x;
    const long double a = abs(x);
    const bool steep = a > 2.414L; // atan(a) = base + atan(t) with |t| <= tan(pi/8)
    const bool middle = !steep && a > 0.4142L;
    const long double base = steep ? pi_half : middle ? pi_half / 2 : 0;
    const long double t = steep ? (a < infinity ? -1 / a : 0) : middle ? (a - 1) / (a + 1) : a;
    long double sum = 0;
    for (int n = 49; n > 0; n -= 2)
        sum = 1.0L / n - sum * t * t;
    const auto magnitude = static_cast<double>(base + t * sum);
    return x < 0 ? -magnitude : magnitude;
}

/// exp(-x * x), with the square in two parts because it has more than 64 bits.
constexpr long double gaussian(long double x)
{
    const long double high = static_cast<float>(x);
    return extended_exp(-high * high, -(x - high) * (x + high));
}

/// erf(x) for |x| <= 1.5: a series of positive terms.
constexpr long double erf_series(long double x)
{
    long double term = 1;
    long double sum = 1;
    for (int n = 3; term > 0x1p-70L * sum; n += 2)
    {
        term *= 2 * x * x / n;
        sum += term;
    }
    return 1.12837916709551257389615890312154517L * x * gaussian(x) * sum; // 2 / sqrt(pi)
}

/// erfc(x) for x >= 1.5: a continued fraction.
constexpr long double erfc_fraction(long double x)
{
    long double fraction = x;
    for (int n = 110; n > 0; --n)
        fraction = x + n / (2 * fraction);
    return 0.564189583547756286948079451560772586L * gaussian(x) / fraction; // 1 / sqrt(pi)
}

constexpr double erf(double x)
{
    if (is_nan(x) || x == 0)
        return x;
    const double a = abs(x);
    const long double magnitude = a <= 1.5 ? erf_series(a) : a > 6 ? 1 : 1 - erfc_fraction(a);
    return static_cast<double>(x < 0 ? -magnitude : magnitude);
}

constexpr double erfc(double x)
{
    if (is_nan(x))
        return x;
    if (abs(x) <= 1.5)
        return static_cast<double>(1 - erf_series(x));
    if (x < 0)
        return x < -7 ? 2.0 : static_cast<double>(2 - erfc_fraction(-x));
    return x > 28 ? 0.0 : static_cast<double>(erfc_fraction(x));
}

} // namespace ctgrad::constant_math::detail
