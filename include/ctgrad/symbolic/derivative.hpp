// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/names.hpp>
#include <ctgrad/symbolic/operators.hpp>

#include <utility>

namespace ctgrad
{

struct stop_gradient_operation;

namespace detail
{

/// Calls a function with placeholders for the operands of an operation.
template <class Operation>
constexpr auto with_some_operands(const auto& function)
{
    constexpr variable<"operand"> x;
    constexpr int arity = arity_of<Operation>();
    if constexpr (conditional<Operation>)
    {
        return function(x > 0, x, x);
    }
    else if constexpr (arity == 1)
    {
        return function(x);
    }
    else if constexpr (arity == 2)
    {
        return function(x, x);
    }
    else
    {
        return function(x, x, x);
    }
}

/// How many formulas the derivative rule of an operation lists; 0 without a rule.
template <class Operation>
inline constexpr std::size_t partial_count = with_some_operands<Operation>(
    [](auto... operands) -> std::size_t
    {
        constexpr variable<"result"> y;
        if constexpr (requires { Operation::partials(operands..., y); })
        {
            return hana::unpack(Operation::partials(operands..., y),
                                [](const auto&... partials) { return sizeof...(partials); });
        }
        else
        {
            return 0;
        }
    });

/// Whether each operation between a formula and the leaf of that name has a derivative rule.
template <class Expression, fixed_string Name>
inline constexpr bool has_partials = true;

template <class Operand, fixed_string Name>
inline constexpr bool has_partials<application<stop_gradient_operation, Operand>, Name> = true;

template <class Operation, class... Operands, fixed_string Name>
inline constexpr bool has_partials<application<Operation, Operands...>, Name> = []
{
    if constexpr (partial_count<Operation> == sizeof...(Operands))
    {
        return (has_partials<Operands, Name> && ...);
    }
    else
    {
        return variables_of<application<Operation, Operands...>>.find(Name.view()) < 0 &&
               parameters_of<application<Operation, Operands...>>.find(Name.view()) < 0;
    }
}();

template <class Expression, fixed_string Name>
inline constexpr bool has_partials<in_fast_tier<Expression>, Name> =
    has_partials<Expression, Name>;

template <class Expression, fixed_string Name>
constexpr bool check_partials()
{
    constexpr bool has_them = has_partials<Expression, Name>;
    static_assert(has_them, "an operation that is differentiated needs a static member function "
                            "partials(operands..., y): a list of one formula for each operand; see "
                            "docs/errors.md#operation-partials");
    return true;
}

} // namespace detail

/// The derivative of a formula by a variable or parameter, itself a formula: it nests, composes,
/// prints and can be called. By a name that does not occur, it is 0.
template <expression Function, fixed_string Name>
constexpr auto derivative(const Function& function, const variable<Name>&)
{
    return derivative_of<Function, Name>{function};
}

template <expression Function, fixed_string Name>
constexpr auto derivative(const Function& function, const parameter<Name>&)
{
    return derivative_of<Function, Name>{function};
}

/// The gradient that reaches a variable or parameter when `seed`, a formula for the gradient of the
/// result, comes in: the vector-Jacobian product of reverse mode. For a parameter, summed over the
/// row.
template <expression Function, expression Seed, fixed_string Name>
constexpr auto pullback(const Function& function, const Seed& seed, const variable<Name>&)
{
    return pullback_of<Function, Seed, Name>{function, seed};
}

template <expression Function, expression Seed, fixed_string Name>
constexpr auto pullback(const Function& function, const Seed& seed, const parameter<Name>&)
{
    return pullback_of<Function, Seed, Name>{function, seed};
}

namespace detail
{

template <std::size_t Size>
constexpr auto to_fixed_string(std::string_view name)
{
    char characters[Size + 1]{};
    for (std::size_t i = 0; i < Size; ++i)
    {
        characters[i] = name[i];
    }
    return fixed_string<Size + 1>(characters);
}

template <const name_list& Names, std::size_t Index>
inline constexpr auto name_at = to_fixed_string<Names[Index].size()>(Names[Index]);

} // namespace detail

/// All partial derivatives of a formula: by its variables in the order of `variables_of`, then by
/// its parameters in the order of `parameters_of`. A tuple: `hana::at_c<0>(gradient(f))`.
template <expression Function>
constexpr auto gradient(const Function& function)
{
    constexpr const name_list& variables = variables_of<Function>;
    constexpr const name_list& parameters = parameters_of<Function>;
    return [&]<std::size_t... V, std::size_t... P>(std::index_sequence<V...>,
                                                   std::index_sequence<P...>)
    {
        return hana::make_basic_tuple(
            derivative_of<Function, detail::name_at<variables, V>>{function}...,
            derivative_of<Function, detail::name_at<parameters, P>>{function}...);
    }(std::make_index_sequence<static_cast<std::size_t>(variables.size)>{},
      std::make_index_sequence<static_cast<std::size_t>(parameters.size)>{});
}

} // namespace ctgrad
