// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/symbolic/apply.hpp>
#include <ctgrad/symbolic/scalar.hpp>

namespace ctgrad
{

template <class... Types>
concept some_symbolic = (operand<Types> && ...) && (symbolic<Types> || ...);

// An operation is a struct with its name, its value for numbers and SIMD batches, and its partial
// derivatives, one for each operand, as formulas in the operands and in the result y. Those of the
// library are `total`: the compiler can compute them for every operand, infinities too, so constants
// are folded and limits found.

struct add_operation
{
    static constexpr fixed_string name = "add";
    static constexpr bool total = true;
    static constexpr bool commutative = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b) { return a + b; }
    static constexpr double value(double a, double b) { return scalar::add(a, b); }
    static constexpr auto partials(auto, auto, auto) { return list(1, 1); }
};

struct subtract_operation
{
    static constexpr fixed_string name = "subtract";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b) { return a - b; }
    static constexpr double value(double a, double b) { return scalar::add(a, -b); }
    static constexpr auto partials(auto, auto, auto) { return list(1, -1); }
};

struct multiply_operation
{
    static constexpr fixed_string name = "multiply";
    static constexpr bool total = true;
    static constexpr bool commutative = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b) { return a * b; }
    static constexpr double value(double a, double b) { return scalar::multiply(a, b); }
    static constexpr auto partials(auto a, auto b, auto) { return list(b, a); }
};

struct divide_operation
{
    static constexpr fixed_string name = "divide";
    static constexpr int cost = 4;
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b) { return a / b; }
    static constexpr double value(double a, double b) { return scalar::divide(a, b); }
    static constexpr auto partials(auto, auto b, auto y) { return list(1 / b, -(y / b)); }
};

struct negate_operation
{
    static constexpr fixed_string name = "negate";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a) { return -a; }
    static constexpr auto partials(auto, auto) { return list(-1); }
};

struct less_operation
{
    static constexpr fixed_string name = "less";
    static constexpr bool total = true;
    static constexpr bool predicate = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b) { return a < b; }
    static constexpr auto partials(auto, auto, auto) { return list(0, 0); }
};

struct less_equal_operation
{
    static constexpr fixed_string name = "less_equal";
    static constexpr bool total = true;
    static constexpr bool predicate = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b) { return a <= b; }
    static constexpr auto partials(auto, auto, auto) { return list(0, 0); }
};

/// b < a, which it becomes in graphs; its own operation so that formulas mention a first.
struct greater_operation
{
    static constexpr fixed_string name = "greater";
    static constexpr bool total = true;
    static constexpr bool predicate = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b) { return b < a; }
    static constexpr auto partials(auto, auto, auto) { return list(0, 0); }
};

struct greater_equal_operation
{
    static constexpr fixed_string name = "greater_equal";
    static constexpr bool total = true;
    static constexpr bool predicate = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b) { return b <= a; }
    static constexpr auto partials(auto, auto, auto) { return list(0, 0); }
};

struct equal_operation
{
    static constexpr fixed_string name = "equal";
    static constexpr bool total = true;
    static constexpr bool predicate = true;
    static constexpr bool commutative = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b) { return a == b; }
    static constexpr auto partials(auto, auto, auto) { return list(0, 0); }
};

/// `a` where the condition holds, otherwise `b`. A condition on NaN neither holds nor fails: the
/// result is NaN then. Each branch gets gradient only where it is chosen, so that the other one
/// may overflow without harm.
struct where_operation
{
    static constexpr fixed_string name = "where";
    static constexpr bool total = true;
    static constexpr bool conditional = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto condition, auto a, auto b)
    {
        using scalar::select;
        return select(condition, a, b);
    }
    static constexpr auto partials(auto condition, auto, auto, auto);
};

/// The larger operand; at a tie the gradient goes half to each, as in JAX and PyTorch.
struct maximum_operation
{
    static constexpr fixed_string name = "maximum";
    static constexpr bool total = true;
    static constexpr bool commutative = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b)
    {
        using scalar::maximum;
        return maximum(a, b);
    }
    static constexpr auto partials(auto a, auto b, auto);
};

/// The smaller operand; at a tie the gradient goes half to each, as in JAX and PyTorch.
struct minimum_operation
{
    static constexpr fixed_string name = "minimum";
    static constexpr bool total = true;
    static constexpr bool commutative = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto b)
    {
        using scalar::minimum;
        return minimum(a, b);
    }
    static constexpr auto partials(auto a, auto b, auto);
};

template <class A, class B>
    requires some_symbolic<A, B>
constexpr applied<add_operation, A, B> operator+(const A& a, const B& b)
{
    return apply<add_operation>(a, b);
}

template <class A, class B>
    requires some_symbolic<A, B>
constexpr applied<subtract_operation, A, B> operator-(const A& a, const B& b)
{
    return apply<subtract_operation>(a, b);
}

template <class A, class B>
    requires some_symbolic<A, B>
constexpr applied<multiply_operation, A, B> operator*(const A& a, const B& b)
{
    return apply<multiply_operation>(a, b);
}

template <class A, class B>
    requires some_symbolic<A, B>
constexpr applied<divide_operation, A, B> operator/(const A& a, const B& b)
{
    return apply<divide_operation>(a, b);
}

template <symbolic A>
constexpr applied<negate_operation, A> operator-(const A& a)
{
    return apply<negate_operation>(a);
}

template <symbolic A>
constexpr auto operator+(const A& a)
{
    return a;
}

template <class A, class B>
    requires some_symbolic<A, B>
constexpr applied<less_operation, A, B> operator<(const A& a, const B& b)
{
    return apply<less_operation>(a, b);
}

template <class A, class B>
    requires some_symbolic<A, B>
constexpr applied<less_equal_operation, A, B> operator<=(const A& a, const B& b)
{
    return apply<less_equal_operation>(a, b);
}

template <class A, class B>
    requires some_symbolic<A, B>
constexpr applied<greater_operation, A, B> operator>(const A& a, const B& b)
{
    return apply<greater_operation>(a, b);
}

template <class A, class B>
    requires some_symbolic<A, B>
constexpr applied<greater_equal_operation, A, B> operator>=(const A& a, const B& b)
{
    return apply<greater_equal_operation>(a, b);
}

template <class A, class B>
    requires some_symbolic<A, B>
constexpr applied<equal_operation, A, B> operator==(const A& a, const B& b)
{
    return apply<equal_operation>(a, b);
}

/// `a` where the condition holds, otherwise `b`; see where_operation for NaN and gradients.
template <symbolic Condition, operand A, operand B>
constexpr applied<where_operation, Condition, A, B> where(const Condition& condition, const A& a,
                                                          const B& b)
{
    return apply<where_operation>(condition, a, b);
}

template <class A, class B>
    requires some_symbolic<A, B>
constexpr applied<maximum_operation, A, B> maximum(const A& a, const B& b)
{
    return apply<maximum_operation>(a, b);
}

template <class A, class B>
    requires some_symbolic<A, B>
constexpr applied<minimum_operation, A, B> minimum(const A& a, const B& b)
{
    return apply<minimum_operation>(a, b);
}

/// `x` limited to [low, high].
template <class X, class Low, class High>
    requires some_symbolic<X, Low, High>
constexpr auto clamp(const X& x, const Low& low, const High& high)
{
    return minimum(maximum(x, low), high);
}

constexpr auto where_operation::partials(auto condition, auto, auto, auto)
{
    return list(0, where(condition, 1, 0), where(condition, 0, 1));
}

constexpr auto maximum_operation::partials(auto a, auto b, auto)
{
    const auto tie = where(a == b, 0.5, 0);
    return list(where(a > b, 1, tie), where(b > a, 1, tie));
}

constexpr auto minimum_operation::partials(auto a, auto b, auto)
{
    const auto tie = where(a == b, 0.5, 0);
    return list(where(a < b, 1, tie), where(b < a, 1, tie));
}

} // namespace ctgrad
