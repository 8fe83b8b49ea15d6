// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/cost.hpp>
#include <ctgrad/graph/schedule.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace ctgrad
{

// Which nodes and outputs of a plan each loop over the row is about, one flag for each. Only what a
// loop is about becomes code of it: compilers take longer for a function that does nothing than for
// reading these flags.
namespace row_loops
{

/// Numbers that the compiler knows, as a type: `[]<int... I>(indices<I...>)` unrolls over them.
template <int... I>
using indices = std::integer_sequence<int, I...>;

template <int Count>
using indices_below = std::make_integer_sequence<int, Count>;

/// The places of the flags that are set, as `indices`.
template <auto Flags>
constexpr auto indices_of()
{
    constexpr auto count = static_cast<std::size_t>(std::ranges::count(Flags, true));
    constexpr auto places = []
    {
        std::array<int, count> found{};
        std::size_t next = 0;
        for (std::size_t i = 0; i < Flags.size(); ++i)
        {
            if (Flags[i])
            {
                found[next++] = static_cast<int>(i);
            }
        }
        return found;
    }();
    return [&]<std::size_t... K>(std::index_sequence<K...>)
    { return indices<places[K]...>{}; }(std::make_index_sequence<count>{});
}

template <int Nodes, int Outputs>
constexpr auto nodes_where(const program_plan<Nodes, Outputs>& plan, auto condition)
{
    std::array<bool, static_cast<std::size_t>(Nodes)> flags{};
    for (std::size_t i = 0; i < flags.size(); ++i)
    {
        flags[i] = condition(plan.nodes[i]);
    }
    return flags;
}

constexpr bool is_in_pass(const planned_node& node, int pass)
{
    return (node.passes >> pass & 1u) != 0;
}

/// All variables, for a row that is read once.
constexpr auto variables_in(const auto& plan)
{
    return nodes_where(plan,
                       [](const planned_node& node) { return node.kind == node_kind::variable; });
}

/// The variables that a pass reads.
constexpr auto variables_of_pass(const auto& plan, int pass)
{
    return nodes_where(plan, [=](const planned_node& node)
                       { return node.kind == node_kind::variable && is_in_pass(node, pass); });
}

/// What a pass reads from where an earlier one has kept it.
constexpr auto loaded_in_pass(const auto& plan, int pass)
{
    return nodes_where(plan,
                       [=](const planned_node& node) { return (node.loads >> pass & 1u) != 0; });
}

/// What a pass keeps for later ones.
constexpr auto kept_in_pass(const auto& plan, int pass)
{
    return nodes_where(plan, [=](const planned_node& node)
                       { return node.kept >= 0 && is_in_pass(node, pass); });
}

/// What a pass computes for each element; without `summands`, products that only a sum needs are left
/// to that sum.
constexpr auto elements_of_pass(const auto& plan, int pass, bool summands)
{
    return nodes_where(plan,
                       [=](const planned_node& node)
                       {
                           return node.kind == node_kind::applied && !node.uniform &&
                                  is_in_pass(node, pass) && (summands || !node.is_summand);
                       });
}

/// All that is computed for each element as soon as so many reductions are finished.
constexpr auto elements_of_stage(const auto& plan, int stage)
{
    return nodes_where(
        plan, [=](const planned_node& node)
        { return node.kind == node_kind::applied && !node.uniform && node.stage == stage; });
}

/// All that is one value for the row and known before a pass; not what reductions find.
constexpr auto uniforms_of_stage(const auto& plan, int stage)
{
    return nodes_where(plan,
                       [=](const planned_node& node)
                       {
                           return node.kind != node_kind::constant && node.uniform &&
                                  node.stage == stage && !is_reduction(node);
                       });
}

/// The reductions that a pass accumulates.
constexpr auto reductions_of_pass(const auto& plan, int pass)
{
    return nodes_where(plan, [=](const planned_node& node)
                       { return is_reduction(node) && node.stage - 1 == pass; });
}

/// The outputs with one value for the row, or those with a value for each element.
template <std::size_t Outputs>
constexpr auto outputs_of_kind(const std::array<bool, Outputs>& row_valued, bool of_row)
{
    std::array<bool, Outputs> flags{};
    for (std::size_t k = 0; k < Outputs; ++k)
    {
        flags[k] = row_valued[k] == of_row;
    }
    return flags;
}

/// The outputs with a value for each element that a pass writes.
template <std::size_t Outputs>
constexpr auto outputs_of_pass(const auto& plan, const std::array<bool, Outputs>& row_valued,
                               int pass)
{
    std::array<bool, Outputs> flags{};
    for (std::size_t k = 0; k < Outputs; ++k)
    {
        flags[k] = !row_valued[k] && plan.written[k] == pass;
    }
    return flags;
}

/// Whether a pass does anything with elements.
template <std::size_t Outputs>
constexpr bool has_loop(const auto& plan, const std::array<bool, Outputs>& row_valued, int pass)
{
    const auto any = [](const auto& flags) { return std::ranges::count(flags, true) > 0; };
    return any(variables_of_pass(plan, pass)) || any(loaded_in_pass(plan, pass)) ||
           any(elements_of_pass(plan, pass, true)) || any(outputs_of_pass(plan, row_valued, pass));
}

/// Vectors in one step of a loop. A formula is one long chain of dependent operations: with one
/// vector at a time processors wait for results, and two keep them busy, up to four where there is
/// little to do, as far as there are registers for their totals. Large graphs have independent parts
/// of their own, and too many values for the registers.
template <int Nodes, int Outputs>
constexpr int interleaved(const program_plan<Nodes, Outputs>& plan, int pass, int registers)
{
    const int cost = detail::cost_of_pass(plan, pass);
    const auto totals = static_cast<int>(std::ranges::count(reductions_of_pass(plan, pass), true));
    // The registers hold of each vector its totals and one value, and two values that all share.
    const int room = (registers - 2) / (totals + 1);
    return Nodes > 64 ? 1 : cost > 8 ? 2 : std::clamp(room, 2, 4);
}

} // namespace row_loops

} // namespace ctgrad
