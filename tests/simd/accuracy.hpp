// SPDX-License-Identifier: BSL-1.0
#pragma once

// Measures a function of batches against a reference of higher precision, in units of the last
// place (ULP) of the result.

#include <ctgrad/simd/batch.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <limits>
#include <numbers>
#include <type_traits>
#include <utility>
#include <vector>

namespace ctgrad_test
{

using ctgrad::simd::batch;

template <class T>
using wider = std::conditional_t<std::is_same_v<T, float>, double, long double>;

template <class T>
T first_lane(batch<T> x)
{
    T lanes[batch<T>::size];
    x.store(lanes);
    return lanes[0];
}

/// Equal as bits, except that all NaN are equal.
template <class T>
bool same(T a, T b)
{
    return (a != a && b != b) || (a == b && std::signbit(a) == std::signbit(b));
}

/// How many arguments of each kind; CTGRAD_ACCURACY_SAMPLES in the environment asks for more.
inline std::uint64_t sample_count()
{
    const char* wanted = std::getenv("CTGRAD_ACCURACY_SAMPLES");
    return wanted ? std::strtoull(wanted, nullptr, 10) : 50000;
}

/// Arguments at an even stride of bit patterns, so that all exponents of both signs are met
/// equally often, and evenly spaced ones from `low` to `high`.
template <class T>
std::vector<T> samples(double low, double high)
{
    using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    const std::uint64_t count = sample_count();
    const bits stride = static_cast<bits>(std::numeric_limits<bits>::max() / count) | bits(1);
    std::vector<T> result;
    bits pattern = 0;
    for (std::uint64_t i = 0; i < count; ++i, pattern = static_cast<bits>(pattern + stride))
        if (const T x = std::bit_cast<T>(pattern); x == x)
            result.push_back(x);
    const wider<T> step = (wider<T>(high) - low) / wider<T>(count);
    for (std::uint64_t i = 0; i <= count; ++i)
        result.push_back(static_cast<T>(low + wider<T>(i) * step));
    return result;
}

/// The distance of `got` from `exact` in units of the last place that T has at `exact`.
template <class T>
double ulp_error(T got, wider<T> exact)
{
    using limits = std::numeric_limits<T>;
    if (exact != exact || got != got)
        return exact != exact && got != got ? 0 : HUGE_VAL;
    const wider<T> beyond = wider<T>(limits::max()) * (1 - 4 * wider<T>(limits::epsilon()));
    if (std::isinf(got))
        return (got > 0 ? exact > beyond : exact < -beyond) ? 0 : HUGE_VAL;
    if (std::isinf(exact))
        return HUGE_VAL;
    int exponent = 0;
    std::frexp(exact, &exponent);
    exponent = std::max(exponent, limits::min_exponent) - limits::digits;
    return static_cast<double>(std::abs(std::ldexp(wider<T>(got) - exact, -exponent)));
}

struct bound
{
    double single_precision;
    double double_precision;
};

struct interval
{
    double low;
    double high;
};

struct everywhere
{
    template <class T>
    bool operator()(T) const
    {
        return true;
    }
};

/// The worst error of `f` over the samples in the domain must not exceed the bound, in any lane.
template <class T, class Function, class Reference, class Domain = everywhere>
void check_accuracy(const char* name, Function f, Reference reference, bound allowed,
                    interval float_range, interval double_range, Domain domain = {})
{
    const interval range = sizeof(T) == 4 ? float_range : double_range;
    std::vector<T> arguments;
    for (T x : samples<T>(range.low, range.high))
        if (domain(x))
            arguments.push_back(x);
    while (arguments.size() % std::size_t(batch<T>::size) != 0)
        arguments.push_back(arguments.back());
    std::vector<T> results(arguments.size());
    for (std::size_t i = 0; i < arguments.size(); i += std::size_t(batch<T>::size))
        f(batch<T>::load(&arguments[i])).store(&results[i]);
    double worst = 0;
    T where = 0;
    for (std::size_t i = 0; i < arguments.size(); ++i)
    {
        const double error =
            ulp_error(results[i], static_cast<wider<T>>(reference(wider<T>(arguments[i]))));
        if (!(error <= worst))
        {
            worst = error;
            where = arguments[i];
        }
    }
    BOOST_TEST_MESSAGE(name << (sizeof(T) == 4 ? " float " : " double ") << worst << " ULP at "
                            << where);
    BOOST_TEST(worst <= (sizeof(T) == 4 ? allowed.single_precision : allowed.double_precision),
               name << (sizeof(T) == 4 ? " in float" : " in double") << " is wrong by " << worst
                    << " ULP at " << where);
}

/// Exact results, the sign of zero included; NaN stands for every NaN.
template <class T, class Function>
void check_values(const char* name, Function f, std::initializer_list<std::pair<T, T>> values)
{
    for (const auto& [x, y] : values)
    {
        const T got = first_lane(f(batch<T>(x)));
        BOOST_TEST(same(got, y), name << "(" << x << ") is " << got << ", expected " << y);
    }
}

/// exp(-x^2), or exp(-x^2 / 2), in the reference's precision: x^2 in two exact parts.
template <class T>
T exact_exp_minus_square(T x, bool half)
{
    if (std::isinf(x) || std::abs(x) > 100)
        return 0;
    const T scale = half ? T(0.5) : T(1);
    const T high = static_cast<float>(x);
    return std::exp(-high * high * scale) * std::exp(-(x - high) * (x + high) * scale);
}

/// exp(a^2) * erfc(a) for a >= 0, by definition or by its asymptotic series.
inline long double exact_erfc_tail(long double a)
{
    if (a < 12)
    {
        const long double high = static_cast<float>(a);
        return std::exp(high * high) * std::exp((a - high) * (a + high)) * std::erfc(a);
    }
    if (std::isinf(a))
        return 0;
    long double sum = 1;
    long double term = 1;
    for (int i = 1; i < 40; ++i)
        sum += term *= -(2 * i - 1) / (2 * a * a);
    return sum / (a * std::sqrt(std::numbers::pi_v<long double>));
}

/// exp(a^2 / 2) * (1 - Phi(a)) for a >= 0.
inline long double exact_normal_tail(long double a)
{
    return exact_erfc_tail(a / std::numbers::sqrt2_v<long double>) / 2;
}

} // namespace ctgrad_test
