// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/reference.hpp>
#include <ctgrad/symbolic/exponential_sums.hpp>
#include <ctgrad/symbolic/magnitudes.hpp>
#include <ctgrad/symbolic/sigmoids.hpp>

#include <bit>
#include <cstdint>

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
