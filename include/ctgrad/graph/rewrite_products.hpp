// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/reference.hpp>
#include <ctgrad/symbolic/sigmoids.hpp>

#include <bit>

namespace ctgrad
{

namespace detail
{

/// product / factor without a division, if `factor` is a factor of the product.
constexpr reference without_factor(reference product, reference factor)
{
    if (product.same(factor))
    {
        return product.constant(1);
    }
    if (const auto root = product.operand_of<square_operation>())
    {
        const auto rest = without_factor(root, factor);
        return rest ? rest * root : reference{};
    }
    if (product.is<multiply_operation>())
    {
        for (int k = 0; k < 2; ++k)
        {
            if (const auto rest = without_factor(product.operand(k), factor))
            {
                return rest * product.operand(1 - k);
            }
        }
    }
    return {};
}

constexpr bool is_power_of_two(double x)
{
    constexpr std::uint64_t fraction = (std::uint64_t{1} << 52) - 1;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const auto exponent = (bits >> 52) & 0x7ff;
    return (bits & fraction) == 0 && exponent > 1 && exponent < 2045;
}

} // namespace detail

namespace detail
{

/// Whether this is a number or chooses among numbers, like the derivative of a maximum.
constexpr bool chooses_constants(reference x)
{
    return x.is_constant() || (x.is<where_operation>() && chooses_constants(x.operand(1)) &&
                               chooses_constants(x.operand(2)));
}

constexpr bool chooses_zero(reference x)
{
    return x.operand(1).is_constant(0) || x.operand(2).is_constant(0);
}

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
        if (b.operand(0).same(-u))
        {
            return sigmoid(u);
        }
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

namespace detail
{

constexpr reference over_constant(reference a, double c)
{
    if (c == 1)
    {
        return a;
    }
    if (detail::is_power_of_two(c))
    {
        return (1 / c) * a;
    }
    if (a.is<multiply_operation>() && a.operand(0).is_constant())
    {
        return (a.operand(0).value() / c) * a.operand(1);
    }
    return {};
}

constexpr reference of_exponentials(reference a, reference b)
{
    if (a.graph->lowering())
    {
        return {};
    }
    // Softmax, perhaps times something: differentiation need not see its shift.
    if (b.is<sum_operation>() && b.operand(0).is<exp_operation>())
    {
        const auto exponent = b.operand(0).operand(0);
        const auto rest = without_factor(a, b.operand(0));
        return rest ? rest * exp(exponent - logsumexp(exponent)) : reference{};
    }
    if (const auto power = b.operand_beside(1); power && power.is<exp_operation>())
    {
        return a * sigmoid(-power.operand(0));
    }
    if (const auto root = b.operand_of<square_operation>())
    {
        if (const auto power = root.operand_beside(1); power && power.is<exp_operation>())
        {
            const auto s = sigmoid(-power.operand(0));
            return a * s * s;
        }
    }
    if (a.is<subtract_operation>() && b.is<add_operation>() && a.operand(0).is<exp_operation>() &&
        a.operand(1).is<exp_operation>())
    {
        const auto u = a.operand(0).operand(0);
        const bool opposite = a.operand(1).operand(0).same(-u);
        const bool same_terms =
            (b.operand(0).same(a.operand(0)) && b.operand(1).same(a.operand(1))) ||
            (b.operand(0).same(a.operand(1)) && b.operand(1).same(a.operand(0)));
        return opposite && same_terms ? tanh(u) : reference{};
    }
    return {};
}

/// (u * v) / (v * w) = u / w, before v^2 overflows.
constexpr reference cancelled(reference a, reference b)
{
    if (const auto rest = detail::without_factor(b, a))
    {
        return 1 / rest;
    }
    if (a.is<multiply_operation>())
    {
        for (int k = 0; k < 2; ++k)
        {
            if (const auto rest = detail::without_factor(b, a.operand(k)))
            {
                return a.operand(1 - k) / rest;
            }
        }
        // One level deeper: c * (u * v) is what constants leave.
        const auto inner = a.operand(1);
        if (inner.is<multiply_operation>())
        {
            for (int k = 0; k < 2; ++k)
            {
                if (const auto rest = detail::without_factor(b, inner.operand(k)))
                {
                    return a.operand(0) * inner.operand(1 - k) / rest;
                }
            }
        }
    }
    return {};
}

} // namespace detail

constexpr reference rewrite(divide_operation, reference a, reference b)
{
    if (a.is_constant(0))
    {
        return a;
    }
    if (a.same(b))
    {
        return a.constant(1);
    }
    if (b.is_constant())
    {
        return detail::over_constant(a, b.value());
    }
    if (const auto u = a.operand_of<negate_operation>())
    {
        return -(u / b);
    }
    // Into the branches, as in products: where nothing is chosen there is nothing to divide.
    if (a.is<where_operation>() && (detail::chooses_constants(a) || detail::chooses_zero(a)))
    {
        return where(a.operand(0), a.operand(1) / b, a.operand(2) / b);
    }
    if (const auto u = b.operand_of<negate_operation>())
    {
        return -(a / u);
    }
    if (b.is<divide_operation>())
    {
        return a * b.operand(1) / b.operand(0);
    }
    if (a.is<divide_operation>())
    {
        return a.operand(0) / (a.operand(1) * b);
    }
    if (const auto stable = detail::of_exponentials(a, b))
    {
        return stable;
    }
    return detail::cancelled(a, b);
}

} // namespace ctgrad
