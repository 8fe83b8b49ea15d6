// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE differentiation_rules
#include <boost/test/unit_test.hpp>

#include "../graph/random_formula.hpp"

// The rule of every operation, first and second order, against central differences of the function
// as the standard library has it, in long double at many points of its domain.

using namespace random_formula;

namespace
{

struct interval
{
    double low;
    double high;
};

/// Where an operand may lie. Beyond that the central differences lose too many digits.
interval domain(std::string_view name, std::size_t operand)
{
    if (name == "log" || name == "sqrt" || (name == "pow" && operand == 0))
    {
        return {0.2, 6};
    }
    if (name == "log1p")
    {
        return {-0.8, 6};
    }
    if (name == "divide" && operand == 1)
    {
        return {0.5, 4};
    }
    return {-4, 4};
}

using point = std::array<long double, 3>;

long double value_of(const operation& op, const point& at)
{
    return reference_functions<long double>().at(op.name)(at);
}

/// Central differences of fourth order: the error is about h^4 times the fifth derivative.
template <class Function>
long double central_difference(const Function& f, long double h)
{
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
}

constexpr long double step = 5e-4L;
// step^4 = 6e-14, times fifth derivatives of up to some thousands relative to the first.
constexpr double first_order = 1e-9;
// The second difference divides by the step once more.
constexpr double second_order = 1e-6;

struct rules
{
    graph_builder graph;
    std::array<int, 3> operands{-1, -1, -1};
    std::array<int, 3> slopes{-1, -1, -1};
    std::array<std::array<int, 3>, 3> curvatures{};

    explicit rules(const operation& op)
    {
        const auto count = static_cast<std::size_t>(op.arity);
        // A condition is a comparison, so that it can be written down at all.
        constexpr std::array<std::string_view, 3> names{"a", "b", "c"};
        for (std::size_t k = 0; k < count; ++k)
        {
            operands[k] = graph.variable(names[k]);
        }
        const ctgrad::reference a{&graph, operands[0]};
        ctgrad::operand_indices used = operands;
        if (op.conditional)
        {
            used[0] = (a < 0).index;
        }
        const int root = graph.apply(op, used);
        const auto leaves = std::span(operands).first(count);
        differentiate(graph, root, graph.constant(1), leaves, std::span(slopes).first(count));
        for (std::size_t k = 0; k < count; ++k)
        {
            differentiate(graph, slopes[k], graph.constant(1), leaves,
                          std::span(curvatures[k]).first(count));
        }
    }

    double at(int node, const point& values) const
    {
        return interpret(
            graph, node, [&](const ctgrad::node& leaf)
            { return static_cast<double>(values[static_cast<std::size_t>(leaf.name[0] - 'a')]); });
    }
};

bool is_kink(const operation& op, const point& at)
{
    nearest_kink() = HUGE_VAL;
    value_of(op, at);
    return nearest_kink() < 0.01;
}

void check(const operation& op, const rules& made, point at)
{
    const auto count = static_cast<std::size_t>(op.arity);
    if (is_kink(op, at) || (op.conditional && std::abs(at[0]) < 0.01L))
    {
        return;
    }
    const auto f = [&](point p)
    {
        p[0] = op.conditional ? (p[0] < 0 ? 1.0L : 0.0L) : p[0];
        return value_of(op, p);
    };
    for (std::size_t k = 0; k < count; ++k)
    {
        const auto slope = [&](point p)
        {
            return central_difference(
                [&](long double h)
                {
                    point moved = p;
                    moved[k] += h;
                    return f(moved);
                },
                step);
        };
        const double wanted = static_cast<double>(slope(at));
        const double got = made.at(made.slopes[k], at);
        BOOST_TEST(std::abs(got - wanted) <= first_order * (1 + std::abs(wanted)),
                   op.name << " by operand " << k << " at " << at[0] << ", " << at[1] << ": " << got
                           << ", differences give " << wanted);
        for (std::size_t l = 0; l < count; ++l)
        {
            const double bend = static_cast<double>(central_difference(
                [&](long double h)
                {
                    point moved = at;
                    moved[l] += h;
                    return slope(moved);
                },
                step));
            const double found = made.at(made.curvatures[k][l], at);
            BOOST_TEST(std::abs(found - bend) <= second_order * (1 + std::abs(bend)),
                       op.name << " by operands " << k << " and " << l << " at " << at[0] << ", "
                               << at[1] << ": " << found << ", differences give " << bend);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_rule_at_many_points)
{
    int operations = 0;
    for (const operation* op : differentiable_operations())
    {
        // stop_gradient is not what differences say, and says so.
        if (op->predicate || op->name == "stop_gradient")
        {
            continue;
        }
        BOOST_TEST_CONTEXT(op->name)
        {
            BOOST_REQUIRE(reference_functions<long double>().contains(op->name));
            ++operations;
            const rules made(*op);
            generator random(42);
            for (int i = 0; i < 300; ++i)
            {
                point at{};
                for (std::size_t k = 0; k < 3; ++k)
                {
                    const interval range = domain(op->name, k);
                    at[k] = random.uniform(range.low, range.high);
                }
                check(*op, made, at);
            }
        }
    }
    BOOST_TEST(operations > 30);
}

BOOST_AUTO_TEST_CASE(nothing_flows_through_a_stopped_gradient)
{
    const rules made(ctgrad::operation_of<ctgrad::stop_gradient_operation>);
    BOOST_TEST(made.graph[made.slopes[0]].is_constant());
    BOOST_TEST(made.at(made.slopes[0], {1, 0, 0}) == 0);
}

// At a kink the derivative is that of PyTorch and JAX.
BOOST_AUTO_TEST_CASE(kinks)
{
    const auto slope = [](const operation& op, double a, double b, std::size_t operand)
    {
        const rules made(op);
        return made.at(made.slopes[operand], {a, b, 0});
    };
    using namespace ctgrad;
    BOOST_TEST(slope(operation_of<relu_operation>, 0, 0, 0) == 0);
    BOOST_TEST(slope(operation_of<abs_operation>, 0, 0, 0) == 0);
    BOOST_TEST(slope(operation_of<sign_operation>, 0, 0, 0) == 0);
    BOOST_TEST(slope(operation_of<maximum_operation>, 2, 2, 0) == 0.5);
    BOOST_TEST(slope(operation_of<maximum_operation>, 2, 2, 1) == 0.5);
    BOOST_TEST(slope(operation_of<minimum_operation>, 2, 2, 0) == 0.5);
    BOOST_TEST(slope(operation_of<minimum_operation>, 2, 2, 1) == 0.5);
    BOOST_TEST(slope(operation_of<pow_operation>, 0, 2, 0) == 0);
    BOOST_TEST(slope(operation_of<pow_operation>, 0, 2, 1) == 0);
}

} // namespace
