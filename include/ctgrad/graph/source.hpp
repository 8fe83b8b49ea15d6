// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/print.hpp>
#include <ctgrad/graph/source_arrays.hpp>
#include <ctgrad/graph/source_elements.hpp>
#include <ctgrad/graph/source_rows.hpp>
#include <ctgrad/symbolic/extent.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ctgrad
{

namespace detail
{

/// A formula with the gradients of its variables and parameters in one graph, which shares what they
/// have in common.
template <class Formula>
source_function source_of(const Formula& formula)
{
    constexpr const name_list& variables = variables_of<Formula>;
    constexpr const name_list& parameters = parameters_of<Formula>;
    source_function made;
    made.over_row = reduces_in<Formula>;
    made.is_row_value = reduces_in<Formula> && extent_in<Formula> != extent::element;
    made.formula = to_string(formula);
    made.outputs.push_back(trace(made.graph, formula));
    const auto add = [&]<fixed_string Name>()
    {
        if constexpr (!reduces_in<Formula>)
        {
            made.outputs.push_back(trace(made.graph, derivative_of<Formula, Name>{formula}));
        }
        else
        {
            // One number comes in for a value of the row: as a parameter, it is one for the row.
            using seed =
                std::conditional_t<extent_in<Formula> == extent::element,
                                   variable<incoming_gradient>, parameter<incoming_gradient>>;
            made.outputs.push_back(
                trace(made.graph, pullback_of<Formula, seed, Name>{formula, seed{}}));
        }
    };
    [&]<std::size_t... V, std::size_t... P>(std::index_sequence<V...>, std::index_sequence<P...>)
    {
        (add.template operator()<name_at<variables, V>>(), ...);
        (add.template operator()<name_at<parameters, P>>(), ...);
    }(std::make_index_sequence<static_cast<std::size_t>(variables.size)>{},
      std::make_index_sequence<static_cast<std::size_t>(parameters.size)>{});
    for (int i = 0; i < variables.size; ++i)
    {
        made.arguments.push_back({variables[i], false, 0.0});
    }
    for (int i = 0; i < parameters.size; ++i)
    {
        const int leaf = leaf_named(made.graph, made.graph.size() - 1, parameters[i]);
        made.arguments.push_back({parameters[i], true, leaf < 0 ? 0.0 : made.graph[leaf].value});
    }
    return made;
}

inline std::string print_source(source_function function, std::string_view name,
                                source_dialect dialect)
{
    return dialect.numpy()     ? array_source(std::move(function), name, dialect).print()
           : function.over_row ? row_source(std::move(function), name, dialect).print()
                               : element_source(std::move(function), name, dialect).print();
}

} // namespace detail

/// A formula as a function in C, for those who only want that: its value is returned, its partial
/// derivatives are written through pointers, by the variables and then by the parameters, in the
/// order in which the formula mentions them. Simplified and stable as everywhere, with nothing but
/// math.h; `to_c<float>` computes in float.
/// Rows       with reductions: arrays of n elements, and `dy`, the gradient of the result, which
///            comes in; the derivatives are then what flows back. Arrays must not overlap
/// Errors     std::invalid_argument for an operation that is not the library's and not lowered
template <std::floating_point T = double>
    requires(std::same_as<T, double> || std::same_as<T, float>)
std::string to_c(const expression auto& formula, std::string_view name)
{
    const detail::source_dialect dialect{detail::source_language::c, std::same_as<T, float>};
    return detail::print_source(detail::source_of(formula), name, dialect);
}

/// Likewise as a device function in CUDA, in float unless you ask for `to_cuda<double>`. One thread
/// computes one element, or one row.
template <std::floating_point T = float>
    requires(std::same_as<T, double> || std::same_as<T, float>)
std::string to_cuda(const expression auto& formula, std::string_view name)
{
    const detail::source_dialect dialect{detail::source_language::cuda, std::same_as<T, float>};
    return detail::print_source(detail::source_of(formula), name, dialect);
}

/// Likewise as a function in Python on NumPy's arrays (or numbers), which returns the value and the
/// derivatives. Parameters have their initial values as defaults. Rows lie along the last axis, and
/// what is one value for a row has the length 1 there. Results are of the arrays' type, but of double
/// where erf is needed, which NumPy does not have.
std::string to_numpy(const expression auto& formula, std::string_view name)
{
    const detail::source_dialect dialect{detail::source_language::numpy};
    return detail::print_source(detail::source_of(formula), name, dialect);
}

} // namespace ctgrad
