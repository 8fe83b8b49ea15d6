// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE constant_math
#include <boost/test/unit_test.hpp>

#include <ctgrad/core/constant_math.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace math = ctgrad::constant_math;
namespace algorithm = ctgrad::constant_math::detail;

namespace
{

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double smallest = std::numeric_limits<double>::denorm_min();
constexpr double largest = std::numeric_limits<double>::max();

/// The distance in units of the double nearest to the true value.
double error_in_ulp(double value, long double truth)
{
    const auto nearest = static_cast<double>(truth);
    if (std::isnan(nearest) || std::isinf(nearest))
        return std::isnan(value) == std::isnan(nearest) && (std::isnan(value) || value == nearest)
                   ? 0
                   : infinity;
    const double magnitude = std::fabs(nearest);
    const double unit = std::nextafter(magnitude, infinity) - magnitude;
    if (std::isinf(unit)) // the largest double
        return value == nearest ? 0 : infinity;
    return static_cast<double>(std::fabs(value - truth) / unit);
}

/// Numbers of all magnitudes and signs, and numbers of moderate size more densely.
std::vector<double> points()
{
    std::vector<double> result{0.0,      -0.0,      0.5,      -0.5,         1.0,
                               -1.0,     2.0,       smallest, not_a_number, -smallest,
                               infinity, -infinity, largest,  -largest};
    std::mt19937_64 random{1};
    std::uniform_real_distribution<double> exponent{-1074, 1024};
    std::uniform_real_distribution<double> moderate{-1, 1};
    for (int i = 0; i < 20'000; ++i)
    {
        const double sign = i % 2 == 0 ? 1 : -1;
        result.push_back(sign * std::exp2(exponent(random)));
        for (const double scale : {1e-3, 1.0, 3.0, 10.0, 30.0, 750.0})
            result.push_back(scale * moderate(random));
    }
    return result;
}

using function = double (*)(double);
using extended_function = long double (*)(long double);

// The bound is the documented 1 ULP; half of it is the rounding to double.
void check(const char* name, function f, extended_function truth, double limit = infinity)
{
    double worst = 0;
    double where = 0;
    for (const double x : points())
    {
        const double error = std::fabs(x) > limit ? 0 : error_in_ulp(f(x), truth(x));
        if (!(error <= worst))
        {
            worst = error;
            where = x;
        }
    }
    BOOST_TEST_MESSAGE(name << ": worst error " << worst << " ULP at " << where);
    BOOST_TEST(worst <= 1.0, name << ": worst error " << worst << " ULP at " << where);
}

bool same(double a, double b)
{
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

} // namespace

BOOST_AUTO_TEST_CASE(agrees_with_the_standard_library)
{
    check("exp", algorithm::exp, [](long double x) { return std::exp(x); });
    check("expm1", algorithm::expm1, [](long double x) { return std::expm1(x); });
    check("log", algorithm::log, [](long double x) { return std::log(x); });
    check("log1p", algorithm::log1p, [](long double x) { return std::log1p(x); });
    check("tanh", algorithm::tanh, [](long double x) { return std::tanh(x); });
    check("atan", algorithm::atan, [](long double x) { return std::atan(x); });
    check("erf", algorithm::erf, [](long double x) { return std::erf(x); });
    check("erfc", algorithm::erfc, [](long double x) { return std::erfc(x); });
    check("sin", algorithm::sin, [](long double x) { return std::sin(x); }, 0x1p31);
    check("cos", algorithm::cos, [](long double x) { return std::cos(x); }, 0x1p31);
}

BOOST_AUTO_TEST_CASE(correctly_rounded_where_the_processor_is)
{
    std::size_t different = 0;
    for (const double x : points())
    {
        different += !same(algorithm::floor(x), std::floor(x)) && x == x;
        different += !same(algorithm::abs(x), std::fabs(x)) && x == x;
        different += !same(algorithm::sqrt(x), std::sqrt(x)) && x >= 0;
        different += !same(algorithm::pow(x, 2), x * x) && x == x;
    }
    BOOST_TEST(different == 0u);
}

BOOST_AUTO_TEST_CASE(power)
{
    double worst = 0;
    std::mt19937_64 random{2};
    std::uniform_real_distribution<double> octaves{-1080, 1030};
    for (const double x : points())
    {
        const double a = std::fabs(x);
        std::vector<double> exponents{-3, -2, -1, -0.5,  0,        0.5,
                                      1,  2,  3,  1e300, infinity, -infinity};
        if (a > 0 && a < infinity && a != 1) // results of all magnitudes
            exponents.push_back(octaves(random) / std::log2(a));
        for (const double y : exponents)
        {
            const long double truth = std::pow(static_cast<long double>(x), y);
            const double error = error_in_ulp(algorithm::pow(x, y), truth);
            worst = error <= worst ? worst : error;
        }
    }
    BOOST_TEST_MESSAGE("pow: worst error " << worst << " ULP");
    BOOST_TEST(worst <= 1.0);
}

BOOST_AUTO_TEST_CASE(signs_of_zero)
{
    for (const function f : {algorithm::sin, algorithm::tanh, algorithm::atan, algorithm::erf,
                             algorithm::expm1, algorithm::log1p, algorithm::sqrt, algorithm::floor})
    {
        BOOST_TEST(same(f(0.0), 0.0));
        BOOST_TEST(same(f(-0.0), -0.0));
    }
    BOOST_TEST(same(algorithm::pow(-0.0, 3), -0.0));
    BOOST_TEST(same(algorithm::pow(-0.0, -3), -infinity));
    BOOST_TEST(same(algorithm::pow(-0.0, 0.5), 0.0));
}

BOOST_AUTO_TEST_CASE(evaluates_in_the_compiler)
{
    static_assert(math::exp(0.0) == 1 && math::exp(-infinity) == 0 &&
                  math::exp(1000.0) == infinity);
    static_assert(math::exp(1.0) == 2.718281828459045 && math::exp(-745.0) == smallest);
    static_assert(math::expm1(0.0) == 0 && math::expm1(-infinity) == -1 &&
                  math::expm1(1e-300) == 1e-300);
    static_assert(math::log(1.0) == 0 && math::log(0.0) == -infinity &&
                  math::log(smallest) == -744.4400719213812);
    static_assert(math::log1p(0.0) == 0 && math::log1p(-1.0) == -infinity &&
                  math::log1p(largest) == math::log(largest));
    static_assert(math::sqrt(9.0) == 3 && math::sqrt(smallest) == 0x1p-537 &&
                  math::sqrt(infinity) == infinity);
    static_assert(math::pow(3.0, 2.0) == 9 && math::pow(1e200, 2.0) == infinity &&
                  math::pow(2.0, -1074.0) == smallest);
    static_assert(math::pow(-2.0, 3.0) == -8 && math::pow(0.0, -1.0) == infinity &&
                  math::pow(not_a_number, 0.0) == 1);
    static_assert(math::sin(0.0) == 0 && math::cos(0.0) == 1 &&
                  math::sin(1.0) == 0.8414709848078965);
    static_assert(math::cos(largest) == 1 && math::sin(largest) == 0);
    static_assert(math::tanh(1.0) == 0.7615941559557649 && math::tanh(-infinity) == -1);
    static_assert(math::atan(infinity) == 1.5707963267948966 &&
                  math::atan(1.0) == 0.7853981633974483);
    static_assert(math::erf(1.0) == 0.8427007929497149 && math::erf(infinity) == 1);
    static_assert(math::erfc(10.0) == 2.088487583762545e-45 && math::erfc(-infinity) == 2);
    static_assert(math::abs(-2.0) == 2 && math::floor(-0.5) == -1 && math::floor(2.5) == 2);
    static_assert(math::exp(not_a_number) != math::exp(not_a_number) &&
                  math::log(-1.0) != math::log(-1.0) && math::sqrt(-1.0) != math::sqrt(-1.0));
    static_assert(math::tanh(not_a_number) != math::tanh(not_a_number) &&
                  math::sin(infinity) != math::sin(infinity));
    static_assert(math::pow(-2.0, 0.5) != math::pow(-2.0, 0.5) &&
                  math::erfc(not_a_number) != math::erfc(not_a_number));
}

BOOST_AUTO_TEST_CASE(outside_the_compiler_it_is_the_standard_library)
{
    const volatile double x = 0.7;
    BOOST_TEST(same(math::exp(x), std::exp(x)));
    BOOST_TEST(same(math::erf(x), std::erf(x)));
    BOOST_TEST(same(math::pow(x, 2), x * x));
}
