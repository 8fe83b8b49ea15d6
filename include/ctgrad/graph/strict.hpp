// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/differentiate.hpp>
#include <ctgrad/graph/operation_list.hpp>

namespace ctgrad::detail
{

/// Whether NaN in one operand of an operation makes its result NaN, as far as the library knows: a
/// user's operation may do with it what it likes.
constexpr bool is_strict(const operation& op, int operand)
{
    using known = typename in_tier<library_operations, true>::type;
    const bool looks_away = &op == &operation_of<row_length_operation> ||
                            (&op == &operation_of<copysign_operation> && operand == 1);
    return !op.predicate && !op.conditional && !looks_away && known::index_of(&op) >= 0;
}

/// Whether NaN in node `from` makes node `to` NaN.
constexpr bool passes_nan(const graph_builder& graph, int from, int to)
{
    node_flags strict{};
    strict[static_cast<std::size_t>(from)] = true;
    for (int i = from + 1; i <= to; ++i)
    {
        const node& current = graph[i];
        if (current.kind != node_kind::applied)
        {
            continue;
        }
        const auto at = [&](int k) { return strict[static_cast<std::size_t>(current.operand(k))]; };
        if (current.is(operation_of<where_operation>))
        {
            strict[static_cast<std::size_t>(i)] = at(1) && at(2);
            continue;
        }
        for (int k = 0; k < current.op->arity; ++k)
        {
            const bool passes = is_strict(*current.op, k) && at(k);
            strict[static_cast<std::size_t>(i)] = strict[static_cast<std::size_t>(i)] || passes;
        }
    }
    return strict[static_cast<std::size_t>(to)];
}

} // namespace ctgrad::detail
