// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/differentiate.hpp>

#include <limits>

namespace ctgrad
{

/// Which operands have to be kept finite so that an operation has its limit where its formula has
/// NaN: 0 * inf is 0 where one factor vanishes faster than the other grows, inf / inf the ratio of
/// the growths, inf - inf the sign of what grows faster.
struct finite_operands
{
    std::array<bool, 2> above_minus_infinity{};
    std::array<bool, 2> below_infinity{};
};

using limit_table = std::array<finite_operands, graph_builder::capacity>;

namespace detail
{

constexpr void keep_finite(finite_operands& kept, std::size_t operand, double value)
{
    (value < 0 ? kept.above_minus_infinity : kept.below_infinity)[operand] = true;
}

/// Value of one node from the values of its operands. All that is not varied has a value of its own,
/// so that nothing cancels or vanishes by chance: other variables, parameters (which need not keep
/// their initial values) and reductions, of which one element tells nothing.
constexpr double value_at(const graph_builder& graph, int index, std::string_view varied,
                          double value, std::span<const double> values)
{
    const node& current = graph[index];
    const double some = 0.7310585 + 0.0137 * index;
    if (current.kind == node_kind::variable && current.name == varied)
    {
        return value;
    }
    if (current.kind == node_kind::variable || current.kind == node_kind::parameter)
    {
        return some;
    }
    if (current.kind != node_kind::applied)
    {
        return current.value;
    }
    if (!current.op->total || current.op->over_row != reduction::none || current.op->row_valued)
    {
        return some;
    }
    std::array<double, 3> operands{};
    for (std::size_t k = 0; k < 3; ++k)
    {
        const int operand = current.operands[k];
        operands[k] = operand < 0 ? 0.0 : values[static_cast<std::size_t>(operand)];
    }
    return current.op->value_of(operands);
}

/// Notes which operand of inf - inf falls behind.
constexpr double note_sum(const node& current, double a, double b, double before,
                          finite_operands& kept)
{
    const double right = current.is(operation_of<subtract_operation>) ? -b : b;
    const bool a_leads = scalar::is_negative(a) == scalar::is_negative(before);
    const bool grows = scalar::abs(before) > 1e30;
    if (!grows || !a_leads)
    {
        keep_finite(kept, 0, a);
    }
    if (!grows || a_leads)
    {
        keep_finite(kept, 1, b);
    }
    return !grows ? 0.0 : a_leads ? a : right;
}

/// Looks at the graph with one variable at `infinity` and just before it, and notes in `table` which
/// products and quotients need finite operands there.
constexpr void note_limits(const graph_builder& graph, const node_flags& live,
                           std::string_view varied, double infinity, limit_table& table)
{
    constexpr double nearly = 1e100;
    std::array<double, graph_builder::capacity> limits{};
    std::array<double, graph_builder::capacity> before{};
    for (int i = 0; i < graph.size(); ++i)
    {
        const auto here = static_cast<std::size_t>(i);
        if (!live[here])
        {
            continue;
        }
        const node& current = graph[i];
        limits[here] = value_at(graph, i, varied, infinity, limits);
        before[here] = value_at(graph, i, varied, infinity < 0 ? -nearly : nearly, before);
        const bool product = current.is(operation_of<multiply_operation>);
        const bool quotient = current.is(operation_of<divide_operation>);
        const bool sum =
            current.is(operation_of<add_operation>) || current.is(operation_of<subtract_operation>);
        if (!(product || quotient || sum) || !scalar::is_nan(limits[here]))
        {
            continue;
        }
        const double a = limits[static_cast<std::size_t>(current.operands[0])];
        const double b = limits[static_cast<std::size_t>(current.operands[1])];
        finite_operands& kept = table[here];
        const double size = scalar::abs(before[here]);
        // Of a difference that neither grows nor vanishes, NaN is the more honest result.
        if (sum && scalar::is_infinite(a) && scalar::is_infinite(b) &&
            (size > 1e30 || size < 1e-30))
        {
            limits[here] = note_sum(current, a, b, before[here], kept);
            continue;
        }
        if (product && scalar::is_infinite(a) != scalar::is_infinite(b) && !(size > 1e-30))
        {
            keep_finite(kept, scalar::is_infinite(a) ? 0 : 1, scalar::is_infinite(a) ? a : b);
            limits[here] = 0.0;
            before[here] = 0.0;
        }
        // Finite operands have the ratio 1: of other limits, NaN is the more honest result.
        const bool known = size < 1e-30 || size > 1e30 || (size > 1 - 1e-9 && size < 1 + 1e-9);
        if (quotient && scalar::is_infinite(a) && scalar::is_infinite(b) && known)
        {
            if (!(size > 1e30))
            {
                keep_finite(kept, 0, a);
            }
            if (!(size < 1e-30))
            {
                keep_finite(kept, 1, b);
            }
            limits[here] = size < 1e-30  ? 0.0
                           : size > 1e30 ? scalar::copysign(std::numeric_limits<double>::infinity(),
                                                            before[here])
                                         : before[here];
        }
    }
}

} // namespace detail

/// For each live node, which operands must be kept finite when a variable is infinite.
constexpr limit_table find_limits(const graph_builder& graph, const detail::node_flags& live)
{
    limit_table table{};
    bool any = false;
    for (int i = 0; i < graph.size(); ++i)
    {
        any = any || (live[static_cast<std::size_t>(i)] &&
                      (graph[i].is(operation_of<multiply_operation>) ||
                       graph[i].is(operation_of<divide_operation>) ||
                       graph[i].is(operation_of<add_operation>) ||
                       graph[i].is(operation_of<subtract_operation>)));
    }
    for (int i = 0; any && i < graph.size(); ++i)
    {
        if (live[static_cast<std::size_t>(i)] && graph[i].kind == node_kind::variable)
        {
            constexpr double infinity = std::numeric_limits<double>::infinity();
            detail::note_limits(graph, live, graph[i].name, infinity, table);
            detail::note_limits(graph, live, graph[i].name, -infinity, table);
        }
    }
    return table;
}

} // namespace ctgrad
