// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/schedule.hpp>
#include <ctgrad/graph/strict.hpp>

#include <array>
#include <cstddef>

// The largest of some numbers is one instruction for each, but that loses a NaN among them; to keep it
// takes two more. In a softmax it need not be kept: NaN makes the sum of the exponentials NaN, whatever
// the largest element is taken for, and with it all results.
namespace ctgrad::detail
{

/// Whether a NaN among the elements that one reduction is of, be that result what it may, is in every
/// output that depends on the reduction, at all its elements.
template <int Nodes, int Outputs>
constexpr bool outputs_have_nan_without(const program_plan<Nodes, Outputs>& plan, int reduced)
{
    using flags = std::array<bool, static_cast<std::size_t>(Nodes)>;
    flags depends{};
    flags is_nan_there{}; // at the element of the NaN
    flags is_nan_everywhere{};
    is_nan_there[static_cast<std::size_t>(plan[reduced].operands[0])] = true;
    depends[static_cast<std::size_t>(reduced)] = true;
    for (std::size_t i = 0; i < plan.nodes.size(); ++i)
    {
        const planned_node& current = plan.nodes[i];
        const bool loses = static_cast<int>(i) == reduced || current.may_miss_nan;
        for (int k = 0; k < 3 && current.operands[static_cast<std::size_t>(k)] >= 0; ++k)
        {
            const auto operand =
                static_cast<std::size_t>(current.operands[static_cast<std::size_t>(k)]);
            depends[i] = depends[i] || depends[operand];
            if (!loses && is_strict(*current.op, k))
            {
                const bool spreads = is_reduction(current) && is_nan_there[operand];
                is_nan_there[i] = is_nan_there[i] || is_nan_there[operand];
                is_nan_everywhere[i] =
                    is_nan_everywhere[i] || is_nan_everywhere[operand] || spreads;
            }
        }
    }
    for (const int output : plan.outputs)
    {
        const auto result = static_cast<std::size_t>(output);
        if (depends[result] && !is_nan_everywhere[result])
        {
            return false;
        }
    }
    return true;
}

/// Finds the largest and smallest elements that may miss a NaN.
template <int Nodes, int Outputs>
constexpr void find_missed_nan(program_plan<Nodes, Outputs>& plan)
{
    for (int i = 0; i < Nodes; ++i)
    {
        planned_node& node = plan.nodes[static_cast<std::size_t>(i)];
        const bool chooses = is_reduction(node) && node.op->over_row != reduction::sum;
        node.may_miss_nan = chooses && outputs_have_nan_without(plan, i);
    }
}

} // namespace ctgrad::detail
