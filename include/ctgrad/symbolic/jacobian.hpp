// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/derivative.hpp>
#include <ctgrad/symbolic/extent.hpp>

namespace ctgrad
{

template <class Type>
inline constexpr bool is_expression_list = false;
template <class... Formulas>
inline constexpr bool is_expression_list<hana::basic_tuple<Formulas...>> =
    sizeof...(Formulas) > 0 && (expression<Formulas> && ...);

/// Several formulas that are computed together and share their work, made by `list(f, g)`: the new
/// state and output of a gated cell, a value and its derivatives.
template <class Type>
concept expression_list = is_expression_list<std::remove_cvref_t<Type>>;

/// A variable or a parameter: what derivatives are taken by.
template <class Type>
concept leaf = requires {
    []<fixed_string Name>(const variable<Name>*) {}(static_cast<const Type*>(nullptr));
} || requires {
    []<fixed_string Name>(const parameter<Name>*) {}(static_cast<const Type*>(nullptr));
};

namespace detail
{

template <class... Formulas>
inline constexpr const name_list& variables_of_all = variables_of<application<void, Formulas...>>;

/// Calls with all variables of some formulas.
template <class... Formulas>
constexpr auto with_variables(const auto& function)
{
    return [&]<std::size_t... V>(std::index_sequence<V...>)
    {
        return function(variable<name_at<variables_of_all<Formulas...>, V>>{}...);
    }(std::make_index_sequence<static_cast<std::size_t>(variables_of_all<Formulas...>.size)>{});
}

template <class... Formulas>
constexpr void check_elementwise()
{
    constexpr bool is_elementwise = !(reduces_in<Formulas> || ...);
    static_assert(is_elementwise,
                  "a Jacobian or Hessian is a table for each element, so its formulas have no "
                  "reductions over the row; for rows take pullback or directional_derivative; see "
                  "docs/errors.md#jacobian");
}

} // namespace detail

/// Partial derivatives of a formula by those variables and parameters, as a list.
template <expression Function, leaf... Leaves>
    requires(sizeof...(Leaves) > 0)
constexpr auto gradient(const Function& function, const Leaves&... by)
{
    return list(derivative(function, by)...);
}

/// The matrix of partial derivatives as a list of rows, one for each formula of the list, with one
/// derivative for each of the leaves: `hana::at_c<1>(hana::at_c<0>(jacobian(list(f, g), x, y)))` is
/// df/dy.
/// Errors     compile time: no reductions
template <class... Functions, leaf... Leaves>
    requires(sizeof...(Leaves) > 0)
constexpr auto jacobian(const hana::basic_tuple<Functions...>& functions, const Leaves&... by)
{
    detail::check_elementwise<Functions...>();
    return hana::unpack(functions, [&](const auto&... function)
                        { return list(gradient(function, by...)...); });
}

/// By all variables, in the order in which the list first mentions them.
template <expression... Functions>
constexpr auto jacobian(const hana::basic_tuple<Functions...>& functions)
{
    return detail::with_variables<Functions...>([&](const auto&... by)
                                                { return jacobian(functions, by...); });
}

namespace detail
{

/// Second derivatives in one order for both halves of the matrix, so that they are one formula.
template <std::size_t Row, class Function, class... Leaves, std::size_t... Column>
constexpr auto hessian_row(std::index_sequence<Column...>, const Function& function,
                           const hana::basic_tuple<Leaves...>& by)
{
    return list(derivative(derivative(function, hana::at_c<std::min(Row, Column)>(by)),
                           hana::at_c<std::max(Row, Column)>(by))...);
}

} // namespace detail

/// The symmetric matrix of second derivatives, as a list of rows.
/// Errors     compile time: no reductions
template <expression Function, leaf... Leaves>
    requires(sizeof...(Leaves) > 0)
constexpr auto hessian(const Function& function, const Leaves&... by)
{
    detail::check_elementwise<Function>();
    return [&]<std::size_t... Row>(std::index_sequence<Row...> columns)
    {
        return list(detail::hessian_row<Row>(columns, function, hana::make_basic_tuple(by...))...);
    }(std::index_sequence_for<Leaves...>{});
}

/// By all variables.
template <expression Function>
constexpr auto hessian(const Function& function)
{
    return detail::with_variables<Function>([&](const auto&... by)
                                            { return hessian(function, by...); });
}

namespace detail
{

/// What the result of a formula is seeded with while its transposed Jacobian is transposed again.
template <class Function>
using seed_leaf =
    std::conditional_t<extent_in<Function> == extent::row, parameter<"seed of the result">,
                       variable<"seed of the result">>;

template <expression Function, fixed_string Name, class Value>
constexpr auto pushforward(const Function& function, const binding<Name, Value>& direction)
{
    // The pullback is linear in its seed: its derivative by the seed is the product with the Jacobian
    // the other way round, whatever the seed is.
    constexpr seed_leaf<Function> seed{};
    const auto direction_of_change = as_expression(direction.value);
    const pullback_of<Function, seed_leaf<Function>, Name> pulled{function, seed};
    return pullback(pulled, direction_of_change, seed)(seed = 0.0);
}

} // namespace detail

/// How a formula changes when its variables change at these rates: the product of its Jacobian with a
/// direction, `directional_derivative(f, x = u, y = v)` for formulas or numbers u and v. Unlike
/// `jacobian` it takes formulas over rows too: then a direction of a variable has a value for each
/// element, one of a parameter is the same for all.
/// Source     Griewank, Walther (2008), Evaluating Derivatives, section 3.1; twice reverse is forward
template <expression Function, class... Directions>
    requires(sizeof...(Directions) > 0 && (is_binding<Directions> && ...))
constexpr auto directional_derivative(const Function& function, const Directions&... directions)
{
    return (detail::pushforward(function, directions) + ...);
}

} // namespace ctgrad
