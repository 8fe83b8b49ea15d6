// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/symbolic/functions.hpp>
#include <ctgrad/symbolic/pieces.hpp>

#include <limits>

namespace ctgrad
{

/// What a reduction does with a row: the sum, or the largest or smallest element.
enum class reduction
{
    none,
    sum,
    max,
    min
};

/// Sum over a row. Its value for a single number is that number.
struct sum_operation
{
    static constexpr fixed_string name = "sum";
    static constexpr bool total = true;
    static constexpr reduction over_row = reduction::sum;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x) { return x; }
    static constexpr auto partials(auto, auto) { return list(1); }
};

/// Largest element of a row; equal largest elements share the gradient, as in JAX.
struct max_operation
{
    static constexpr fixed_string name = "max";
    static constexpr bool total = true;
    static constexpr reduction over_row = reduction::max;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x) { return x; }
    static constexpr auto partials(auto x, auto y)
    {
        const auto is_largest = where(x == y, 1, 0);
        return list(is_largest / apply<sum_operation>(is_largest));
    }
};

/// Smallest element of a row, likewise.
struct min_operation
{
    static constexpr fixed_string name = "min";
    static constexpr bool total = true;
    static constexpr reduction over_row = reduction::min;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x) { return x; }
    static constexpr auto partials(auto x, auto y) { return max_operation::partials(x, y); }
};

/// Its operand as a value, without gradient.
struct stop_gradient_operation
{
    static constexpr fixed_string name = "stop_gradient";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x) { return x; }
    static constexpr auto partials(auto, auto) { return list(0); }
    static constexpr auto lowered(auto x) { return x; }
};

/// log(sum(exp(x))) over a row, shifted by the largest element so that nothing overflows.
struct logsumexp_operation
{
    static constexpr fixed_string name = "logsumexp";
    static constexpr bool total = true;
    static constexpr bool row_valued = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x) { return x; }
    static constexpr auto partials(auto x, auto y) { return list(exp(x - y)); }
    static constexpr auto lowered(auto x)
    {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        const auto largest = apply<max_operation>(x);
        const auto result = shift(x) + log(apply<sum_operation>(exp(x - shift(x))));
        return select(largest == infinity, largest, result);
    }
    /// The largest element, but a number where all elements are -infinity.
    static constexpr auto shift(auto x)
    {
        return apply<above_minus_infinity_operation>(apply<max_operation>(x));
    }
};

/// Length of the row: of the same value whatever its operand is, which it does not look at.
struct row_length_operation
{
    static constexpr fixed_string name = "row_length";
    static constexpr bool total = true;
    static constexpr bool row_valued = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x) { return decltype(x)(1); }
    static constexpr auto partials(auto, auto) { return list(0); }
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
constexpr applied<min_operation, X> min(const X& x)
{
    return apply<min_operation>(x);
}

template <symbolic X>
constexpr auto mean(const X& x)
{
    return apply<sum_operation>(x) / apply<row_length_operation>(x);
}

/// Mean of the squared distance from the mean (with the row's length as denominator, as layer
/// normalisation has it).
template <symbolic X>
constexpr auto variance(const X& x)
{
    return mean(square(x - mean(x)));
}

/// Euclidean length. Its derivative at the origin is 0, as in PyTorch. Squares of elements beyond the
/// square root of the largest number overflow.
struct norm_operation
{
    static constexpr fixed_string name = "norm";
    static constexpr bool total = true;
    static constexpr bool row_valued = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::abs;
        return abs(x);
    }
    static constexpr auto partials(auto x, auto y) { return list(where(y > 0, x / y, 0)); }
    static constexpr auto lowered(auto x) { return sqrt(apply<sum_operation>(square(x))); }
};

template <symbolic X>
constexpr applied<norm_operation, X> norm(const X& x)
{
    return apply<norm_operation>(x);
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
