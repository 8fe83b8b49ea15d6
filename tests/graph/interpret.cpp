// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE interpret
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/print.hpp>

#include <cmath>
#include <concepts>
#include <limits>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr parameter<"beta"> beta{1.0};
constexpr auto swish = x * sigmoid(beta * x);

constexpr double infinity = std::numeric_limits<double>::infinity();

// In the compiler, exactly.
static_assert(swish(0.0) == 0.0);
static_assert((x * y + 1)(2.0, 3.0) == 7.0);
static_assert((y - x)(5.0, 3.0) == 2.0, "arguments come in the order of first mention: y, x");
static_assert((y - x)(x = 3.0, y = 5.0) == 2.0);
static_assert(derivative(square(x), x)(3.0) == 6.0);
static_assert(derivative(x * y, y)(3.0, 4.0) == 3.0);
static_assert(derivative(swish, x)(0.0) == 0.5);
static_assert(derivative(swish, beta)(0.0) == 0.0);
static_assert((x * beta)(3.0) == 3.0, "a parameter starts from its initial value");
static_assert((x * beta)(x = 3.0, beta = 2.0) == 6.0);
static_assert(constant{2.5}() == 2.5);
static_assert(x(4.0) == 4.0);
static_assert(where(x > 0, 1, 2)(1.0) == 1.0 && where(x > 0, 1, 2)(0.0) == 2.0);
static_assert((x / x)(0.0) == 1.0, "simplified first");
static_assert((1 / x)(0.0) == infinity);
static_assert(sigmoid(x)(-infinity) == 0.0 && sigmoid(x)(infinity) == 1.0);

// A number of the kind that came in.
static_assert(std::same_as<decltype(swish(1.0F)), float>);
static_assert(std::same_as<decltype(swish(1.0)), double>);
static_assert(std::same_as<decltype(swish(1)), double>);
static_assert(std::same_as<decltype((x + y)(1.0F, 2.0F)), float>);
static_assert(std::same_as<decltype((x + y)(1.0F, 2.0)), double>);

BOOST_AUTO_TEST_CASE(numbers_evaluate)
{
    BOOST_TEST(swish(2.0) == 2.0 / (1 + std::exp(-2.0)), boost::test_tools::tolerance(1e-15));
    BOOST_TEST(swish(x = 2.0, beta = 0.5) == 2.0 / (1 + std::exp(-1.0)),
               boost::test_tools::tolerance(1e-15));
    BOOST_TEST(swish(beta = 0.5, x = 2.0) == swish(x = 2.0, beta = 0.5));
    BOOST_TEST(swish(2.0F) == static_cast<float>(swish(2.0)));
}

BOOST_AUTO_TEST_CASE(formulas_compose)
{
    constexpr auto composed = swish(y * y);
    static_assert(std::same_as<decltype(composed(1.0)), double>);
    static_assert(variables_of<decltype(composed)>[0] == "y");
    BOOST_TEST(composed(3.0) == swish(9.0));
    BOOST_TEST(to_string(composed) == "y^2 * sigmoid(beta * y^2)");
    BOOST_TEST(to_string(swish(x = y, beta = 2.0)) == "y * sigmoid(2 * y)");
    BOOST_TEST(to_string(swish(beta = 2.0)) == "x * sigmoid(2 * x)");
    BOOST_TEST(to_string((x - y)(y, x)) == "y - x");
    BOOST_TEST(to_string(sigmoid(x)(sigmoid(x))) == "sigmoid(sigmoid(x))");
    BOOST_TEST(to_string(square(x)(square(x)(y))) == "(y^2)^2");
    BOOST_TEST(to_string((x * y)(x = 3)) == "3 * y");
    BOOST_TEST(to_string(derivative(swish(y * y), y)(beta = 0.0)) == "y");
}

BOOST_AUTO_TEST_CASE(compositions_have_derivatives)
{
    constexpr auto composed = sigmoid(x)(square(y));
    BOOST_TEST(to_string(derivative(composed, y)) == "2 * y * sigmoid(y^2) * sigmoid(-y^2)");
    BOOST_TEST(to_string(derivative(composed, x)) == "0");
    constexpr auto slope_at_square = derivative(sigmoid(x), x)(square(y));
    BOOST_TEST(to_string(slope_at_square) == "sigmoid(y^2) * sigmoid(-y^2)");
}

BOOST_AUTO_TEST_CASE(calls_are_as_stable_as_kernels)
{
    BOOST_TEST(swish(-infinity) == 0);
    BOOST_TEST(swish(infinity) == infinity);
    BOOST_TEST(derivative(swish, x)(-infinity) == 0);
    BOOST_TEST(derivative(x * tanh(softplus(x)), x)(-infinity) == 0);
    BOOST_TEST(derivative(tanh(x), x)(20.0) == 4 * std::exp(-40.0),
               boost::test_tools::tolerance(1e-14));
    BOOST_TEST(std::isnan(swish(std::nan(""))));
}

BOOST_AUTO_TEST_CASE(comparisons_with_nan_decide_nothing)
{
    const double nan = std::nan("");
    BOOST_TEST(std::isnan(where(x >= 0, 1, 2)(nan)));
    BOOST_TEST(std::isnan(where(x < y, x, 0)(1.0, nan)));
    BOOST_TEST(std::isnan(maximum(x, 0)(nan)));
    BOOST_TEST(std::isnan(minimum(y, x)(1.0, nan)));
    BOOST_TEST(std::isnan(clamp(x, -1, 1)(nan)));
    BOOST_TEST(std::isnan(relu(x)(nan)));
    BOOST_TEST(std::isnan(derivative(relu(x), x)(nan)));
    BOOST_TEST(std::isnan(sign(x)(nan)));
}

BOOST_AUTO_TEST_CASE(a_row_is_the_single_number)
{
    BOOST_TEST(sum(x)(3.0) == 3.0);
    BOOST_TEST(mean(x)(3.0) == 3.0);
    BOOST_TEST(logsumexp(x)(3.0) == 3.0);
    BOOST_TEST((exp(x - max(x)) / sum(exp(x - max(x))))(5.0) == 1.0);
}

} // namespace
