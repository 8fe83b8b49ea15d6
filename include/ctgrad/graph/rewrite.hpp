// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/rewrite_products.hpp>
#include <ctgrad/graph/rewrite_quotients.hpp>
#include <ctgrad/graph/rewrite_rows.hpp>
#include <ctgrad/graph/rewrite_sums.hpp>

namespace ctgrad
{

namespace detail
{

constexpr bool is_comparison(const node& current)
{
    return current.is(operation_of<less_operation>) ||
           current.is(operation_of<less_equal_operation>) ||
           current.is(operation_of<equal_operation>);
}

} // namespace detail

// Rules for functions, conditions and reductions. Each line is a pattern and what is put in its
// place: identities, and the form that neither overflows nor cancels where the textbook one does.

constexpr reference rewrite(greater_operation, reference a, reference b) { return b < a; }

constexpr reference rewrite(greater_equal_operation, reference a, reference b) { return b <= a; }

constexpr reference rewrite(square_operation, reference x)
{
    if (x.is<negate_operation>() || x.is<abs_operation>())
    {
        return square(x.operand(0));
    }
    return {};
}

namespace detail
{

/// The u >= 0 or of any sign whose square this is: of k v^2 with k > 0, and of positive numbers.
constexpr reference root_of(reference x)
{
    if (x.is_constant() && x.value() > 0)
    {
        return x.constant(scalar::sqrt(x.value()));
    }
    const scaled parts = split_factor(x);
    const auto root = parts.term.operand_of<square_operation>();
    return root && parts.factor > 0 ? scalar::sqrt(parts.factor) * root : reference{};
}

} // namespace detail

constexpr reference rewrite(sqrt_operation, reference x)
{
    if (const auto root = detail::root_of(x))
    {
        return abs(root);
    }
    // Squares overflow, and vanish, long before their root does.
    if (x.is<add_operation>() && !x.graph->lowering())
    {
        const auto a = detail::root_of(x.operand(0));
        const auto b = detail::root_of(x.operand(1));
        return a && b ? hypot(a, b) : reference{};
    }
    return {};
}

constexpr reference rewrite(hypot_operation, reference a, reference b)
{
    // Two multiples of one leg.
    const detail::scaled left = detail::split_factor(a);
    const detail::scaled right = detail::split_factor(b);
    if (left.term.same(right.term))
    {
        return scalar::hypot(left.factor, right.factor) * abs(left.term);
    }
    // The sign of a leg does not matter.
    const auto x = a.operand_of<negate_operation>();
    const auto y = b.operand_of<negate_operation>();
    return x || y ? hypot(x ? x : a, y ? y : b) : reference{};
}

constexpr reference rewrite(hypot_slope_operation, reference a, reference b)
{
    const detail::scaled left = detail::split_factor(a);
    const detail::scaled right = detail::split_factor(b);
    return left.term.same(right.term)
               ? (left.factor / scalar::hypot(left.factor, right.factor)) * sign(left.term)
               : reference{};
}

constexpr reference rewrite(abs_operation, reference x)
{
    if (const auto u = x.operand_of<negate_operation>())
    {
        return abs(u);
    }
    if (x.is<multiply_operation>() && x.operand(0).is_constant())
    {
        return scalar::abs(x.operand(0).value()) * abs(x.operand(1));
    }
    return x.is<abs_operation>() || x.is<square_operation>() ? x : reference{};
}

constexpr reference rewrite(log_operation, reference x)
{
    if (x.graph->lowering())
    {
        return {};
    }
    if (const auto u = x.operand_of<exp_operation>())
    {
        return u;
    }
    if (const auto u = x.operand_beside(1))
    {
        return log1p(u);
    }
    if (const auto u = x.operand_of<sigmoid_operation>())
    {
        return -softplus(-u);
    }
    if (const auto total = x.operand_of<sum_operation>(); total && total.is<exp_operation>())
    {
        return logsumexp(total.operand(0));
    }
    if (x.is<divide_operation>() && x.operand(0).is<exp_operation>())
    {
        return x.operand(0).operand(0) - log(x.operand(1));
    }
    if (x.is<divide_operation>() && x.operand(1).is<exp_operation>())
    {
        return log(x.operand(0)) - x.operand(1).operand(0);
    }
    if (x.is<sech_operation>())
    {
        // log(2) - log(exp(u) + exp(-u)).
        const auto u = x.operand(0);
        return 0.69314718055994530942 - logaddexp(u, -u);
    }
    // No exponential is computed that could overflow.
    return x.is<add_operation>() ? detail::logarithm_of(x) : reference{};
}

constexpr reference rewrite(log1p_operation, reference x)
{
    if (x.graph->lowering())
    {
        return {};
    }
    if (const auto u = x.operand_of<expm1_operation>())
    {
        return u;
    }
    const auto u = x.is_constant() ? reference{} : detail::logarithm_of(x);
    return u ? softplus(u) : reference{};
}

constexpr reference rewrite(expm1_operation, reference x)
{
    return x.operand_of<log1p_operation>();
}

constexpr reference rewrite(pow_operation, reference x, reference exponent)
{
    if (!exponent.is_constant())
    {
        return {};
    }
    const double n = exponent.value();
    return n == 0      ? x.constant(1)
           : n == 1    ? x
           : n == 2    ? square(x)
           : n == 3    ? (x.graph->lowering() ? x * square(x) : reference{})
           : n == 4    ? square(square(x))
           : n == 0.5  ? sqrt(x)
           : n == -0.5 ? 1 / sqrt(x)
           : n == -1   ? 1 / x
           : n == -2   ? 1 / square(x)
                       : reference{};
}

namespace detail
{

/// f(-u) = -f(u).
template <class Operation>
constexpr reference odd(reference x)
{
    const auto u = x.operand_of<negate_operation>();
    return u ? -apply<Operation>(u) : reference{};
}

} // namespace detail

constexpr reference rewrite(sin_operation, reference x) { return detail::odd<sin_operation>(x); }

constexpr reference rewrite(cos_operation, reference x)
{
    const auto u = x.operand_of<negate_operation>();
    return u ? cos(u) : reference{};
}

constexpr reference rewrite(atan_operation, reference x) { return detail::odd<atan_operation>(x); }

constexpr reference rewrite(erf_operation, reference x) { return detail::odd<erf_operation>(x); }

constexpr reference rewrite(sign_operation, reference x) { return detail::odd<sign_operation>(x); }

constexpr reference rewrite(tanh_operation, reference x)
{
    if (x.graph->lowering())
    {
        return {};
    }
    // One exponential and one division instead of three and two.
    if (const auto u = x.operand_of<softplus_operation>())
    {
        return apply<tanh_softplus_operation>(u);
    }
    return detail::odd<tanh_operation>(x);
}

constexpr reference rewrite(maximum_operation, reference a, reference b)
{
    return a.same(b) ? a : reference{};
}

constexpr reference rewrite(minimum_operation, reference a, reference b)
{
    return a.same(b) ? a : reference{};
}

constexpr reference rewrite(where_operation, reference condition, reference a, reference b)
{
    if (condition.is_constant())
    {
        return condition.value() != 0 ? a : b;
    }
    if (a.same(b))
    {
        return a;
    }
    // A choice inside a choice by the same condition is already made.
    if (a.is<where_operation>() && a.operand(0).same(condition))
    {
        return where(condition, a.operand(1), b);
    }
    if (b.is<where_operation>() && b.operand(0).same(condition))
    {
        return where(condition, a, b.operand(2));
    }
    return {};
}

namespace detail
{

/// Something of the same magnitude without operations that only change a sign.
constexpr reference without_sign(reference x)
{
    if (x.is<copysign_operation>() || x.is<negate_operation>() || x.is<abs_operation>())
    {
        return without_sign(x.operand(0));
    }
    if (x.is<multiply_operation>())
    {
        const reference a = without_sign(x.operand(0));
        const reference b = without_sign(x.operand(1));
        return a.same(x.operand(0)) && b.same(x.operand(1)) ? x : a * b;
    }
    return x;
}

} // namespace detail

constexpr reference rewrite(copysign_operation, reference magnitude, reference sign)
{
    const reference simpler = detail::without_sign(magnitude);
    return simpler.same(magnitude) ? reference{} : apply<copysign_operation>(simpler, sign);
}

constexpr reference rewrite(select_operation, reference condition, reference a, reference b)
{
    if (a.same(b))
    {
        return a;
    }
    // The sign bit of -u is the opposite of the sign bit of u, so both share one condition.
    if (condition.is<is_negative_operation>())
    {
        const detail::scaled parts = detail::split_factor(condition.operand(0));
        if (parts.factor < 0)
        {
            return select(is_negative(parts.term), b, a);
        }
        if (parts.factor != 1)
        {
            return select(is_negative(parts.term), a, b);
        }
    }
    return {};
}

} // namespace ctgrad
