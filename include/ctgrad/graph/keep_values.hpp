// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/schedule.hpp>

#include <array>
#include <bit>
#include <cstddef>

// What is kept from one pass over a row to the next.
namespace ctgrad::detail
{

/// Whether the array of an output can keep what a node has for each element until its last use: it is
/// not written before, keeps nothing else, and no input that is still read lies there.
template <int Nodes, int Outputs>
constexpr bool can_keep(const program_plan<Nodes, Outputs>& plan, const planned_node& wanted,
                        std::size_t output, aliasing inputs)
{
    const bool is_array = !plan[plan.outputs[output]].uniform;
    const int written = plan.written[output];
    const int last = static_cast<int>(std::bit_width(wanted.passes | wanted.loads)) - 1;
    const int first = std::countr_zero(wanted.passes);
    const unsigned later = ~0u << first << 1;
    bool free = is_array && last <= written && first < written;
    for (const planned_node& other : plan.nodes)
    {
        const bool is_input = other.kind == node_kind::variable;
        free = free && (&other == &wanted || other.kept != static_cast<int>(output)) &&
               !(inputs == aliasing::exact && is_input && (other.passes & later) != 0);
    }
    return free;
}

/// The cost of a plan if one more node were kept, without making that plan: the compiler evaluates
/// this for each node of it.
template <int Nodes, int Outputs>
constexpr int cost_with_kept(const program_plan<Nodes, Outputs>& plan, int kept)
{
    std::array<unsigned, static_cast<std::size_t>(Nodes)> passes = requested_passes(plan);
    int total = 0;
    for (int i = Nodes - 1; i >= 0; --i)
    {
        const planned_node& current = plan[i];
        unsigned computed = passes[static_cast<std::size_t>(i)];
        if (computed == 0)
        {
            continue;
        }
        if (current.kept >= 0 || i == kept)
        {
            const unsigned first = computed & -computed;
            total += std::popcount(computed ^ first) * load_cost + store_cost;
            computed = first;
        }
        const bool applied = current.kind == node_kind::applied;
        total += std::popcount(computed) * (applied ? cost_of(*current.op) : load_cost);
        for (int k = 0; applied && k < current.op->arity; ++k)
        {
            const auto operand = static_cast<std::size_t>(current.operands[std::size_t(k)]);
            passes[operand] |= plan.nodes[operand].uniform ? 0 : computed;
        }
    }
    return total;
}

/// Decides what is kept between passes instead of computed again, in the arrays of outputs that are
/// written later, as long as that is cheaper.
template <int Nodes, int Outputs>
constexpr void keep_between_passes(program_plan<Nodes, Outputs>& plan, aliasing inputs)
{
    for (bool again = plan.last_pass > 0; again;)
    {
        again = false;
        int least = cost_of(plan);
        program_plan<Nodes, Outputs> best = plan;
        for (int i = 0; i < Nodes; ++i)
        {
            const planned_node& node = plan[i];
            const bool worthwhile = node.kind == node_kind::applied && !node.uniform &&
                                    !node.op->predicate && node.kept < 0 &&
                                    std::popcount(node.passes) > 1;
            const int cost = worthwhile ? cost_with_kept(plan, i) : least;
            if (cost >= least)
            {
                continue;
            }
            program_plan<Nodes, Outputs> tried = plan;
            planned_node& kept = tried.nodes[static_cast<std::size_t>(i)];
            kept.kept = 0;
            find_passes(tried);
            for (std::size_t output = 0; output < plan.outputs.size(); ++output)
            {
                if (can_keep(tried, kept, output, inputs))
                {
                    kept.kept = static_cast<int>(output);
                    best = tried;
                    least = cost;
                    again = true;
                    break;
                }
            }
        }
        plan = best;
    }
}

} // namespace ctgrad::detail
