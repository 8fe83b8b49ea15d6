// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE lower
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/interpret.hpp>
#include <ctgrad/graph/plan.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace ctgrad;

// What kernels compute, one number at a time.

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr double infinity = std::numeric_limits<double>::infinity();
const double nan = std::nan("");

struct lowered_formula
{
    graph_builder graph;
    std::array<int, 1> root{};

    explicit lowered_formula(const auto& formula)
    {
        graph_builder traced;
        root[0] = trace(traced, formula);
        graph = lower(traced, root);
    }

    double operator()(double at_x, double at_y = 1) const
    {
        return interpret(graph, root[0],
                         [&](const node& leaf)
                         {
                             return leaf.name == "x" ? at_x : leaf.name == "y" ? at_y : leaf.value;
                         });
    }

    template <class Operation>
    int count() const
    {
        const auto live = detail::live_nodes(graph, root);
        int found = 0;
        for (int i = 0; i < graph.size(); ++i)
        {
            found += live[static_cast<std::size_t>(i)] && graph[i].is(operation_of<Operation>);
        }
        return found;
    }
};

bool is_limit(double got, double wanted)
{
    return got == wanted || (std::isnan(got) && std::isnan(wanted));
}

BOOST_AUTO_TEST_CASE(limits_where_a_factor_vanishes)
{
    constexpr auto swish = x * sigmoid(x);
    BOOST_TEST(lowered_formula(swish)(-infinity) == 0);
    BOOST_TEST(lowered_formula(swish)(infinity) == infinity);
    BOOST_TEST(lowered_formula(derivative(swish, x))(-infinity) == 0);
    BOOST_TEST(lowered_formula(derivative(swish, x))(infinity) == 1);
    BOOST_TEST(lowered_formula(x * exp(-square(x)))(infinity) == 0);
    BOOST_TEST(lowered_formula(x * exp(-square(x)))(-infinity) == 0);
    BOOST_TEST(lowered_formula(square(x) * exp(x))(-infinity) == 0);
    BOOST_TEST(lowered_formula(x * normal_cdf(x))(-infinity) == 0);
    BOOST_TEST(lowered_formula(x * tanh(softplus(x)))(-infinity) == 0);
}

BOOST_AUTO_TEST_CASE(limits_of_quotients)
{
    constexpr auto softsign = x / (1 + abs(x));
    BOOST_TEST(lowered_formula(softsign)(infinity) == 1);
    BOOST_TEST(lowered_formula(softsign)(-infinity) == -1);
    BOOST_TEST(lowered_formula(x / (1 + square(x)))(infinity) == 0);
    BOOST_TEST(lowered_formula(square(x) / (1 + x))(infinity) == infinity);
    BOOST_TEST(lowered_formula(-square(x) / (1 + x))(infinity) == -infinity);
}

BOOST_AUTO_TEST_CASE(no_limit_is_made_up)
{
    BOOST_TEST(std::isnan(lowered_formula(x - y)(infinity, infinity)));
    BOOST_TEST(std::isnan(lowered_formula(x * y)(infinity, 0.0)));
    BOOST_TEST(lowered_formula(x * y)(infinity, 2.0) == infinity);
    BOOST_TEST(lowered_formula(x / y)(1.0, infinity) == 0);
    // The limits are 2 and 1.
    BOOST_TEST(std::isnan(lowered_formula((1 + 2 * x) / (3 + x))(infinity)));
    BOOST_TEST(std::isnan(lowered_formula(x * atan(1 / x))(infinity)));
}

BOOST_AUTO_TEST_CASE(nan_stays_nan)
{
    for (const double got :
         {lowered_formula(where(x >= 0, 1, 0))(nan), lowered_formula(where(x > 0, x, 0.1 * x))(nan),
          lowered_formula(where(0 < x, 1, 0))(nan), lowered_formula(where(x == 0, 1, 0))(nan),
          lowered_formula(where(x < y, x, 0))(1, nan), lowered_formula(maximum(x, 0))(nan),
          lowered_formula(minimum(1, x))(nan), lowered_formula(clamp(x, -1, 1))(nan),
          lowered_formula(relu(x))(nan), lowered_formula(derivative(relu(x), x))(nan),
          lowered_formula(derivative(maximum(x, y), x))(1, nan),
          lowered_formula(x * sigmoid(x))(nan), lowered_formula(softplus(x))(nan),
          lowered_formula(tanh(x))(nan), lowered_formula(normal_cdf(x))(nan),
          lowered_formula(where(x > 0, where(x > 1, 1, 2), 3))(nan)})
    {
        BOOST_TEST(std::isnan(got));
    }
}

BOOST_AUTO_TEST_CASE(a_choice_is_made_by_the_condition_alone)
{
    constexpr auto choice = where(x > 0, log(x), x);
    BOOST_TEST(lowered_formula(choice)(-2.0) == -2.0);
    BOOST_TEST(lowered_formula(where(x > 0, x, exp(x)))(1e4) == 1e4);
    BOOST_TEST(lowered_formula(derivative(where(x > 0, x, exp(x)), x))(1e4) == 1);
    BOOST_TEST(lowered_formula(where(x > 0, x, exp(x)))(-3.0) == std::exp(-3.0),
               boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(slopes_do_not_cancel)
{
    const lowered_formula slope(derivative(tanh(x), x));
    for (const double at : {1e-9, 1.0, 10.0, 20.0, 300.0, -20.0})
    {
        const double wanted = 1 / (std::cosh(at) * std::cosh(at));
        BOOST_TEST(slope(at) == wanted, boost::test_tools::tolerance(1e-13));
    }
    BOOST_TEST(slope(1e3) == 0);
}

double cdf(double at) { return std::erfc(-at / std::sqrt(2.0)) / 2; }

BOOST_AUTO_TEST_CASE(gated_units_are_taken_apart_as_a_whole)
{
    constexpr auto gelu = 0.5 * x * (1 + erf(x / 1.41421356237309504880));
    constexpr double density = 0.39894228040143267794;
    const lowered_formula value(gelu);
    const lowered_formula slope(derivative(gelu, x));
    BOOST_TEST(value.count<select_operation>() == 0);
    BOOST_TEST(value.count<minus_half_square_octave_operation>() == 1);
    BOOST_TEST(slope.count<select_operation>() == 1);
    BOOST_TEST(slope.count<minus_half_square_octave_operation>() == 1);
    for (const double at : {-20.0, -8.0, -1.0, -0.1, 0.0, 0.3, 2.0, 12.0})
    {
        BOOST_TEST(value(at) == at * cdf(at), boost::test_tools::tolerance(1e-13));
        const double exact = cdf(at) + at * density * std::exp(-at * at / 2);
        BOOST_TEST(slope(at) == exact, boost::test_tools::tolerance(1e-12));
    }
    BOOST_TEST(value(infinity) == infinity);
    BOOST_TEST(slope(-infinity) == 0);
    BOOST_TEST(slope(infinity) == 1);
    BOOST_TEST(is_limit(value(nan), nan));
    BOOST_TEST(is_limit(slope(nan), nan));
    // A gate of something else is a gate.
    const lowered_formula other(y * normal_cdf(x));
    BOOST_TEST(other(1.5, 3.0) == 3 * cdf(1.5), boost::test_tools::tolerance(1e-14));
    const lowered_formula composed(normal_cdf(x * y) + (x * y) * (density * exp(-square(x) / 2)));
    BOOST_TEST(composed(0.5, 3.0) == cdf(1.5) + 1.5 * density * std::exp(-0.125),
               boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(a_ramp_and_a_decay_are_chosen_by_the_negative)
{
    const lowered_formula elu(where(x > 0, x, expm1(x)));
    BOOST_TEST(elu.count<copysign_operation>() == 0);
    BOOST_TEST(std::signbit(elu(-0.0)));
    BOOST_TEST(!std::signbit(elu(0.0)));
    BOOST_TEST(elu(-1e-300) == -1e-300);
    BOOST_TEST(elu(-2.0) == std::expm1(-2.0), boost::test_tools::tolerance(1e-15));
    BOOST_TEST(elu(3.0) == 3);
    BOOST_TEST(elu(-infinity) == -1);
    BOOST_TEST(elu(infinity) == infinity);
    BOOST_TEST(is_limit(elu(nan), nan));
    const lowered_formula celu(where(x > 0, 3 * x, 2 * expm1(0.5 * x)));
    BOOST_TEST(celu.count<copysign_operation>() == 0);
    BOOST_TEST(celu(-2.0) == 2 * std::expm1(-1.0), boost::test_tools::tolerance(1e-15));
    BOOST_TEST(celu(2.0) == 6);
    // Branches that differ at 0, in value or in sign, are left alone.
    BOOST_TEST(lowered_formula(where(x > 0, 1 + x, expm1(x)))(-0.0) == 0);
    BOOST_TEST(lowered_formula(where(x > 0, -x, expm1(x))).count<copysign_operation>() == 1);
    BOOST_TEST(lowered_formula(where(x > 0, y, expm1(x)))(-1.0, 5.0) == std::expm1(-1.0),
               boost::test_tools::tolerance(1e-15));
    BOOST_TEST(lowered_formula(where(x > 1, x, expm1(x)))(0.5) == std::expm1(0.5),
               boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(a_scaled_cubic_has_the_factor_in_its_coefficients)
{
    const lowered_formula cubic(3 * (x + 0.5 * pow(x, 3)));
    BOOST_TEST(cubic.count<multiply_operation>() == 1);
    BOOST_TEST(cubic.count<multiply_add_operation>() == 1);
    BOOST_TEST(cubic(2.0) == 18);
    BOOST_TEST(cubic(-infinity) == -infinity);
    BOOST_TEST(lowered_formula(-3 * (0.25 * pow(x, 3) - 2 * x))(2.0) == 6);
    BOOST_TEST(lowered_formula(3 * (y + 0.5 * pow(x, 3)))(2.0, 1.0) == 15);
    BOOST_TEST(lowered_formula(3 * (x + 0.5 * pow(x, 5)))(2.0) == 54);
}

BOOST_AUTO_TEST_CASE(a_scaled_softplus_does_not_overflow)
{
    constexpr double huge = 1e308;
    BOOST_TEST(lowered_formula(softplus(3 * x) / 3)(huge) == huge);
    BOOST_TEST(lowered_formula(0.5 * softplus(2 * x))(huge) == huge);
    BOOST_TEST(lowered_formula(softplus(-3 * x) / -3)(-huge) == -huge);
    BOOST_TEST(lowered_formula(softplus(3 * x) / 3)(-huge) == 0);
    BOOST_TEST(lowered_formula(softplus(3 * x) / 3)(1.0) == std::log1p(std::exp(3.0)) / 3,
               boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(constant_factors_reach_the_value)
{
    for (const double at : {-2.0, -0.5, 0.5, 2.0})
    {
        const double s = 1 / (1 + std::exp(-at));
        BOOST_TEST(lowered_formula(0.25 * sigmoid(x))(at) == 0.25 * s,
                   boost::test_tools::tolerance(1e-15));
        BOOST_TEST(lowered_formula(-3 * sigmoid(x))(at) == -3 * s,
                   boost::test_tools::tolerance(1e-15));
        BOOST_TEST(lowered_formula(derivative(softplus(x) / 3, x))(at) == s / 3,
                   boost::test_tools::tolerance(1e-15));
        BOOST_TEST(lowered_formula(y * sigmoid(x))(at, 5.0) == 5 * s,
                   boost::test_tools::tolerance(1e-15));
    }
}

// An exponential and a division for value and derivative together.
template <class First, class... Others>
std::pair<int, int> costs(const First& first, const Others&... others)
{
    graph_builder traced;
    std::array<int, 1 + sizeof...(Others)> roots{trace(traced, first), trace(traced, others)...};
    const graph_builder graph = lower(traced, roots);
    const auto live = detail::live_nodes(graph, roots);
    int exponentials = 0;
    int divisions = 0;
    for (int i = 0; i < graph.size(); ++i)
    {
        const bool alive = live[static_cast<std::size_t>(i)];
        exponentials += alive && graph[i].is(operation_of<exp_fraction_operation>);
        divisions += alive && graph[i].is(operation_of<divide_operation>);
    }
    return {exponentials, divisions};
}

BOOST_AUTO_TEST_CASE(value_and_derivative_share_their_work)
{
    const std::pair one_each{1, 1};
    const auto fused = [](const auto& formula) { return costs(formula, derivative(formula, x)); };
    BOOST_TEST((fused(sigmoid(x)) == one_each));
    BOOST_TEST((fused(1 / (1 + exp(-x))) == one_each));
    BOOST_TEST((fused(x * sigmoid(x)) == one_each));
    BOOST_TEST((fused(tanh(x)).first == 1));
    BOOST_TEST((fused(softplus(x)) == one_each));
    BOOST_TEST((fused(where(x > 0, x, exp(x) - 1)).first == 1));
    BOOST_TEST((fused(where(x > 0, x, exp(x) - 1)).second == 0));
    BOOST_TEST((fused(x * tanh(softplus(x))).second <= 1));
}

BOOST_AUTO_TEST_CASE(waves_take_a_product_that_may_overflow)
{
    // Of snake, x + sin(x)^2: its derivative is finite for every x.
    BOOST_TEST(lowered_formula(derivative(square(sin(x)), x)).count<sin_of_product_operation>() ==
               1);
    BOOST_TEST(lowered_formula(cos(3 * x)).count<cos_of_product_operation>() == 1);
    BOOST_TEST(lowered_formula(sin(x + 1)).count<sin_of_product_operation>() == 0);
    // Limits of the product are those of its factors.
    BOOST_TEST(lowered_formula(sin(x * exp(-x)))(infinity) == 0);
    BOOST_TEST(lowered_formula(sin(x * sigmoid(x)))(-infinity) == 0);
    BOOST_TEST(lowered_formula(cos(x * sigmoid(x)))(-infinity) == 1);
}

BOOST_AUTO_TEST_CASE(products_and_sums_are_fused)
{
    BOOST_TEST(lowered_formula(x * y + 1).count<multiply_add_operation>() == 1);
    BOOST_TEST(lowered_formula(1 - x * y).count<negative_multiply_add_operation>() == 1);
    BOOST_TEST(lowered_formula(square(x) + y).count<multiply_add_operation>() == 1);
    BOOST_TEST(lowered_formula(x * y + 1)(2, 3) == 7);
    BOOST_TEST(lowered_formula(1 - x * y)(2, 3) == -5);
    BOOST_TEST(lowered_formula(square(x) + y)(2, 3) == 7);
    // Not where the product is needed by itself.
    BOOST_TEST(lowered_formula((x * y + 1) * (x * y)).count<multiply_operation>() == 2);
    BOOST_TEST(is_limit(lowered_formula(x * y + 1)(nan, 1), nan));
}

BOOST_AUTO_TEST_CASE(the_sum_of_a_softmax_takes_the_factors_of_the_row)
{
    const auto e = exp(x - max(x));
    const auto products_of_elements = [](const lowered_formula& formula)
    {
        const auto live = detail::live_nodes(formula.graph, formula.root);
        int products = 0;
        for (int i = 0; i < formula.graph.size(); ++i)
        {
            const node& current = formula.graph[i];
            products += live[static_cast<std::size_t>(i)] && !current.uniform &&
                        current.is(operation_of<multiply_operation>);
        }
        return products;
    };
    const lowered_formula scaled(e / sum(e) * mean(y));
    BOOST_TEST(products_of_elements(scaled) == 1);
    BOOST_TEST(scaled.count<divide_operation>() == 2); // by the sum, and by the length
    const lowered_formula gradient(y - e / sum(e) * sum(y));
    BOOST_TEST(gradient.count<negative_multiply_add_operation>() == 1);
    BOOST_TEST(products_of_elements(gradient) == 0);
    // Nothing is gained where the quotient of each element is needed by itself.
    const lowered_formula both(e / sum(e) * (1 + e / sum(e) * sum(y)));
    BOOST_TEST(both.count<divide_operation>() == 1);
    BOOST_TEST(products_of_elements(both) == 2);
    // Another sum may be tiny: mean / sum overflows, and 0 / sum * mean would be NaN.
    BOOST_TEST(products_of_elements(lowered_formula(x / sum(x) * mean(y))) == 2);
}

BOOST_AUTO_TEST_CASE(quotients_do_not_wait_for_each_other)
{
    const auto is_quotient = [](const auto& formula)
    {
        const lowered_formula lowered(formula);
        return lowered.graph[lowered.root[0]].is(operation_of<divide_operation>);
    };
    BOOST_TEST(is_quotient(y * sigmoid(x)));
    // One division behind the other would take twice the time.
    BOOST_TEST(!is_quotient(tanh(y) * sigmoid(x)));
    BOOST_TEST(!is_quotient(sigmoid(y) * sigmoid(x)));
    BOOST_TEST(!is_quotient(x / (1 + square(x)) * sigmoid(y)));
}

BOOST_AUTO_TEST_CASE(tanh_is_taken_apart_only_beside_its_slope)
{
    BOOST_TEST(lowered_formula(y * tanh(x)).count<whole_tanh_operation>() == 1);
    BOOST_TEST(lowered_formula(y * tanh(x) + x * square(tanh(x))).count<whole_tanh_operation>() ==
               0);
}

BOOST_AUTO_TEST_CASE(the_slope_of_a_sigmoid_asks_for_no_sign)
{
    for (const auto scale : {1.0, 1.702})
    {
        const lowered_formula alone(derivative(sigmoid(scale * x), x));
        BOOST_TEST(alone.count<select_operation>() == 0);
        BOOST_TEST(alone(-40 / scale) == scale * std::exp(-40),
                   boost::test_tools::tolerance(1e-14));
        BOOST_TEST(alone(40 / scale) == scale * std::exp(-40), boost::test_tools::tolerance(1e-14));
    }
    // Beside the refined value, which does.
    graph_builder traced;
    std::array<int, 2> roots{trace(traced, sigmoid(x)), trace(traced, derivative(sigmoid(x), x))};
    const graph_builder graph = lower(traced, roots);
    const auto live = detail::live_nodes(graph, roots);
    int choices = 0;
    for (int i = 0; i < graph.size(); ++i)
    {
        choices += live[static_cast<std::size_t>(i)] && graph[i].is(operation_of<select_operation>);
    }
    BOOST_TEST(choices == 1);
}

BOOST_AUTO_TEST_CASE(the_slope_of_a_cubic_gate_is_that_of_a_magnitude)
{
    const auto gelu_tanh = 0.5 * x * (1 + tanh(0.8 * (x + 0.045 * x * x * x)));
    const lowered_formula alone(derivative(gelu_tanh, x));
    BOOST_TEST(alone.count<at_most_operation>() == 1);
    BOOST_TEST(alone.count<above_minus_infinity_operation>() == 0);
    BOOST_TEST(alone.count<below_infinity_operation>() == 0);
    const auto slope = [](double at)
    {
        const double t = std::tanh(0.8 * (at + 0.045 * at * at * at));
        return 0.5 * (1 + t) + 0.5 * at * (1 - t * t) * 0.8 * (1 + 3 * 0.045 * at * at);
    };
    for (const double at : {-3.0, -0.8, -0.1, 0.0, 0.3, 1.0, 2.5})
    {
        BOOST_TEST(std::abs(alone(at) - slope(at)) < 1e-14);
    }
    BOOST_TEST(alone(-infinity) == 0);
    BOOST_TEST(alone(infinity) == 1);
    BOOST_TEST(alone(-1e300) == 0);
    BOOST_TEST(alone(1e300) == 1);
    BOOST_TEST(std::isnan(alone(nan)));
    // Beside the value there is an exponential already.
    BOOST_TEST((costs(gelu_tanh, derivative(gelu_tanh, x)) == std::pair{1, 1}));
    // What only looks like it is left alone: another slope than that of the gate.
    const auto s = sigmoid(x + 0.5 * pow(x, 3));
    const auto t = sigmoid(-1 * (x + 0.5 * pow(x, 3)));
    const lowered_formula other(s + 1.0 * (x * (s * t)) + 2.0 * (square(x) * (x * (s * t))));
    BOOST_TEST(other.count<at_most_operation>() == 0);
    // As a gate's slope it is one when all factors are those of the gate.
    const auto v = sigmoid(2 * (x + 0.5 * pow(x, 3)));
    const auto w = sigmoid(-2 * (x + 0.5 * pow(x, 3)));
    const auto with = [&](double cubic)
    {
        return lowered_formula((v + 2 * (x * (v * w))) + cubic * (square(x) * (x * (v * w))))
            .count<at_most_operation>();
    };
    BOOST_TEST(with(3.0) == 1);
    BOOST_TEST(with(3.1) == 0);
    BOOST_TEST(with(-3.0) == 0);
}

} // namespace
