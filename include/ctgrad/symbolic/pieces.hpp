// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/symbolic/operators.hpp>

namespace ctgrad
{

// Building blocks of lowered operations. They are never differentiated, only computed, so they
// have no partials. exp(x) = 2^k (1 + p) with z = exp_argument(x), k = exp_octave(z) and
// p = exp_fraction(z, k): whoever needs exp and expm1 of one argument pays for k and p once.

/// x kept where exp(x) is neither surely 0 nor surely infinite.
struct exp_argument_operation
{
    static constexpr fixed_string name = "exp_argument";
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::exp_argument;
        return exp_argument(x);
    }
};

/// The same for an x that is bounded from above.
struct decay_argument_operation
{
    static constexpr fixed_string name = "decay_argument";
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::decay_argument;
        return decay_argument(x);
    }
};

struct exp_octave_operation
{
    static constexpr fixed_string name = "exp_octave";
    static constexpr int cost = 2;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::exp_octave;
        return exp_octave(x);
    }
};

struct exp_fraction_operation
{
    static constexpr fixed_string name = "exp_fraction";
    static constexpr int cost = 9;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x, auto octave)
    {
        using scalar::exp_fraction;
        return exp_fraction(x, octave);
    }
};

struct exp_join_operation
{
    static constexpr fixed_string name = "exp_join";
    static constexpr int cost = 6;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto fraction, auto octave)
    {
        using scalar::exp_join;
        return exp_join(fraction, octave);
    }
};

/// The same for an octave of at most 100.
struct exp_decay_join_operation
{
    static constexpr fixed_string name = "exp_decay_join";
    static constexpr int cost = 4;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto fraction, auto octave)
    {
        using scalar::exp_decay_join;
        return exp_decay_join(fraction, octave);
    }
};

struct expm1_join_operation
{
    static constexpr fixed_string name = "expm1_join";
    static constexpr int cost = 8;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto fraction, auto octave)
    {
        using scalar::expm1_join;
        return expm1_join(fraction, octave);
    }
};

/// The same for an octave that is not positive.
struct expm1_decay_join_operation
{
    static constexpr fixed_string name = "expm1_decay_join";
    static constexpr int cost = 4;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto fraction, auto octave)
    {
        using scalar::expm1_decay_join;
        return expm1_decay_join(fraction, octave);
    }
};

/// n / (1 + e) for 0 <= e <= 1, given r, which is 1 / (1 + e) but for roundings: a quotient that
/// does not suffer from them.
struct refined_sigmoid_operation
{
    static constexpr fixed_string name = "refined_sigmoid";
    static constexpr int cost = 5;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto n, auto e, auto r)
    {
        using scalar::refined_sigmoid;
        return refined_sigmoid(n, e, r);
    }
};

/// n / (2 + n) for -1 <= n <= 0, given r, which is 1 / (2 + n) but for roundings, likewise.
struct refined_tanh_operation
{
    static constexpr fixed_string name = "refined_tanh";
    static constexpr int cost = 5;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto n, auto r)
    {
        using scalar::refined_tanh;
        return refined_tanh(n, r);
    }
};

/// tanh where nothing beside it shares its exponential: each architecture does it as it likes.
struct whole_tanh_operation
{
    static constexpr fixed_string name = "whole_tanh";
    static constexpr int cost = 14;
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::tanh;
        return tanh(x);
    }
};

/// log(1 + x) for x in [0, 1].
struct log1p_unit_operation
{
    static constexpr fixed_string name = "log1p_unit";
    static constexpr int cost = 14;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::log1p_unit;
        return log1p_unit(x);
    }
};

/// -|x| in one instruction.
struct minus_abs_operation
{
    static constexpr fixed_string name = "minus_abs";
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::minus_abs;
        return minus_abs(x);
    }
};

/// Whether the sign bit is set: exact opposites for x and -x, also at the zeros.
struct is_negative_operation
{
    static constexpr fixed_string name = "is_negative";
    static constexpr bool predicate = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::is_negative;
        return is_negative(x);
    }
};

struct is_nan_operation
{
    static constexpr fixed_string name = "is_nan";
    static constexpr bool predicate = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::is_nan;
        return is_nan(x);
    }
};

/// Chooses without a look at NaN, unlike `where`.
struct select_operation
{
    static constexpr fixed_string name = "select";
    static constexpr bool conditional = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto condition, auto a, auto b)
    {
        using scalar::select;
        return select(condition, a, b);
    }
};

struct copysign_operation
{
    static constexpr fixed_string name = "copysign";
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto magnitude, auto sign)
    {
        using scalar::copysign;
        return copysign(magnitude, sign);
    }
};

/// max(bound, x) for a bound that is a constant: one instruction, and NaN in x stays.
struct at_least_operation
{
    static constexpr fixed_string name = "at_least";
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto bound, auto x)
    {
        using scalar::at_least;
        return at_least(bound, x);
    }
};

/// min(bound, x), likewise.
struct at_most_operation
{
    static constexpr fixed_string name = "at_most";
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto bound, auto x)
    {
        using scalar::at_most;
        return at_most(bound, x);
    }
};

/// -infinity becomes the lowest finite number: what a vanishing factor can be multiplied with.
struct above_minus_infinity_operation
{
    static constexpr fixed_string name = "above_minus_infinity";
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::above_minus_infinity;
        return above_minus_infinity(x);
    }
};

/// +infinity becomes the largest finite number, likewise.
struct below_infinity_operation
{
    static constexpr fixed_string name = "below_infinity";
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::below_infinity;
        return below_infinity(x);
    }
};

/// a * b + c in one instruction where the processor has it.
struct multiply_add_operation
{
    static constexpr fixed_string name = "multiply_add";
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b, auto c)
    {
        using scalar::multiply_add;
        return multiply_add(a, b, c);
    }
};

/// c - a * b, likewise.
struct negative_multiply_add_operation
{
    static constexpr fixed_string name = "negative_multiply_add";
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b, auto c)
    {
        using scalar::negative_multiply_add;
        return negative_multiply_add(a, b, c);
    }
};

/// sin(a * b); kernels have it also where the product of two numbers is too large for one.
struct sin_of_product_operation
{
    static constexpr fixed_string name = "sin_of_product";
    static constexpr bool commutative = true;
    static constexpr int cost = 21;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b)
    {
        using scalar::sin_of_product;
        return sin_of_product(a, b);
    }
};

/// cos(a * b), likewise.
struct cos_of_product_operation
{
    static constexpr fixed_string name = "cos_of_product";
    static constexpr bool commutative = true;
    static constexpr int cost = 21;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b)
    {
        using scalar::cos_of_product;
        return cos_of_product(a, b);
    }
};

constexpr auto exp_argument(symbolic auto x) { return apply<exp_argument_operation>(x); }

constexpr auto decay_argument(symbolic auto x) { return apply<decay_argument_operation>(x); }

constexpr auto exp_octave(symbolic auto x) { return apply<exp_octave_operation>(x); }

constexpr auto exp_fraction(symbolic auto x, symbolic auto octave)
{
    return apply<exp_fraction_operation>(x, octave);
}

constexpr auto exp_join(symbolic auto fraction, symbolic auto octave)
{
    return apply<exp_join_operation>(fraction, octave);
}

constexpr auto exp_decay_join(symbolic auto fraction, symbolic auto octave)
{
    return apply<exp_decay_join_operation>(fraction, octave);
}

constexpr auto expm1_join(symbolic auto fraction, symbolic auto octave)
{
    return apply<expm1_join_operation>(fraction, octave);
}

constexpr auto expm1_decay_join(symbolic auto fraction, symbolic auto octave)
{
    return apply<expm1_decay_join_operation>(fraction, octave);
}

constexpr auto is_negative(symbolic auto x) { return apply<is_negative_operation>(x); }

constexpr auto select(symbolic auto condition, operand auto a, operand auto b)
{
    return apply<select_operation>(condition, a, b);
}

constexpr auto copysign(symbolic auto magnitude, symbolic auto sign)
{
    return apply<copysign_operation>(magnitude, sign);
}

} // namespace ctgrad
