// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/reference.hpp>
#include <ctgrad/symbolic/sigmoids.hpp>

namespace ctgrad
{

namespace detail
{

constexpr reference constant_times(double c, reference b)
{
    if (c == 0)
    {
        return b.constant(0);
    }
    if (c == 1)
    {
        return b;
    }
    if (c == -1)
    {
        return -b;
    }
    if (b.is<multiply_operation>() && b.operand(0).is_constant())
    {
        return (c * b.operand(0).value()) * b.operand(1);
    }
    if (const auto u = b.operand_of<negate_operation>())
    {
        return -c * u;
    }
    if (!b.graph->lowering() && b.is<divide_operation>() && b.operand(0).is_constant())
    {
        return (c * b.operand(0).value()) / b.operand(1);
    }
    if (b.is<divide_operation>() && b.operand(1).is_constant())
    {
        return (c / b.operand(1).value()) * b.operand(0);
    }
    if (b.is<where_operation>() && b.operand(1).is_constant() && b.operand(2).is_constant())
    {
        return where(b.operand(0), c * b.operand(1), c * b.operand(2));
    }
    return {};
}

/// Derivatives of a power have one term, those of x * square(x) two.
constexpr reference third_power(reference a, reference b)
{
    if (a.graph->lowering())
    {
        return {};
    }
    const bool left = a.is<square_operation>() && a.operand(0).same(b);
    const bool right = b.is<square_operation>() && b.operand(0).same(a);
    return left || right ? apply<pow_operation>(left ? b : a, 3) : reference{};
}

/// Rules with different patterns for both factors.
constexpr reference in_order(reference a, reference b)
{
    if (a.is<multiply_operation>() && a.operand(0).is_constant())
    {
        return a.operand(0) * (a.operand(1) * b);
    }
    if (const auto u = a.operand_of<negate_operation>())
    {
        return -(u * b);
    }
    // Into the branches: where nothing is chosen there is nothing to multiply, be it infinite.
    if (a.is<where_operation>() && (chooses_constants(a) || chooses_zero(a)))
    {
        return where(a.operand(0), a.operand(1) * b, a.operand(2) * b);
    }
    if (const auto u = a.operand_of<sign_operation>())
    {
        if (u.same(b))
        {
            return abs(u);
        }
        if (b.is<divide_operation>() && b.operand(0).same(u))
        {
            return abs(u) / b.operand(1);
        }
    }
    if (a.is<divide_operation>() && !a.graph->lowering())
    {
        if (a.operand(1).same(b))
        {
            return a.operand(0);
        }
        if (a.operand(0).is_constant())
        {
            return a.operand(0) * (b / a.operand(1));
        }
    }
    // Complementary choices, as in sigmoid(x) * sigmoid(-x).
    if (a.is<select_operation>() && b.is<select_operation>() && a.operand(0).same(b.operand(0)) &&
        a.operand(1).same(b.operand(2)) && a.operand(2).same(b.operand(1)))
    {
        return a.operand(1) * a.operand(2);
    }
    // exp(u) / (1 + exp(u)), which division turns into exp(u) sigmoid(-u).
    if (const auto u = a.operand_of<exp_operation>(); u && b.is<sigmoid_operation>())
    {
        const auto v = b.operand(0);
        if (v.same(-u))
        {
            return sigmoid(u);
        }
        // exp(u) / (c + exp(u)), likewise.
        if (v.is<subtract_operation>() && v.operand(0).is_constant() && v.operand(1).same(u))
        {
            return scalar::exp(v.operand(0).value()) * sigmoid(-v);
        }
    }
    // One angle instead of two functions of it.
    if (a.is<sin_operation>() && b.is<cos_operation>() && a.operand(0).same(b.operand(0)))
    {
        return 0.5 * sin(2 * a.operand(0));
    }
    return {};
}

} // namespace detail

constexpr reference rewrite(multiply_operation, reference a, reference b)
{
    if (a.is_constant())
    {
        return detail::constant_times(a.value(), b);
    }
    if (a.same(b))
    {
        return square(a);
    }
    if (const auto cube = detail::third_power(a, b))
    {
        return cube;
    }
    if (const auto simpler = detail::in_order(a, b))
    {
        return simpler;
    }
    return detail::in_order(b, a);
}

} // namespace ctgrad
