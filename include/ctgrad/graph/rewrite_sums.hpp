// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/reference.hpp>
#include <ctgrad/symbolic/error_functions.hpp>
#include <ctgrad/symbolic/sigmoids.hpp>

namespace ctgrad
{

namespace detail
{

/// v if this is v / sqrt(2) in any spelling, as in the textbook form of GELU.
constexpr reference times_root_two(reference x)
{
    const scaled parts = split_factor(x);
    const double scale = parts.factor * 1.41421356237309504880;
    if (scale > 1 - 1e-15 && scale < 1 + 1e-15)
    {
        return parts.term;
    }
    if (x.is<divide_operation>() && x.operand(1).is_constant())
    {
        const double ratio = x.operand(1).value() / 1.41421356237309504880;
        return ratio > 1 - 1e-15 && ratio < 1 + 1e-15 ? x.operand(0) : reference{};
    }
    return {};
}

/// The other term of a sum that contains `term`.
constexpr reference term_beside(reference total, reference term)
{
    if (!total.is<add_operation>())
    {
        return {};
    }
    return total.operand(0).same(term)   ? total.operand(1)
           : total.operand(1).same(term) ? total.operand(0)
                                         : reference{};
}

constexpr bool is_any_constant(reference a, reference b)
{
    return a.is_constant() || b.is_constant();
}

/// v * y + u * y or v * y - u * y with one u for the row, as y * (v + u) or y * (v - u).
template <class Operation>
constexpr reference common_factor(reference a, reference b)
{
    if (!a.is<multiply_operation>() || !b.is<multiply_operation>())
    {
        return {};
    }
    for (int j = 0; j < 2; ++j)
    {
        for (int k = 0; k < 2; ++k)
        {
            const reference y = a.operand(j);
            const reference v = a.operand(1 - j);
            const reference u = b.operand(1 - k);
            if (y.same(b.operand(k)) && v.is_uniform() != u.is_uniform() && !is_any_constant(u, v))
            {
                return y * apply<Operation>(v, u);
            }
        }
    }
    return {};
}

/// a + b or a - b where both have the same condition, the same denominator or a common factor.
template <class Operation>
constexpr reference joined(reference a, reference b)
{
    if (const auto factored = common_factor<Operation>(a, b))
    {
        return factored;
    }
    if (a.is<where_operation>() && b.is<where_operation>() && a.operand(0).same(b.operand(0)) &&
        is_any_constant(a.operand(1), b.operand(1)) && is_any_constant(a.operand(2), b.operand(2)))
    {
        return where(a.operand(0), apply<Operation>(a.operand(1), b.operand(1)),
                     apply<Operation>(a.operand(2), b.operand(2)));
    }
    if (a.is<divide_operation>() && b.is<divide_operation>() && a.operand(1).same(b.operand(1)))
    {
        return apply<Operation>(a.operand(0), b.operand(0)) / a.operand(1);
    }
    return {};
}

/// f u or -f u where this is f (d + u) or f (d - u) and the numbers c + f d are 0.
constexpr reference without_constant(double c, scaled sum)
{
    const bool difference = sum.term.is<subtract_operation>();
    if (!(difference || sum.term.is<add_operation>()) || !sum.term.operand(0).is_constant() ||
        c + sum.factor * sum.term.operand(0).value() != 0)
    {
        return {};
    }
    return (difference ? -sum.factor : sum.factor) * sum.term.operand(1);
}

constexpr reference constant_plus(double c, reference b)
{
    if (c == 0)
    {
        return b;
    }
    if (b.is<add_operation>() && b.operand(0).is_constant())
    {
        return (c + b.operand(0).value()) + b.operand(1);
    }
    if (b.is<subtract_operation>() && b.operand(0).is_constant())
    {
        return (c + b.operand(0).value()) - b.operand(1);
    }
    if (const auto u = b.operand_of<negate_operation>())
    {
        return c - u;
    }
    if (const auto rest = without_constant(c, split_factor(b)))
    {
        return rest;
    }
    if (b.graph->lowering())
    {
        return {};
    }
    if (c == -1)
    {
        if (const auto u = b.operand_of<exp_operation>())
        {
            return expm1(u);
        }
        if (const auto u = b.operand_of<sigmoid_operation>())
        {
            return -sigmoid(-u);
        }
        if (const auto parts = detail::split_factor(b);
            parts.factor == 2 && parts.term.is<sigmoid_operation>())
        {
            return tanh(0.5 * parts.term.operand(0));
        }
    }
    if (c == 1)
    {
        if (const auto u = b.operand_of<expm1_operation>())
        {
            return exp(u);
        }
        if (const auto u = b.operand_of<erf_operation>())
        {
            const auto v = detail::times_root_two(u);
            return v ? 2 * normal_cdf(v) : erfc(-u);
        }
        if (const auto u = b.operand_of<tanh_operation>())
        {
            return 2 * sigmoid(2 * u);
        }
    }
    return {};
}

} // namespace detail

constexpr reference rewrite(add_operation, reference a, reference b)
{
    if (a.is_constant())
    {
        return detail::constant_plus(a.value(), b);
    }
    if (const auto u = b.operand_of<negate_operation>())
    {
        return a - u;
    }
    if (const auto u = a.operand_of<negate_operation>())
    {
        return b - u;
    }
    if (b.is<subtract_operation>() && b.operand(1).same(a))
    {
        return b.operand(0);
    }
    if (a.is<subtract_operation>() && a.operand(1).same(b))
    {
        return a.operand(0);
    }
    const detail::scaled left = detail::split_factor(a);
    const detail::scaled right = detail::split_factor(b);
    if (left.term.same(right.term))
    {
        return (left.factor + right.factor) * left.term;
    }
    if (const auto rest = detail::term_beside(b, a))
    {
        return 2 * a + rest;
    }
    if (const auto rest = detail::term_beside(a, b))
    {
        return 2 * b + rest;
    }
    return detail::joined<add_operation>(a, b);
}

namespace detail
{

constexpr reference constant_minus(double c, reference b)
{
    if (c == 0)
    {
        return -b;
    }
    if (b.is<add_operation>() && b.operand(0).is_constant())
    {
        return (c - b.operand(0).value()) - b.operand(1);
    }
    if (b.is<subtract_operation>() && b.operand(0).is_constant())
    {
        return (c - b.operand(0).value()) + b.operand(1);
    }
    const detail::scaled parts = detail::split_factor(b);
    if (parts.factor < 0)
    {
        return c + (-parts.factor) * parts.term;
    }
    if (const auto rest = without_constant(c, {-parts.factor, parts.term}))
    {
        return rest;
    }
    if (c != 1 || b.graph->lowering())
    {
        return {};
    }
    if (const auto u = b.operand_of<exp_operation>())
    {
        return -expm1(u);
    }
    if (const auto u = b.operand_of<sigmoid_operation>())
    {
        return sigmoid(-u);
    }
    if (parts.factor == 2 && parts.term.is<sigmoid_operation>())
    {
        return tanh(-0.5 * parts.term.operand(0));
    }
    if (const auto u = b.operand_of<erf_operation>())
    {
        const auto v = detail::times_root_two(u);
        return v ? 2 * normal_cdf(-v) : erfc(u);
    }
    if (const auto u = b.operand_of<tanh_operation>())
    {
        return 2 * sigmoid(-2 * u);
    }
    // 1 - u / (c + u) = c / (c + u): no cancellation for large u.
    if (b.is<divide_operation>() && b.operand(1).is<add_operation>() &&
        b.operand(1).operand(0).is_constant() && b.operand(1).operand(1).same(b.operand(0)))
    {
        return b.operand(1).operand(0) / b.operand(1);
    }
    return {};
}

} // namespace detail

constexpr reference rewrite(subtract_operation, reference a, reference b)
{
    if (b.is_constant())
    {
        return -b.value() + a;
    }
    if (a.same(b))
    {
        return a.constant(0);
    }
    if (a.is_constant())
    {
        return detail::constant_minus(a.value(), b);
    }
    if (const auto u = b.operand_of<negate_operation>())
    {
        return a + u;
    }
    // But a softmax of -u is one.
    const bool is_log_softmax = b.is<logsumexp_operation>() && b.operand(0).same(a);
    if (const auto u = a.operand_of<negate_operation>(); u && !is_log_softmax)
    {
        return -(u + b);
    }
    if (const auto rest = detail::term_beside(a, b))
    {
        return rest;
    }
    if (const auto rest = detail::term_beside(b, a))
    {
        return -rest;
    }
    if (b.is<subtract_operation>() && b.operand(0).same(a))
    {
        return b.operand(1);
    }
    if (a.is<subtract_operation>() && b.is<subtract_operation>() && a.operand(1).same(b.operand(1)))
    {
        return a.operand(0) - b.operand(0);
    }
    // 1 / q - u / q^2 = c / q^2 for q = c + u: no cancellation for large u.
    if (a.is<divide_operation>() && a.operand(0).is_constant(1) && b.is<divide_operation>() &&
        b.operand(1).operand_of<square_operation>())
    {
        const auto q = a.operand(1);
        if (b.operand(1).operand(0).same(q) && q.is<add_operation>() &&
            q.operand(0).is_constant() && q.operand(1).same(b.operand(0)))
        {
            return q.operand(0) / b.operand(1);
        }
    }
    const detail::scaled left = detail::split_factor(a);
    const detail::scaled right = detail::split_factor(b);
    if (left.term.same(right.term))
    {
        return (left.factor - right.factor) * left.term;
    }
    return detail::joined<subtract_operation>(a, b);
}

constexpr reference rewrite(negate_operation, reference x)
{
    if (const auto u = x.operand_of<negate_operation>())
    {
        return u;
    }
    if (x.is<multiply_operation>() && x.operand(0).is_constant())
    {
        return -x.operand(0).value() * x.operand(1);
    }
    if (!x.graph->lowering() && x.is<divide_operation>() && x.operand(0).is_constant())
    {
        return -x.operand(0).value() / x.operand(1);
    }
    if (x.is<subtract_operation>())
    {
        return x.operand(1) - x.operand(0);
    }
    if (x.is<add_operation>() && x.operand(0).is_constant())
    {
        return -x.operand(0).value() - x.operand(1);
    }
    return {};
}

} // namespace ctgrad
