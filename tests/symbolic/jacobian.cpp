// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE jacobian
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/print.hpp>
#include <ctgrad/symbolic/jacobian.hpp>

#include <cmath>
#include <string>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr variable<"v"> v;
constexpr parameter<"a"> a{1.0};

/// Entry of a list of rows, as text.
template <std::size_t Row, std::size_t Column>
std::string entry(const auto& matrix)
{
    return to_string(hana::at_c<Column>(hana::at_c<Row>(matrix)));
}

BOOST_AUTO_TEST_CASE(jacobian_of_polar_coordinates)
{
    constexpr variable<"r"> r;
    constexpr variable<"angle"> angle;
    constexpr auto matrix = jacobian(list(r * cos(angle), r * sin(angle)));
    BOOST_TEST((entry<0, 0>(matrix)) == "cos(angle)");
    BOOST_TEST((entry<0, 1>(matrix)) == "-r * sin(angle)");
    BOOST_TEST((entry<1, 0>(matrix)) == "sin(angle)");
    BOOST_TEST((entry<1, 1>(matrix)) == "r * cos(angle)");
}

BOOST_AUTO_TEST_CASE(jacobian_by_some)
{
    constexpr auto matrix = jacobian(list(a * x * y, x + y), y, a);
    BOOST_TEST((entry<0, 0>(matrix)) == "a * x");
    BOOST_TEST((entry<0, 1>(matrix)) == "x * y");
    BOOST_TEST((entry<1, 0>(matrix)) == "1");
    BOOST_TEST((entry<1, 1>(matrix)) == "0");
    BOOST_TEST(to_string(hana::at_c<1>(gradient(x * x * y, y, x))) == "2 * x * y");
}

BOOST_AUTO_TEST_CASE(hessian_of_rosenbrock)
{
    constexpr auto valley = square(1 - x) + 100 * square(y - square(x));
    constexpr auto matrix = hessian(valley);
    constexpr auto at = [](const auto& formula) { return formula(x = 1.5, y = -0.5); };
    BOOST_TEST(at(hana::at_c<0>(hana::at_c<0>(matrix))) == 2 + 1200 * 1.5 * 1.5 + 400 * 0.5,
               boost::test_tools::tolerance(1e-14));
    BOOST_TEST(at(derivative(derivative(valley, x), y)) == -400 * 1.5);
    BOOST_TEST(at(derivative(derivative(valley, y), x)) == -400 * 1.5);
    BOOST_TEST((entry<0, 1>(matrix)) == (entry<1, 0>(matrix)));
    BOOST_TEST((entry<1, 1>(matrix)) == "200");
}

BOOST_AUTO_TEST_CASE(directional_derivatives)
{
    BOOST_TEST(to_string(directional_derivative(x * x * y, x = v)) == "2 * v * x * y");
    constexpr auto slope = directional_derivative(x * x * y, x = 3.0, y = -1.0);
    BOOST_TEST(slope(x = 2.0, y = 5.0) == 3 * 2 * 2 * 5.0 - 4);
    BOOST_TEST(variables_of<decltype(slope)>.size == 2);
    BOOST_TEST(directional_derivative(a * x, a = 2.0)(x = 3.0) == 6);
}

// Of a row: softmax moves by p (v - p . v), and what all elements have in common does nothing.
BOOST_AUTO_TEST_CASE(directional_derivatives_of_rows)
{
    BOOST_TEST(to_string(directional_derivative(exp(x) / sum(exp(x)), x = v)) ==
               "exp(x - logsumexp(x)) * (v - sum(v * exp(x - logsumexp(x))))");
    constexpr auto of_loss = directional_derivative(logsumexp(x), x = v);
    BOOST_TEST(to_string(of_loss) == "sum(v * exp(x - logsumexp(x)))");
    static_assert(is_row_value<of_loss>);
    static_assert(parameter_count<of_loss> == 0);
    BOOST_TEST(to_string(directional_derivative(sum(a * square(x)), a = 2.0)) == "2 * sum(x^2)");
}

// The fourth derivative of swish, whose exact values are computed with 60 digits.
BOOST_AUTO_TEST_CASE(fourth_derivative_of_swish)
{
    constexpr auto swish = x * sigmoid(x);
    constexpr auto fourth = derivative(derivative(derivative(derivative(swish, x), x), x), x);
    const std::array<std::array<double, 2>, 6> table{{{{-20, -3.2978456735490913e-8}},
                                                      {{-4, 0.0094901165016705424}},
                                                      {{-0.5, -0.33304905986817284}},
                                                      {{0, -0.5}},
                                                      {{1.25, 0.10252883345437449}},
                                                      {{30, -2.4329819718945225e-12}}}};
    for (const auto& [at, exact] : table)
    {
        BOOST_TEST(std::abs(fourth(at) - exact) <= 1e-13 * std::abs(exact));
    }
}

} // namespace
