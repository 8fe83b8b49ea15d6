// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/reference.hpp>
#include <ctgrad/symbolic/pieces.hpp>
#include <ctgrad/symbolic/tail_pieces.hpp>

namespace ctgrad::detail
{

// Forms that lowering recognises as a whole, because their parts would overflow or lose digits, or
// because a cheaper one is the same. `lowered` gives the place of a node in the new graph; the result
// is the empty reference where the form is another.

struct numbered
{
    double factor;
    int term;
};

/// A node as a number times another node.
constexpr numbered without_number(const graph_builder& graph, int index)
{
    const node& product = graph[index];
    const bool is_scaled =
        product.is(operation_of<multiply_operation>) && graph[product.operand(0)].is_constant();
    return is_scaled ? numbered{graph[product.operand(0)].value, product.operand(1)}
                     : numbered{1.0, index};
}

/// c * (a u + b u^3) by Horner's rule, with the factor in the coefficients.
constexpr reference lower_scaled_cubic(const graph_builder& graph, const node& current,
                                       const auto& lowered)
{
    if (!current.is(operation_of<multiply_operation>) || !graph[current.operand(0)].is_constant() ||
        !graph[current.operand(1)].is(operation_of<add_operation>))
    {
        return {};
    }
    const double factor = scalar::abs(graph[current.operand(0)].value);
    const node& sum = graph[current.operand(1)];
    for (int k = 0; k < 2; ++k)
    {
        const scaled linear = split_factor(lowered(sum.operand(k)));
        const numbered cubic = without_number(graph, sum.operand(1 - k));
        const node& power = graph[cubic.term];
        if (power.is(operation_of<pow_operation>) && lowered(power.operand(0)).same(linear.term) &&
            graph[power.operand(1)].is_constant() && graph[power.operand(1)].value == 3)
        {
            const reference u = linear.term;
            const auto product = u * (factor * linear.factor + (factor * cubic.factor) * square(u));
            return graph[current.operand(0)].value < 0 ? -product : product;
        }
    }
    return {};
}

/// softplus(c * u) / c, which is u for large u, also where c * u overflows.
constexpr reference lower_scaled_softplus(const graph_builder& graph, const node& current,
                                          const auto& lowered)
{
    const bool product = current.is(operation_of<multiply_operation>);
    if (!product && !current.is(operation_of<divide_operation>))
    {
        return {};
    }
    const node& factor = graph[current.operand(product ? 0 : 1)];
    const node& softplus = graph[current.operand(product ? 1 : 0)];
    if (!factor.is_constant() || !softplus.is(operation_of<softplus_operation>))
    {
        return {};
    }
    const node& scaled = graph[softplus.operand(0)];
    if (!scaled.is(operation_of<multiply_operation>) || !graph[scaled.operand(0)].is_constant())
    {
        return {};
    }
    const double c = graph[scaled.operand(0)].value;
    const auto u = lowered(scaled.operand(1));
    const auto ramp = c > 0 ? maximum(u, 0) : minimum(u, 0);
    const auto rest = apply<log1p_unit_operation>(exp(-abs(lowered(softplus.operand(0)))));
    return product ? (factor.value * c) * ramp + factor.value * rest
                   : (c / factor.value) * ramp + (1 / factor.value) * rest;
}

/// u - logsumexp(u), and logsumexp(u) - max(u), without adding the largest element first: beside
/// it the logarithm would lose its digits.
constexpr reference lower_log_softmax(const graph_builder& graph, const node& current,
                                      const auto& lowered)
{
    if (!current.is(operation_of<subtract_operation>))
    {
        return {};
    }
    const auto is_of = [&]<class Operation>(std::type_identity<Operation>, int index, int u)
    { return graph[index].is(operation_of<Operation>) && graph[index].operand(0) == u; };
    constexpr std::type_identity<logsumexp_operation> norm;
    constexpr std::type_identity<max_operation> largest;
    const int a = current.operand(0);
    const int b = current.operand(1);
    const auto logarithm = [&](reference u)
    { return log(sum(exp(u - logsumexp_operation::shift(u)))); };
    if (is_of(norm, b, a))
    {
        return (lowered(a) - logsumexp_operation::shift(lowered(a))) - logarithm(lowered(a));
    }
    if (graph[a].is(operation_of<logsumexp_operation>) && is_of(largest, b, graph[a].operand(0)))
    {
        return logarithm(lowered(graph[a].operand(0)));
    }
    return {};
}

/// exp(u - logsumexp(u)) with the exponential that the sum needs anyway.
constexpr reference lower_softmax(const graph_builder& graph, const node& exponent,
                                  const auto& lowered)
{
    if (!exponent.is(operation_of<subtract_operation>))
    {
        return {};
    }
    const node& norm = graph[exponent.operand(1)];
    if (!norm.is(operation_of<logsumexp_operation>) || norm.operand(0) != exponent.operand(0))
    {
        return {};
    }
    const auto u = lowered(exponent.operand(0));
    const auto power = exp(u - logsumexp_operation::shift(u));
    return power * (1 / sum(power));
}

/// exp(-u^2) and exp(-u^2 / 2), whose tails need u^2 to more digits than one number has.
constexpr reference lower_gaussian(const graph_builder& graph, const node& exponent,
                                   const auto& lowered)
{
    if (exponent.is(operation_of<negate_operation>) &&
        graph[exponent.operand(0)].is(operation_of<square_operation>))
    {
        const auto u = lowered(graph[exponent.operand(0)].operand(0));
        return exp_minus_square(apply<square_argument_operation>(u));
    }
    if (exponent.is(operation_of<multiply_operation>) && graph[exponent.operand(0)].is_constant() &&
        graph[exponent.operand(0)].value == -0.5 &&
        graph[exponent.operand(1)].is(operation_of<square_operation>))
    {
        const auto u = lowered(graph[exponent.operand(1)].operand(0));
        return exp_minus_half_square(apply<half_square_argument_operation>(u));
    }
    return {};
}

/// sin(a * b) and cos(a * b), of which the product may be too large for a number.
constexpr reference lower_wave_of_product(const node& current, reference angle)
{
    if (!angle.is<multiply_operation>())
    {
        return {};
    }
    reference a = angle.operand(0);
    reference b = angle.operand(1);
    for (int k = 0; k < 2 && a.is_constant() && b.is<multiply_operation>(); ++k)
    {
        if (b.operand(k).is_uniform())
        {
            // 2 * (w * x): what is one value for the row is multiplied first, so that only the last
            // product can overflow.
            a = a * b.operand(k);
            b = b.operand(1 - k);
        }
    }
    return current.is(operation_of<sin_operation>) ? apply<sin_of_product_operation>(a, b)
                                                   : apply<cos_of_product_operation>(a, b);
}

} // namespace ctgrad::detail
