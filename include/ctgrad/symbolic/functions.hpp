// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/symbolic/operators.hpp>
#include <ctgrad/symbolic/pieces.hpp>

namespace ctgrad
{

// An operation may also say how it is `lowered`: written in other operations, so that its value
// shares work with its derivative (one exponential for both) in compiled kernels.

struct sign_operation;
struct cos_operation;

/// Absolute value; its derivative at 0 is 0.
struct abs_operation
{
    static constexpr fixed_string name = "abs";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::abs;
        return abs(x);
    }
    static constexpr auto partials(auto x, auto) { return list(apply<sign_operation>(x)); }
};

/// -1, 0 or 1; its derivative is 0.
struct sign_operation
{
    static constexpr fixed_string name = "sign";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::sign;
        return sign(x);
    }
    static constexpr auto partials(auto, auto) { return list(0); }
};

struct square_operation
{
    static constexpr fixed_string name = "square";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x) { return x * x; }
    static constexpr double value(double x) { return scalar::multiply(x, x); }
    static constexpr auto partials(auto x, auto) { return list(2 * x); }
};

struct sqrt_operation
{
    static constexpr fixed_string name = "sqrt";
    static constexpr int cost = 5;
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::sqrt;
        return sqrt(x);
    }
    static constexpr auto partials(auto, auto y) { return list(0.5 / y); }
};

struct exp_operation
{
    static constexpr fixed_string name = "exp";
    static constexpr int cost = 18;
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::exp;
        return exp(x);
    }
    static constexpr auto partials(auto, auto y) { return list(y); }
    static constexpr auto lowered(auto x)
    {
        const auto z = exp_argument(x);
        const auto octave = exp_octave(z);
        return exp_join(exp_fraction(z, octave), octave);
    }
};

/// exp(x) - 1 without cancellation near 0.
struct expm1_operation
{
    static constexpr fixed_string name = "expm1";
    static constexpr int cost = 20;
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::expm1;
        return expm1(x);
    }
    static constexpr auto partials(auto x, auto) { return list(apply<exp_operation>(x)); }
    static constexpr auto lowered(auto x)
    {
        const auto z = exp_argument(x);
        const auto octave = exp_octave(z);
        return copysign(expm1_join(exp_fraction(z, octave), octave), x);
    }
};

struct log_operation
{
    static constexpr fixed_string name = "log";
    static constexpr int cost = 18;
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::log;
        return log(x);
    }
    static constexpr auto partials(auto x, auto) { return list(1 / x); }
};

/// log(1 + x) without cancellation near 0.
struct log1p_operation
{
    static constexpr fixed_string name = "log1p";
    static constexpr int cost = 22;
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::log1p;
        return log1p(x);
    }
    static constexpr auto partials(auto x, auto) { return list(1 / (1 + x)); }
};

struct pow_operation
{
    static constexpr fixed_string name = "pow";
    static constexpr int cost = 60;
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x, auto exponent)
    {
        using scalar::pow;
        return pow(x, exponent);
    }
    static constexpr auto partials(auto x, auto exponent, auto y)
    {
        // 0^n is 0 for all positive n, so its derivative by n is 0, not 0 log(0).
        return list(exponent * apply<pow_operation>(x, exponent - 1),
                    where(x == 0, 0, y * apply<log_operation>(x)));
    }
};

struct sin_operation
{
    static constexpr fixed_string name = "sin";
    static constexpr int cost = 20;
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::sin;
        return sin(x);
    }
    static constexpr auto partials(auto x, auto) { return list(apply<cos_operation>(x)); }
};

struct cos_operation
{
    static constexpr fixed_string name = "cos";
    static constexpr int cost = 20;
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::cos;
        return cos(x);
    }
    static constexpr auto partials(auto x, auto) { return list(-apply<sin_operation>(x)); }
};

struct atan_operation
{
    static constexpr fixed_string name = "atan";
    static constexpr int cost = 20;
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::atan;
        return atan(x);
    }
    static constexpr auto partials(auto x, auto)
    {
        return list(1 / (1 + apply<square_operation>(x)));
    }
};

template <symbolic X>
constexpr applied<abs_operation, X> abs(const X& x)
{
    return apply<abs_operation>(x);
}

template <symbolic X>
constexpr applied<sign_operation, X> sign(const X& x)
{
    return apply<sign_operation>(x);
}

template <symbolic X>
constexpr applied<square_operation, X> square(const X& x)
{
    return apply<square_operation>(x);
}

template <symbolic X>
constexpr applied<sqrt_operation, X> sqrt(const X& x)
{
    return apply<sqrt_operation>(x);
}

template <symbolic X>
constexpr applied<exp_operation, X> exp(const X& x)
{
    return apply<exp_operation>(x);
}

template <symbolic X>
constexpr applied<expm1_operation, X> expm1(const X& x)
{
    return apply<expm1_operation>(x);
}

template <symbolic X>
constexpr applied<log_operation, X> log(const X& x)
{
    return apply<log_operation>(x);
}

template <symbolic X>
constexpr applied<log1p_operation, X> log1p(const X& x)
{
    return apply<log1p_operation>(x);
}

template <class X, class Exponent>
    requires some_symbolic<X, Exponent>
constexpr applied<pow_operation, X, Exponent> pow(const X& x, const Exponent& exponent)
{
    return apply<pow_operation>(x, exponent);
}

template <symbolic X>
constexpr applied<sin_operation, X> sin(const X& x)
{
    return apply<sin_operation>(x);
}

template <symbolic X>
constexpr applied<cos_operation, X> cos(const X& x)
{
    return apply<cos_operation>(x);
}

template <symbolic X>
constexpr applied<atan_operation, X> atan(const X& x)
{
    return apply<atan_operation>(x);
}

} // namespace ctgrad
