// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE plan
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/plan.hpp>

#include <bit>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr parameter<"beta"> beta{1.0};

template <auto... Formulas>
constexpr int passes()
{
    return program<Formulas...>::template plan_for<aliasing::none>.last_pass + 1;
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
    constexpr auto& plan =
        program<softmax, derivative(softmax, x)>::template plan_for<aliasing::none>;
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
                BOOST_TEST(((below.passes | below.loads) & current.passes) == current.passes);
            }
            BOOST_TEST(below.stage <= current.stage - (reduces ? 1 : 0));
        }
    }
    BOOST_TEST(loops > 5);
}

/// How often the passes of a program compute an operation.
template <class Operation>
int times_computed(const auto& plan)
{
    int times = 0;
    for (const planned_node& node : plan.nodes)
    {
        times += node.op == &operation_of<Operation> ? std::popcount(node.passes) : 0;
    }
    return times;
}

template <auto Formula>
using backward_of =
    program<pullback_of<std::remove_cvref_t<decltype(Formula)>, variable<"dy">, "x">{Formula, {}}>;

BOOST_AUTO_TEST_CASE(an_exponential_is_kept_where_the_result_will_be)
{
    constexpr auto& forward = program<softmax>::plan_for<aliasing::none>;
    BOOST_TEST(times_computed<exp_fraction_operation>(forward) == 1);
    // In place too: the last pass reads nothing but what is kept.
    BOOST_TEST(program<softmax>::is_one_plan);
    constexpr auto& backward = backward_of<softmax>::plan_for<aliasing::none>;
    BOOST_TEST(backward.last_pass == 2);
    BOOST_TEST(times_computed<exp_fraction_operation>(backward) == 1);
    // The incoming gradient is read after the exponential would have overwritten it.
    constexpr auto& in_place = backward_of<softmax>::plan_for<aliasing::exact>;
    BOOST_TEST(times_computed<exp_fraction_operation>(in_place) == 2);
    for (const planned_node& node : in_place.nodes)
    {
        BOOST_TEST(node.kept == -1);
    }
    // What costs no more than reading it again is computed again.
    for (const planned_node& node : program<normalised>::plan_for<aliasing::none>.nodes)
    {
        BOOST_TEST(node.kept == -1);
    }
    // One value for the row has no array to keep anything in.
    BOOST_TEST(times_computed<exp_fraction_operation>(
                   program<sum(exp(x) / sum(exp(x) + 1))>::plan_for<aliasing::none>) >= 1);
}

BOOST_AUTO_TEST_CASE(in_place_nothing_is_written_before_all_is_read)
{
    using clipping = program<x - y / norm(y), 2 * x>;
    BOOST_TEST((clipping::plan_for<aliasing::none>.written == std::array{1, 0}));
    BOOST_TEST((clipping::plan_for<aliasing::exact>.written == std::array{1, 1}));
    BOOST_TEST(!clipping::is_one_plan);
    // One value for all elements is written when it is there in any case.
    BOOST_TEST((program<x - y / norm(y), constant{0.0}>::plan_for<aliasing::none>.written ==
                std::array{1, 1}));
}

BOOST_AUTO_TEST_CASE(gradients_of_rows_take_no_more_passes_than_the_rows)
{
    BOOST_TEST(backward_of<normalised>::plan_for<aliasing::none>.last_pass == 2);
    BOOST_TEST(backward_of<x - logsumexp(x)>::plan_for<aliasing::none>.last_pass == 2);
    BOOST_TEST(
        (backward_of<x / sqrt(mean(square(x)) + 1e-5)>::plan_for<aliasing::none>.last_pass == 1));
}

BOOST_AUTO_TEST_CASE(a_reduction_waits_for_a_pass_that_reads_its_operand)
{
    constexpr auto& plan =
        program<sum(y) * exp(x - max(x)) / sum(exp(x - max(x)) * y)>::plan_for<aliasing::none>;
    for (const planned_node& node : plan.nodes)
    {
        if (node.kind == node_kind::variable && node.leaf == 0)
        {
            BOOST_TEST(node.passes == 2u);
        }
    }
}

BOOST_AUTO_TEST_CASE(reductions_wait_for_a_pass_that_hides_them)
{
    // Two sums that read the same, which the pass of the exponentials has time for.
    constexpr auto& plan =
        program<sum(y) * logsumexp(x) - sum(y * x)>::template plan_for<aliasing::none>;
    for (const planned_node& node : plan.nodes)
    {
        if (node.kind == node_kind::variable && node.leaf == 0)
        {
            BOOST_TEST(node.passes == 2u);
        }
    }
}

BOOST_AUTO_TEST_CASE(conditions_of_the_row_wait_until_they_choose)
{
    constexpr auto& plan =
        program<where(max(x) > 1, sum(exp(x - max(x))), y)>::template plan_for<aliasing::none>;
    int conditions = 0;
    for (std::size_t i = 0; i < plan.nodes.size(); ++i)
    {
        const planned_node& node = plan.nodes[i];
        if (node.op != nullptr && node.op->predicate && node.uniform)
        {
            ++conditions;
            BOOST_TEST(node.stage == 2);
        }
    }
    BOOST_TEST(conditions > 0);
}

BOOST_AUTO_TEST_CASE(only_what_is_needed_is_planned)
{
    constexpr auto& plan =
        program<derivative(square(x) + exp(y), x)>::template plan_for<aliasing::none>;
    for (const planned_node& current : plan.nodes)
    {
        BOOST_TEST((current.kind != node_kind::variable || current.leaf == 0));
    }
    BOOST_TEST(plan.nodes.size() <= 3u);
}

BOOST_AUTO_TEST_CASE(formulas_share_their_nodes)
{
    constexpr auto first = program<x * sigmoid(x)>::template plan_for<aliasing::none>.nodes.size();
    constexpr auto both =
        program<x * sigmoid(x), exp(-abs(x))>::template plan_for<aliasing::none>.nodes.size();
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
