// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/expression.hpp>

#include <array>
#include <string_view>

namespace ctgrad
{

/// Names in the order in which a formula, read from left to right, first mentions them.
struct name_list
{
    static constexpr int capacity = 32;
    std::array<std::string_view, capacity> names{};
    int size = 0;

    constexpr int find(std::string_view name) const
    {
        for (int i = 0; i < size; ++i)
        {
            if (names[static_cast<std::size_t>(i)] == name)
            {
                return i;
            }
        }
        return -1;
    }

    constexpr void add(std::string_view name)
    {
        if (find(name) < 0)
        {
            names[static_cast<std::size_t>(size++)] = name;
        }
    }

    constexpr void add(const name_list& others)
    {
        for (int i = 0; i < others.size; ++i)
        {
            add(others.names[static_cast<std::size_t>(i)]);
        }
    }

    constexpr std::string_view operator[](int i) const
    {
        return names[static_cast<std::size_t>(i)];
    }
};

namespace detail
{

enum class name_kind
{
    variable,
    parameter
};

template <name_kind Kind, class Expression>
struct names_in
{
    static constexpr name_list value{};
};

template <name_kind Kind, fixed_string Name>
struct names_in<Kind, variable<Name>>
{
    static constexpr name_list value = []
    {
        name_list names;
        if (Kind == name_kind::variable)
        {
            names.add(variable<Name>::name.view());
        }
        return names;
    }();
};

template <name_kind Kind, fixed_string Name>
struct names_in<Kind, parameter<Name>>
{
    static constexpr name_list value = []
    {
        name_list names;
        if (Kind == name_kind::parameter)
        {
            names.add(parameter<Name>::name.view());
        }
        return names;
    }();
};

template <name_kind Kind, class Operation, class... Operands>
struct names_in<Kind, application<Operation, Operands...>>
{
    static constexpr name_list value = []
    {
        name_list names;
        (names.add(names_in<Kind, Operands>::value), ...);
        return names;
    }();
};

template <name_kind Kind, class Expression, fixed_string Name>
struct names_in<Kind, derivative_of<Expression, Name>> : names_in<Kind, Expression>
{
};

template <name_kind Kind, class Expression, class Seed, fixed_string Name>
struct names_in<Kind, pullback_of<Expression, Seed, Name>>
    : names_in<Kind, application<void, Expression, Seed>>
{
};

template <name_kind Kind, class Expression>
struct names_in<Kind, in_fast_tier<Expression>> : names_in<Kind, Expression>
{
};

template <name_kind Kind, fixed_string Name, class Value>
struct names_in<Kind, binding<Name, Value>> : names_in<Kind, Value>
{
};

template <name_kind Kind, class Expression, class... Bindings>
struct names_in<Kind, composition<Expression, Bindings...>>
{
    static constexpr name_list value = []
    {
        const name_list& inner = names_in<Kind, Expression>::value;
        const name_list& variables = names_in<name_kind::variable, Expression>::value;
        const name_list& parameters = names_in<name_kind::parameter, Expression>::value;
        name_list names;
        // A bound variable is replaced in its place by the names of what is put in for it; names
        // of the other kind that come in with it follow at the end.
        for (int i = 0; i < inner.size; ++i)
        {
            bool bound = false;
            ((inner[i] == Bindings::name.view()
                  ? (bound = true, names.add(names_in<Kind, Bindings>::value))
                  : void()),
             ...);
            if (!bound)
            {
                names.add(inner[i]);
            }
        }
        ((variables.find(Bindings::name.view()) >= 0 || parameters.find(Bindings::name.view()) >= 0
              ? names.add(names_in<Kind, Bindings>::value)
              : void()),
         ...);
        return names;
    }();
};

} // namespace detail

/// Free variables of a formula, in the order of positional arguments and of lists of inputs.
template <class Expression>
inline constexpr const name_list& variables_of =
    detail::names_in<detail::name_kind::variable, std::remove_cv_t<Expression>>::value;

/// Parameters of a formula, in the order of lists of parameter values and gradients.
template <class Expression>
inline constexpr const name_list& parameters_of =
    detail::names_in<detail::name_kind::parameter, std::remove_cv_t<Expression>>::value;

template <auto Formula>
inline constexpr int variable_count = variables_of<std::remove_cvref_t<decltype(Formula)>>.size;

template <auto Formula>
inline constexpr int parameter_count = parameters_of<std::remove_cvref_t<decltype(Formula)>>.size;

} // namespace ctgrad
