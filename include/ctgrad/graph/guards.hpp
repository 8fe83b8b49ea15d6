// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/live.hpp>
#include <ctgrad/symbolic/pieces.hpp>

namespace ctgrad::detail
{

/// Whether the exponential of a node cannot be large.
constexpr bool decays(const graph_builder& graph, const node& exponent)
{
    const auto is_magnitude = [](const node& current)
    {
        return current.is(operation_of<abs_operation>) ||
               current.is(operation_of<square_operation>);
    };
    if (exponent.is(operation_of<negate_operation>))
    {
        return is_magnitude(graph[exponent.operand(0)]);
    }
    if (exponent.is(operation_of<multiply_operation>) && graph[exponent.operand(0)].is_constant())
    {
        return graph[exponent.operand(0)].value < 0 && is_magnitude(graph[exponent.operand(1)]);
    }
    // u - max(u), and the shift of logsumexp.
    if (exponent.is(operation_of<subtract_operation>))
    {
        const node* largest = &graph[exponent.operand(1)];
        if (largest->is(operation_of<above_minus_infinity_operation>))
        {
            largest = &graph[largest->operand(0)];
        }
        return largest->is(operation_of<max_operation>) &&
               largest->operand(0) == exponent.operand(0);
    }
    return exponent.is(operation_of<at_most_operation>) && graph[exponent.operand(0)].value <= 65;
}

/// For each node the u such that it is only used where u > 0 is false: it is in the second branch
/// of `where(u > 0, a, b)`. Otherwise `unguarded`.
inline constexpr int unguarded = -1;

/// That u, for a choice by u > 0.
constexpr int guarded_by(const graph_builder& graph, const node& choice)
{
    if (!choice.is(operation_of<where_operation>))
    {
        return unguarded;
    }
    const node& condition = graph[choice.operand(0)];
    const bool positive = condition.is(operation_of<less_operation>) &&
                          graph[condition.operand(0)].is_constant() &&
                          graph[condition.operand(0)].value == 0;
    return positive ? condition.operand(1) : unguarded;
}

constexpr std::array<int, graph_builder::capacity> find_guards(const graph_builder& graph,
                                                               const node_flags& live,
                                                               std::span<const int> outputs)
{
    constexpr int unused = -2;
    std::array<int, graph_builder::capacity> guards{};
    guards.fill(unused);
    const auto use = [&](int index, int guard)
    {
        int& known = guards[static_cast<std::size_t>(index)];
        known = known == unused || known == guard ? guard : unguarded;
    };
    for (const int output : outputs)
    {
        use(output, unguarded);
    }
    for (int i = graph.size() - 1; i >= 0; --i)
    {
        const node& current = graph[i];
        if (!live[static_cast<std::size_t>(i)] || current.kind != node_kind::applied)
        {
            continue;
        }
        const bool whole_row = current.op->over_row != reduction::none || current.op->row_valued;
        const int guard = whole_row ? unguarded : guards[static_cast<std::size_t>(i)];
        const int branch_guard = guarded_by(graph, current);
        for (int k = 0; k < current.op->arity; ++k)
        {
            use(current.operand(k), k == 2 && branch_guard >= 0 ? branch_guard : guard);
        }
    }
    return guards;
}

} // namespace ctgrad::detail
