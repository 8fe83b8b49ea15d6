// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE names
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/interpret.hpp>

#include <string>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr variable<"z"> z;
constexpr parameter<"alpha"> alpha{0.5};
constexpr parameter<"beta"> beta{1.0};

std::string listed(const name_list& names)
{
    std::string text;
    for (int i = 0; i < names.size; ++i)
    {
        text += i > 0 ? " " : "";
        text += names[i];
    }
    return text;
}

std::string variables(const auto& formula)
{
    return listed(variables_of<std::remove_cvref_t<decltype(formula)>>);
}

std::string parameters(const auto& formula)
{
    return listed(parameters_of<std::remove_cvref_t<decltype(formula)>>);
}

BOOST_AUTO_TEST_CASE(in_the_order_of_first_mention)
{
    BOOST_TEST(variables(x + y) == "x y");
    BOOST_TEST(variables(y + x * y) == "y x");
    BOOST_TEST(variables(where(z > 0, x, y)) == "z x y");
    BOOST_TEST(variables(where(x > y, 1, 0)) == "x y");
    BOOST_TEST(variables(where(x >= y, 1, 0)) == "x y");
    BOOST_TEST(where(x > y, 1, 0)(2.0, 1.0) == 1);
    BOOST_TEST(variables(constant{1.0}) == "");
    BOOST_TEST(parameters(beta * x + alpha) == "beta alpha");
    BOOST_TEST(variables(beta * x + alpha) == "x");
}

BOOST_AUTO_TEST_CASE(derivatives_keep_the_order_of_their_formula)
{
    BOOST_TEST(variables(derivative(y * x, x)) == "y x");
    BOOST_TEST(variables(derivative(y + x, x)) == "y x");
    BOOST_TEST(parameters(derivative(beta * x, x)) == "beta");
}

BOOST_AUTO_TEST_CASE(compositions_put_names_in_place)
{
    BOOST_TEST(variables((x + y)(z, x)) == "z x");
    BOOST_TEST(variables((x + y)(x = z * y)) == "z y");
    BOOST_TEST(variables((x + y)(y = 1.0)) == "x");
    BOOST_TEST(parameters((beta * x)(beta = alpha)) == "alpha");
    BOOST_TEST(variables((beta * x)(beta = y)) == "x y");
    BOOST_TEST(parameters((beta * x)(x = alpha * y)) == "beta alpha");
}

BOOST_AUTO_TEST_CASE(counts)
{
    static constexpr auto formula = beta * x * y + alpha;
    static_assert(variable_count<formula> == 2);
    static_assert(parameter_count<formula> == 2);
    static_assert(variable_count<x> == 1);
}

} // namespace
