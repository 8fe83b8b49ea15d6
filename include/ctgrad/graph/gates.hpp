// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/differences.hpp>
#include <ctgrad/graph/reference.hpp>
#include <ctgrad/symbolic/error_functions.hpp>
#include <ctgrad/symbolic/sigmoids.hpp>

namespace ctgrad::detail
{

// Gated units u g(u) and their derivatives g(u) + u g'(u), recognised in a traced graph: for some
// gates g both are cheaper, and have their limits, when they are taken apart as a whole.

/// Whether node `index` is that operation on u.
template <class Operation>
constexpr bool is_operation_on(const graph_builder& graph, int index, int u)
{
    return graph[index].is(operation_of<Operation>) && graph[index].operand(0) == u;
}

/// v where node `index` is u * v or v * u, otherwise -1.
constexpr int factor_beside(const graph_builder& graph, int index, int u)
{
    const node& product = graph[index];
    if (!product.is(operation_of<multiply_operation>))
    {
        return -1;
    }
    return product.operand(0) == u   ? product.operand(1)
           : product.operand(1) == u ? product.operand(0)
                                     : -1;
}

/// v where node `index` is c * v, otherwise -1.
constexpr int factor_beside_constant(const graph_builder& graph, int index, double c)
{
    const node& product = graph[index];
    const bool scaled = product.is(operation_of<multiply_operation>) &&
                        graph[product.operand(0)].is_constant() &&
                        graph[product.operand(0)].value == c;
    return scaled ? product.operand(1) : -1;
}

/// For a gate g: the operations that are u g(u) and its derivative, and what u g'(u) looks like.
template <class Gate>
struct gated_unit;

template <>
struct gated_unit<tanh_softplus_operation>
{
    using value = mish_operation;
    using derivative = mish_slope_operation;

    static constexpr bool is_u_times_slope(const graph_builder& graph, int index, int u)
    {
        const int slope = factor_beside(graph, index, u);
        return slope >= 0 && is_operation_on<tanh_softplus_slope_operation>(graph, slope, u);
    }
};

template <>
struct gated_unit<normal_cdf_operation>
{
    using value = gelu_operation;
    using derivative = gelu_slope_operation;

    static constexpr bool is_u_times_slope(const graph_builder& graph, int index, int u)
    {
        const int product = factor_beside_constant(graph, index, one_over_sqrt_two_pi);
        const int power = product < 0 ? -1 : factor_beside(graph, product, u);
        if (power < 0 || !graph[power].is(operation_of<exp_operation>))
        {
            return false;
        }
        const int square = factor_beside_constant(graph, graph[power].operand(0), -0.5);
        return square >= 0 && is_operation_on<square_operation>(graph, square, u);
    }
};

/// What a node is to become if it is a gated unit with this gate or the derivative of one, otherwise
/// the empty reference. `lowered` gives the place of a node in the new graph.
template <class Gate>
constexpr reference lower_gated(const graph_builder& graph, const node& current,
                                const auto& lowered)
{
    using unit = gated_unit<Gate>;
    const bool product = current.is(operation_of<multiply_operation>);
    if (!product && !current.is(operation_of<add_operation>))
    {
        return {};
    }
    for (int k = 0; k < 2; ++k)
    {
        const int gate = current.operand(k);
        const int other = current.operand(1 - k);
        if (!graph[gate].is(operation_of<Gate>))
        {
            continue;
        }
        const int u = graph[gate].operand(0);
        if (product && other == u)
        {
            return apply<typename unit::value>(lowered(u));
        }
        if (!product && unit::is_u_times_slope(graph, other, u))
        {
            return apply<typename unit::derivative>(lowered(u));
        }
    }
    return {};
}

/// Whether u is -v.
constexpr bool are_opposite(const graph_builder& graph, int u, int v)
{
    const weighed first = weigh(graph, u);
    const weighed second = weigh(graph, v);
    return first.term >= 0 && first.term == second.term && first.factor == -second.factor;
}

/// Whether node `index` is sigmoid(u) sigmoid(-u), the derivative of sigmoid.
constexpr bool is_sigmoid_slope(const graph_builder& graph, int index)
{
    const node& product = graph[index];
    if (!product.is(operation_of<multiply_operation>))
    {
        return false;
    }
    const node& first = graph[product.operand(0)];
    const node& second = graph[product.operand(1)];
    return first.is(operation_of<sigmoid_operation>) &&
           second.is(operation_of<sigmoid_operation>) &&
           are_opposite(graph, first.operand(0), second.operand(0));
}

/// What that is to become: the same reciprocal as a sigmoid of u beside it, be that refined or not, and
/// no question for the sign. Otherwise the empty reference.
constexpr reference lower_sigmoid_slope(const graph_builder& graph, int index, const auto& lowered)
{
    if (!is_sigmoid_slope(graph, index))
    {
        return {};
    }
    const node& first = graph[graph[index].operand(0)];
    const auto e = exp(-abs(lowered(first.operand(0))));
    const auto r = 1 / (1 + e);
    return r * (e * r);
}

} // namespace ctgrad::detail
