// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

/// exp, expm1, tanh, log, log1p, pow and sqrt for constant evaluation, in long double so that the
/// final rounding to double is nearly the only one. They run outside constant evaluation too, for
/// the tests.
namespace ctgrad::constant_math::detail
{

static_assert(std::numeric_limits<long double>::digits >= 64,
              "ctgrad evaluates constants in long double, which needs 64 bits or more here");

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr long double pi_half = 0x1.921fb54442d1846ap0L;
inline constexpr long double ln2_high = 0x1.62e42fefa2p-1L; // 40 bits: k * ln2_high is exact
inline constexpr long double ln2_low = 0x1.9ef35793c7673008p-41L;

constexpr bool is_nan(double x) { return x != x; }

constexpr double abs(double x) { return x < 0 ? -x : x == 0 ? 0.0 : x; }

constexpr double floor(double x)
{
    if (!(abs(x) < 0x1p52))
        return x;
    const auto truncated = static_cast<double>(static_cast<long long>(x));
    return truncated == x ? x : x < 0 && truncated > x ? truncated - 1 : truncated;
}

/// Rounds to double; an overflow is infinite (and would be an error in a constant expression).
constexpr double narrow(long double x)
{
    constexpr long double limit = 0x1.fffffffffffff8p1023L;
    return x >= limit ? infinity : x <= -limit ? -infinity : static_cast<double>(x);
}

constexpr long double power_of_two(int k)
{
    long double result = 1;
    long double factor = k < 0 ? 0.5L : 2.0L;
    for (int n = k < 0 ? -k : k; n > 0; n /= 2, factor *= factor)
        if (n % 2 == 1)
            result *= factor;
    return result;
}

/// exp(x) = scale * (1 + fraction) with a power of two as scale.
struct scaled_exponential
{
    long double scale;
    long double fraction;
};

/// Splits exp(a + b); `b` is a correction of `a`, so that the sum may have more than 64 bits.
constexpr scaled_exponential split_exp(long double a, long double b)
{
    const long double octaves = (a + b) * 0x1.71547652b82fe178p0L;
    const int k = static_cast<int>(octaves < 0 ? octaves - 0.5L : octaves + 0.5L);
    const long double r = ((a - k * ln2_high) - k * ln2_low) + b; // |r| <= ln(2) / 2
    long double sum = 1;
    for (int n = 17; n > 1; --n)
        sum = 1 + sum * r / n;
    return {power_of_two(k), sum * r};
}

constexpr long double extended_exp(long double a, long double b)
{
    const auto e = split_exp(a, b);
    return e.scale + e.scale * e.fraction;
}

constexpr long double extended_expm1(long double x)
{
    const auto e = split_exp(x, 0);
    return (e.scale - 1) + e.scale * e.fraction;
}

constexpr double exp(double x)
{
    if (is_nan(x))
        return x;
    return x > 710 ? infinity : x < -746 ? 0.0 : narrow(extended_exp(x, 0));
}

constexpr double expm1(double x)
{
    if (is_nan(x) || x == 0)
        return x;
    return x > 710 ? infinity : x < -50 ? -1.0 : narrow(extended_expm1(x));
}

constexpr double tanh(double x)
{
    if (is_nan(x) || x == 0)
        return x;
    const double a = abs(x);
    const long double e = a > 20 ? 1 : extended_expm1(2.0L * a);
    const double magnitude = a > 20 ? 1.0 : static_cast<double>(e / (e + 2));
    return x < 0 ? -magnitude : magnitude;
}

/// A positive finite number as mantissa * 2^exponent, with the mantissa in [1, 2).
struct scaled_number
{
    double mantissa;
    int exponent;
};

constexpr scaled_number split_number(double x)
{
    const bool subnormal = x < std::numeric_limits<double>::min();
    const auto bits = std::bit_cast<std::uint64_t>(subnormal ? x * 0x1p64 : x);
    const auto mantissa = (bits & 0x000f'ffff'ffff'ffff) | 0x3ff0'0000'0000'0000;
    return {std::bit_cast<double>(mantissa),
            static_cast<int>(bits >> 52) - 1023 - (subnormal ? 64 : 0)};
}

/// sqrt with one rounding: the candidate is corrected by an exact comparison, because rounding
/// twice (to long double, to double) would differ from the processor for one number in 4,000.
constexpr double sqrt(double x)
{
    if (is_nan(x) || x == 0 || x == infinity)
        return x;
    if (x < 0)
        return not_a_number;
    const auto [mantissa, exponent] = split_number(x);
    const bool odd = exponent % 2 != 0;
    const long double m = odd ? 2.0L * mantissa : mantissa; // in [1, 4)
    long double root = (1 + m) / 2;
    for (int i = 0; i < 5; ++i)
        root = (root + m / root) / 2;
    const auto y = static_cast<double>(root);
    const long double high = static_cast<float>(y); // the products below are exact
    const long double low = y - high;
    const long double residual = ((m - high * high) - 2 * high * low) - low * low;
    const long double unit = 0x1p-52L;
    long double nearest = y;
    if (residual > y * unit + unit * unit / 4)
        nearest += unit;
    else if (residual < -y * unit + unit * unit / 4)
        nearest -= unit;
    return static_cast<double>(nearest * power_of_two((exponent - (odd ? 1 : 0)) / 2));
}

/// log(x) as a sum. `high` has 24 bits: its product with another such number is exact.
struct logarithm
{
    long double high;
    long double low;
};

/// 2 * (atanh(s) - s), for |s| < 0.18.
constexpr long double atanh_tail(long double s)
{
    const long double square = s * s;
    long double sum = 0;
    for (int n = 27; n > 1; n -= 2)
        sum = sum * square + 1.0L / n;
    return 2 * s * square * sum;
}

/// log(2^n * m) = n * log(2) + 2 * atanh((m - 1) / (m + 1)), with m in [sqrt(1/2), sqrt(2)).
constexpr logarithm split_log(double x)
{
    auto [m, exponent] = split_number(x);
    if (m > 1.4142135623730951)
    {
        m /= 2;
        ++exponent;
    }
    const long double f = m - 1;
    const long double s = f / (2 + f);
    const long double s_high = static_cast<float>(s);
    const long double f_high = static_cast<float>(f);
    const long double s_low =
        (((f - 2 * s_high) - s_high * f_high) - s_high * (f - f_high)) / (2 + f);
    const long double octaves = exponent * ln2_high;
    const long double high = static_cast<float>(octaves + 2 * s_high);
    const long double low =
        ((octaves - high) + 2 * s_high) + (exponent * ln2_low + 2 * s_low + atanh_tail(s));
    return {high, low};
}

constexpr double log(double x)
{
    if (is_nan(x) || x == infinity)
        return x;
    if (x <= 0)
        return x == 0 ? -infinity : not_a_number;
    const auto [high, low] = split_log(x);
    return static_cast<double>(high + low);
}

constexpr double log1p(double x)
{
    if (is_nan(x) || x == infinity || x == 0)
        return x;
    if (x <= -1)
        return x == -1 ? -infinity : not_a_number;
    if (abs(x) < 0.25)
    {
        const long double s = x / (2.0L + x);
        return static_cast<double>(2 * s + atanh_tail(s));
    }
    const auto sum = static_cast<double>(1.0L + x);
    const long double rest = (1.0L - sum) + x; // what the rounding of 1 + x lost
    const auto [high, low] = split_log(sum);
    return static_cast<double>(high + (low + rest / sum));
}

constexpr double pow(double x, double y)
{
    if (y == 0 || x == 1)
        return 1;
    if (is_nan(x) || is_nan(y))
        return not_a_number;
    const double a = abs(x);
    if (y == 1)
        return x;
    if (y == 2) // exactly x * x: rounding twice could differ
        return a > 0x1p512 ? infinity : x * x;
    const bool integer = floor(y) == y;
    const bool negative = std::bit_cast<std::uint64_t>(x) >> 63 != 0;
    const double sign = negative && integer && floor(y / 2) * 2 != y ? -1 : 1;
    if (x < 0 && a < infinity && !integer)
        return not_a_number;
    if (a == 1)
        return sign;
    if (a == 0 || a == infinity || abs(y) > 0x1p65)
        return sign * ((a > 1) == (y > 0) ? infinity : 0.0);
    const auto [high, low] = split_log(a);
    const long double y_high = static_cast<float>(y);
    const long double product = y_high * high;
    const long double rest = (y - y_high) * high + y * low;
    if (product + rest > 710 || product + rest < -746)
        return sign * (product > 0 ? infinity : 0.0);
    return sign * narrow(extended_exp(product, rest));
}

} // namespace ctgrad::constant_math::detail
