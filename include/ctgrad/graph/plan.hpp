// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/delays.hpp>
#include <ctgrad/graph/keep_values.hpp>
#include <ctgrad/graph/lower.hpp>
#include <ctgrad/graph/missed_nan.hpp>
#include <ctgrad/graph/operation_list.hpp>
#include <ctgrad/graph/trace.hpp>
#include <ctgrad/symbolic/extent.hpp>

namespace ctgrad
{

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
    constexpr bool fast = (is_fast<Formulas> || ...);
    const graph_builder lowered = lower(traced, outputs, fast ? tier::fast : tier::precise);
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
constexpr program_plan<Nodes, Outputs> make_plan(const lowered_program<Outputs>& lowered,
                                                 const name_list& variables,
                                                 const name_list& parameters, aliasing inputs)
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
    find_summands(plan);
    find_missed_nan(plan);
    find_stages(plan);
    const int last_reading = last_reading_pass(plan);
    for (std::size_t k = 0; k < plan.outputs.size(); ++k)
    {
        // Where an input may be overwritten, not before the last pass that reads it; where each element
        // gets the one value of the row, which may wait for it, in the last.
        const planned_node& result = plan[plan.outputs[k]];
        plan.written[k] = result.uniform              ? plan.last_pass
                          : inputs == aliasing::exact ? last_reading
                                                      : result.stage;
    }
    find_passes(plan);
    delay_reductions(plan);
    delay_conditions(plan);
    keep_between_passes(plan, inputs);
    return plan;
}

} // namespace detail

/// Formulas compiled together. Their inputs are their variables and parameters in the order of first
/// appearance; each formula is an output, one value for each element of the row or one for the row.
template <auto... Formulas>
struct program
{
private:
    static constexpr auto lowered_formulas = detail::lower_formulas(Formulas...);

public:
    static constexpr int output_count = static_cast<int>(sizeof...(Formulas));

    using operations = operations_in<std::remove_cvref_t<decltype(Formulas)>...>;

    static constexpr const name_list& variables =
        variables_of<application<void, std::remove_cvref_t<decltype(Formulas)>...>>;
    static constexpr const name_list& parameters =
        parameters_of<application<void, std::remove_cvref_t<decltype(Formulas)>...>>;

    /// The plan for outputs that may be arrays of inputs, or not.
    template <aliasing Inputs>
    static constexpr auto plan_for = []
    {
        constexpr auto& lowered = lowered_formulas;
        constexpr int nodes = detail::count_live(lowered.graph, lowered.outputs);
        return detail::make_plan<nodes, output_count>(lowered, variables, parameters, Inputs);
    }();

    /// Whether it makes a difference: otherwise only the first is compiled.
    static constexpr bool is_one_plan = plan_for<aliasing::none> == plan_for<aliasing::exact>;

    /// Whether an output is one value for the whole row.
    static constexpr std::array<bool, sizeof...(Formulas)> row_valued{is_row_value<Formulas>...};
};

} // namespace ctgrad
