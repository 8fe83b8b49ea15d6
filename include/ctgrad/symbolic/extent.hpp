// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/names.hpp>
#include <ctgrad/symbolic/reductions.hpp>

#include <algorithm>

namespace ctgrad
{

/// How many values a formula has for a row: as many as you like of the same (numbers, parameters),
/// one for the row (reductions), or one for each element.
enum class extent
{
    any,
    row,
    element
};

namespace detail
{

template <class Expression>
inline constexpr extent extent_in = extent::any;

template <class Operation>
concept reduces = requires { Operation::over_row; } || requires { Operation::row_valued; };

template <fixed_string Name>
inline constexpr extent extent_in<variable<Name>> = extent::element;

template <class Operation, class... Operands>
inline constexpr extent extent_in<application<Operation, Operands...>> =
    reduces<Operation> ? extent::row : std::max({extent::any, extent_in<Operands>...});

/// Whether a formula has a reduction anywhere.
template <class Expression>
inline constexpr bool reduces_in = false;

template <class Operation, class... Operands>
inline constexpr bool reduces_in<application<Operation, Operands...>> =
    reduces<Operation> || (reduces_in<Operands> || ...);

template <class Expression, fixed_string Name>
inline constexpr bool reduces_in<derivative_of<Expression, Name>> = reduces_in<Expression>;

template <class Expression, class Seed, fixed_string Name>
inline constexpr bool reduces_in<pullback_of<Expression, Seed, Name>> =
    reduces_in<Expression> || parameters_of<Expression>.find(Name.view()) >= 0;

template <class Expression>
inline constexpr bool reduces_in<in_fast_tier<Expression>> = reduces_in<Expression>;

template <class Expression, class... Bindings>
inline constexpr bool reduces_in<composition<Expression, Bindings...>> =
    reduces_in<Expression> || (reduces_in<decltype(Bindings::value)> || ...);

template <class Expression, fixed_string Name>
inline constexpr extent extent_in<derivative_of<Expression, Name>> =
    parameters_of<Expression>.find(Name.view()) >= 0 && reduces_in<Expression> ? extent::row
                                                                               : extent::element;

// By a name that does not occur the gradient is 0, as many as you like.
template <class Expression, class Seed, fixed_string Name>
inline constexpr extent extent_in<pullback_of<Expression, Seed, Name>> =
    parameters_of<Expression>.find(Name.view()) >= 0  ? extent::row
    : variables_of<Expression>.find(Name.view()) >= 0 ? extent::element
                                                      : extent::any;

template <class Expression>
inline constexpr extent extent_in<in_fast_tier<Expression>> = extent_in<Expression>;

/// Whether a name occurs in a formula other than inside a reduction.
template <class Expression, fixed_string Name>
inline constexpr bool occurs_in_elements =
    names_in<name_kind::variable, Expression>::value.find(Name.view()) >= 0 ||
    names_in<name_kind::parameter, Expression>::value.find(Name.view()) >= 0;

template <class Operation, class... Operands, fixed_string Name>
inline constexpr bool occurs_in_elements<application<Operation, Operands...>, Name> =
    !reduces<Operation> && (occurs_in_elements<Operands, Name> || ...);

template <class Expression, fixed_string Name>
inline constexpr bool occurs_in_elements<in_fast_tier<Expression>, Name> =
    occurs_in_elements<Expression, Name>;

/// What is put in for a name has its extent, unless a reduction takes it.
template <class Expression, class... Bindings>
inline constexpr extent extent_in<composition<Expression, Bindings...>> = std::max(
    {extent_in<Expression>, (occurs_in_elements<Expression, Bindings::name>
                                 ? extent_in<std::remove_cvref_t<decltype(Bindings::value)>>
                                 : extent::any)...});

} // namespace detail

/// Whether a formula has one value for a whole row, as a loss has, instead of one for each element.
template <auto Formula>
inline constexpr bool is_row_value =
    detail::extent_in<std::remove_cvref_t<decltype(Formula)>> == extent::row;

/// Whether a formula looks at a row as a whole.
template <auto Formula>
inline constexpr bool has_reduction = detail::reduces_in<std::remove_cvref_t<decltype(Formula)>>;

} // namespace ctgrad
