// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/cost.hpp>
#include <ctgrad/graph/reference.hpp>

#include <algorithm>
#include <bit>

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
    /// Passes that read it from where the first of them has kept it, instead of computing it again.
    unsigned loads = 0;
    /// The output whose array keeps it until that output itself is written there, or -1.
    int kept = -1;
    /// A product that nothing but a sum needs: it is multiplied and added in one.
    bool is_summand = false;
    /// A largest or smallest element whose result matters only where no element is NaN.
    bool may_miss_nan = false;

    constexpr bool operator==(const planned_node&) const = default;
};

constexpr bool is_reduction(const planned_node& node)
{
    return node.op != nullptr && node.op->over_row != reduction::none;
}

/// Whether a program's outputs may be the same arrays as its inputs.
enum class aliasing
{
    none,
    exact
};

/// A program: what to compute of a row, in how many passes, as a value.
template <int Nodes, int Outputs>
struct program_plan
{
    std::array<planned_node, static_cast<std::size_t>(Nodes)> nodes{};
    std::array<int, static_cast<std::size_t>(Outputs)> outputs{};
    /// For each output that has a value for each element, the pass that writes it.
    std::array<int, static_cast<std::size_t>(Outputs)> written{};
    int last_pass = 0;

    constexpr const planned_node& operator[](int i) const
    {
        return nodes[static_cast<std::size_t>(i)];
    }
    constexpr bool operator==(const program_plan&) const = default;
};

// When each node of a plan is computed: the passes over the row, and what is kept between them.
namespace detail
{

/// For each node the number of reductions, one after the other, that it waits for.
template <int Nodes, int Outputs>
constexpr void find_stages(program_plan<Nodes, Outputs>& plan)
{
    for (planned_node& current : plan.nodes)
    {
        for (const int operand : current.operands)
        {
            if (operand >= 0)
            {
                const planned_node& below = plan[operand];
                const bool reduces = is_reduction(current);
                current.stage = std::max(current.stage, below.stage + (reduces ? 1 : 0));
            }
        }
        plan.last_pass = std::max(plan.last_pass, current.stage);
    }
}

/// The last pass that reads arrays: after it there may be values for the row still.
template <int Nodes, int Outputs>
constexpr int last_reading_pass(const program_plan<Nodes, Outputs>& plan)
{
    int last = 0;
    for (const planned_node& current : plan.nodes)
    {
        const bool reduces = is_reduction(current);
        last = std::max(last, reduces ? current.stage - 1 : current.uniform ? 0 : current.stage);
    }
    return last;
}

/// For each node the passes that ask for it to write it or to add it up.
template <int Nodes, int Outputs>
constexpr std::array<unsigned, static_cast<std::size_t>(Nodes)> requested_passes(
    const program_plan<Nodes, Outputs>& plan)
{
    std::array<unsigned, static_cast<std::size_t>(Nodes)> passes{};
    const auto request = [&](int index, int pass)
    {
        if (!plan[index].uniform)
        {
            passes[static_cast<std::size_t>(index)] |= 1u << pass;
        }
    };
    for (std::size_t k = 0; k < plan.outputs.size(); ++k)
    {
        request(plan.outputs[k], plan.written[k]);
    }
    for (const planned_node& current : plan.nodes)
    {
        if (is_reduction(current))
        {
            request(current.operands[0], current.stage - 1);
        }
    }
    return passes;
}

/// For each node the passes that compute it: all in which it is needed, or, if it is kept, the first.
template <int Nodes, int Outputs>
constexpr void find_passes(program_plan<Nodes, Outputs>& plan)
{
    const auto requested = requested_passes(plan);
    for (std::size_t i = 0; i < static_cast<std::size_t>(Nodes); ++i)
    {
        plan.nodes[i].passes = requested[i];
        plan.nodes[i].loads = 0;
    }
    for (int i = Nodes - 1; i >= 0; --i)
    {
        planned_node& current = plan.nodes[static_cast<std::size_t>(i)];
        if (current.kept >= 0)
        {
            const unsigned first = current.passes & -current.passes;
            current.loads = current.passes & ~first;
            current.passes = first;
        }
        for (const int operand : current.operands)
        {
            if (operand >= 0 && !current.uniform && !plan[operand].uniform)
            {
                plan.nodes[static_cast<std::size_t>(operand)].passes |= current.passes;
            }
        }
    }
}

/// What a program costs for each element, in operations of the cost model (graph/cost.hpp): all that
/// its passes compute, load and keep.
template <int Nodes, int Outputs>
constexpr int cost_of(const program_plan<Nodes, Outputs>& plan)
{
    int total = 0;
    for (const planned_node& current : plan.nodes)
    {
        const int once = current.kind == node_kind::applied ? cost_of(*current.op) : load_cost;
        total += std::popcount(current.passes) * once + std::popcount(current.loads) * load_cost;
        total += current.kept >= 0 ? store_cost : 0;
    }
    return total;
}

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

/// Finds the products that only a sum needs.
template <int Nodes, int Outputs>
constexpr void find_summands(program_plan<Nodes, Outputs>& plan)
{
    std::array<int, static_cast<std::size_t>(Nodes)> uses{};
    std::array<int, static_cast<std::size_t>(Nodes)> sums{};
    for (const int output : plan.outputs)
    {
        ++uses[static_cast<std::size_t>(output)];
    }
    for (const planned_node& current : plan.nodes)
    {
        const bool adds = current.op != nullptr && current.op->over_row == reduction::sum;
        for (const int operand : current.operands)
        {
            if (operand >= 0)
            {
                ++uses[static_cast<std::size_t>(operand)];
                sums[static_cast<std::size_t>(operand)] += adds ? 1 : 0;
            }
        }
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(Nodes); ++i)
    {
        planned_node& node = plan.nodes[i];
        const bool is_product = node.op == &operation_of<multiply_operation> ||
                                node.op == &operation_of<square_operation>;
        node.is_summand = is_product && uses[i] == 1 && sums[i] == 1;
    }
}

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

/// What one pass computes for each element, in operations of the cost model.
template <int Nodes, int Outputs>
constexpr int cost_of_pass(const program_plan<Nodes, Outputs>& plan, int pass)
{
    int total = 0;
    for (const planned_node& current : plan.nodes)
    {
        const bool computes = current.kind == node_kind::applied && !current.uniform;
        total += computes && (current.passes >> pass & 1u) != 0 ? cost_of(*current.op) : 0;
    }
    return total;
}

/// Whether a plan with some reductions in another pass is better: it costs less, or as much in a pass
/// that has so much to compute that reading their operands takes no time.
template <int Nodes, int Outputs>
constexpr bool is_better_plan(const program_plan<Nodes, Outputs>& plan,
                              program_plan<Nodes, Outputs>& tried, int from, int to)
{
    find_stages(tried);
    find_passes(tried);
    const int gain = cost_of(plan) - cost_of(tried);
    const bool hides = cost_of_pass(plan, to - 1) > cost_of_pass(plan, from - 1);
    return gain > 0 || (gain == 0 && hides);
}

/// Moves reductions that can wait to a later pass where that is better: all together, as they may read
/// the same, or one by one.
template <int Nodes, int Outputs>
constexpr void delay_reductions(program_plan<Nodes, Outputs>& plan)
{
    const auto latest = latest_stages(plan);
    for (int stage = 1; stage < plan.last_pass; ++stage)
    {
        program_plan<Nodes, Outputs> tried = plan;
        for (std::size_t i = 0; i < plan.nodes.size(); ++i)
        {
            planned_node& node = tried.nodes[i];
            const bool moves = is_reduction(node) && node.stage == stage && latest[i] > stage;
            node.stage += moves ? 1 : 0;
        }
        if (is_better_plan(plan, tried, stage, stage + 1))
        {
            plan = tried;
        }
    }
    for (std::size_t i = 0; i < plan.nodes.size(); ++i)
    {
        const bool reduces = is_reduction(plan.nodes[i]);
        for (int stage = plan.nodes[i].stage + 1; reduces && stage <= latest[i]; ++stage)
        {
            program_plan<Nodes, Outputs> tried = plan;
            const int before = plan.nodes[i].stage;
            tried.nodes[i].stage = stage;
            if (is_better_plan(plan, tried, before, stage))
            {
                plan = tried;
            }
        }
    }
}

} // namespace detail

} // namespace ctgrad
