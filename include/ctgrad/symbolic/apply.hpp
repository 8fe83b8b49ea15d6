// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/expression.hpp>

namespace ctgrad
{

namespace detail
{

/// An operation whose first operand is a condition.
template <class Operation>
concept conditional = requires { Operation::conditional; };

/// How many operands the value of an operation takes; 0 if there is no usable one.
template <class Operation>
constexpr int arity_of()
{
    if constexpr (conditional<Operation>)
    {
        return 3;
    }
    else if constexpr (requires { Operation::value(1.0); })
    {
        return 1;
    }
    else if constexpr (requires { Operation::value(1.0, 1.0); })
    {
        return 2;
    }
    else if constexpr (requires { Operation::value(1.0, 1.0, 1.0); })
    {
        return 3;
    }
    else
    {
        return 0;
    }
}

template <class Operation, std::size_t Operands>
inline constexpr bool takes = arity_of<Operation>() == static_cast<int>(Operands);

template <class Operation, class First, class... Others>
inline constexpr bool has_condition = is_condition<First> || !conditional<Operation>;

template <class Operation, class First, class... Others>
inline constexpr bool has_numbers =
    (!is_condition<First> || conditional<Operation>) && !(is_condition<Others> || ...);

template <class Operation, class... Arguments>
inline constexpr bool fits =
    takes<Operation, sizeof...(Arguments)> && has_condition<Operation, Arguments...> &&
    has_numbers<Operation, Arguments...>;

/// After a mistake, which `apply` reports, the formula is the first operand that can be one, so that
/// there is no second error.
template <class... Arguments>
struct first_formula
{
    using type = constant;
};

template <class First, class... Others>
struct first_formula<First, Others...>
    : std::conditional_t<expression<First> && !is_condition<First>, std::type_identity<First>,
                         first_formula<Others...>>
{
};

template <class Operation, class... Arguments>
struct applied
{
};

template <class Operation, class... Arguments>
    requires(expression<Arguments> || ...)
struct applied<Operation, Arguments...>
    : std::conditional_t<fits<Operation, Arguments...>,
                         std::type_identity<application<
                             Operation, decltype(as_expression(std::declval<Arguments>()))...>>,
                         first_formula<Arguments...>>
{
};

template <class Operation, class... Arguments>
    requires(graph_reference<Arguments> || ...)
struct applied<Operation, Arguments...>
{
    using type = reference;
};

template <class Operation, class... Arguments>
constexpr void check_operands()
{
    constexpr bool takes_them = takes<Operation, sizeof...(Arguments)>;
    static_assert(takes_them, "an operation needs a static member function value(...) of as many "
                              "numbers as it has operands, one to three; see "
                              "docs/errors.md#operation-value");
    constexpr bool chooses_by_condition = has_condition<Operation, Arguments...>;
    static_assert(chooses_by_condition,
                  "where(condition, a, b) chooses by a condition, such as x > 0; see "
                  "docs/errors.md#conditions");
    constexpr bool computes_with_numbers = has_numbers<Operation, Arguments...>;
    static_assert(computes_with_numbers,
                  "a condition, such as x > 0, is no number to compute with: where(x > 0, 1, 0) is "
                  "one; see docs/errors.md#conditions");
}

} // namespace detail

/// What `apply` makes of formulas or nodes. Named, not deduced: a derivative rule may use the
/// operation it belongs to.
template <class Operation, class... Arguments>
using applied = typename detail::applied<Operation, Arguments...>::type;

template <class Operation, class... Arguments>
constexpr reference apply_in_graph(const Arguments&... arguments);

/// Applies an operation: to formulas it makes a formula, to nodes of a graph a node, to numbers or
/// SIMD batches it computes. A user-defined operation needs nothing more than
/// `auto bump(auto x) { return ctgrad::apply<bump_operation>(x); }`.
template <class Operation, class... Arguments>
    requires(symbolic<Arguments> || ...)
constexpr applied<Operation, Arguments...> apply(const Arguments&... arguments)
{
    if constexpr ((graph_reference<Arguments> || ...))
    {
        return apply_in_graph<Operation>(arguments...);
    }
    else
    {
        detail::check_operands<Operation, Arguments...>();
        if constexpr (detail::fits<Operation, Arguments...>)
        {
            return {hana::make_basic_tuple(as_expression(arguments)...)};
        }
        else
        {
            return {};
        }
    }
}

template <class Operation, class... Arguments>
constexpr auto apply(const Arguments&... arguments)
{
    return Operation::value(arguments...);
}

} // namespace ctgrad
