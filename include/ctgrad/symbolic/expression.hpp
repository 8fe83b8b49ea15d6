// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/fixed_string.hpp>

#include <boost/hana/basic_tuple.hpp>
#include <boost/hana/unpack.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace ctgrad
{

namespace hana = boost::hana;

struct reference;

template <class Type>
inline constexpr bool is_expression = false;

/// A symbolic formula: a variable, a parameter, a constant, or an operation applied to formulas.
/// Every expression is a structural value, so it can be a template argument: `forward<swish>(...)`.
template <class Type>
concept expression = is_expression<std::remove_cvref_t<Type>>;

template <class Type>
concept number = std::is_arithmetic_v<std::remove_cvref_t<Type>>;

/// A node of a graph under construction (graph/builder.hpp). The same operators and functions that
/// write expressions write graphs, so a derivative rule is one formula that serves both.
template <class Type>
concept graph_reference = requires { typename std::remove_cvref_t<Type>::graph_reference_tag; };

template <class Type>
concept symbolic = expression<Type> || graph_reference<Type>;

/// What a symbolic function takes: a formula, or a number beside a formula.
template <class Type>
concept operand = symbolic<Type> || number<Type>;

/// A value given to a name: `f(x = 2.0)`, `f(x = y * y)`, `update(weight = ...)`.
template <fixed_string Name, class Value>
struct binding
{
    static constexpr auto name = Name;
    Value value;
};

template <class Type>
inline constexpr bool is_binding = false;
template <fixed_string Name, class Value>
inline constexpr bool is_binding<binding<Name, Value>> = true;

/// An input of a formula. Two variables of the same name are the same variable.
template <fixed_string Name>
struct variable
{
    static constexpr auto name = Name;

    constexpr auto operator=(const auto& value) const;
    constexpr auto operator()(const auto&... arguments) const;
};

/// How many numbers a layer has for a parameter of its formula.
enum class parameter_scope
{
    layer,
    channel,
    element
};

/// One number for the layer, one for each channel of a sample (the first of several extents; of a flat
/// sample, each element), or one for each element: `parameter<"alpha">{.scope = per_channel}`.
inline constexpr auto per_layer = parameter_scope::layer;
inline constexpr auto per_channel = parameter_scope::channel;
inline constexpr auto per_element = parameter_scope::element;

/// A learnable (or adjustable) number of a formula, with the value it starts from. In a network it may
/// be many numbers, as its scope says.
template <fixed_string Name>
struct parameter
{
    static constexpr auto name = Name;
    double initial = 0.0;
    parameter_scope scope = per_layer;

    constexpr auto operator=(const auto& value) const;
    constexpr auto operator()(const auto&... arguments) const;
};

/// A number inside a formula; numbers beside formulas become constants by themselves.
struct constant
{
    double value;

    constexpr auto operator()(const auto&... arguments) const;
};

/// An operation applied to its operands; made by `apply`, the operators and the functions.
template <class Operation, class... Operands>
struct application
{
    hana::basic_tuple<Operands...> operands;

    constexpr auto operator()(const auto&... arguments) const;
};

/// Whether a formula is a condition, such as `x > 0`: it chooses in `where`, and is no number.
template <class Type>
inline constexpr bool is_condition = false;
template <class Operation, class... Operands>
    requires(Operation::predicate)
inline constexpr bool is_condition<application<Operation, Operands...>> = true;

namespace detail
{

/// Fails to compile where an operation of a formula that is differentiated has no derivative rule;
/// defined in symbolic/derivative.hpp.
template <class Expression, fixed_string Name>
constexpr bool check_partials();

} // namespace detail

/// The derivative of a formula by the variable or parameter of that name; made by `derivative`.
template <class Expression, fixed_string Name>
struct derivative_of
{
    static_assert(detail::check_partials<Expression, Name>());

    Expression function;

    constexpr auto operator()(const auto&... arguments) const;
};

/// What flows back to the variable or parameter of that name when `seed` flows into the result of a
/// formula; a parameter collects it over the row. Made by `pullback`.
template <class Expression, class Seed, fixed_string Name>
struct pullback_of
{
    static_assert(detail::check_partials<Expression, Name>());

    Expression function;
    Seed seed;

    constexpr auto operator()(const auto&... arguments) const;
};

/// A formula with formulas put in for some of its names; made by calling an expression.
template <class Expression, class... Bindings>
struct composition
{
    Expression function;
    hana::basic_tuple<Bindings...> bindings;

    constexpr auto operator()(const auto&... arguments) const;
};

/// A formula that is computed in the fast tier; made by `fast`.
template <class Expression>
struct in_fast_tier
{
    Expression function;

    constexpr auto operator()(const auto&... arguments) const;
};

template <class Expression>
inline constexpr bool is_condition<in_fast_tier<Expression>> = is_condition<Expression>;

template <class Expression, class... Bindings>
inline constexpr bool is_condition<composition<Expression, Bindings...>> = is_condition<Expression>;

template <fixed_string Name>
inline constexpr bool is_expression<variable<Name>> = true;
template <fixed_string Name>
inline constexpr bool is_expression<parameter<Name>> = true;
template <>
inline constexpr bool is_expression<constant> = true;
template <class Operation, class... Operands>
inline constexpr bool is_expression<application<Operation, Operands...>> = true;
template <class Expression, fixed_string Name>
inline constexpr bool is_expression<derivative_of<Expression, Name>> = true;
template <class Expression, class Seed, fixed_string Name>
inline constexpr bool is_expression<pullback_of<Expression, Seed, Name>> = true;
template <class Expression, class... Bindings>
inline constexpr bool is_expression<composition<Expression, Bindings...>> = true;
template <class Expression>
inline constexpr bool is_expression<in_fast_tier<Expression>> = true;

constexpr auto as_expression(const expression auto& formula) { return formula; }

constexpr constant as_expression(number auto value) { return {static_cast<double>(value)}; }

/// A list of formulas, such as the partial derivatives of an operation, one for each operand.
constexpr auto list(const auto&... formulas) { return hana::make_basic_tuple(formulas...); }

template <fixed_string Name>
constexpr auto variable<Name>::operator=(const auto& value) const
{
    return binding<Name, std::remove_cvref_t<decltype(value)>>{value};
}

template <fixed_string Name>
constexpr auto parameter<Name>::operator=(const auto& value) const
{
    return binding<Name, std::remove_cvref_t<decltype(value)>>{value};
}

// Calls are defined in graph/interpret.hpp, found there by argument-dependent lookup: evaluation goes
// through the graph, so that a call gives the same stable result as a compiled kernel.
template <fixed_string Name>
constexpr auto variable<Name>::operator()(const auto&... arguments) const
{
    return call(*this, arguments...);
}

template <fixed_string Name>
constexpr auto parameter<Name>::operator()(const auto&... arguments) const
{
    return call(*this, arguments...);
}

constexpr auto constant::operator()(const auto&... arguments) const
{
    return call(*this, arguments...);
}

template <class Operation, class... Operands>
constexpr auto application<Operation, Operands...>::operator()(const auto&... arguments) const
{
    return call(*this, arguments...);
}

template <class Expression, fixed_string Name>
constexpr auto derivative_of<Expression, Name>::operator()(const auto&... arguments) const
{
    return call(*this, arguments...);
}

template <class Expression, class Seed, fixed_string Name>
constexpr auto pullback_of<Expression, Seed, Name>::operator()(const auto&... arguments) const
{
    return call(*this, arguments...);
}

template <class Expression, class... Bindings>
constexpr auto composition<Expression, Bindings...>::operator()(const auto&... arguments) const
{
    return call(*this, arguments...);
}

template <class Expression>
constexpr auto in_fast_tier<Expression>::operator()(const auto&... arguments) const
{
    return call(*this, arguments...);
}

} // namespace ctgrad
