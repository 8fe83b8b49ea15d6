// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/differences.hpp>
#include <ctgrad/graph/gates.hpp>

#include <span>

namespace ctgrad::detail
{

// The derivative of x sigmoid(u) for u = c x + k x^3, as in gelu's approximation with tanh:
//
//     sigmoid(u) + c (x s) + 3 k (x^2 (x s)),    s = sigmoid(u) sigmoid(-u).
//
// That of -x is 1 less that of x, so that one magnitude does for both signs; kept finite once, it
// keeps all that is computed of it finite.

struct cubic_gate
{
    int x = -1;
    int gate = -1; // sigmoid(u)
    int slope = -1;
    int inner_sum = -1;
    double linear = 0;
    double cubic = 0;
};

/// Whether node `index` is linear * (x + (cubic / linear) x^3).
constexpr bool is_cubic_of(const graph_builder& graph, int index, const cubic_gate& wanted)
{
    const weighed whole = weigh(graph, index);
    if (whole.term < 0 || whole.factor != wanted.linear ||
        !graph[whole.term].is(operation_of<add_operation>))
    {
        return false;
    }
    const node& sum = graph[whole.term];
    for (int k = 0; k < 2; ++k)
    {
        const weighed cube = weigh(graph, sum.operand(1 - k));
        if (sum.operand(k) != wanted.x || cube.term < 0 ||
            !graph[cube.term].is(operation_of<pow_operation>))
        {
            continue;
        }
        const node& power = graph[cube.term];
        const node& exponent = graph[power.operand(1)];
        const double ratio = cube.factor * wanted.linear / wanted.cubic;
        return power.operand(0) == wanted.x && exponent.is_constant() && exponent.value == 3 &&
               ratio > 1 - 1e-14 && ratio < 1 + 1e-14;
    }
    return false;
}

/// The parts of sigmoid(u) + c (x s) + 3 k (x^2 (x s)) in this order of sums; x is -1 if it is not one.
constexpr cubic_gate match_cubic_gate(const graph_builder& graph, int inner_sum, int outer_term)
{
    const weighed outer = weigh(graph, outer_term);
    if (outer.term < 0 || !graph[inner_sum].is(operation_of<add_operation>))
    {
        return {};
    }
    const node& inner = graph[inner_sum];
    for (int k = 0; k < 2; ++k)
    {
        const int gate = inner.operand(k);
        const weighed product = weigh(graph, inner.operand(1 - k));
        const int square = product.term < 0 ? -1 : factor_beside(graph, outer.term, product.term);
        if (!graph[gate].is(operation_of<sigmoid_operation>) || square < 0 ||
            !graph[square].is(operation_of<square_operation>))
        {
            continue;
        }
        const int x = graph[square].operand(0);
        const cubic_gate found{x,         gate,           factor_beside(graph, product.term, x),
                               inner_sum, product.factor, outer.factor / 3};
        if (found.slope >= 0 && is_sigmoid_slope(graph, found.slope) &&
            (graph[found.slope].operand(0) == gate || graph[found.slope].operand(1) == gate) &&
            is_cubic_of(graph, graph[gate].operand(0), found))
        {
            return found;
        }
    }
    return {};
}

/// Whether nothing but its derivative uses the gate: beside the value, that shares its exponential.
constexpr bool is_gate_alone(const graph_builder& graph, std::span<const bool> live,
                             const cubic_gate& unit)
{
    for (int i = 0; i < graph.size(); ++i)
    {
        if (!live[static_cast<std::size_t>(i)] || graph[i].kind != node_kind::applied ||
            i == unit.slope || i == unit.inner_sum)
        {
            continue;
        }
        for (int k = 0; k < graph[i].op->arity; ++k)
        {
            if (graph[i].operand(k) == unit.gate)
            {
                return false;
            }
        }
    }
    return true;
}

/// What a node is to become if it is such a derivative, otherwise the empty reference.
constexpr reference lower_cubic_gate(const graph_builder& graph, std::span<const bool> live,
                                     const node& current, const auto& lowered)
{
    if (!current.is(operation_of<add_operation>))
    {
        return {};
    }
    cubic_gate unit = match_cubic_gate(graph, current.operand(0), current.operand(1));
    if (unit.x < 0)
    {
        unit = match_cubic_gate(graph, current.operand(1), current.operand(0));
    }
    // From `far` on the exponential is 0 and what it is a factor of finite, whatever the type.
    constexpr double far = 1e9;
    const auto is_moderate = [](double factor) { return factor > 1e-3 && factor < 1e3; };
    if (unit.x < 0 || !is_moderate(unit.linear) || !is_moderate(unit.cubic) ||
        !is_gate_alone(graph, live, unit))
    {
        return {};
    }
    const reference x = lowered(unit.x);
    const reference a = apply<at_most_operation>(far, abs(x));
    const reference a2 = square(a);
    const reference z = decay_argument(a * (-unit.linear - unit.cubic * a2));
    const reference octave = exp_octave(z);
    const reference e = exp_decay_join(exp_fraction(z, octave), octave);
    const reference q = 1 / (1 + e);
    const reference u_slope = unit.linear + 3 * unit.cubic * a2;
    const reference negative = (e * q) * (1 - a * u_slope * q);
    return select(is_negative(x), negative, 1 - negative);
}

} // namespace ctgrad::detail
