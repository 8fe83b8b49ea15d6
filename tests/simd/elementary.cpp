// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE simd_elementary
#include <boost/test/unit_test.hpp>

#include <ctgrad/simd/elementary.hpp>

#include "../element_types.hpp"
#include "accuracy.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <tuple>
#include <vector>

using ctgrad::simd::batch;
using namespace ctgrad_test;

// Every bound is the worst error that a run over many millions of arguments showed, on the
// architecture that has it worst (no fused multiply-add), rounded up to a quarter.
// --log_level=message prints what this run sees.

namespace
{

template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();
template <class T>
constexpr T nan = std::numeric_limits<T>::quiet_NaN();
template <class T>
constexpr T tiny = std::numeric_limits<T>::denorm_min();
template <class T>
constexpr T largest = std::numeric_limits<T>::max();

BOOST_AUTO_TEST_CASE_TEMPLATE(exp_is_accurate, T, element_types)
{
    const auto f = [](auto x) { return exp(x); };
    check_accuracy<T>("exp", f, [](auto x) { return std::exp(x); }, {1.25, 1.25}, {-110, 100},
                      {-750, 720});
    check_values<T>("exp", f,
                    {{0, 1},
                     {-T(0), 1},
                     {infinity<T>, infinity<T>},
                     {-infinity<T>, 0},
                     {nan<T>, nan<T>},
                     {tiny<T>, 1},
                     {largest<T>, infinity<T>},
                     {-largest<T>, 0}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(expm1_is_accurate, T, element_types)
{
    const auto f = [](auto x) { return expm1(x); };
    check_accuracy<T>("expm1", f, [](auto x) { return std::expm1(x); }, {1.75, 2.25}, {-110, 100},
                      {-750, 720});
    check_values<T>("expm1", f,
                    {{0, 0},
                     {-T(0), -T(0)},
                     {infinity<T>, infinity<T>},
                     {-infinity<T>, -1},
                     {nan<T>, nan<T>},
                     {tiny<T>, tiny<T>},
                     {-tiny<T>, -tiny<T>},
                     {largest<T>, infinity<T>},
                     {-largest<T>, -1}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(tanh_is_accurate, T, element_types)
{
    const auto f = [](auto x) { return tanh(x); };
    check_accuracy<T>("tanh", f, [](auto x) { return std::tanh(x); }, {2.25, 2.25}, {-12, 12},
                      {-25, 25});
    check_values<T>("tanh", f,
                    {{0, 0},
                     {-T(0), -T(0)},
                     {infinity<T>, 1},
                     {-infinity<T>, -1},
                     {nan<T>, nan<T>},
                     {tiny<T>, tiny<T>},
                     {-tiny<T>, -tiny<T>},
                     {largest<T>, 1},
                     {-largest<T>, -1}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(log_is_accurate, T, element_types)
{
    const auto f = [](auto x) { return log(x); };
    check_accuracy<T>("log", f, [](auto x) { return std::log(x); }, {1, 1.25}, {0, 4}, {0, 4});
    check_values<T>("log", f,
                    {{0, -infinity<T>},
                     {-T(0), -infinity<T>},
                     {1, 0},
                     {-1, nan<T>},
                     {infinity<T>, infinity<T>},
                     {-infinity<T>, nan<T>},
                     {nan<T>, nan<T>},
                     {-tiny<T>, nan<T>},
                     {-largest<T>, nan<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(log1p_is_accurate, T, element_types)
{
    const auto f = [](auto x) { return log1p(x); };
    check_accuracy<T>("log1p", f, [](auto x) { return std::log1p(x); }, {1.25, 1.25}, {-1, 4},
                      {-1, 4});
    check_values<T>("log1p", f,
                    {{0, 0},
                     {-T(0), -T(0)},
                     {-1, -infinity<T>},
                     {-2, nan<T>},
                     {infinity<T>, infinity<T>},
                     {-infinity<T>, nan<T>},
                     {nan<T>, nan<T>},
                     {tiny<T>, tiny<T>},
                     {-tiny<T>, -tiny<T>},
                     {-largest<T>, nan<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(log1p_unit_is_accurate, T, element_types)
{
    const auto f = [](auto x) { return log1p_unit(x); };
    check_accuracy<T>(
        "log1p_unit", f, [](auto x) { return std::log1p(x); }, {1.75, 2}, {0, 1}, {0, 1},
        [](T x) { return x >= 0 && x <= 1; });
    check_values<T>("log1p_unit", f, {{0, 0}, {nan<T>, nan<T>}, {tiny<T>, tiny<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(exponentials_of_squares_are_accurate, T, element_types)
{
    const auto square = [](auto x)
    {
        const auto a = square_argument(x);
        const auto k = minus_square_octave(a);
        return exp_decay_join(minus_square_fraction(a, k), k);
    };
    const auto half = [](auto x)
    {
        const auto a = half_square_argument(x);
        const auto k = minus_half_square_octave(a);
        return exp_decay_join(minus_half_square_fraction(a, k), k);
    };
    check_accuracy<T>("exp_minus_square", square,
                      [](auto x) { return exact_exp_minus_square(x, false); }, {1.25, 1.25},
                      {-11, 11}, {-28, 28});
    check_accuracy<T>("exp_minus_half_square", half,
                      [](auto x) { return exact_exp_minus_square(x, true); }, {1.25, 1.25},
                      {-16, 16}, {-40, 40});
    for (T x : {T(0), -T(0), tiny<T>, -tiny<T>})
    {
        check_values<T>("exp_minus_square", square, {{x, 1}});
        check_values<T>("exp_minus_half_square", half, {{x, 1}});
    }
    for (T x : {infinity<T>, -infinity<T>, largest<T>, -largest<T>})
    {
        check_values<T>("exp_minus_square", square, {{x, 0}});
        check_values<T>("exp_minus_half_square", half, {{x, 0}});
    }
    check_values<T>("exp_minus_square", square, {{nan<T>, nan<T>}});
    check_values<T>("exp_minus_half_square", half, {{nan<T>, nan<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(shared_pieces_are_the_functions, T, element_types)
{
    std::size_t compared = 0;
    for (T x : samples<T>(sizeof(T) == 4 ? -110 : -750, sizeof(T) == 4 ? 100 : 720))
    {
        const batch<T> b(x);
        const auto z = exp_argument(b);
        const auto k = exp_octave(z);
        const auto p = exp_fraction(z, k);
        ++compared;
        const bool same_exp =
            same(first_lane(exp_join(p, k)), first_lane(exp(b))) &&
            (x > 0 || same(first_lane(decay_argument(b)), first_lane(z))) &&
            (x > 60 || same(first_lane(exp_decay_join(p, k)), first_lane(exp(b))));
        const bool same_expm1 =
            same(first_lane(copysign(expm1_join(p, k), b)), first_lane(expm1(b)));
        if (!same_exp || !same_expm1)
            BOOST_ERROR("the pieces give another result at " << x);
    }
    BOOST_TEST(compared > sample_count());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(erf_is_accurate, T, element_types)
{
    const auto f = [](auto x) { return erf(x); };
    check_accuracy<T>("erf", f, [](auto x) { return std::erf(x); }, {2, 2}, {-4.5, 4.5},
                      {-6.5, 6.5});
    check_values<T>("erf", f,
                    {{0, 0},
                     {-T(0), -T(0)},
                     {infinity<T>, 1},
                     {-infinity<T>, -1},
                     {nan<T>, nan<T>},
                     {tiny<T>, tiny<T>},
                     {-tiny<T>, -tiny<T>},
                     {largest<T>, 1},
                     {-largest<T>, -1}});
}

BOOST_AUTO_TEST_CASE(what_a_rounding_takes_is_the_low_part)
{
    // Products of floats, and their sums with numbers of like size, are exact in double.
    std::mt19937 generator(1);
    std::uniform_real_distribution<float> number(0.5F, 2);
    for (int i = 0; i < 10'000; ++i)
    {
        const float a = number(generator);
        const float b = -number(generator);
        const float c = number(generator);
        const double product = double(a) * double(b);
        const auto alone = ctgrad::simd::detail::product_in_parts(batch<float>(a), batch<float>(b));
        BOOST_TEST(first_lane(alone.high) == static_cast<float>(product));
        BOOST_TEST(double(first_lane(alone.high)) + double(first_lane(alone.low)) == product);
        // Of one sign: the number less the sum is a number then.
        const auto sum = ctgrad::simd::detail::multiply_add_in_parts(
            batch<float>(a), batch<float>(-b), batch<float>(4 * c));
        const double exact = 4 * double(c) - product;
        const double found = double(first_lane(sum.high)) + double(first_lane(sum.low));
        // Half a unit of numbers up to 16, and of the product where that is rounded by itself.
        BOOST_TEST(std::abs(first_lane(sum.low)) <= 6e-7F);
        BOOST_TEST(std::abs(found - exact) <= 0x1p-44);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(tails_are_accurate, T, element_types)
{
    const auto not_negative = [](T x) { return x >= 0; };
    const auto normal = [](auto x) { return normal_tail(x, normal_position(x)); };
    check_accuracy<T>(
        "normal_tail", normal,
        [](auto a) { return exact_normal_tail(static_cast<long double>(a)); }, {3.25, 3}, {0, 12},
        {0, 12}, not_negative);
    check_values<T>("normal_tail", normal, {{0, T(0.5)}, {nan<T>, nan<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(tails_times_their_powers_are_accurate, T, element_types)
{
    const auto not_negative = [](T x) { return x >= 0; };
    const auto complementary = [](auto x)
    {
        const auto a = square_argument(x);
        const auto k = minus_square_octave(a);
        return scale_decay(erfc_significand(a, erfc_position(a), minus_square_fraction(a, k)), k);
    };
    const auto normal = [](auto x)
    {
        const auto a = half_square_argument(x);
        const auto k = minus_half_square_octave(a);
        const auto p = minus_half_square_fraction(a, k);
        return scale_decay(normal_significand(a, normal_position(a), p), k);
    };
    check_accuracy<T>(
        "erfc", complementary, [](auto a) { return std::erfc(static_cast<long double>(a)); },
        {2, 2}, {0, 11}, {0, 28}, not_negative);
    check_accuracy<T>(
        "1 - Phi", normal, [](auto a)
        { return std::erfc(static_cast<long double>(a) / std::numbers::sqrt2_v<long double>) / 2; },
        {2, 2}, {0, 15}, {0, 39}, not_negative);
    check_values<T>("erfc", complementary,
                    {{0, 1}, {infinity<T>, 0}, {largest<T>, 0}, {nan<T>, nan<T>}});
    check_values<T>("1 - Phi", normal,
                    {{0, T(0.5)}, {infinity<T>, 0}, {largest<T>, 0}, {nan<T>, nan<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(sin_and_cos_are_accurate, T, element_types)
{
    const auto sine = [](auto x) { return sin(x); };
    const auto cosine = [](auto x) { return cos(x); };
    for (double range : {4.0, 200.0, 1.2e4, 1e5, 1e6, 1.6e6, 1e9})
    {
        check_accuracy<T>("sin", sine, [](auto x) { return std::sin(x); }, {2.5, 2.5},
                          {-range, range}, {-range, range});
        check_accuracy<T>("cos", cosine, [](auto x) { return std::cos(x); }, {2.5, 2.5},
                          {-range, range}, {-range, range});
    }
    check_values<T>("sin", sine,
                    {{0, 0},
                     {-T(0), -T(0)},
                     {infinity<T>, nan<T>},
                     {-infinity<T>, nan<T>},
                     {nan<T>, nan<T>},
                     {tiny<T>, tiny<T>},
                     {-tiny<T>, -tiny<T>}});
    check_values<T>("cos", cosine,
                    {{0, 1},
                     {-T(0), 1},
                     {infinity<T>, nan<T>},
                     {-infinity<T>, nan<T>},
                     {nan<T>, nan<T>},
                     {tiny<T>, 1}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(sin_and_cos_are_accurate_next_to_their_zeros, T, element_types)
{
    std::vector<T> near_zeros;
    for (int k = 1; k < (sizeof(T) == 4 ? 60000 : 600000); k += sizeof(T) == 4 ? 1 : 7)
        near_zeros.push_back(static_cast<T>(k * (std::numbers::pi_v<long double> / 2)));
    double worst = 0;
    for (T x : near_zeros)
    {
        worst = std::max(worst, ulp_error(first_lane(sin(batch<T>(x))), std::sin(wider<T>(x))));
        worst = std::max(worst, ulp_error(first_lane(cos(batch<T>(x))), std::cos(wider<T>(x))));
    }
    BOOST_TEST_MESSAGE("next to zeros " << worst << " ULP");
    BOOST_TEST(worst <= 2);
}

template <class T>
void check_product(T a, T x)
{
    const wider<T> product = wider<T>(a) * wider<T>(x);
    // Not too far out the product is rounded first, as if it had been computed before.
    const wider<T> angle = std::abs(product) < 1e3L ? wider<T>(T(product)) : product;
    BOOST_TEST(ulp_error(first_lane(sin_of_product(batch<T>(a), batch<T>(x))), std::sin(angle)) <=
               2.5);
    BOOST_TEST(ulp_error(first_lane(cos_of_product(batch<T>(a), batch<T>(x))), std::cos(angle)) <=
               2.5);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(products_may_be_too_large_for_a_number, T, element_types)
{
    for (const T a : {T(2), T(-1), T(0.3), T(77)})
    {
        for (const T x : {T(0), T(1), T(-4.7), largest<T> / 100, largest<T> / 2, -largest<T>})
        {
            check_product<T>(a, x);
        }
    }
    const auto sine_of_twice = [](auto x) { return sin_of_product(decltype(x)(T(2)), x); };
    check_values<T>("sin(2 x)", sine_of_twice,
                    {{0, 0},
                     {-T(0), -T(0)},
                     {infinity<T>, nan<T>},
                     {-infinity<T>, nan<T>},
                     {nan<T>, nan<T>},
                     {tiny<T>, 2 * tiny<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(atan_is_accurate, T, element_types)
{
    const auto f = [](auto x) { return atan(x); };
    const T half_pi = static_cast<T>(std::numbers::pi / 2);
    check_accuracy<T>("atan", f, [](auto x) { return std::atan(x); }, {1.5, 2}, {-3, 3}, {-3, 3});
    check_values<T>("atan", f,
                    {{0, 0},
                     {-T(0), -T(0)},
                     {infinity<T>, half_pi},
                     {-infinity<T>, -half_pi},
                     {nan<T>, nan<T>},
                     {tiny<T>, tiny<T>},
                     {-tiny<T>, -tiny<T>},
                     {largest<T>, half_pi}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(pow_is_accurate, T, element_types)
{
    for (T y : {T(2), T(3), T(-1), T(0.5), T(1) / 3, T(-2.7), T(10), T(60.5), T(-77.7), T(1e-3)})
    {
        const auto f = [&](auto x) { return pow(x, y); };
        check_accuracy<T>(
            "pow", f, [&](auto x) { return std::pow(x, decltype(x)(y)); }, {1.25, 1.25}, {0, 4},
            {0, 4}, [](T x) { return x >= 0; });
    }
    for (T x : {T(2), T(0.3), T(1.0001), T(0.9999), T(1e-30), T(1e30), tiny<T> * 3, largest<T>})
    {
        const auto f = [&](auto y) { return pow(x, y); };
        check_accuracy<T>("pow", f, [&](auto y) { return std::pow(decltype(y)(x), y); },
                          {1.25, 1.25}, {-200, 200}, {-1100, 1100});
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(pow_has_the_special_cases_of_the_standard, T, element_types)
{
    std::vector<T> values;
    for (T x : {T(0), T(0.5), T(1), T(1.5), T(2), T(3), T(4), T(7.5), T(16777215), T(16777217),
                T(1e10), T(1e30), tiny<T>, std::numeric_limits<T>::min(), largest<T>, infinity<T>,
                T(1) + std::numeric_limits<T>::epsilon(), T(1) - std::numeric_limits<T>::epsilon(),
                nan<T>})
    {
        values.push_back(x);
        values.push_back(-x);
    }
    for (T x : values)
        for (T y : values)
        {
            const T got = first_lane(pow(batch<T>(x), batch<T>(y)));
            const bool stays_nan = x != x || y != y;
            const wider<T> exact =
                stays_nan ? wider<T>(nan<T>) : std::pow(wider<T>(x), wider<T>(y));
            const T rounded = static_cast<T>(exact);
            const bool right =
                std::abs(rounded) < std::numeric_limits<T>::infinity() && rounded != 0
                    ? ulp_error(got, exact) <= 1.5
                    : same(got, rounded);
            BOOST_TEST(right, "pow(" << x << ", " << y << ") is " << got << ", expected " << exact);
        }
}

} // namespace
