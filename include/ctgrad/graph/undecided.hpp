// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/live.hpp>
#include <ctgrad/graph/reference.hpp>

#include <cstddef>
#include <vector>

// A comparison with NaN decides nothing, so what is chosen by it is NaN. In languages it is false:
// these are the places where source text has to ask.

namespace ctgrad::detail
{

/// Whether NaN in node `from` makes node `to` NaN.
inline bool keeps_nan(const graph_builder& graph, int from, int to)
{
    node_flags kept{};
    kept[static_cast<std::size_t>(from)] = true;
    const auto at_operand = [&](const node& current, int k)
    { return kept[static_cast<std::size_t>(current.operand(k))]; };
    for (int i = from + 1; i <= to; ++i)
    {
        const node& current = graph[i];
        // pow(NaN, 0) and pow(1, NaN) are 1.
        if (current.kind != node_kind::applied || current.op->predicate ||
            current.is(operation_of<pow_operation>))
        {
            continue;
        }
        bool& here = kept[static_cast<std::size_t>(i)];
        if (current.op->conditional)
        {
            const node& condition = graph[current.operand(0)];
            const bool undecided =
                current.is(operation_of<where_operation>) && condition.kind == node_kind::applied &&
                is_comparison(condition) && (at_operand(condition, 0) || at_operand(condition, 1));
            here = undecided || (at_operand(current, 1) && at_operand(current, 2));
            continue;
        }
        for (int k = 0; k < current.op->arity; ++k)
        {
            here = here || (!current.op->row_valued && at_operand(current, k));
        }
    }
    return kept[static_cast<std::size_t>(to)];
}

/// The operands of a choice's condition that are NaN where the result must be and is not.
inline std::vector<int> undecided_by(const graph_builder& graph, const node& choice)
{
    std::vector<int> found;
    const node& condition = graph[choice.operand(0)];
    const bool may_be_undecided = choice.is(operation_of<where_operation>) &&
                                  condition.kind == node_kind::applied && is_comparison(condition);
    for (int k = 0; may_be_undecided && k < 2; ++k)
    {
        const int compared = condition.operand(k);
        if (!graph[compared].is_constant() && !keeps_nan(graph, compared, choice.operand(2)))
        {
            found.push_back(compared);
        }
    }
    return found;
}

} // namespace ctgrad::detail
