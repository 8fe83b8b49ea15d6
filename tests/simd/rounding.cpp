// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE simd_rounding
#include <boost/test/unit_test.hpp>

#include "lanes.hpp"

#include <ctgrad/simd/rounding.hpp>

#include <cmath>

using namespace ctgrad_test;

namespace
{

BOOST_AUTO_TEST_CASE_TEMPLATE(rounding_equals_the_standard_one, T, element_types)
{
    for (T a : interesting_values<T>())
        check_same(round_to_nearest(batch<T>(a)), std::nearbyint(a), a);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(powers_of_two_are_exact, T, element_types)
{
    for (int k = limits<T>::min_exponent - 1; k < limits<T>::max_exponent; ++k)
        check_same(power_of_two(batch<T>(T(k))), std::ldexp(T(1), k), T(k));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(scaling_rounds_once, T, element_types)
{
    const int most = sizeof(T) == 4 ? 400 : 2200;
    for (T a : interesting_values<T>())
        for (int k = -most; k <= most; k += sizeof(T) == 4 ? 1 : 7)
            check_same(scale_by_power_of_two(batch<T>(a), batch<T>(T(k))), std::ldexp(a, k), a,
                       T(k));
    // Odd significands down the whole subnormal range: a second rounding would show.
    const T odd = T(0.7);
    for (int k = limits<T>::min_exponent - 60; k < limits<T>::min_exponent + 2; ++k)
        for (T a : {odd, T(1.1), T(1.99), T(3), T(0.5) + limits<T>::epsilon()})
            check_same(scale_by_power_of_two(batch<T>(a), batch<T>(T(k))), std::ldexp(a, k), a,
                       T(k));
}

} // namespace
