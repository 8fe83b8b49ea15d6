// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE derivative
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/print.hpp>

#include <boost/hana/size.hpp>

#include <cmath>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr parameter<"beta"> beta{1.5};
constexpr auto swish = x * sigmoid(beta * x);
constexpr auto first = derivative(swish, x);
constexpr auto second = derivative(first, x);
constexpr auto third = derivative(second, x);
constexpr auto fourth = derivative(third, x);

/// Central difference of fourth order: with h = 1e-3 the error is about 1e-12 times the fifth
/// derivative, and the rounding of `f` divided by h, some 1e-13.
template <class Function>
double difference(const Function& f, double at)
{
    constexpr double h = 1e-3;
    return (8 * (f(at + h) - f(at - h)) - (f(at + 2 * h) - f(at - 2 * h))) / (12 * h);
}

// Fifth to seventh derivatives of swish with beta = 1.5 are below 100.
constexpr double tolerance = 1e-9;

BOOST_AUTO_TEST_CASE(four_orders)
{
    for (double at = -4; at <= 4; at += 0.37)
    {
        BOOST_TEST(std::abs(first(at) - difference(swish, at)) < tolerance);
        BOOST_TEST(std::abs(second(at) - difference(first, at)) < tolerance);
        BOOST_TEST(std::abs(third(at) - difference(second, at)) < tolerance);
        BOOST_TEST(std::abs(fourth(at) - difference(third, at)) < tolerance);
    }
    // Taylor: x / 2 + beta x^2 / 4 - beta^3 x^4 / 48 + ...
    BOOST_TEST(first(0.0) == 0.5);
    BOOST_TEST(second(0.0) == 0.75);
    BOOST_TEST(third(0.0) == 0.0);
    BOOST_TEST(fourth(0.0) == -24 * 1.5 * 1.5 * 1.5 / 48);
}

BOOST_AUTO_TEST_CASE(by_parameters)
{
    constexpr auto by_beta = derivative(swish, beta);
    for (double at = -4; at <= 4; at += 0.37)
    {
        const double wanted = difference([&](double b) { return swish(x = at, beta = b); }, 1.5);
        BOOST_TEST(std::abs(by_beta(at) - wanted) < tolerance);
        const double mixed = difference([&](double b) { return first(x = at, beta = b); }, 1.5);
        BOOST_TEST(std::abs(derivative(first, beta)(at) - mixed) < tolerance);
        BOOST_TEST(derivative(first, beta)(at) == derivative(by_beta, x)(at),
                   boost::test_tools::tolerance(1e-12));
    }
}

BOOST_AUTO_TEST_CASE(by_what_does_not_occur_it_is_zero)
{
    static_assert(derivative(swish, y)(2.0) == 0.0);
    static_assert(derivative(swish, parameter<"gamma">{1.0})(2.0) == 0.0);
    static_assert(derivative(constant{3.0}, x)() == 0.0);
    static_assert(derivative(x - x, x)(2.0) == 0.0);
    BOOST_TEST(to_string(derivative(swish, y)) == "0");
    BOOST_TEST(to_string(derivative(stop_gradient(square(x)), x)) == "0");
    BOOST_TEST(to_string(derivative(x * stop_gradient(x), x)) == "stop_gradient(x)");
}

BOOST_AUTO_TEST_CASE(gradients_are_all_derivatives_in_the_order_of_mention)
{
    constexpr auto formula = y * sigmoid(beta * x) + square(x);
    constexpr auto all = gradient(formula);
    static_assert(decltype(hana::size(all))::value == 3);
    BOOST_TEST(to_string(hana::at_c<0>(all)) == to_string(derivative(formula, y)));
    BOOST_TEST(to_string(hana::at_c<1>(all)) == to_string(derivative(formula, x)));
    BOOST_TEST(to_string(hana::at_c<2>(all)) == to_string(derivative(formula, beta)));
    static_assert(decltype(hana::size(gradient(constant{1.0})))::value == 0);
}

BOOST_AUTO_TEST_CASE(a_derivative_inside_a_formula)
{
    // The slope of the tangent through the origin, and its derivative.
    constexpr auto tangent = derivative(exp(x), x) * x - exp(x);
    BOOST_TEST(tangent(1.0) == 0.0);
    BOOST_TEST(derivative(tangent, x)(2.0) == 2 * std::exp(2.0),
               boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(pullbacks)
{
    constexpr variable<"dy"> dy;
    BOOST_TEST(to_string(pullback(square(x), dy, x)) == "2 * x * dy");
    BOOST_TEST(pullback(square(x), dy, x)(3.0, 5.0) == 30.0);
    BOOST_TEST(pullback(x * y, dy, y)(3.0, 4.0, 5.0) == 15.0);
    BOOST_TEST(to_string(pullback(beta * x, dy, beta)) == "sum(x * dy)");
    BOOST_TEST(to_string(pullback(sum(square(x)), beta, x)) == "2 * x * beta");
}

} // namespace
