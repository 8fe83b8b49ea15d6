// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/reference.hpp>
#include <ctgrad/symbolic/functions.hpp>
#include <ctgrad/symbolic/reductions.hpp>

namespace ctgrad
{

// Rules for reductions. What is one value for the row leaves a sum: then the sum does not wait for it,
// and the row is read once less.

namespace detail
{

/// u and v where this is u * v with one value u for the row; otherwise v alone.
struct uniform_part
{
    reference factor;
    reference rest;
};

constexpr uniform_part split_uniform(reference x)
{
    if (x.is<multiply_operation>())
    {
        for (int k = 0; k < 2; ++k)
        {
            if (x.operand(k).is_uniform())
            {
                return {x.operand(k), x.operand(1 - k)};
            }
        }
    }
    return {{}, x};
}

/// Whether a factor that is no number can leave the sum of this.
constexpr bool sheds_factor(reference x)
{
    if (const auto u = x.operand_of<negate_operation>())
    {
        return sheds_factor(u);
    }
    const reference factor = split_uniform(x).factor;
    return (factor && !factor.is_constant()) ||
           (x.is<divide_operation>() && x.operand(1).is_uniform());
}

/// Whether this is x - mean(x), whose sum is 0.
constexpr bool is_centered(reference x)
{
    if (!x.is<subtract_operation>() || !x.operand(1).is<divide_operation>())
    {
        return false;
    }
    const reference total = x.operand(1).operand(0);
    return total.is<sum_operation>() && total.operand(0).same(x.operand(0)) &&
           x.operand(1).operand(1).is<row_length_operation>();
}

} // namespace detail

constexpr reference rewrite(sum_operation, reference x)
{
    if (x.is_uniform())
    {
        return x * apply<row_length_operation>(x);
    }
    if (detail::is_centered(x))
    {
        return x.constant(0);
    }
    if (const auto u = x.operand_of<negate_operation>())
    {
        return -sum(u);
    }
    if (const detail::uniform_part parts = detail::split_uniform(x); parts.factor)
    {
        return parts.factor * sum(parts.rest);
    }
    // Through products, as differentiation leaves them: (u * v) * w.
    if (x.is<multiply_operation>())
    {
        for (int k = 0; k < 2; ++k)
        {
            const detail::uniform_part inner = detail::split_uniform(x.operand(k));
            if (inner.factor)
            {
                return inner.factor * sum(inner.rest * x.operand(1 - k));
            }
            const reference quotient = x.operand(k);
            if (quotient.is<divide_operation>() && quotient.operand(1).is_uniform())
            {
                return sum(quotient.operand(0) * x.operand(1 - k)) / quotient.operand(1);
            }
        }
    }
    if (x.is<divide_operation>() && x.operand(1).is_uniform())
    {
        return sum(x.operand(0)) / x.operand(1);
    }
    const bool sheds = (x.is<add_operation>() || x.is<subtract_operation>()) &&
                       (detail::sheds_factor(x.operand(0)) || detail::sheds_factor(x.operand(1)));
    if (sheds)
    {
        return x.is<add_operation>() ? sum(x.operand(0)) + sum(x.operand(1))
                                     : sum(x.operand(0)) - sum(x.operand(1));
    }
    return {};
}

constexpr reference rewrite(max_operation, reference x) { return x.is_uniform() ? x : reference{}; }

constexpr reference rewrite(min_operation, reference x) { return x.is_uniform() ? x : reference{}; }

/// A shift leaves: logsumexp(a - u) = logsumexp(a) - u.
constexpr reference rewrite(logsumexp_operation, reference x)
{
    if (x.graph->lowering() || x.is_uniform())
    {
        return {};
    }
    if (x.is<subtract_operation>() && x.operand(1).is_uniform())
    {
        return logsumexp(x.operand(0)) - x.operand(1);
    }
    return {};
}

constexpr reference rewrite(row_length_operation, reference x)
{
    return x.is_constant(1) ? reference{} : apply<row_length_operation>(x.constant(1));
}

} // namespace ctgrad
