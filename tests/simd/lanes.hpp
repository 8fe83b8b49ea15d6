// SPDX-License-Identifier: BSL-1.0
#pragma once

// Compares functions of batches with functions of numbers, lane by lane.

#include "../element_types.hpp"

#include <ctgrad/simd/batch.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <tuple>
#include <vector>

namespace ctgrad_test
{

using ctgrad::simd::batch;

template <class T>
using limits = std::numeric_limits<T>;

template <class T>
std::vector<T> interesting_values()
{
    std::vector<T> values;
    for (T x : {T(0), T(0.25), T(0.5), T(1), T(1.5), T(2.5), T(3), T(7.25), T(1e4), T(8388607.5),
                T(1) / limits<T>::epsilon(), T(1e19), T(1e30), limits<T>::max(), limits<T>::min(),
                limits<T>::denorm_min(), limits<T>::infinity(), limits<T>::quiet_NaN()})
    {
        values.push_back(x);
        values.push_back(-x);
    }
    return values;
}

/// Equal as bits, except that all NaN are equal.
template <class T>
bool same(T a, T b)
{
    return (a != a && b != b) || (a == b && std::signbit(a) == std::signbit(b));
}

template <class T>
std::array<T, std::size_t(batch<T>::size)> lanes(batch<T> x)
{
    std::array<T, std::size_t(batch<T>::size)> result;
    x.store(result.data());
    return result;
}

/// All lanes must hold the same.
template <class T>
void check_same(batch<T> got, T expected, T a, T b = T(0), T c = T(0))
{
    for (T lane : lanes(got))
        BOOST_TEST(same(lane, expected), "f(" << a << ", " << b << ", " << c << ") is " << lane
                                              << ", expected " << expected);
}

} // namespace ctgrad_test
