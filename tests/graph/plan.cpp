// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE plan
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/plan.hpp>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr parameter<"beta"> beta{1.0};

template <auto... Formulas>
constexpr int passes()
{
    return program<Formulas...>::plan.last_pass + 1;
}

constexpr auto softmax = exp(x - max(x)) / sum(exp(x - max(x)));
constexpr auto normalised = (x - mean(x)) / sqrt(mean(square(x - mean(x))) + 1e-5);

BOOST_AUTO_TEST_CASE(a_reduction_is_a_pass_before_its_use)
{
    BOOST_TEST((passes<x * sigmoid(x)>()) == 1);
    BOOST_TEST((passes<sum(x)>()) == 2);
    BOOST_TEST((passes<x - max(x)>()) == 2);
    BOOST_TEST((passes<softmax>()) == 3);
    BOOST_TEST((passes<logsumexp(x)>()) == 3);
    BOOST_TEST((passes<normalised>()) == 3);
    BOOST_TEST((passes<sum(x) / sum(y)>()) == 2);
    BOOST_TEST((passes<max(x - sum(x * exp(x - max(x))))>()) == 4);
}

BOOST_AUTO_TEST_CASE(operands_are_computed_before_and_in_the_same_pass)
{
    constexpr auto& plan = program<softmax, derivative(softmax, x)>::plan;
    int loops = 0;
    for (std::size_t i = 0; i < plan.nodes.size(); ++i)
    {
        const planned_node& current = plan.nodes[i];
        const bool reduces = current.op != nullptr && current.op->over_row != reduction::none;
        loops += current.passes != 0 ? 1 : 0;
        for (const int operand : current.operands)
        {
            if (operand < 0)
            {
                continue;
            }
            BOOST_TEST(operand < static_cast<int>(i));
            const planned_node& below = plan[operand];
            if (reduces && !below.uniform)
            {
                BOOST_TEST(((below.passes >> (current.stage - 1)) & 1u) == 1u);
            }
            if (!current.uniform && !below.uniform)
            {
                BOOST_TEST((below.passes & current.passes) == current.passes);
            }
            BOOST_TEST(below.stage <= current.stage - (reduces ? 1 : 0));
        }
    }
    BOOST_TEST(loops > 5);
}

BOOST_AUTO_TEST_CASE(only_what_is_needed_is_planned)
{
    constexpr auto& plan = program<derivative(square(x) + exp(y), x)>::plan;
    for (const planned_node& current : plan.nodes)
    {
        BOOST_TEST((current.kind != node_kind::variable || current.leaf == 0));
    }
    BOOST_TEST(plan.nodes.size() <= 3u);
}

BOOST_AUTO_TEST_CASE(formulas_share_their_nodes)
{
    constexpr auto first = program<x * sigmoid(x)>::plan.nodes.size();
    constexpr auto both = program<x * sigmoid(x), exp(-abs(x))>::plan.nodes.size();
    BOOST_TEST(both <= first + 1);
}

BOOST_AUTO_TEST_CASE(inputs_have_the_order_of_mention)
{
    using both = program<y * beta, x + y>;
    BOOST_TEST((both::variables[0] == "y" && both::variables[1] == "x"));
    BOOST_TEST(both::parameters[0] == "beta");
    BOOST_TEST(both::output_count == 2);
}

} // namespace
