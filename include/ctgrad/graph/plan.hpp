// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/lower.hpp>
#include <ctgrad/graph/operation_list.hpp>
#include <ctgrad/graph/trace.hpp>
#include <ctgrad/symbolic/extent.hpp>

#include <algorithm>

namespace ctgrad
{

/// A node of a finished graph, with its place in the passes over a row.
struct planned_node
{
    node_kind kind = node_kind::constant;
    bool uniform = true;
    const operation* op = nullptr;
    operand_indices operands{-1, -1, -1};
    /// The constant.
    double value = 0.0;
    /// Which variable or parameter, in the program's order.
    int leaf = -1;
    /// Reductions that have to be finished before this node can be computed, in chains: a node of
    /// stage s is computed in pass s.
    int stage = 0;
    /// Passes over the row in whose loop this node is computed, one bit each.
    unsigned passes = 0;
};

/// A program: what to compute of a row, in how many passes, as a value.
template <int Nodes, int Outputs>
struct program_plan
{
    std::array<planned_node, static_cast<std::size_t>(Nodes)> nodes{};
    std::array<int, static_cast<std::size_t>(Outputs)> outputs{};
    int last_pass = 0;

    constexpr const planned_node& operator[](int i) const
    {
        return nodes[static_cast<std::size_t>(i)];
    }
};

namespace detail
{

template <int Outputs>
struct lowered_program
{
    graph_builder graph;
    std::array<int, static_cast<std::size_t>(Outputs)> outputs;
};

/// Traces and lowers formulas into one graph, which shares whatever they have in common.
template <class... Formulas>
constexpr lowered_program<static_cast<int>(sizeof...(Formulas))> lower_formulas(
    const Formulas&... formulas)
{
    graph_builder traced;
    std::array<int, sizeof...(Formulas)> outputs{trace(traced, formulas)...};
    const graph_builder lowered = lower(traced, outputs);
    return {lowered, outputs};
}

constexpr int count_live(const graph_builder& graph, std::span<const int> outputs)
{
    const node_flags live = live_nodes(graph, outputs);
    int count = 0;
    for (int i = 0; i < graph.size(); ++i)
    {
        count += live[static_cast<std::size_t>(i)] ? 1 : 0;
    }
    return count;
}

template <int Nodes, int Outputs>
constexpr void schedule(program_plan<Nodes, Outputs>& plan)
{
    for (planned_node& current : plan.nodes)
    {
        for (const int operand : current.operands)
        {
            if (operand >= 0)
            {
                const planned_node& below = plan[operand];
                const bool reduces = current.op->over_row != reduction::none;
                current.stage = std::max(current.stage, below.stage + (reduces ? 1 : 0));
            }
        }
        plan.last_pass = std::max(plan.last_pass, current.stage);
    }
    const auto request = [&](int index, int pass)
    {
        if (!plan[index].uniform)
        {
            plan.nodes[static_cast<std::size_t>(index)].passes |= 1u << pass;
        }
    };
    for (const int output : plan.outputs)
    {
        request(output, plan[output].stage);
    }
    for (const planned_node& current : plan.nodes)
    {
        if (current.op != nullptr && current.op->over_row != reduction::none)
        {
            request(current.operands[0], current.stage - 1);
        }
    }
    for (int i = Nodes - 1; i >= 0; --i)
    {
        const planned_node& current = plan[i];
        for (const int operand : current.operands)
        {
            if (operand >= 0 && !current.uniform && !plan[operand].uniform)
            {
                plan.nodes[static_cast<std::size_t>(operand)].passes |= current.passes;
            }
        }
    }
}

template <int Nodes, int Outputs>
constexpr program_plan<Nodes, Outputs> make_plan(const lowered_program<Outputs>& lowered,
                                                 const name_list& variables,
                                                 const name_list& parameters)
{
    program_plan<Nodes, Outputs> plan;
    const node_flags live = live_nodes(lowered.graph, lowered.outputs);
    std::array<int, graph_builder::capacity> renumbered{};
    int next = 0;
    for (int i = 0; i < lowered.graph.size(); ++i)
    {
        if (!live[static_cast<std::size_t>(i)])
        {
            continue;
        }
        const node& source = lowered.graph[i];
        planned_node& made = plan.nodes[static_cast<std::size_t>(next)];
        made.kind = source.kind;
        made.uniform = source.uniform;
        made.op = source.op;
        made.value = source.value;
        made.leaf = source.kind == node_kind::variable    ? variables.find(source.name)
                    : source.kind == node_kind::parameter ? parameters.find(source.name)
                                                          : -1;
        for (std::size_t k = 0; k < 3; ++k)
        {
            const int operand = source.operands[k];
            made.operands[k] = operand < 0 ? -1 : renumbered[static_cast<std::size_t>(operand)];
        }
        renumbered[static_cast<std::size_t>(i)] = next++;
    }
    for (std::size_t k = 0; k < static_cast<std::size_t>(Outputs); ++k)
    {
        plan.outputs[k] = renumbered[static_cast<std::size_t>(lowered.outputs[k])];
    }
    schedule(plan);
    return plan;
}

} // namespace detail

/// Formulas compiled together. Their inputs are their variables and parameters in the order of first
/// appearance; each formula is an output, one value for each element of the row or one for the row.
template <auto... Formulas>
struct program
{
    static constexpr int output_count = static_cast<int>(sizeof...(Formulas));

    using operations = operations_in<std::remove_cvref_t<decltype(Formulas)>...>;

    static constexpr const name_list& variables =
        variables_of<application<void, std::remove_cvref_t<decltype(Formulas)>...>>;
    static constexpr const name_list& parameters =
        parameters_of<application<void, std::remove_cvref_t<decltype(Formulas)>...>>;

    static constexpr auto plan = []
    {
        constexpr auto lowered = detail::lower_formulas(Formulas...);
        constexpr int nodes = detail::count_live(lowered.graph, lowered.outputs);
        return detail::make_plan<nodes, output_count>(lowered, variables, parameters);
    }();

    /// Whether an output is one value for the whole row.
    static constexpr std::array<bool, sizeof...(Formulas)> row_valued{is_row_value<Formulas>...};
};

} // namespace ctgrad
