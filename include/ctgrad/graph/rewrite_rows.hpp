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

/// Whether this is the size of a row, such as its norm: elements were divided by it to be of order 1,
/// and may overflow without.
constexpr bool is_size(reference u)
{
    if (u.is<max_operation>() || u.is<min_operation>() || u.is<norm_operation>())
    {
        return true;
    }
    if (u.is<abs_operation>() || u.is<square_operation>() || u.is<negate_operation>())
    {
        return is_size(u.operand(0));
    }
    if (u.is<sqrt_operation>())
    {
        const reference total = split_factor(u.operand(0)).term;
        return total.is<sum_operation>() ||
               (total.is<divide_operation>() && total.operand(0).is<sum_operation>());
    }
    return (u.is<multiply_operation>() || u.is<divide_operation>()) &&
           (is_size(u.operand(0)) || is_size(u.operand(1)));
}

/// Whether this is a quotient whose denominator may leave a sum.
constexpr bool has_row_denominator(reference x)
{
    return x.is<divide_operation>() && x.operand(1).is_uniform() && !is_size(x.operand(1));
}

/// Whether a factor that is no number can leave the sum of this.
constexpr bool sheds_factor(reference x)
{
    if (const auto u = x.operand_of<negate_operation>())
    {
        return sheds_factor(u);
    }
    const reference factor = split_uniform(x).factor;
    return (factor && !factor.is_constant()) || has_row_denominator(x);
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
            if (detail::has_row_denominator(quotient))
            {
                return sum(quotient.operand(0) * x.operand(1 - k)) / quotient.operand(1);
            }
        }
    }
    if (detail::has_row_denominator(x))
    {
        return sum(x.operand(0)) / x.operand(1);
    }
    const bool sheds = (x.is<add_operation>() || x.is<subtract_operation>()) &&
                       (detail::sheds_factor(x.operand(0)) || detail::sheds_factor(x.operand(1)));
    if (sheds)
    {
        // In this order: compilers do not agree on that of operands, and graphs shall not differ.
        const auto first = sum(x.operand(0));
        const auto second = sum(x.operand(1));
        return x.is<add_operation>() ? first + second : first - second;
    }
    return {};
}

constexpr reference rewrite(max_operation, reference x) { return x.is_uniform() ? x : reference{}; }

constexpr reference rewrite(min_operation, reference x) { return x.is_uniform() ? x : reference{}; }

/// The shift of a softmax leaves: logsumexp(a - max(a)) = logsumexp(a) - max(a). Lowering takes that
/// difference as a whole; another shift may be there for its digits and stays.
constexpr reference rewrite(logsumexp_operation, reference x)
{
    if (x.graph->lowering() || x.is_uniform())
    {
        return {};
    }
    if (x.is<subtract_operation>() && x.operand(1).is<max_operation>() &&
        x.operand(1).operand(0).same(x.operand(0)))
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
