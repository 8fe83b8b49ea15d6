// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/trace.hpp>
#include <ctgrad/layers/layer.hpp>

namespace ctgrad::detail
{

// Parameters of a formula that are not one number for the layer. Where a layer runs over a row they
// are one more array beside it: for the programs they become variables.

template <auto Formula>
using parameter_scopes =
    std::array<parameter_scope, static_cast<std::size_t>(parameter_count<Formula>)>;

/// The scope of each parameter in a layer whose samples have this shape: of a flat one each element is
/// a channel.
template <auto Formula, shape In>
inline constexpr parameter_scopes<Formula> scopes_in = []
{
    constexpr const name_list& names = parameters_of<decltype(Formula)>;
    parameter_scopes<Formula> scopes{};
    graph_builder graph;
    trace(graph, Formula);
    for (int i = 0; i < graph.size(); ++i)
    {
        // A parameter that a formula was put in for is in the graph, but not in the list.
        const int index = graph[i].kind == node_kind::parameter ? names.find(graph[i].name) : -1;
        if (index >= 0)
        {
            const bool flat_channel = graph[i].scope == per_channel && In.is_flat();
            scopes[static_cast<std::size_t>(index)] = flat_channel ? per_element : graph[i].scope;
        }
    }
    return scopes;
}();

template <class Scopes>
constexpr bool has_scope(const Scopes& scopes, parameter_scope wanted)
{
    for (const parameter_scope scope : scopes)
    {
        if (scope == wanted)
        {
            return true;
        }
    }
    return false;
}

/// How many numbers a sample of this shape has for a parameter.
constexpr int numbers_of_scope(parameter_scope scope, shape sample)
{
    return scope == per_layer ? 1 : scope == per_channel ? sample.extents[0] : sample.size();
}

/// A formula with variables in place of its parameters for each element, from number Index on.
template <auto Formula, shape In, std::size_t Index = 0>
constexpr auto with_array_parameters(const auto& function)
{
    if constexpr (Index == scopes_in<Formula, In>.size())
    {
        return function;
    }
    else if constexpr (scopes_in<Formula, In>[Index] == per_element)
    {
        using array = variable<name_at<parameters_of<decltype(Formula)>, Index>>;
        using bound = binding<array::name, array>;
        return with_array_parameters<Formula, In, Index + 1>(
            composition<std::remove_cvref_t<decltype(function)>, bound>{
                function, hana::make_basic_tuple(bound{})});
    }
    else
    {
        return with_array_parameters<Formula, In, Index + 1>(function);
    }
}

/// The name under which the gradient that rows so far have left comes in.
template <std::size_t Size>
constexpr auto gradient_so_far(const fixed_string<Size>& name)
{
    constexpr std::string_view prefix = "gradient so far of ";
    char text[prefix.size() + Size]{};
    std::size_t at = 0;
    for (const char character : prefix)
    {
        text[at++] = character;
    }
    for (const char character : name.characters)
    {
        text[at++] = character;
    }
    return fixed_string(text);
}

/// What the backward pass adds for parameter Index: to the array of its gradients, or, as one number,
/// the sum over the row.
template <auto Formula, shape In, std::size_t Index, auto ArrayFormula, class Incoming>
constexpr auto parameter_gradient()
{
    constexpr auto name = name_at<parameters_of<decltype(Formula)>, Index>;
    using function = std::remove_cvref_t<decltype(ArrayFormula)>;
    constexpr pullback_of<function, Incoming, name> gradient{ArrayFormula, {}};
    if constexpr (scopes_in<Formula, In>[Index] == per_element)
    {
        return variable<gradient_so_far(name)>{} + gradient;
    }
    else
    {
        return gradient;
    }
}

} // namespace ctgrad::detail
