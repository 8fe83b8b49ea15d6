// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/reference.hpp>
#include <ctgrad/symbolic/exponential_sums.hpp>
#include <ctgrad/symbolic/magnitudes.hpp>

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

/// log(a) and log(b) where this is a + b, both positive, of exponentials and at most one number, which
/// is a; otherwise empty.
struct exponentials
{
    reference a;
    reference b;
};

constexpr exponentials split_exponentials(reference x);

/// log(x) without an exponential where this is exp(u), k exp(u) with k > 0, a number k > 0, or a sum of
/// those; otherwise empty.
constexpr reference logarithm_of(reference x)
{
    if (x.is_constant())
    {
        return x.value() > 0 && !scalar::is_infinite(x.value()) ? x.constant(scalar::log(x.value()))
                                                                : reference{};
    }
    const exponentials sum = split_exponentials(x);
    if (sum.a)
    {
        return sum.a.is_constant() ? sum.a.value() + softplus(sum.b - sum.a.value())
                                   : logaddexp(sum.a, sum.b);
    }
    const scaled parts = split_factor(x);
    const auto u = parts.term.operand_of<exp_operation>();
    return u && parts.factor > 0 ? scalar::log(parts.factor) + u : reference{};
}

constexpr exponentials split_exponentials(reference x)
{
    if (!x.is<add_operation>())
    {
        return {};
    }
    const auto a = logarithm_of(x.operand(0));
    const auto b = a ? logarithm_of(x.operand(1)) : a;
    return b ? exponentials{a, b} : exponentials{};
}

/// a / (exp(u) + exp(v)): a sigmoid if a has one of the terms as a factor or one is a number.
constexpr reference over_exponentials(reference a, reference b)
{
    const exponentials sum = split_exponentials(b);
    if (!sum.a)
    {
        return {};
    }
    if (sum.a.is_constant())
    {
        return scalar::exp(-sum.a.value()) * a * sigmoid(sum.a.value() - sum.b);
    }
    for (int k = 0; k < 2; ++k)
    {
        if (const auto rest = without_factor(a, b.operand(k)))
        {
            return rest * sigmoid(k == 0 ? sum.a - sum.b : sum.b - sum.a);
        }
    }
    return sum.b.same(-sum.a) ? 0.5 * a * apply<sech_operation>(sum.a) : reference{};
}

/// u / hypot(u, v), up to numbers.
constexpr reference over_hypot(reference a, reference b)
{
    if (!b.is<hypot_operation>() || a.graph->lowering())
    {
        return {};
    }
    const scaled numerator = split_factor(a);
    for (int k = 0; k < 2; ++k)
    {
        const scaled leg = split_factor(b.operand(k));
        if (leg.term.same(numerator.term) && !leg.term.is_constant())
        {
            return (numerator.factor / leg.factor) *
                   apply<hypot_slope_operation>(b.operand(k), b.operand(1 - k));
        }
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
        const auto u = power.operand(0);
        const scaled numerator = split_factor(a);
        const auto rest = without_factor(numerator.term, expm1(u));
        return rest ? numerator.factor * rest * tanh(0.5 * u) : a * sigmoid(-u);
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
    if (const auto u = b.operand_of<exp_operation>())
    {
        return a * exp(-u);
    }
    if (const auto root = b.operand_of<square_operation>())
    {
        const auto once = over_exponentials(a.constant(1), root);
        const auto quotient = once ? over_exponentials(a, root) : once;
        return quotient ? quotient * once : reference{};
    }
    return over_exponentials(a, b);
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
    if (const auto slope = detail::over_hypot(a, b))
    {
        return slope;
    }
    return detail::cancelled(a, b);
}

} // namespace ctgrad
