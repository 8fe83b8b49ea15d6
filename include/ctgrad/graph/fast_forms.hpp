// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/live.hpp>
#include <ctgrad/graph/operation_list.hpp>

namespace ctgrad::detail
{

/// The fast form of an operation, or the operation itself.
template <class... Operations>
constexpr const operation& fast_form_of(const operation& op, operation_list<Operations...>)
{
    const operation* form = &op;
    const auto try_one = [&](const operation& precise, const operation& quick)
    { form = &op == &precise ? &quick : form; };
    (try_one(operation_of<Operations>, operation_of<fast_form<Operations>>), ...);
    return *form;
}

/// The same graph with operations in their fast forms. What is one value for a row stays as it is:
/// it costs nothing.
constexpr graph_builder with_fast_forms_in(const graph_builder& graph, std::span<int> outputs)
{
    graph_builder result(true);
    const node_flags live = live_nodes(graph, outputs);
    std::array<int, graph_builder::capacity> made{};
    for (int i = 0; i < graph.size(); ++i)
    {
        const auto here = static_cast<std::size_t>(i);
        if (!live[here])
        {
            continue;
        }
        const node& current = graph[i];
        switch (current.kind)
        {
        case node_kind::constant:
            made[here] = result.constant(current.value);
            continue;
        case node_kind::variable:
            made[here] = result.variable(current.name);
            continue;
        case node_kind::parameter:
            made[here] = result.parameter(current.name, current.value);
            continue;
        case node_kind::applied:
            break;
        }
        operand_indices operands{-1, -1, -1};
        for (int k = 0; k < current.op->arity; ++k)
        {
            operands[static_cast<std::size_t>(k)] =
                made[static_cast<std::size_t>(current.operand(k))];
        }
        const operation& op =
            current.uniform ? *current.op : fast_form_of(*current.op, operations_with_fast_form{});
        made[here] = result.apply_as_it_is(op, operands);
    }
    for (int& output : outputs)
    {
        output = made[static_cast<std::size_t>(output)];
    }
    return result;
}

} // namespace ctgrad::detail
