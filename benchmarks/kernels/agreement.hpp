// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

// Whether two contestants compute the same.

namespace agreement
{

/// The points at which results are compared, and how much they may differ:
/// `relative` units in the last place, growing with the logarithm of the result (an error in the
/// exponent of a tail is a relative error of the result), `absolute` where |x| < 2 (there the
/// derivatives have zeros), and `subnormal` of the smallest subnormal numbers.
struct standard
{
    double limit;
    double relative;
    double absolute;
    bool special;
    double subnormal = 256;
};

/// The full range with infinities and NaN: both are accurate in the tails.
template <class T>
inline constexpr standard everywhere{sizeof(T) == 4 ? 120.0 : 800.0, 8, 4, true};
/// Textbook formulas lose digits: 1 - y * y in the tails, exp(x) - 1 and 1 + erf(x) below 0.
inline constexpr standard near_zero{4, 64, 64, false};
template <class T>
inline constexpr double ulp_of_one = double{std::numeric_limits<T>::epsilon()};
/// The fast tier over the full range: as tests/simd/fast_forms.cpp has it, 5e-4 of the result, or of
/// 0.05 beside crossings of zero; tails may end where an exponential is subnormal, times a polynomial.
template <class T>
inline constexpr standard fast_tier{everywhere<T>.limit, 5e-4 / ulp_of_one<T>,
                                    0.05 * 5e-4 / ulp_of_one<T>, true, 1000 / ulp_of_one<T>};

template <class T>
std::vector<T> points(const standard& wanted)
{
    std::vector<T> all;
    for (int i = -20'000; i <= 20'000; ++i)
    {
        const T step = static_cast<T>(i) / 20'000;
        all.push_back(static_cast<T>(wanted.limit) * step);
        all.push_back(4 * step);
    }
    constexpr T largest = std::numeric_limits<T>::max();
    constexpr T infinity = std::numeric_limits<T>::infinity();
    for (const T x :
         {T(0), std::numeric_limits<T>::denorm_min(), std::numeric_limits<T>::min() / 100,
          std::numeric_limits<T>::min(), T(1e-20), T(1e-6), T(1e3), T(1e6), T(1e19), T(1e30),
          largest, infinity, std::numeric_limits<T>::quiet_NaN()})
    {
        if (wanted.special || x < wanted.limit)
        {
            all.push_back(x);
            all.push_back(-x);
        }
    }
    return all;
}

template <class T>
bool close(T x, T a, T b, const standard& wanted)
{
    if (std::isnan(a) || std::isnan(b))
    {
        return std::isnan(a) && std::isnan(b);
    }
    const double epsilon{std::numeric_limits<T>::epsilon()};
    const double larger = std::fmax(std::fabs(double{a}), std::fabs(double{b}));
    if (std::isinf(larger))
    {
        // What is allowed may carry the largest numbers over.
        const double smaller = std::fmin(std::fabs(double{a}), std::fabs(double{b}));
        const bool carried =
            std::signbit(a) == std::signbit(b) &&
            smaller >= double{std::numeric_limits<T>::max()} * (1 - epsilon * wanted.relative);
        return a == b || carried;
    }
    double allowed = wanted.subnormal * double{std::numeric_limits<T>::denorm_min()};
    if (larger > 0)
    {
        allowed += epsilon * larger * (wanted.relative + 2 * std::fabs(std::log(larger)));
    }
    if (!wanted.special || std::fabs(x) < 2)
    {
        allowed += epsilon * wanted.absolute;
    }
    return std::fabs(double{a} - double{b}) <= allowed;
}

/// Compares two contestants, called with a form and arrays, in one form and prints the first difference.
template <class Arrays, class Form>
bool same_results(const std::string& what, auto first, auto second, Form form,
                  const standard& wanted)
{
    using T = typename Arrays::value_type;
    const std::vector<T> x = points<T>(wanted);
    Arrays a(x.size());
    Arrays b(x.size());
    for (Arrays* each : {&a, &b})
    {
        for (std::size_t i = 0; i < x.size(); ++i)
        {
            each->in()[i] = x[i];
            each->dy()[i] = 1;
        }
    }
    first(form, a);
    second(form, b);
    for (std::size_t i = 0; i < x.size(); ++i)
    {
        for (std::size_t output = 2; output < 4; ++output)
        {
            const T ours = a.part(output)[i];
            const T theirs = b.part(output)[i];
            if (!close(x[i], ours, theirs, wanted))
            {
                std::fprintf(stderr, "%s: at x = %.17g ctgrad has %.17g, the other %.17g\n",
                             what.c_str(), double{x[i]}, double{ours}, double{theirs});
                return false;
            }
        }
    }
    return true;
}

} // namespace agreement
