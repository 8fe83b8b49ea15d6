// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE activations
#include "../simd/activation_table.hpp"

#include <ctgrad/graph/print.hpp>

// Activations of straight and square pieces, against the table as calls compute them: that takes a
// compiler no time, and their kernels are made of operations that tests/laws/simd_operations.cpp
// checks. Those with exponentials and roots are in tests/simd/*_accuracy.cpp.

using namespace ctgrad;
namespace activations = ctgrad::activations;
using activations::x;

namespace
{

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Beside the table: the values at -infinity and +infinity.
void check(const char* name, const auto& formula, double at_minus_infinity, double at_infinity)
{
    const auto slope = derivative(formula, x);
    const auto curvature = derivative(slope, x);
    const activation_table::rows table = activation_table::read(name);
    std::array<std::vector<double>, 3> got;
    for (const double at : table.x)
    {
        got[0].push_back(formula(at));
        got[1].push_back(slope(at));
        got[2].push_back(curvature(at));
    }
    for (std::size_t column = 0; column < 3; ++column)
    {
        const auto worst = activation_table::worst_of(table, column, got[column], {});
        // One rounding for each of at most two operations.
        BOOST_TEST(worst.ulps <= 1, name << " " << activation_table::columns[column]
                                         << " is wrong by " << worst.ulps << " ULP at " << worst.x
                                         << ": " << worst.got << ", exactly " << worst.exact);
    }
    BOOST_TEST(formula(-infinity) == at_minus_infinity, name << " of -infinity");
    BOOST_TEST(formula(infinity) == at_infinity, name << " of infinity");
    BOOST_TEST(std::isnan(formula(nan)), name << " of NaN");
}

} // namespace

BOOST_AUTO_TEST_CASE(rectifiers)
{
    check("clipped_relu(20)", activations::clipped_relu(), 0, 20);
    check("thresholded_relu(1)", activations::thresholded_relu(), 0, infinity);
    check("threshold(0.5,-2)", activations::threshold(0.5, -2), -2, infinity);
    check("bounded_relu(0.25,6,1)", activations::bounded_relu(0.25, 6, 1), -infinity, 6);
    check("squared_relu", activations::squared_relu, 0, infinity);
    check("absolute_value", activations::absolute_value, infinity, infinity);
    check("parametric_relu", activations::parametric_relu, -infinity, infinity);
    check("randomized_relu", activations::randomized_relu(), -infinity, infinity);
    check("s_shaped_relu(-1,0.25,2,0.5)", activations::s_shaped_relu(-1, 0.25, 2, 0.5), -infinity,
          infinity);
    check("sparse_plus", activations::sparse_plus, 0, infinity);
}

BOOST_AUTO_TEST_CASE(sigmoids)
{
    check("sparse_sigmoid", activations::sparse_sigmoid, 0, 1);
    check("hard_tanh_between(-2,3)", activations::hard_tanh_between(-2, 3), -2, 3);
    check("square_nonlinearity", activations::square_nonlinearity, -1, 1);
}

BOOST_AUTO_TEST_CASE(shrinkages)
{
    check("hard_shrink(0.5)", activations::hard_shrink(), -infinity, infinity);
}

// What stands at a kink, as in PyTorch.
BOOST_AUTO_TEST_CASE(kinks)
{
    static_assert(activations::threshold(0.5, -2)(0.5) == -2);
    static_assert(activations::hard_shrink()(0.5) == 0);
    static_assert(activations::hard_shrink()(-0.5) == 0);
    static_assert(activations::bounded_relu(0.25, 6, 1)(1.0) == 1);
    static_assert(derivative(activations::squared_relu, x)(0.0) == 0);
    static_assert(derivative(activations::parametric_relu, x)(0.0) == 0.25);
}

// The sparse pair and the soft pair: a rectifier and the sigmoid that is its slope.
BOOST_AUTO_TEST_CASE(slopes_that_are_activations)
{
    for (double at = -3; at <= 3; at += 0.125)
    {
        BOOST_TEST(derivative(activations::sparse_plus, x)(at) == activations::sparse_sigmoid(at));
    }
    BOOST_TEST(to_string(derivative(activations::softplus(), x)) ==
               to_string(activations::sigmoid));
}

BOOST_AUTO_TEST_CASE(spellings_of_one_function)
{
    BOOST_TEST(to_string(activations::silu) == to_string(activations::swish()));
    BOOST_TEST(to_string(activations::silu) == "x * sigmoid(x)");
    BOOST_TEST(to_string(activations::learnable_swish) == "x * sigmoid(x * beta)");
    BOOST_TEST(to_string(activations::lecun_tanh(x = 1.5 * x)) == "1.7159 * tanh(x)");
    BOOST_TEST(activations::lecun_tanh(1.0) == 1.0, boost::test_tools::tolerance(1e-4));
}

// Constants may be learnt: gradients by a parameter against differences.
BOOST_AUTO_TEST_CASE(learnable_constants)
{
    constexpr parameter<"a"> a{0.75};
    constexpr parameter<"b"> b{2.5};
    const auto check_parameter = [](const char* name, const auto& formula, const auto& by)
    {
        for (const double at : {-3.0, -1.3, -0.4, 0.3, 0.9, 3.1})
        {
            constexpr double step = 1e-5;
            const double difference = (formula(x = at, by = by.initial + step) -
                                       formula(x = at, by = by.initial - step)) /
                                      (2 * step);
            // step^2 of truncation times a third derivative, 1e-16 / step of rounding.
            BOOST_TEST(std::abs(derivative(formula, by)(at) - difference) < 1e-8,
                       name << " at " << at);
        }
    };
    check_parameter("parametric_relu", activations::parametric_relu, parameter<"slope">{0.25});
    check_parameter("learnable_swish", activations::learnable_swish, parameter<"beta">{1.0});
    check_parameter("clipped_relu", activations::clipped_relu(b), b);
    check_parameter("threshold", activations::threshold(0.5, a), a);
    check_parameter("bounded_relu", activations::bounded_relu(a, b, -0.5), a);
    check_parameter("s_shaped_relu", activations::s_shaped_relu(-1, a, 2, b), a);
    check_parameter("s_shaped_relu", activations::s_shaped_relu(-1, a, 2, b), b);
    check_parameter("isru", activations::isru(a), a);
    check_parameter("isrlu", activations::isrlu(a), a);
    check_parameter("squareplus", activations::squareplus(b), b);
    check_parameter("snake", activations::snake(a), a);
}
