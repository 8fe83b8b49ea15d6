// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE differentiate
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/print.hpp>

using namespace ctgrad;

// The rules themselves are tested in tests/laws; here, how the sweep puts them together.

namespace
{

struct fixture
{
    graph_builder graph;
    reference x{&graph, graph.variable("x")};
    reference y{&graph, graph.variable("y")};
    reference p{&graph, graph.parameter("p", 2.0)};

    std::string text(int node) const
    {
        return detail::printer(graph, detail::notation::text).print(node).text;
    }

    std::string slope(reference root, reference leaf)
    {
        int result = -1;
        differentiate(graph, root.index, graph.constant(1), std::span(&leaf.index, 1),
                      std::span(&result, 1));
        return text(result);
    }
};

BOOST_FIXTURE_TEST_SUITE(sweeps, fixture)

BOOST_AUTO_TEST_CASE(all_leaves_in_one_sweep)
{
    const std::array<int, 3> leaves{x.index, y.index, p.index};
    std::array<int, 3> slopes{};
    differentiate(graph, (x * y + p * x).index, graph.constant(1), leaves, slopes);
    BOOST_TEST(text(slopes[0]) == "y + p");
    BOOST_TEST(text(slopes[1]) == "x");
    BOOST_TEST(text(slopes[2]) == "x");
}

BOOST_AUTO_TEST_CASE(a_leaf_that_does_not_occur_has_the_constant_0)
{
    BOOST_TEST(slope(sin(x), y) == "0");
    BOOST_TEST(slope(p, x) == "0");
    BOOST_TEST(slope(x, x) == "1");
}

BOOST_AUTO_TEST_CASE(paths_add_up)
{
    BOOST_TEST(slope(x + x, x) == "2");
    BOOST_TEST(slope(x * x * y, x) == "2 * x * y");
    BOOST_TEST(slope(sin(x) + cos(x), x) == "cos(x) - sin(x)");
    // One node used twice is differentiated once.
    const auto shared = exp(x);
    BOOST_TEST(slope(shared * shared, x) == "2 * exp(x)^2");
}

BOOST_AUTO_TEST_CASE(a_seed_is_a_factor)
{
    int result = -1;
    differentiate(graph, sin(x).index, y.index, std::span(&x.index, 1), std::span(&result, 1));
    BOOST_TEST(text(result) == "y * cos(x)");
}

BOOST_AUTO_TEST_CASE(what_depends_on_no_leaf_is_left_alone)
{
    const int before = graph.size();
    const auto formula = x * exp(exp(y));
    const int built = graph.size();
    BOOST_TEST(slope(formula, x) == "exp(exp(y))");
    BOOST_TEST(graph.size() <= built + 1);
    BOOST_TEST(before < built);
}

BOOST_AUTO_TEST_CASE(through_reductions_the_row_is_summed)
{
    BOOST_TEST(slope(sum(square(x)), x) == "2 * x");
    BOOST_TEST(slope(x * sum(x), x) == "2 * sum(x)");
    BOOST_TEST(slope(sum(p * x), p) == "sum(x)");
    BOOST_TEST(slope(sum(x) * p, p) == "sum(x)");
    // Each of the n elements of the row is p.
    BOOST_TEST(slope(sum(p), p) == "row_length");
    BOOST_TEST(slope(sum(square(p)), p) == "2 * p * row_length");
    BOOST_TEST(slope(logsumexp(x), x) == "exp(x - logsumexp(x))");
    BOOST_TEST(slope(max(x), x) == "where(x == max(x), 1 / sum(where(x == max(x), 1, 0)), 0)");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
