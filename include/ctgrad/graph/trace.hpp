// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/differentiate.hpp>
#include <ctgrad/symbolic/derivative.hpp>
#include <ctgrad/symbolic/extent.hpp>

namespace ctgrad
{

/// Adds a formula to a graph and returns its node.
template <fixed_string Name>
constexpr int trace(graph_builder& graph, const variable<Name>&)
{
    return graph.variable(variable<Name>::name.view());
}

template <fixed_string Name>
constexpr int trace(graph_builder& graph, const parameter<Name>& leaf)
{
    return graph.parameter(parameter<Name>::name.view(), leaf.initial, leaf.scope);
}

constexpr int trace(graph_builder& graph, const constant& number)
{
    return graph.constant(number.value);
}

template <class Operation, class... Operands>
constexpr int trace(graph_builder& graph, const application<Operation, Operands...>& formula);

template <class Expression, fixed_string Name>
constexpr int trace(graph_builder& graph, const derivative_of<Expression, Name>& formula);

template <class Expression, class Seed, fixed_string Name>
constexpr int trace(graph_builder& graph, const pullback_of<Expression, Seed, Name>& formula);

template <class Expression, class... Bindings>
constexpr int trace(graph_builder& graph, const composition<Expression, Bindings...>& formula);

template <class Expression>
constexpr int trace(graph_builder& graph, const in_fast_tier<Expression>& formula)
{
    return trace(graph, formula.function);
}

namespace detail
{

/// The leaf of that name below `root`, or -1. Others of that name may be left from what formulas were
/// put in for.
constexpr int leaf_named(const graph_builder& graph, int root, std::string_view name)
{
    int found = -1;
    for (int i = 0; i <= root; ++i)
    {
        const node& leaf = graph[i];
        const bool is_leaf = leaf.kind == node_kind::variable || leaf.kind == node_kind::parameter;
        if (!is_leaf || leaf.name != name)
        {
            continue;
        }
        if (found >= 0)
        {
            node_flags below{};
            mark_below(graph, root, below);
            return below[static_cast<std::size_t>(i)] ? i : found;
        }
        found = i;
    }
    return found;
}

/// Builds what is below `root` anew, with the nodes of `mapped` (index + 1) in place of others.
constexpr int rebuild(graph_builder& graph, int root,
                      std::array<int, graph_builder::capacity>& mapped)
{
    node_flags below{};
    mark_below(graph, root, below);
    for (int i = 0; i <= root; ++i)
    {
        const auto here = static_cast<std::size_t>(i);
        if (!below[here] || mapped[here] != 0)
        {
            continue;
        }
        const node current = graph[i];
        if (current.kind != node_kind::applied)
        {
            mapped[here] = i + 1;
            continue;
        }
        operand_indices operands{-1, -1, -1};
        for (int k = 0; k < current.op->arity; ++k)
        {
            operands[static_cast<std::size_t>(k)] =
                mapped[static_cast<std::size_t>(current.operand(k))] - 1;
        }
        mapped[here] = (operands == current.operands ? i : graph.apply(*current.op, operands)) + 1;
    }
    return mapped[static_cast<std::size_t>(root)] - 1;
}

} // namespace detail

template <class Operation, class... Operands>
constexpr int trace(graph_builder& graph, const application<Operation, Operands...>& formula)
{
    return hana::unpack(formula.operands,
                        [&](const auto&... operands)
                        {
                            operand_indices indices{-1, -1, -1};
                            int k = 0;
                            ((indices[static_cast<std::size_t>(k++)] = trace(graph, operands)),
                             ...);
                            return graph.apply(operation_of<Operation>, indices);
                        });
}

namespace detail
{

/// `OfElements` says that the formula has a value for each element of the row: where simplification
/// left one value for all of them, what flows into it comes from each.
template <bool OfElements>
constexpr int adjoint_of(graph_builder& graph, int root, int seed, std::string_view name)
{
    const int leaf = leaf_named(graph, root, name);
    if (leaf < 0)
    {
        return graph.constant(0);
    }
    if (OfElements && graph[root].uniform && has_reduction(graph, root))
    {
        seed = sum(reference{&graph, seed}).index;
    }
    int result = -1;
    differentiate(graph, root, seed, std::span(&leaf, 1), std::span(&result, 1));
    return result;
}

} // namespace detail

template <class Expression, fixed_string Name>
constexpr int trace(graph_builder& graph, const derivative_of<Expression, Name>& formula)
{
    const int root = trace(graph, formula.function);
    if constexpr (detail::has_partials<Expression, Name>)
    {
        constexpr bool of_elements = detail::extent_in<Expression> == extent::element;
        const int slope =
            detail::adjoint_of<of_elements>(graph, root, graph.constant(1), Name.view());
        // The derivative by a parameter is that of the whole row, also where the reductions that say
        // so were simplified away.
        constexpr bool of_row = of_elements && detail::reduces_in<Expression> &&
                                parameters_of<Expression>.find(Name.view()) >= 0;
        return of_row && !detail::has_reduction(graph, root) ? sum(reference{&graph, slope}).index
                                                             : slope;
    }
    else
    {
        return root; // reported where the derivative was taken
    }
}

template <class Expression, class Seed, fixed_string Name>
constexpr int trace(graph_builder& graph, const pullback_of<Expression, Seed, Name>& formula)
{
    const int root = trace(graph, formula.function);
    if constexpr (!detail::has_partials<Expression, Name>)
    {
        return root; // reported where the gradient was taken
    }
    const reference seed{&graph, trace(graph, formula.seed)};
    constexpr bool of_elements = detail::extent_in<Expression> == extent::element;
    if (detail::has_reduction(graph, root))
    {
        return detail::adjoint_of<of_elements>(graph, root, seed.index, Name.view());
    }
    // Element by element the seed is a factor; outside, so that the derivative simplifies alone.
    const auto slope = seed.constant(1);
    const reference result =
        seed * seed.at(detail::adjoint_of<of_elements>(graph, root, slope.index, Name.view()));
    const int leaf = detail::leaf_named(graph, root, Name.view());
    return leaf >= 0 && graph[leaf].uniform ? sum(result).index : result.index;
}

template <class Expression, class... Bindings>
constexpr int trace(graph_builder& graph, const composition<Expression, Bindings...>& formula)
{
    const int root = trace(graph, formula.function);
    std::array<int, graph_builder::capacity> mapped{};
    const auto replace = [&](const auto& bound)
    {
        const int leaf = detail::leaf_named(graph, root, bound.name.view());
        if (leaf >= 0)
        {
            mapped[static_cast<std::size_t>(leaf)] = trace(graph, bound.value) + 1;
        }
    };
    hana::unpack(formula.bindings, [&](const auto&... bound) { (replace(bound), ...); });
    return detail::rebuild(graph, root, mapped);
}

} // namespace ctgrad
