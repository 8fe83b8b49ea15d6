// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE rewrite
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/print.hpp>

#include <cmath>
#include <limits>
#include <numbers>

using namespace ctgrad;

// Each rule by what it prints and, where the textbook form fails in double, by its value there.

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr variable<"z"> z;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Relative difference.
double off(double got, double wanted) { return std::abs(got - wanted) / std::abs(wanted); }

// A few roundings in double.
constexpr double rounding = 1e-15;

/// Whether a formula's graph has an operation.
template <class Operation>
bool has(const auto& formula)
{
    graph_builder graph;
    const int root = trace(graph, formula);
    for (int i = 0; i <= root; ++i)
    {
        if (graph[i].is(operation_of<Operation>))
        {
            return true;
        }
    }
    return false;
}

BOOST_AUTO_TEST_CASE(what_is_one_value_for_the_row_leaves_sums)
{
    constexpr parameter<"beta"> beta{1.0};
    BOOST_TEST(to_string(sum(3 * x)) == "3 * sum(x)");
    BOOST_TEST(to_string(sum(-x)) == "-sum(x)");
    BOOST_TEST(to_string(sum(beta * x)) == "beta * sum(x)");
    BOOST_TEST(to_string(sum(x * max(y))) == "max(y) * sum(x)");
    BOOST_TEST(to_string(sum(x * y * max(y))) == "max(y) * sum(x * y)");
    BOOST_TEST(to_string(sum(x / sum(y))) == "sum(x) / sum(y)");
    // Elements of order 1 may overflow without what they were divided by.
    BOOST_TEST(to_string(sum(x / max(x))) == "sum(x / max(x))");
    BOOST_TEST(to_string(sum(x / norm(x) * y)) == "sum(y * x / norm(x))");
    BOOST_TEST(to_string(sum(x * max(y) + y)) == "sum(y) + max(y) * sum(x)");
    BOOST_TEST(to_string(sum(x - mean(x))) == "0");
    BOOST_TEST(to_string(mean(beta * square(y))) == "beta * sum(y^2) / row_length");
    BOOST_TEST(to_string(sum(square(beta))) == "beta^2 * row_length");
    BOOST_TEST(to_string(max(sum(x))) == "sum(x)");
    BOOST_TEST(to_string(min(beta)) == "beta");
    // Terms that are summed as they are stay together: x may cancel y.
    BOOST_TEST(to_string(sum(x - y)) == "sum(x - y)");
    BOOST_TEST(to_string(sum(x - max(y))) == "sum(x - max(y))");
}

BOOST_AUTO_TEST_CASE(softmax_in_all_spellings)
{
    constexpr auto shifted = exp(x - max(x));
    constexpr auto softmax = "exp(x - logsumexp(x))";
    BOOST_TEST(to_string(exp(x) / sum(exp(x))) == softmax);
    BOOST_TEST(to_string(shifted / sum(shifted)) == softmax);
    BOOST_TEST(to_string(y * shifted / sum(shifted)) == "y * " + std::string(softmax));
    BOOST_TEST(to_string(log(shifted / sum(shifted))) == "x - logsumexp(x)");
    BOOST_TEST(to_string(x - max(x) - log(sum(shifted))) == "x - logsumexp(x)");
    BOOST_TEST(to_string(log(sum(shifted)) + max(x)) == "logsumexp(x)");
    // Another sum is none.
    BOOST_TEST(to_string(exp(x) / sum(exp(y))) == "exp(x) / sum(exp(y))");
}

BOOST_AUTO_TEST_CASE(sums)
{
    BOOST_TEST(to_string(x + 0) == "x");
    BOOST_TEST(to_string(0 - x) == "-x");
    BOOST_TEST(to_string(x - x) == "0");
    BOOST_TEST(to_string(x + x) == "2 * x");
    BOOST_TEST(to_string(2 * x + 3 * x) == "5 * x");
    BOOST_TEST(to_string(2 * x - x) == "x");
    BOOST_TEST(to_string(x - 3 * x) == "-2 * x");
    BOOST_TEST(to_string(1 + (2 + x)) == "3 + x");
    BOOST_TEST(to_string(1 + (2 - x)) == "3 - x");
    BOOST_TEST(to_string(1 - (2 + x)) == "-1 - x");
    BOOST_TEST(to_string(1 - (2 - x)) == "x - 1");
    BOOST_TEST(to_string(x + -y) == "x - y");
    BOOST_TEST(to_string(-x + y) == "y - x");
    BOOST_TEST(to_string(x - -y) == "x + y");
    BOOST_TEST(to_string(-x - y) == "-(x + y)");
    BOOST_TEST(to_string(1 - -2 * x) == "1 + 2 * x");
    BOOST_TEST(to_string((x + y) - x) == "y");
    BOOST_TEST(to_string(x - (x + y)) == "-y");
    BOOST_TEST(to_string(x - (x - y)) == "y");
    BOOST_TEST(to_string(x / z + y / z) == "(x + y) / z");
    BOOST_TEST(to_string(x / z - y / z) == "(x - y) / z");
    BOOST_TEST(to_string(x / 1 + y / 1) == "x + y");
    BOOST_TEST(to_string(where(x > 0, 1, y) + where(x > 0, z, 2)) == "where(x > 0, 1 + z, 2 + y)");
}

BOOST_AUTO_TEST_CASE(signs)
{
    BOOST_TEST(to_string(-(-x)) == "x");
    BOOST_TEST(to_string(-(2 * x)) == "-2 * x");
    BOOST_TEST(to_string(-(3 / x)) == "-3 / x");
    BOOST_TEST(to_string(-(x - y)) == "y - x");
    BOOST_TEST(to_string(-(1 + x)) == "-1 - x");
    BOOST_TEST(to_string(-x * y) == "-x * y");
    BOOST_TEST(to_string(-x * -y) == "x * y");
    BOOST_TEST(to_string(-x / y) == "-x / y");
    BOOST_TEST(to_string(x / -y) == "-x / y");
    BOOST_TEST(to_string(sin(-x)) == "-sin(x)");
    BOOST_TEST(to_string(cos(-x)) == "cos(x)");
    BOOST_TEST(to_string(atan(-x)) == "-atan(x)");
    BOOST_TEST(to_string(erf(-x)) == "-erf(x)");
    BOOST_TEST(to_string(tanh(-x)) == "-tanh(x)");
    BOOST_TEST(to_string(sign(-x)) == "-sign(x)");
    BOOST_TEST(to_string(abs(-x)) == "abs(x)");
    BOOST_TEST(to_string(abs(-3 * x)) == "3 * abs(x)");
    BOOST_TEST(to_string(abs(abs(x))) == "abs(x)");
    BOOST_TEST(to_string(abs(square(x))) == "x^2");
    BOOST_TEST(to_string(x * sign(x)) == "abs(x)");
}

BOOST_AUTO_TEST_CASE(products)
{
    BOOST_TEST(to_string(x * 0) == "0");
    BOOST_TEST(to_string(1 * x) == "x");
    BOOST_TEST(to_string(-1 * x) == "-x");
    BOOST_TEST(to_string(2 * (3 * x)) == "6 * x");
    BOOST_TEST(to_string((2 * x) * (3 * y)) == "6 * x * y");
    BOOST_TEST(to_string(2 * (3 / x)) == "6 / x");
    BOOST_TEST(to_string(2 * (x / 4)) == "0.5 * x");
    BOOST_TEST(to_string(x * x) == "x^2");
    BOOST_TEST(to_string(2 * where(x > 0, 3, 4)) == "where(x > 0, 6, 8)");
    BOOST_TEST(to_string(where(x > 0, 1, 0) * y) == "where(x > 0, y, 0)");
    BOOST_TEST(to_string(where(x > 0, z, 0) * y) == "where(x > 0, z * y, 0)");
    BOOST_TEST(to_string((x / y) * y) == "x");
}

BOOST_AUTO_TEST_CASE(quotients)
{
    BOOST_TEST(to_string(0 / x) == "0");
    BOOST_TEST(to_string(x / x) == "1");
    BOOST_TEST(to_string(x / 1) == "x");
    BOOST_TEST(to_string(x / 4) == "0.25 * x");
    BOOST_TEST(to_string(6 * x / 3) == "2 * x");
    BOOST_TEST(to_string(x / (y / z)) == "x * z / y");
    BOOST_TEST(to_string((x / y) / z) == "x / (y * z)");
    BOOST_TEST(to_string(x * y / x) == "y");
    BOOST_TEST(to_string(x / (x * y)) == "1 / y");
    BOOST_TEST(to_string(x * y / (y * z)) == "x / z");
    BOOST_TEST(to_string(x / square(x)) == "1 / x");
    BOOST_TEST(to_string(3 * (x * y) / (y * z)) == "3 * x / z");
}

BOOST_AUTO_TEST_CASE(cancelled_before_it_overflows)
{
    constexpr auto quotient = x * y / square(x);
    BOOST_TEST(quotient(1e200, 3.0) == 3e-200);
    BOOST_TEST(quotient(1e-200, 3.0) == 3e200);
}

BOOST_AUTO_TEST_CASE(powers_and_roots)
{
    BOOST_TEST(to_string(pow(x, 0)) == "1");
    BOOST_TEST(to_string(pow(x, 1)) == "x");
    BOOST_TEST(to_string(pow(x, 2)) == "x^2");
    BOOST_TEST(to_string(pow(x, 3)) == "x^3");
    BOOST_TEST(to_string(pow(x, 4)) == "(x^2)^2");
    BOOST_TEST(to_string(pow(x, 0.5)) == "sqrt(x)");
    BOOST_TEST(to_string(pow(x, -0.5)) == "1 / sqrt(x)");
    BOOST_TEST(to_string(pow(x, -1)) == "1 / x");
    BOOST_TEST(to_string(pow(x, -2)) == "1 / x^2");
    BOOST_TEST(to_string(pow(x, 1.5)) == "x^1.5");
    BOOST_TEST(to_string(sqrt(square(x))) == "abs(x)");
    BOOST_TEST(to_string(square(-x)) == "x^2");
    BOOST_TEST(to_string(square(abs(x))) == "x^2");
}

BOOST_AUTO_TEST_CASE(choices)
{
    BOOST_TEST(to_string(where(x > 0, y, y)) == "y");
    BOOST_TEST(to_string(where(x > 0, where(x > 0, 1, 2), 3)) == "where(x > 0, 1, 3)");
    BOOST_TEST(to_string(where(x > 0, 1, where(x > 0, 2, 3))) == "where(x > 0, 1, 3)");
    BOOST_TEST(to_string(maximum(x, x)) == "x");
    BOOST_TEST(to_string(minimum(x, x)) == "x");
}

BOOST_AUTO_TEST_CASE(expm1_for_exp_minus_1)
{
    BOOST_TEST(to_string(exp(x) - 1) == "expm1(x)");
    BOOST_TEST(to_string(-1 + exp(x)) == "expm1(x)");
    BOOST_TEST(to_string(expm1(x) + 1) == "exp(x)");
    BOOST_TEST(to_string(1 - exp(x)) == "-expm1(x)");
    BOOST_TEST((exp(x) - 1)(1e-20) == 1e-20);
    BOOST_TEST(off((exp(x) - 1)(-1e-9), -9.999999995e-10) < rounding);
    BOOST_TEST((exp(x) - 1)(1e3) == infinity);
    BOOST_TEST((exp(x) - 1)(-1e3) == -1);
}

BOOST_AUTO_TEST_CASE(log1p_for_log_of_1_plus)
{
    BOOST_TEST(to_string(log(1 + x)) == "log1p(x)");
    BOOST_TEST(to_string(log(x + 1)) == "log1p(x)");
    BOOST_TEST(to_string(log(exp(x))) == "x");
    BOOST_TEST(to_string(log1p(expm1(x))) == "x");
    BOOST_TEST(to_string(expm1(log1p(x))) == "x");
    BOOST_TEST(log(1 + x)(1e-20) == 1e-20);
    BOOST_TEST(log(exp(x))(1e3) == 1e3);
}

BOOST_AUTO_TEST_CASE(softplus_for_log_of_1_plus_exp)
{
    constexpr auto naive = log(1 + exp(x));
    BOOST_TEST(to_string(naive) == "softplus(x)");
    BOOST_TEST(to_string(log(exp(x) + 1)) == "softplus(x)");
    BOOST_TEST(to_string(log1p(exp(x))) == "softplus(x)");
    BOOST_TEST(naive(1e3) == 1e3);
    BOOST_TEST(naive(-1e3) == 0);
    BOOST_TEST(off(naive(-50.0), std::exp(-50.0)) < rounding);
}

BOOST_AUTO_TEST_CASE(sigmoid_for_its_quotients)
{
    constexpr auto direct = 1 / (1 + exp(-x));
    constexpr auto other = exp(x) / (1 + exp(x));
    BOOST_TEST(to_string(direct) == "sigmoid(x)");
    BOOST_TEST(to_string(1 / (exp(-x) + 1)) == "sigmoid(x)");
    BOOST_TEST(to_string(other) == "sigmoid(x)");
    BOOST_TEST(to_string(1 / (1 + exp(x))) == "sigmoid(-x)");
    BOOST_TEST(to_string(x / (1 + exp(-x))) == "x * sigmoid(x)");
    BOOST_TEST(to_string(exp(-x) / square(1 + exp(-x))) == "sigmoid(x) * sigmoid(-x)");
    BOOST_TEST(other(1e3) == 1);
    BOOST_TEST(other(-1e3) == 0);
    BOOST_TEST(off(other(-700.0), std::exp(-700.0)) < rounding);
    BOOST_TEST(off(direct(-700.0), std::exp(-700.0)) < rounding);
}

BOOST_AUTO_TEST_CASE(one_minus_something)
{
    BOOST_TEST(to_string(1 - sigmoid(x)) == "sigmoid(-x)");
    BOOST_TEST(to_string(sigmoid(x) - 1) == "-sigmoid(-x)");
    BOOST_TEST(to_string(1 - erf(x)) == "erfc(x)");
    BOOST_TEST(to_string(1 + erf(x)) == "erfc(-x)");
    BOOST_TEST(to_string(1 - tanh(x)) == "2 * sigmoid(-2 * x)");
    BOOST_TEST(to_string(1 + tanh(x)) == "2 * sigmoid(2 * x)");
    BOOST_TEST(to_string(0.5 * (1 + erf(x / std::numbers::sqrt2))) == "normal_cdf(x)");
    BOOST_TEST(to_string((1 + erf(x * 0.70710678118654752)) / 2) == "normal_cdf(x)");
    BOOST_TEST(to_string(1 - x / (1 + x)) == "1 / (1 + x)");
    BOOST_TEST(off((1 - sigmoid(x))(40.0), std::exp(-40.0)) < 1e-14);
    BOOST_TEST(off((1 - erf(x))(10.0), std::erfc(10.0)) < 1e-14);
    BOOST_TEST(off((1 - tanh(x))(20.0), 2 * std::exp(-40.0)) < 1e-14);
    BOOST_TEST(off((1 - x / (1 + x))(1e20), 1e-20) < rounding);
}

BOOST_AUTO_TEST_CASE(logarithms_of_probabilities)
{
    constexpr auto log_sigmoid = log(sigmoid(x));
    BOOST_TEST(to_string(log_sigmoid) == "-softplus(-x)");
    BOOST_TEST(to_string(log(1 / (1 + exp(-x)))) == "-softplus(-x)");
    BOOST_TEST(log_sigmoid(-1e3) == -1e3);
    BOOST_TEST(off(log_sigmoid(50.0), -std::exp(-50.0)) < rounding);
    BOOST_TEST(to_string(log(sum(exp(x)))) == "logsumexp(x)");
    BOOST_TEST(to_string(log(exp(x) / sum(exp(x)))) == "x - logsumexp(x)");
    BOOST_TEST(to_string(log(exp(x) / y)) == "x - log(y)");
}

BOOST_AUTO_TEST_CASE(hyperbolic_tangents)
{
    constexpr auto naive = (exp(x) - exp(-x)) / (exp(x) + exp(-x));
    BOOST_TEST(to_string(naive) == "tanh(x)");
    BOOST_TEST(naive(1e3) == 1);
    BOOST_TEST(naive(-1e3) == -1);
    BOOST_TEST(off(naive(1e-9), 1e-9) < rounding);
    BOOST_TEST(has<tanh_softplus_operation>(x * tanh(softplus(x))));
    BOOST_TEST(has<tanh_softplus_operation>(x * tanh(log(1 + exp(x)))));
    BOOST_TEST((x * tanh(log(1 + exp(x))))(1e3) == 1e3);
    BOOST_TEST((x * tanh(log(1 + exp(x))))(-1e3) == 0);
}

BOOST_AUTO_TEST_CASE(softsign_does_not_cancel)
{
    constexpr auto slope = derivative(x / (1 + abs(x)), x);
    BOOST_TEST(to_string(slope) == "1 / (1 + abs(x))^2");
    BOOST_TEST(off(slope(1e9), 1e-18) < 1e-8);
    BOOST_TEST(off(slope(-1e20), 1e-40) < rounding);
}

BOOST_AUTO_TEST_CASE(what_is_not_chosen_does_no_harm)
{
    BOOST_TEST(derivative(sqrt(relu(x)), x)(-1.0) == 0);
    BOOST_TEST(derivative(maximum(sqrt(x), 1), x)(0.0) == 0);
    BOOST_TEST(derivative(where(x > 0, log(x), 0), x)(-1.0) == 0);
    BOOST_TEST(derivative(where(x > 0, x, exp(x)), x)(1e4) == 1);
    BOOST_TEST(derivative(relu(x) / y, x)(-1.0, 0.0) == 0);
}

// Both quotients have one denominator, whose reciprocal they share; taking them apart has an end.
BOOST_AUTO_TEST_CASE(shared_reciprocals_of_numbers)
{
    constexpr auto value = relu(3 / (1 + square(x))) + atan(x);
    BOOST_TEST(derivative(value, x)(0.0) == 1);
    constexpr auto minus = sin(-1 / y) + x / y;
    BOOST_TEST(off(derivative(minus, y)(2.0, 3.0), std::cos(1 / 2.0) / 4 - 3 / 4.0) < rounding);
}

} // namespace
