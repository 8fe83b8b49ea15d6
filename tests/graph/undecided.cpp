// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE undecided
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/undecided.hpp>

using namespace ctgrad;

namespace
{

BOOST_AUTO_TEST_CASE(nan_goes_through_arithmetic_but_not_through_choices_and_powers)
{
    graph_builder graph;
    const reference x{&graph, graph.variable("x")};
    const reference y{&graph, graph.variable("y")};
    const auto kept_by = [&](reference result)
    { return detail::keeps_nan(graph, x.index, result.index); };
    BOOST_TEST(kept_by(x));
    BOOST_TEST(kept_by(exp(x) + y));
    BOOST_TEST(!kept_by(exp(y)));
    // pow(NaN, 0) is 1.
    BOOST_TEST(!kept_by(pow(x, y)));
    BOOST_TEST(kept_by(where(x > 0, y, exp(y))));
    BOOST_TEST(!kept_by(where(y > 0, x, y)));
    BOOST_TEST(kept_by(where(y > 0, x, exp(x))));
}

BOOST_AUTO_TEST_CASE(choices_ask_for_what_their_other_branch_does_not_have)
{
    graph_builder graph;
    const reference x{&graph, graph.variable("x")};
    const reference y{&graph, graph.variable("y")};
    const auto asks = [&](reference choice) { return detail::undecided_by(graph, choice.get()); };
    BOOST_TEST(asks(where(x > 0, y, exp(y))) == std::vector{x.index});
    // NaN compares as false, and comes out by itself.
    BOOST_TEST(asks(where(x > 0, y, exp(x))).empty());
    BOOST_TEST(asks(where(x > y, y, exp(x))) == std::vector{y.index});
    BOOST_TEST(asks(x + y).empty());
}

} // namespace
