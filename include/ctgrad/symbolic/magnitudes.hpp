// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/symbolic/functions.hpp>

namespace ctgrad
{

struct hypot_slope_operation;

/// sqrt(a^2 + b^2) where the squares may overflow or vanish; what graphs make of that root.
struct hypot_operation
{
    static constexpr fixed_string name = "hypot";
    static constexpr int cost = 18;
    static constexpr bool total = true;
    static constexpr bool commutative = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b)
    {
        using scalar::hypot;
        return hypot(a, b);
    }
    static constexpr auto partials(auto a, auto b, auto)
    {
        return list(apply<hypot_slope_operation>(a, b), apply<hypot_slope_operation>(b, a));
    }
};

/// a / sqrt(a^2 + b^2), from -1 to 1: the slope of hypot(a, b) by a. Its own slopes, (b / h)^2 / h and
/// -(a / h) (b / h) / h, have no differences that could cancel.
struct hypot_slope_operation
{
    static constexpr fixed_string name = "hypot_slope";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b)
    {
        using scalar::above_minus_infinity;
        using scalar::below_infinity;
        using scalar::hypot;
        return above_minus_infinity(below_infinity(a)) / below_infinity(hypot(a, b));
    }
    static constexpr auto partials(auto a, auto b, auto y)
    {
        const auto h = apply<hypot_operation>(a, b);
        const auto other = apply<hypot_slope_operation>(b, a);
        return list(square(other) / h, -y * (other / h));
    }
    static constexpr auto lowered(auto a, auto b)
    {
        const auto h = apply<hypot_operation>(a, b);
        return apply<above_minus_infinity_operation>(apply<below_infinity_operation>(a)) /
               apply<below_infinity_operation>(h);
    }
};

/// sqrt(a^2 + b^2), without overflow.
template <class A, class B>
    requires some_symbolic<A, B>
constexpr applied<hypot_operation, A, B> hypot(const A& a, const B& b)
{
    return apply<hypot_operation>(a, b);
}

} // namespace ctgrad
