// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE graph_builder
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/interpret.hpp>

#include <cmath>

using namespace ctgrad;

namespace
{

/// References to the leaves of a graph.
struct fixture
{
    graph_builder graph;
    reference x{&graph, graph.variable("x")};
    reference y{&graph, graph.variable("y")};
    reference p{&graph, graph.parameter("p", 2.5)};

    reference number(double value) { return {&graph, graph.constant(value)}; }
};

BOOST_FIXTURE_TEST_SUITE(building, fixture)

BOOST_AUTO_TEST_CASE(equal_nodes_are_one_node)
{
    BOOST_TEST(graph.variable("x") == x.index);
    BOOST_TEST(graph.parameter("p", 2.5) == p.index);
    BOOST_TEST(exp(x + y).index == exp(x + y).index);
    const int size = graph.size();
    (void)(exp(x + y) * sin(x));
    const int more = graph.size();
    (void)(exp(x + y) * sin(x));
    BOOST_TEST(graph.size() == more);
    BOOST_TEST(more == size + 2);
    BOOST_TEST(graph.variable("z") != x.index);
}

BOOST_AUTO_TEST_CASE(constants_are_equal_by_their_bits)
{
    BOOST_TEST(graph.constant(0.0) != graph.constant(-0.0));
    BOOST_TEST(graph.constant(0.1) == graph.constant(0.1));
    BOOST_TEST(graph.constant(std::nan("")) == graph.constant(std::nan("")));
}

BOOST_AUTO_TEST_CASE(operands_of_commutative_operations_have_one_order)
{
    BOOST_TEST((x + y).index == (y + x).index);
    BOOST_TEST((x * y).index == (y * x).index);
    BOOST_TEST((x * 3).index == (3 * x).index);
    BOOST_TEST(maximum(x, y).index == maximum(y, x).index);
    BOOST_TEST((x == y).index == (y == x).index);
    BOOST_TEST((x - y).index != (y - x).index);
    BOOST_TEST((x / y).index != (y / x).index);
    BOOST_TEST((x < y).index != (y < x).index);
    BOOST_TEST((x * 3).operand(0).is_constant(3));
}

BOOST_AUTO_TEST_CASE(constants_are_folded)
{
    BOOST_TEST((number(2) + number(3)).is_constant(5));
    BOOST_TEST((number(2) / number(4)).is_constant(0.5));
    BOOST_TEST(sqrt(number(9)).is_constant(3));
    BOOST_TEST(exp(number(0)).is_constant(1));
    BOOST_TEST(pow(number(2), number(10)).is_constant(1024));
    BOOST_TEST((number(2) < number(3)).is_constant(1));
    BOOST_TEST(where(number(2) < number(3), x, y).same(x));
    BOOST_TEST(where(number(3) <= number(2), x, y).same(y));
    BOOST_TEST(maximum(number(2), number(3)).is_constant(3));
}

BOOST_AUTO_TEST_CASE(folding_does_not_stop_at_what_has_no_finite_value)
{
    BOOST_TEST(std::isinf((number(1) / number(0)).value()));
    BOOST_TEST(std::isnan((number(0) / number(0)).value()));
    BOOST_TEST(std::isinf((number(1e308) * number(1e308)).value()));
    BOOST_TEST(std::isinf(exp(number(1e6)).value()));
    BOOST_TEST(std::isnan(log(number(-1)).value()));
    BOOST_TEST(std::isnan(sin(number(INFINITY)).value()));
    constexpr bool same_in_the_compiler = []
    {
        graph_builder other;
        const reference big{&other, other.constant(1e308)};
        const auto product = big * big;
        const auto quotient = product / product;
        return product.value() > 1e308 && quotient.is_constant();
    }();
    BOOST_TEST(same_in_the_compiler);
}

BOOST_AUTO_TEST_CASE(rows_of_one_value_are_known)
{
    BOOST_TEST(!x.get().uniform);
    BOOST_TEST(p.get().uniform);
    BOOST_TEST(number(1).get().uniform);
    BOOST_TEST((p * p + 1).get().uniform);
    BOOST_TEST(!(p * x).get().uniform);
    BOOST_TEST(sum(x).get().uniform);
    BOOST_TEST(max(x * y).get().uniform);
    BOOST_TEST(logsumexp(x).get().uniform);
    BOOST_TEST(!(x - max(x)).get().uniform);
    BOOST_TEST(exp(sum(x) / p).get().uniform);
}

BOOST_AUTO_TEST_CASE(sums_over_a_row_are_not_folded) { BOOST_TEST(!sum(number(1)).is_constant()); }

BOOST_AUTO_TEST_SUITE_END()

} // namespace
