// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/symbolic/sigmoids.hpp>

namespace ctgrad
{

namespace detail
{

/// Operands of a difference that is not to be inf - inf: finite ones, unless it was simplified.
constexpr auto finite_difference(const auto& a, const auto& b)
{
    const auto finite = [](const auto& u)
    { return apply<above_minus_infinity_operation>(apply<below_infinity_operation>(u)); };
    if constexpr (graph_reference<decltype(a)>)
    {
        const auto difference = a - b;
        return difference.template is<subtract_operation>() ? finite(a) - finite(b) : difference;
    }
    else
    {
        return finite(a) - finite(b);
    }
}

} // namespace detail

/// log(exp(a) + exp(b)), where neither exponential is computed.
struct logaddexp_operation
{
    static constexpr fixed_string name = "logaddexp";
    static constexpr bool total = true;
    static constexpr bool commutative = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b)
    {
        using scalar::abs;
        using scalar::exp;
        using scalar::log1p;
        using scalar::maximum;
        using scalar::select;
        const auto gap = select(a == b, decltype(a)(0), abs(a - b));
        return maximum(a, b) + log1p(exp(-gap));
    }
    static constexpr auto partials(auto a, auto b, auto)
    {
        return list(apply<sigmoid_operation>(a - b), apply<sigmoid_operation>(b - a));
    }
    static constexpr auto lowered(auto a, auto b)
    {
        const auto difference = detail::finite_difference(a, b);
        return maximum(a, b) + apply<log1p_unit_operation>(exp(-abs(difference)));
    }
};

/// 2 / (exp(x) + exp(-x)), the reciprocal of the hyperbolic cosine.
struct sech_operation
{
    static constexpr fixed_string name = "sech";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::abs;
        using scalar::exp;
        const auto e = exp(-abs(x));
        return 2 * e / (1 + e * e);
    }
    static constexpr auto partials(auto x, auto y) { return list(-y * apply<tanh_operation>(x)); }
    static constexpr auto lowered(auto x)
    {
        const auto e = exp(-abs(x));
        return 2 * e / (1 + square(e));
    }
};

/// log(exp(a) + exp(b)), without overflow.
template <class A, class B>
    requires some_symbolic<A, B>
constexpr applied<logaddexp_operation, A, B> logaddexp(const A& a, const B& b)
{
    return apply<logaddexp_operation>(a, b);
}

} // namespace ctgrad
