// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE printed
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/printed.hpp>

#include <cmath>
#include <cstdio>
#include <limits>
#include <random>

using namespace ctgrad::detail;

namespace
{

BOOST_AUTO_TEST_CASE(numbers_are_as_short_as_they_can_be)
{
    BOOST_TEST(shortest(2.0) == "2");
    BOOST_TEST(shortest(0.1) == "0.1");
    BOOST_TEST(shortest(1.0 / 3) == "0.3333333333333333");
    BOOST_TEST(!print_constant(0.5).negative);
    // (-2)^2 needs brackets, and x + -2 becomes a subtraction.
    BOOST_TEST(print_constant(-2.0).negative);
    BOOST_TEST((print_constant(-2.0).strength < binding_strength::atom));
}

BOOST_AUTO_TEST_CASE(a_compiler_prints_numbers_of_six_digits)
{
    static_assert(brief<ctgrad::bounded_string<8>>(-0.5) == "-0.5");
    std::mt19937_64 engine(1);
    const auto check = [](double value)
    {
        std::array<char, 32> expected{};
        std::snprintf(expected.data(), expected.size(), "%g", value);
        BOOST_TEST(brief<std::string>(value) == expected.data());
    };
    for (const double value : {0.0,      1.0,
                               10.0,     100000.0,
                               123450.0, 123456.0,
                               99999.7,  99999.96,
                               999999.4, 999999.6,
                               1e6,      1234567.0,
                               0.1,      0.0999999996,
                               1e-4,     1e-5,
                               0.044715, 1.0 / 3,
                               1e300,    1e-300,
                               5e-324,   std::numeric_limits<double>::infinity()})
    {
        check(value);
        check(value == 0 ? value : -value);
    }
    BOOST_TEST(brief<std::string>(std::numeric_limits<double>::quiet_NaN()) == "nan");
    for (int i = 0; i < 2000; ++i)
    {
        const double mantissa = std::uniform_real_distribution<double>(0, 1)(engine);
        check(std::ldexp(mantissa, std::uniform_int_distribution<int>(-60, 60)(engine)));
    }
}

BOOST_AUTO_TEST_CASE(names_are_greek_upright_or_as_they_are)
{
    BOOST_TEST(print_name("beta", notation::text) == "beta");
    BOOST_TEST(print_name("x", notation::latex) == "x");
    BOOST_TEST(print_name("beta", notation::latex) == "\\beta");
    BOOST_TEST(print_name("gate", notation::latex) == "\\mathrm{gate}");
    BOOST_TEST(print_name("old_value", notation::latex) == "\\mathrm{old\\_value}");
}

BOOST_AUTO_TEST_CASE(brackets_grow_in_latex)
{
    const printed sum{"x + 1", binding_strength::sum};
    BOOST_TEST(bracketed(sum, notation::text) == "(x + 1)");
    BOOST_TEST(bracketed(sum, notation::latex) == "\\left(x + 1\\right)");
}

} // namespace
