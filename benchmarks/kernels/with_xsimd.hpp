// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "element_loops.hpp"

// Activations and their gradients written by hand with xsimd's own elementary functions, from the
// textbook's formulas. What value and derivative have in common is computed once, two vectors side by
// side, without a scalar loop at the end.

namespace with_xsimd
{

using hand_written::both_of;
using hand_written::two_vectors;

template <class T>
CTGRAD_ALWAYS_INLINE two_vectors<T> of_each(two_vectors<T> x, auto function)
{
    using vector = typename two_vectors<T>::vector;
    return {vector(function(x.first.native)), vector(function(x.second.native))};
}

template <class T>
CTGRAD_ALWAYS_INLINE two_vectors<T> exp(two_vectors<T> x)
{
    return of_each(x, [](auto part) CTGRAD_INLINE_LAMBDA { return xsimd::exp(part); });
}
template <class T>
CTGRAD_ALWAYS_INLINE two_vectors<T> expm1(two_vectors<T> x)
{
    return of_each(x, [](auto part) CTGRAD_INLINE_LAMBDA { return xsimd::expm1(part); });
}
template <class T>
CTGRAD_ALWAYS_INLINE two_vectors<T> log1p(two_vectors<T> x)
{
    return of_each(x, [](auto part) CTGRAD_INLINE_LAMBDA { return xsimd::log1p(part); });
}
template <class T>
CTGRAD_ALWAYS_INLINE two_vectors<T> hyperbolic_tangent(two_vectors<T> x)
{
    return of_each(x, [](auto part) CTGRAD_INLINE_LAMBDA { return xsimd::tanh(part); });
}
template <class T>
CTGRAD_ALWAYS_INLINE two_vectors<T> erf(two_vectors<T> x)
{
    return of_each(x, [](auto part) CTGRAD_INLINE_LAMBDA { return xsimd::erf(part); });
}

template <class T>
struct sigmoid
{
    using number = two_vectors<T>;

    CTGRAD_ALWAYS_INLINE static number value(number x) { return 1 / (1 + exp(0 - x)); }
    CTGRAD_ALWAYS_INLINE static both_of<number> value_and_derivative(number x)
    {
        const number y = value(x);
        return {y, y * (1 - y)};
    }
};

template <class T>
struct tanh
{
    using number = two_vectors<T>;

    CTGRAD_ALWAYS_INLINE static number value(number x) { return hyperbolic_tangent(x); }
    CTGRAD_ALWAYS_INLINE static both_of<number> value_and_derivative(number x)
    {
        const number y = value(x);
        return {y, negative_multiply_add(y, y, 1)};
    }
};

template <class T>
struct swish
{
    using number = two_vectors<T>;

    CTGRAD_ALWAYS_INLINE static number value(number x) { return x / (1 + exp(0 - x)); }
    CTGRAD_ALWAYS_INLINE static both_of<number> value_and_derivative(number x)
    {
        const number s = sigmoid<T>::value(x);
        const number y = x * s;
        return {y, multiply_add(y, 1 - s, s)};
    }
};

template <class T>
struct gelu
{
    using number = two_vectors<T>;

    CTGRAD_ALWAYS_INLINE static number cdf(number x)
    {
        return multiply_add(erf(x * T(0.70710678118654752440)), T(0.5), T(0.5));
    }
    CTGRAD_ALWAYS_INLINE static number value(number x) { return x * cdf(x); }
    CTGRAD_ALWAYS_INLINE static both_of<number> value_and_derivative(number x)
    {
        const number p = cdf(x);
        const number density = exp(x * x * T(-0.5)) * T(0.39894228040143267794);
        return {x * p, multiply_add(x, density, p)};
    }
};

template <class T>
struct gelu_tanh
{
    using number = two_vectors<T>;

    static constexpr T c = T(0.79788456080286535588);

    CTGRAD_ALWAYS_INLINE static number gate(number x)
    {
        return hyperbolic_tangent(x * multiply_add(x * x, T(0.044715) * c, c));
    }
    CTGRAD_ALWAYS_INLINE static number value(number x)
    {
        const number half = x * T(0.5);
        return multiply_add(half, gate(x), half);
    }
    CTGRAD_ALWAYS_INLINE static both_of<number> value_and_derivative(number x)
    {
        const number t = gate(x);
        const number half = x * T(0.5);
        const number slope = multiply_add(x * x, 3 * T(0.044715) * c, c);
        return {multiply_add(half, t, half), multiply_add(half * negative_multiply_add(t, t, 1),
                                                          slope, multiply_add(t, T(0.5), T(0.5)))};
    }
};

template <class T>
struct mish
{
    using number = two_vectors<T>;

    CTGRAD_ALWAYS_INLINE static number value(number x)
    {
        return x * hyperbolic_tangent(log1p(exp(x)));
    }
    CTGRAD_ALWAYS_INLINE static both_of<number> value_and_derivative(number x)
    {
        const number e = exp(x);
        const number t = hyperbolic_tangent(log1p(e));
        return {x * t, multiply_add(x * negative_multiply_add(t, t, 1), e / (1 + e), t)};
    }
};

template <class T>
struct elu
{
    using number = two_vectors<T>;

    CTGRAD_ALWAYS_INLINE static number value(number x) { return select(x > 0, x, expm1(x)); }
    CTGRAD_ALWAYS_INLINE static both_of<number> value_and_derivative(number x)
    {
        const number y = value(x);
        return {y, select(x > 0, 1, y + 1)};
    }
};

template <class T>
struct softplus
{
    using number = two_vectors<T>;

    CTGRAD_ALWAYS_INLINE static number value(number x) { return log1p(exp(x)); }
    CTGRAD_ALWAYS_INLINE static both_of<number> value_and_derivative(number x)
    {
        const number e = exp(x);
        return {log1p(e), e / (1 + e)};
    }
};

/// With the gradient, which shares nothing with the value but is not stored.
template <class Function>
struct with_gradient : Function
{
    using number = typename Function::number;

    CTGRAD_ALWAYS_INLINE static number gradient(number x, number dy)
    {
        return dy * Function::value_and_derivative(x).derivative;
    }
};

} // namespace with_xsimd
