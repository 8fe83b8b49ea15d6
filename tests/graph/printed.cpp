// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE printed
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/printed.hpp>

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
