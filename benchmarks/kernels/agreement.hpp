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
/// exponent of a tail is a relative error of the result), and `absolute` where |x| < 2 (there the
/// derivatives have zeros), besides a few of the smallest subnormal numbers.
struct standard
{
    float limit;
    double relative;
    double absolute;
    bool special;
};

/// The full range with infinities and NaN: both are accurate in the tails.
inline constexpr standard everywhere{120, 8, 4, true};
/// Textbook formulas lose digits: 1 - y * y in the tails, exp(x) - 1 and 1 + erf(x) below 0.
inline constexpr standard near_zero{4, 64, 64, false};

inline std::vector<float> points(const standard& wanted)
{
    std::vector<float> all;
    for (int i = -20'000; i <= 20'000; ++i)
    {
        const float step = static_cast<float>(i) / 20'000;
        all.push_back(wanted.limit * step);
        all.push_back(4 * step);
    }
    constexpr float largest = std::numeric_limits<float>::max();
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (const float x : {0.0f, 1e-45f, 1e-40f, 1e-38f, 1e-20f, 1e-6f, 1e3f, 1e6f, 1e19f, 1e30f,
                          largest, infinity, std::numeric_limits<float>::quiet_NaN()})
    {
        if (wanted.special || x < wanted.limit)
        {
            all.push_back(x);
            all.push_back(-x);
        }
    }
    return all;
}

inline bool close(float x, float a, float b, const standard& wanted)
{
    if (std::isnan(a) || std::isnan(b) || std::isinf(a) || std::isinf(b))
    {
        return (std::isnan(a) && std::isnan(b)) || a == b;
    }
    const double epsilon = std::numeric_limits<float>::epsilon();
    const double larger = std::fmax(std::fabs(a), std::fabs(b));
    double allowed = 256.0 * std::numeric_limits<float>::denorm_min();
    if (larger > 0)
    {
        allowed += epsilon * larger * (wanted.relative + 2 * std::fabs(std::log(larger)));
    }
    if (!wanted.special || std::fabs(x) < 2)
    {
        allowed += epsilon * wanted.absolute;
    }
    return std::fabs(static_cast<double>(a) - b) <= allowed;
}

/// Compares two contestants in one form and prints the first difference.
template <class First, class Second, class Arrays, class Form>
bool same_results(const std::string& what, Form form, const standard& wanted)
{
    const std::vector<float> x = points(wanted);
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
    First::run(form, a);
    Second::run(form, b);
    for (std::size_t i = 0; i < x.size(); ++i)
    {
        for (std::size_t output = 2; output < 4; ++output)
        {
            const float first = a.part(output)[i];
            const float second = b.part(output)[i];
            if (!close(x[i], first, second, wanted))
            {
                std::fprintf(stderr, "%s: at x = %.9g ctgrad has %.9g, the other %.9g\n",
                             what.c_str(), static_cast<double>(x[i]), static_cast<double>(first),
                             static_cast<double>(second));
                return false;
            }
        }
    }
    return true;
}

} // namespace agreement
