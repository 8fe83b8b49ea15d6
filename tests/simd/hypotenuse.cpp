// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE hypotenuse
#include <boost/test/unit_test.hpp>

#include <ctgrad/simd/elementary/hypotenuse.hpp>

#include "../element_types.hpp"
#include "accuracy.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <tuple>

using ctgrad::simd::batch;
using namespace ctgrad_test;

namespace
{

template <class T>
T hypotenuse(T a, T b)
{
    return first_lane(hypot(batch<T>(a), batch<T>(b)));
}

// Bits drawn at random, so that all exponents are met; legs of like size half of the time.
BOOST_AUTO_TEST_CASE_TEMPLATE(hypot_is_accurate, T, element_types)
{
    std::mt19937_64 random(1);
    constexpr int range = std::numeric_limits<T>::max_exponent;
    const auto draw = [&](int low, int high)
    {
        const double fraction = std::uniform_real_distribution<double>(1, 2)(random);
        const int exponent = std::uniform_int_distribution<int>(low, high)(random);
        return static_cast<T>(std::ldexp(fraction, exponent));
    };
    double worst = 0;
    for (int i = 0; i < 200000; ++i)
    {
        const int e = std::uniform_int_distribution<int>(20 - range, range - 4)(random);
        const T a = draw(e, e);
        const T b = i % 2 == 0 ? draw(e - 2, e + 2) : draw(20 - range, range - 3);
        const wider<T> exact = std::hypot(wider<T>(a), wider<T>(b));
        worst = std::max(worst, ulp_error(hypotenuse(a, b), exact));
        worst = std::max(worst, ulp_error(hypotenuse(-b, a), exact));
    }
    BOOST_TEST_MESSAGE("hypot " << worst << " ULP");
    BOOST_TEST(worst <= 1.25);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(edges, T, element_types)
{
    constexpr T infinity = std::numeric_limits<T>::infinity();
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    constexpr T largest = std::numeric_limits<T>::max();
    constexpr T tiny = std::numeric_limits<T>::denorm_min();
    BOOST_TEST(hypotenuse(T(0), T(-0.0)) == 0);
    BOOST_TEST(hypotenuse(T(3), T(-4)) == 5);
    BOOST_TEST(hypotenuse(largest, T(1)) == largest);
    BOOST_TEST(hypotenuse(largest, largest) == infinity);
    BOOST_TEST(hypotenuse(tiny, T(0)) == tiny);
    BOOST_TEST(hypotenuse(3 * tiny, 4 * tiny) == 5 * tiny);
    BOOST_TEST(hypotenuse(T(1), -infinity) == infinity);
    BOOST_TEST(std::isnan(hypotenuse(nan, T(1))));
    BOOST_TEST(std::isnan(hypotenuse(T(1), nan)));
    BOOST_TEST(std::isnan(hypotenuse(infinity, nan)));
}

} // namespace
