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

} // namespace detail

} // namespace ctgrad
