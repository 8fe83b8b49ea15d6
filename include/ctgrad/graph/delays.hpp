// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/schedule.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

// Reductions and conditions that wait for a later pass over a row than the first that could have
// them.
namespace ctgrad::detail
{

/// For each node the last stage in which it may be there without holding up a result.
template <int Nodes, int Outputs>
constexpr std::array<int, static_cast<std::size_t>(Nodes)> latest_stages(
    const program_plan<Nodes, Outputs>& plan)
{
    std::array<int, static_cast<std::size_t>(Nodes)> latest{};
    latest.fill(plan.last_pass);
    for (const int output : plan.outputs)
    {
        const int stage = plan[output].uniform ? plan.last_pass : plan[output].stage;
        latest[static_cast<std::size_t>(output)] = stage;
    }
    for (int i = Nodes - 1; i >= 0; --i)
    {
        const planned_node& current = plan[i];
        const bool reduces = is_reduction(current);
        for (const int operand : current.operands)
        {
            if (operand >= 0)
            {
                int& last = latest[static_cast<std::size_t>(operand)];
                last = std::min(last, latest[static_cast<std::size_t>(i)] - (reduces ? 1 : 0));
            }
        }
    }
    return latest;
}

/// Whether a plan with some reductions in pass `to` instead of `from` is better than without: it costs
/// less, or as much while that pass computes more, beside which loads take less time.
template <int Nodes, int Outputs>
constexpr bool is_better(const program_plan<Nodes, Outputs>& moved,
                         const program_plan<Nodes, Outputs>& plan, int from, int to)
{
    const int gain = cost_of(plan) - cost_of(moved);
    return gain > 0 || (gain == 0 && cost_of_pass(plan, to) > cost_of_pass(plan, from));
}

/// Moves reductions that can wait to a later pass where that is better: all together, as they may read
/// the same, or one by one.
template <int Nodes, int Outputs>
constexpr void delay_reductions(program_plan<Nodes, Outputs>& plan)
{
    const auto latest = latest_stages(plan);
    const auto move = [&](int from, int to, auto moves)
    {
        program_plan<Nodes, Outputs> moved = plan;
        for (std::size_t i = 0; i < plan.nodes.size(); ++i)
        {
            planned_node& node = moved.nodes[i];
            const bool can = is_reduction(node) && node.stage == from && latest[i] >= to;
            node.stage = can && moves(i) ? to : node.stage;
        }
        find_stages(moved);
        find_passes(moved);
        // A reduction of stage s is added up in pass s - 1.
        if (is_better(moved, plan, from - 1, to - 1))
        {
            plan = moved;
        }
    };
    for (int stage = 1; stage < plan.last_pass; ++stage)
    {
        move(stage, stage + 1, [](std::size_t) { return true; });
    }
    for (std::size_t i = 0; i < plan.nodes.size(); ++i)
    {
        const bool reduces = is_reduction(plan.nodes[i]);
        for (int to = plan.nodes[i].stage + 1; reduces && to <= latest[i]; ++to)
        {
            move(plan.nodes[i].stage, to, [=](std::size_t k) { return k == i; });
        }
    }
}

/// Moves conditions of the row to where they choose: until then they would only occupy registers.
template <int Nodes, int Outputs>
constexpr void delay_conditions(program_plan<Nodes, Outputs>& plan)
{
    for (int i = 0; i < Nodes; ++i)
    {
        planned_node& node = plan.nodes[static_cast<std::size_t>(i)];
        if (!node.uniform || node.op == nullptr || !node.op->predicate)
        {
            continue;
        }
        int first = plan.last_pass;
        for (const planned_node& user : plan.nodes)
        {
            const bool uses = std::ranges::find(user.operands, i) != user.operands.end();
            first = uses ? std::min(first, user.stage) : first;
        }
        node.stage = std::max(node.stage, first);
    }
}

} // namespace ctgrad::detail
