// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE fast_forms
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/interpret.hpp>
#include <ctgrad/graph/plan.hpp>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr parameter<"slope"> slope{2.0};

template <class Operation>
int count(const graph_builder& graph, std::span<const int> outputs)
{
    const auto live = detail::live_nodes(graph, outputs);
    int found = 0;
    for (int i = 0; i < graph.size(); ++i)
    {
        found += live[static_cast<std::size_t>(i)] && graph[i].is(operation_of<Operation>);
    }
    return found;
}

struct lowered_pair
{
    graph_builder graph;
    std::array<int, 2> outputs{};

    lowered_pair(const auto& formula, tier precision)
    {
        graph_builder traced;
        outputs = {trace(traced, formula), trace(traced, derivative(formula, x))};
        graph = lower(traced, outputs, precision);
    }

    template <class Operation>
    int times() const
    {
        return count<Operation>(graph, outputs);
    }
};

BOOST_AUTO_TEST_CASE(value_and_derivative_share_one_fast_exponential)
{
    const lowered_pair precise(x * sigmoid(x), tier::precise);
    BOOST_TEST(precise.times<exp_fraction_operation>() == 1);
    const lowered_pair fast(x * sigmoid(x), tier::fast);
    BOOST_TEST(fast.times<exp_fraction_operation>() == 0);
    BOOST_TEST(fast.times<fast_form<exp_fraction_operation>>() == 1);
    BOOST_TEST(fast.times<fast_form<exp_decay_join_operation>>() == 1);
    BOOST_TEST(fast.times<fast_form<divide_operation>>() == 1);
}

BOOST_AUTO_TEST_CASE(only_precise_results_are_refined)
{
    BOOST_TEST(lowered_pair(tanh(x), tier::precise).times<refined_tanh_operation>() == 1);
    BOOST_TEST(lowered_pair(tanh(x), tier::fast).times<refined_tanh_operation>() == 0);
    BOOST_TEST(lowered_pair(sigmoid(x), tier::precise).times<refined_sigmoid_operation>() == 1);
    BOOST_TEST(lowered_pair(x * sigmoid(x), tier::precise).times<refined_sigmoid_operation>() == 0);
}

BOOST_AUTO_TEST_CASE(what_is_one_value_for_a_row_stays_precise)
{
    const lowered_pair fast(x * exp(slope), tier::fast);
    BOOST_TEST(fast.times<exp_fraction_operation>() == 1);
    BOOST_TEST(fast.times<fast_form<exp_fraction_operation>>() == 0);
}

BOOST_AUTO_TEST_CASE(numbers_are_what_the_operations_give)
{
    const lowered_pair fast(x * normal_cdf(x) + log(1 + square(x)), tier::fast);
    const auto at = [&](int output, double z)
    { return interpret(fast.graph, output, [&](const node&) { return z; }); };
    constexpr auto formula = x * normal_cdf(x) + log(1 + square(x));
    for (const double z : {-3.0, 0.5, 2.0})
    {
        BOOST_TEST(std::abs(at(fast.outputs[0], z) - formula(z)) < 1e-12);
        BOOST_TEST(std::abs(at(fast.outputs[1], z) - derivative(formula, x)(z)) < 1e-12);
    }
}

} // namespace
