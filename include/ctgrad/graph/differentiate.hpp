// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/rewrite.hpp>

#include <span>

namespace ctgrad
{

namespace detail
{

using node_flags = std::array<bool, graph_builder::capacity>;

/// Nodes below `root` (inclusive), which alone take part in its gradient.
constexpr void mark_below(const graph_builder& graph, int root, node_flags& marked)
{
    marked[static_cast<std::size_t>(root)] = true;
    for (int i = root; i >= 0; --i)
    {
        if (!marked[static_cast<std::size_t>(i)])
        {
            continue;
        }
        for (const int operand : graph[i].operands)
        {
            if (operand >= 0)
            {
                marked[static_cast<std::size_t>(operand)] = true;
            }
        }
    }
}

constexpr bool has_reduction(const graph_builder& graph, int root)
{
    node_flags below{};
    mark_below(graph, root, below);
    for (int i = 0; i <= root; ++i)
    {
        const operation* op = graph[i].op;
        if (below[static_cast<std::size_t>(i)] && op != nullptr &&
            (op->over_row != reduction::none || op->row_valued))
        {
            return true;
        }
    }
    return false;
}

// Not constexpr: reaching it stops the compilation, and compilers print its name.
inline void an_operation_needs_partials_to_be_differentiated()
{
    throw "ctgrad: an operation that is differentiated needs a static member function "
          "partials(operands..., y); see docs/errors.md#operation-partials";
}

} // namespace detail

/// Reverse mode in one sweep: writes to `gradients` the adjoint of each leaf in `leaves` when `root`
/// has the adjoint `seed`. Leaves that do not occur get the constant 0.
///
/// With reductions below the root the result is the gradient of a whole row: what flows from the
/// elements of a row into one value for the row is summed. Without, it is element by element.
/// Source     Griewank, Walther (2008), Evaluating Derivatives, section 3.2
constexpr void differentiate(graph_builder& graph, int root, int seed, std::span<const int> leaves,
                             std::span<int> gradients)
{
    detail::node_flags below{};
    detail::mark_below(graph, root, below);
    // What depends on none of the leaves has no adjoint to pass on.
    detail::node_flags depends{};
    const bool over_row = detail::has_reduction(graph, root);
    int first = root + 1;
    for (const int leaf : leaves)
    {
        depends[static_cast<std::size_t>(leaf)] = true;
        first = leaf < first ? leaf : first;
    }
    for (int i = 0; i <= root; ++i)
    {
        const node& current = graph[i];
        if (!below[static_cast<std::size_t>(i)] || current.kind != node_kind::applied)
        {
            continue;
        }
        for (int k = 0; k < current.op->arity; ++k)
        {
            depends[static_cast<std::size_t>(i)] =
                depends[static_cast<std::size_t>(i)] ||
                depends[static_cast<std::size_t>(current.operand(k))];
        }
    }

    std::array<int, graph_builder::capacity> adjoints{}; // index + 1; 0 is none yet
    adjoints[static_cast<std::size_t>(root)] = seed + 1;
    for (int i = root; i >= first; --i)
    {
        const auto here = static_cast<std::size_t>(i);
        const node current = graph[i];
        if (!below[here] || !depends[here] || adjoints[here] == 0 ||
            current.kind != node_kind::applied)
        {
            continue;
        }
        const reference adjoint{&graph, adjoints[here] - 1};
        const operand_indices partials =
            current.op->partials({&graph, current.operand(0)}, {&graph, current.operand(1)},
                                 {&graph, current.operand(2)}, {&graph, i});
        if (partials[0] < 0)
        {
            detail::an_operation_needs_partials_to_be_differentiated();
        }
        for (int k = 0; k < current.op->arity; ++k)
        {
            const auto operand = static_cast<std::size_t>(current.operand(k));
            if (!depends[operand])
            {
                continue;
            }
            reference flow = adjoint * adjoint.at(partials[static_cast<std::size_t>(k)]);
            if (flow.is_constant(0))
            {
                continue;
            }
            const bool reduces = current.op->over_row != reduction::none || current.op->row_valued;
            if (over_row && graph[current.operand(k)].uniform && (!current.uniform || reduces))
            {
                flow = sum(flow);
            }
            adjoints[operand] =
                (adjoints[operand] == 0 ? flow : flow.at(adjoints[operand] - 1) + flow).index + 1;
        }
    }
    for (std::size_t i = 0; i < leaves.size(); ++i)
    {
        const int adjoint = adjoints[static_cast<std::size_t>(leaves[i])];
        gradients[i] = adjoint == 0 ? graph.constant(0) : adjoint - 1;
    }
}

} // namespace ctgrad
