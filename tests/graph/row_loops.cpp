// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE row_loops
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/plan.hpp>
#include <ctgrad/graph/row_loops.hpp>

#include <algorithm>
#include <array>
#include <type_traits>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr parameter<"a"> a{1.0};

static_assert(std::is_same_v<decltype(row_loops::indices_of<std::array{true, false, true}>()),
                             row_loops::indices<0, 2>>);
static_assert(
    std::is_same_v<decltype(row_loops::indices_of<std::array{false}>()), row_loops::indices<>>);
static_assert(std::is_same_v<row_loops::indices_below<3>, row_loops::indices<0, 1, 2>>);

/// How many nodes of each kind a pass is about.
constexpr auto count(const auto& flags) { return std::count(flags.begin(), flags.end(), true); }

// max(x) in pass 0, the exponential and its sum in pass 1, kept for the quotient in pass 2.
using softmax = program<exp(x - max(x)) / sum(exp(x - max(x)))>;
constexpr auto& passes = softmax::plan_for<aliasing::none>;

BOOST_AUTO_TEST_CASE(each_pass_has_its_nodes)
{
    BOOST_REQUIRE(passes.last_pass == 2);
    const std::array reads{1, 1, 0};
    const std::array loads{0, 0, 1};
    const std::array keeps{0, 1, 0};
    const std::array reduces{1, 1, 0};
    const std::array writes{0, 0, 1};
    for (int pass = 0; pass < 3; ++pass)
    {
        const auto at = static_cast<std::size_t>(pass);
        BOOST_TEST(count(row_loops::variables_of_pass(passes, pass)) == reads[at]);
        BOOST_TEST(count(row_loops::loaded_in_pass(passes, pass)) == loads[at]);
        BOOST_TEST(count(row_loops::kept_in_pass(passes, pass)) == keeps[at]);
        BOOST_TEST(count(row_loops::reductions_of_pass(passes, pass)) == reduces[at]);
        BOOST_TEST(count(row_loops::outputs_of_pass(passes, softmax::row_valued, pass)) ==
                   writes[at]);
        BOOST_TEST(row_loops::has_loop(passes, softmax::row_valued, pass));
    }
    BOOST_TEST(count(row_loops::elements_of_pass(passes, 0, true)) == 0);
    BOOST_TEST(count(row_loops::elements_of_pass(passes, 2, true)) == 1);
    BOOST_TEST(count(row_loops::variables_in(passes)) == 1);
}

BOOST_AUTO_TEST_CASE(stages_have_all_nodes_once)
{
    std::array<int, passes.nodes.size()> seen{};
    for (int stage = 0; stage <= passes.last_pass; ++stage)
    {
        const auto elements = row_loops::elements_of_stage(passes, stage);
        const auto uniforms = row_loops::uniforms_of_stage(passes, stage);
        const auto reductions = row_loops::reductions_of_pass(passes, stage);
        for (std::size_t i = 0; i < seen.size(); ++i)
        {
            seen[i] += elements[i] + uniforms[i] + reductions[i];
        }
    }
    for (std::size_t i = 0; i < seen.size(); ++i)
    {
        BOOST_TEST(seen[i] == (passes.nodes[i].kind == node_kind::applied ? 1 : 0));
    }
}

BOOST_AUTO_TEST_CASE(products_for_sums_are_left_to_them)
{
    constexpr auto& plan = program<sum(x * y) * a>::plan_for<aliasing::none>;
    BOOST_TEST(count(row_loops::elements_of_pass(plan, 0, true)) == 1);
    BOOST_TEST(count(row_loops::elements_of_pass(plan, 0, false)) == 0);
    // The parameter.
    BOOST_TEST(count(row_loops::uniforms_of_stage(plan, 0)) == 1);
}

BOOST_AUTO_TEST_CASE(outputs_are_of_the_row_or_of_elements)
{
    using both = program<sum(x), x * 2>;
    BOOST_TEST(count(row_loops::outputs_of_kind(both::row_valued, true)) == 1);
    BOOST_TEST(count(row_loops::outputs_of_kind(both::row_valued, false)) == 1);
    // A pass with nothing but values for the row has no loop.
    using value = program<sqrt(sum(x))>;
    BOOST_TEST(!row_loops::has_loop(value::plan_for<aliasing::none>, value::row_valued, 1));
}

BOOST_AUTO_TEST_CASE(the_less_a_loop_has_to_do_the_more_vectors_go_side_by_side)
{
    constexpr auto vectors = []<auto Formula>()
    {
        // Not in place, and all in the first pass.
        return row_loops::interleaved(program<Formula>::template plan_for<aliasing::none>, 0, 16);
    };
    BOOST_TEST(vectors.operator()<x * y>() == 4);
    BOOST_TEST(vectors.operator()<exp(x)>() == 2);
    // max(x) alone, then the exponential.
    BOOST_TEST(row_loops::interleaved(passes, 0, 16) == 4);
    BOOST_TEST(row_loops::interleaved(passes, 1, 16) == 2);
    // For three sums, 16 registers hold the totals of three vectors.
    constexpr auto& sums =
        program<sum(x) + sum(square(x)) + sum(x * y)>::template plan_for<aliasing::none>;
    BOOST_TEST(row_loops::interleaved(sums, 0, 16) == 3);
    BOOST_TEST(row_loops::interleaved(sums, 0, 32) == 4);
    // What is one value for the row is not in the loop.
    BOOST_TEST(vectors.operator()<x * exp(a)>() == 4);
}

} // namespace
