// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/test/unit_test.hpp>

#include <ctgrad/catalogue/variables.hpp>
#include <ctgrad/simd/elementwise.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

/// Row formulas against loops in long double, and gradients of their kernels against differences of
/// those loops, at lengths below, at and beyond those of vectors.
namespace naive_rows
{

inline constexpr std::array<std::size_t, 4> lengths{1, 7, 64, 100};

using row = std::vector<double>;
using exact_row = std::vector<long double>;

inline row numbers(std::size_t length, double offset = 0)
{
    row values;
    for (std::size_t i = 0; i < length; ++i)
    {
        values.push_back(offset + 3 * std::sin(1 + 1.7 * static_cast<double>(i)));
    }
    return values;
}

/// `size` is what a gradient's terms have, before they cancel.
template <auto Formula>
void check(exact_row (*naive)(const exact_row&), double size = 1)
{
    static_assert(ctgrad::has_reduction<Formula> && !ctgrad::is_row_value<Formula>);
    for (const std::size_t length : lengths)
    {
        const row in = numbers(length);
        row incoming;
        for (std::size_t i = 0; i < length; ++i)
        {
            incoming.push_back(std::cos(5 * static_cast<double>(i)));
        }
        row out(length);
        row din(length);
        ctgrad::forward<Formula>(in, out);
        ctgrad::backward<Formula>(in, incoming, din);
        exact_row at(in.begin(), in.end());
        const exact_row wanted = naive(at);
        for (std::size_t i = 0; i < length; ++i)
        {
            // A sum of 100 terms in vectors rounds some dozen times; differences leave step^2.
            const long double error = std::abs(out[i] - wanted[i]);
            BOOST_TEST(error <= 1e-14L * (1 + std::abs(wanted[i])),
                       "value " << i << " of " << length);
            constexpr long double step = 1e-5L;
            long double slope = 0;
            at[i] = in[i] + step;
            const exact_row above = naive(at);
            at[i] = in[i] - step;
            const exact_row below = naive(at);
            at[i] = in[i];
            for (std::size_t k = 0; k < length; ++k)
            {
                slope += incoming[k] * (above[k] - below[k]) / (2 * step);
            }
            BOOST_TEST(std::abs(din[i] - slope) <= 1e-8L * size,
                       "gradient " << i << " of " << length << ": " << din[i] << ", not " << slope);
        }
    }
}

inline bool is_close(double got, double wanted, double tolerance = 1e-14)
{
    return std::abs(got - wanted) <= tolerance * (1 + std::abs(wanted));
}

template <auto Formula>
row values_of(const row& in)
{
    row out(in.size());
    ctgrad::forward<Formula>(in, out);
    return out;
}

} // namespace naive_rows
