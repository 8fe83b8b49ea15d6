// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/functions.hpp>

namespace ctgrad
{

/// What a reduction does with a row: the sum, or the largest element.
enum class reduction
{
    none,
    sum,
    max
};

/// Sum over a row. Its value for a single number is that number.
struct sum_operation
{
    static constexpr fixed_string name = "sum";
    static constexpr bool total = true;
    static constexpr reduction over_row = reduction::sum;
    static constexpr auto value(auto x) { return x; }
    static constexpr auto partials(auto, auto) { return list(1); }
};

/// Largest element of a row; equal largest elements share the gradient, as in JAX.
struct max_operation
{
    static constexpr fixed_string name = "max";
    static constexpr bool total = true;
    static constexpr reduction over_row = reduction::max;
    static constexpr auto value(auto x) { return x; }
    static constexpr auto partials(auto x, auto y)
    {
        const auto is_largest = where(x == y, 1, 0);
        return list(is_largest / apply<sum_operation>(is_largest));
    }
};

/// Its operand as a value, without gradient.
struct stop_gradient_operation
{
    static constexpr fixed_string name = "stop_gradient";
    static constexpr bool total = true;
    static constexpr auto value(auto x) { return x; }
    static constexpr auto partials(auto, auto) { return list(0); }
    static constexpr auto lowered(auto x) { return x; }
};

/// log(sum(exp(x))) over a row, shifted by the largest element so that nothing overflows.
struct logsumexp_operation
{
    static constexpr fixed_string name = "logsumexp";
    static constexpr bool total = true;
    static constexpr bool row_valued = true;
    static constexpr auto value(auto x) { return x; }
    static constexpr auto partials(auto x, auto y) { return list(exp(x - y)); }
    static constexpr auto lowered(auto x)
    {
        const auto largest = apply<max_operation>(x);
        return largest + log(apply<sum_operation>(exp(x - largest)));
    }
};

/// Number of elements in the row of its operand.
struct row_length_operation
{
    static constexpr fixed_string name = "row_length";
    static constexpr bool total = true;
    static constexpr bool row_valued = true;
    static constexpr auto value(auto x) { return decltype(x)(1); }
    static constexpr auto partials(auto, auto) { return list(0); }
    static constexpr auto lowered(auto x) { return apply<sum_operation>(where(x == x, 1, 1)); }
};

template <symbolic X>
constexpr applied<sum_operation, X> sum(const X& x)
{
    return apply<sum_operation>(x);
}

template <symbolic X>
constexpr applied<max_operation, X> max(const X& x)
{
    return apply<max_operation>(x);
}

template <symbolic X>
constexpr auto mean(const X& x)
{
    return apply<sum_operation>(x) / apply<row_length_operation>(x);
}

template <symbolic X>
constexpr applied<logsumexp_operation, X> logsumexp(const X& x)
{
    return apply<logsumexp_operation>(x);
}

template <symbolic X>
constexpr applied<stop_gradient_operation, X> stop_gradient(const X& x)
{
    return apply<stop_gradient_operation>(x);
}

} // namespace ctgrad
