// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE simd_elementary_fast
#include <boost/test/unit_test.hpp>

#include <ctgrad/simd/elementary/fast.hpp>

#include "../../element_types.hpp"
#include "../accuracy.hpp"

#include <tuple>

using ctgrad::simd::batch;
using namespace ctgrad_test;

// Every bound is the worst relative error over all floats (docs/elementary.md), rounded up, with room
// for an estimated reciprocal (6.2e-5) where there is a division.

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

/// What the tier computes: arguments and results of at least this size.
template <class T>
constexpr T smallest = 6 * std::numeric_limits<T>::min();

/// The error relative to the exact result; small results may be 0,
/// large ones infinite only where the exact result is.
template <class T>
double relative_error(T got, wider<T> exact)
{
    if (got != got || exact != exact)
        return got != got && exact != exact ? 0 : HUGE_VAL;
    const wider<T> size = std::abs(exact);
    if (size > wider<T>(largest<T>) * wider<T>(0.9999))
        return std::abs(got) > largest<T> / 2 && std::signbit(got) == std::signbit(exact)
                   ? 0
                   : HUGE_VAL;
    if (std::isinf(got))
        return HUGE_VAL;
    if (size < wider<T>(smallest<T>))
        return std::abs(got) <= 2 * smallest<T> ? 0 : HUGE_VAL;
    return static_cast<double>(std::abs(got - exact) / size);
}

template <class T, class Function, class Reference>
void check_fast(const char* name, Function f, Reference reference, double allowed, double low,
                double high)
{
    double worst = 0;
    T where = 0;
    for (T x : samples<T>(low, high))
    {
        if (std::abs(x) < smallest<T> && x != 0)
            continue;
        const wider<T> exact = reference(wider<T>(x));
        const double error = relative_error(first_lane(f(batch<T>(x))), exact);
        if (!(error <= worst))
        {
            worst = error;
            where = x;
        }
    }
    BOOST_TEST_MESSAGE(name << " " << worst << " at " << where);
    BOOST_TEST(worst <= allowed, name << (sizeof(T) == 4 ? " in float" : " in double")
                                      << " is wrong by " << worst << " at " << where);
}

/// The exact limit at infinity and at 0, the sign of zero included, and NaN.
template <class T, class Function>
void check_limits(const char* name, Function f, T at_minus_infinity, T at_minus_zero, T at_zero,
                  T at_infinity)
{
    check_values<T>(name, f,
                    {{-infinity<T>, at_minus_infinity},
                     {-T(0), at_minus_zero},
                     {T(0), at_zero},
                     {infinity<T>, at_infinity},
                     {nan<T>, nan<T>},
                     {-nan<T>, nan<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(exponentials, T, element_types)
{
    const auto exponential = [](auto x) { return fast_exp(x); };
    const auto less_one = [](auto x) { return fast_expm1(x); };
    const double range = sizeof(T) == 4 ? 120 : 760;
    check_fast<T>("exp", exponential, [](auto x) { return std::exp(x); }, 2.2e-5, -range, range);
    check_fast<T>("expm1", less_one, [](auto x) { return std::expm1(x); }, 3e-5, -range, range);
    check_fast<T>("expm1", less_one, [](auto x) { return std::expm1(x); }, 3e-5, -2, 2);
    check_limits<T>("exp", exponential, 0, 1, 1, infinity<T>);
    check_limits<T>("expm1", less_one, -1, -T(0), 0, infinity<T>);
    check_values<T>("exp", exponential, {{largest<T>, infinity<T>}, {-largest<T>, 0}});
    check_values<T>("expm1", less_one, {{largest<T>, infinity<T>}, {-largest<T>, -1}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(sigmoids, T, element_types)
{
    const auto logistic = [](auto x) { return fast_sigmoid(x); };
    const auto tangent = [](auto x) { return fast_tanh(x); };
    const auto ramp = [](auto x) { return fast_softplus(x); };
    const double range = sizeof(T) == 4 ? 100 : 720;
    const auto exact_sigmoid = [](auto x)
    {
        const auto e = std::exp(-std::abs(x));
        return x < 0 ? e / (1 + e) : 1 / (1 + e);
    };
    const auto exact_softplus = [](auto x)
    { return std::max(x, decltype(x)(0)) + std::log1p(std::exp(-std::abs(x))); };
    check_fast<T>("sigmoid", logistic, exact_sigmoid, 1e-4, -range, 30);
    check_fast<T>("tanh", tangent, [](auto x) { return std::tanh(x); }, 1e-4, -10, 10);
    check_fast<T>("softplus", ramp, exact_softplus, 1e-4, -range, range);
    check_limits<T>("sigmoid", logistic, 0, 0.5, 0.5, 1);
    check_limits<T>("tanh", tangent, -1, -T(0), 0, 1);
    check_values<T>("softplus", ramp,
                    {{-infinity<T>, 0}, {infinity<T>, infinity<T>}, {nan<T>, nan<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(logarithms, T, element_types)
{
    const auto natural = [](auto x) { return fast_log(x); };
    const auto one_more = [](auto x) { return fast_log1p(x); };
    check_fast<T>("log", natural, [](auto x) { return std::log(x); }, 1e-4, 0, 4);
    check_fast<T>("log1p", one_more, [](auto x) { return std::log1p(x); }, 1e-4, -1, 4);
    check_limits<T>("log", natural, nan<T>, -infinity<T>, -infinity<T>, infinity<T>);
    check_limits<T>("log1p", one_more, nan<T>, -T(0), 0, infinity<T>);
    check_values<T>("log", natural, {{1, 0}, {-1, nan<T>}, {-tiny<T>, nan<T>}});
    check_values<T>("log1p", one_more, {{-1, -infinity<T>}, {-2, nan<T>}});
    BOOST_TEST(first_lane(natural(batch<T>(tiny<T>))) < -80);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(error_functions, T, element_types)
{
    const auto error = [](auto x) { return fast_erf(x); };
    const auto complement = [](auto x) { return fast_erfc(x); };
    const auto distribution = [](auto x) { return fast_normal_cdf(x); };
    const double range = sizeof(T) == 4 ? 14 : 40;
    const auto exact_cdf = [](auto x)
    { return std::erfc(-x / std::numbers::sqrt2_v<decltype(x)>) / 2; };
    check_fast<T>("erf", error, [](auto x) { return std::erf(x); }, 6e-5, -5, 5);
    check_fast<T>("erfc", complement, [](auto x) { return std::erfc(x); }, 2e-4, -range, range);
    check_fast<T>("normal_cdf", distribution, exact_cdf, 2e-4, -range, range);
    check_limits<T>("erf", error, -1, -T(0), 0, 1);
    check_values<T>("erfc", complement, {{-infinity<T>, 2}, {infinity<T>, 0}, {nan<T>, nan<T>}});
    check_values<T>("normal_cdf", distribution,
                    {{-infinity<T>, 0}, {infinity<T>, 1}, {nan<T>, nan<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(trigonometric_functions, T, element_types)
{
    const auto sine = [](auto x) { return fast_sin(x); };
    const auto cosine = [](auto x) { return fast_cos(x); };
    const auto arc = [](auto x) { return fast_atan(x); };
    for (double range : {1.5, 200.0, 1e5})
    {
        check_fast<T>("sin", sine, [](auto x) { return std::sin(x); }, 2e-6, -range, range);
        check_fast<T>("cos", cosine, [](auto x) { return std::cos(x); }, 2e-6, -range, range);
    }
    for (const T x : {T(0.5), T(-3), largest<T> / 4, largest<T>})
    {
        using wide = std::conditional_t<sizeof(T) == 4, double, long double>;
        const wide angle = 3 * wide(x);
        BOOST_TEST(std::abs(first_lane(fast_sin_of_product(batch<T>(T(3)), batch<T>(x))) -
                            T(std::sin(angle))) < T(1e-5));
        BOOST_TEST(std::abs(first_lane(fast_cos_of_product(batch<T>(T(3)), batch<T>(x))) -
                            T(std::cos(angle))) < T(1e-5));
    }
    check_fast<T>("atan", arc, [](auto x) { return std::atan(x); }, 1e-4, -3, 3);
    check_limits<T>("sin", sine, nan<T>, -T(0), 0, nan<T>);
    check_limits<T>("cos", cosine, nan<T>, first_lane(cosine(batch<T>(T(0)))),
                    first_lane(cosine(batch<T>(T(0)))), nan<T>);
    BOOST_TEST(std::abs(first_lane(arc(batch<T>(infinity<T>))) - std::numbers::pi / 2) < 1e-4);
    BOOST_TEST(std::abs(first_lane(arc(batch<T>(-infinity<T>))) + std::numbers::pi / 2) < 1e-4);
    check_values<T>("atan", arc, {{0, 0}, {-T(0), -T(0)}, {nan<T>, nan<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(powers, T, element_types)
{
    for (T y : {T(2), T(-1), T(0.5), T(-2.7), T(60.5)})
    {
        const auto f = [&](auto x) { return fast_pow(x, batch<T>(y)); };
        check_fast<T>(
            "pow", f,
            [&](auto x)
            {
                return x < 0 && y != T(2) && y != T(-1) ? decltype(x)(nan<T>)
                                                        : std::pow(x, decltype(x)(y));
            },
            1e-4, 0.01, 4);
    }
    const auto at = [](T x, T y) { return first_lane(fast_pow(batch<T>(x), batch<T>(y))); };
    BOOST_TEST(at(0, 0) == 1);
    BOOST_TEST(at(1, infinity<T>) == 1);
    BOOST_TEST(at(infinity<T>, -1) == 0);
    BOOST_TEST(at(0, -1) == infinity<T>);
    BOOST_TEST(at(2, infinity<T>) == infinity<T>);
    BOOST_TEST(at(2, -infinity<T>) == 0);
    BOOST_TEST(std::abs(at(-2, 3) + 8) < 1e-3);
    BOOST_TEST(same(at(-2, T(0.5)), nan<T>));
    BOOST_TEST(same(at(nan<T>, 0), nan<T>));
    BOOST_TEST(same(at(1, nan<T>), nan<T>));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(roots_have_the_special_cases_of_a_square_root, T, element_types)
{
    const auto at = [](T x) { return first_lane(fast_sqrt(batch<T>(x))); };
    for (T x = std::numeric_limits<T>::min(); x < std::numeric_limits<T>::max() / 8; x *= T(5.03))
    {
        BOOST_REQUIRE_SMALL(at(x) / std::sqrt(x) - 1, T(6.2e-5));
    }
    BOOST_TEST(at(std::numeric_limits<T>::max()) / std::sqrt(std::numeric_limits<T>::max()) == T(1),
               boost::test_tools::tolerance(T(1e-4)));
    BOOST_TEST(same(at(0), T(0)));
    BOOST_TEST(same(at(-T(0)), -T(0)));
    BOOST_TEST(at(infinity<T>) == infinity<T>);
    BOOST_TEST(same(at(-infinity<T>), nan<T>));
    BOOST_TEST(same(at(-1), nan<T>));
    BOOST_TEST(same(at(nan<T>), nan<T>));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(quotients_have_the_special_cases_of_a_division, T, element_types)
{
    const auto at = [](T a, T b) { return first_lane(fast_divide(batch<T>(a), batch<T>(b))); };
    BOOST_TEST(std::abs(at(1, 3) - T(1) / 3) < 3e-5);
    BOOST_TEST(at(1, 0) == infinity<T>);
    BOOST_TEST(at(-1, 0) == -infinity<T>);
    BOOST_TEST(at(1, infinity<T>) == 0);
    BOOST_TEST(at(infinity<T>, 2) == infinity<T>);
    BOOST_TEST(same(at(0, 0), nan<T>));
    BOOST_TEST(same(at(infinity<T>, infinity<T>), nan<T>));
    BOOST_TEST(same(at(1, nan<T>), nan<T>));
}

} // namespace
