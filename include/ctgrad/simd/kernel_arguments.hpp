// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/errors.hpp>
#include <ctgrad/graph/trace.hpp>
#include <ctgrad/symbolic/apply.hpp>
#include <ctgrad/symbolic/names.hpp>

#include <concepts>
#include <cstddef>
#include <ranges>
#include <tuple>
#include <type_traits>

// What kernels ask of the arrays they are given, and of the formula that they are made of.

namespace ctgrad::detail
{

template <class Type>
inline constexpr bool is_tuple = false;
template <class... Types>
inline constexpr bool is_tuple<std::tuple<Types...>> = true;

/// One array, or a std::tie of several, as a tuple of references.
constexpr auto as_tuple(auto& arrays)
{
    if constexpr (is_tuple<std::remove_cvref_t<decltype(arrays)>>)
    {
        return arrays;
    }
    else
    {
        return std::tie(arrays);
    }
}

template <class Range>
using element_of = std::remove_cvref_t<std::ranges::range_value_t<std::remove_cvref_t<Range>>>;

/// Types of what a kernel is given.
template <class... Types>
struct given
{
    /// Whether all elements are of type T.
    template <class T>
    static constexpr bool have_elements_of = (std::same_as<element_of<Types>, T> && ...);
    static constexpr int count = static_cast<int>(sizeof...(Types));
};

template <class Type>
struct arrays_in
{
    using type = given<Type>;
};

template <class... Types>
struct arrays_in<std::tuple<Types...>>
{
    using type = given<Types...>;
};

/// Whether each parameter of a formula is one number, as kernels take them.
template <auto Formula>
inline constexpr bool parameters_are_numbers = []
{
    constexpr const name_list& names = parameters_of<decltype(Formula)>;
    graph_builder graph;
    if (names.size > 0)
    {
        trace(graph, Formula);
    }
    for (int i = 0; i < graph.size(); ++i)
    {
        if (graph[i].scope != per_layer && names.find(graph[i].name) >= 0)
        {
            return false;
        }
    }
    return true;
}();

/// Whether a kernel of type T can be made of a formula, one array or a std::tie of several for each
/// of `Lists`, and further arrays. If not, that is an error here, and the only one.
template <auto Formula, class T, class... Lists, class... Others>
constexpr bool check_kernel(given<Lists...>, given<Others...>)
{
    constexpr bool is_formula = expression<decltype(Formula)>;
    static_assert(is_formula, "a kernel needs a formula of variables, parameters and numbers; see "
                              "docs/errors.md#not-a-formula");
    if constexpr (is_formula)
    {
        constexpr bool has_values = !is_condition<std::remove_cvref_t<decltype(Formula)>>;
        static_assert(has_values, "a kernel needs a formula of numbers, not a condition: "
                                  "where(x > 0, 1, 0); see docs/errors.md#conditions");
        constexpr bool has_numbers = parameters_are_numbers<Formula>;
        static_assert(has_numbers,
                      "a parameter with a scope belongs to a layer of a network; a kernel takes an "
                      "array for a variable in its place, put in as f(alpha = a); see "
                      "docs/errors.md#parameter-scope");
        constexpr bool has_each =
            ((arrays_in<std::remove_cvref_t<Lists>>::type::count == variable_count<Formula>) &&
             ...);
        static_assert(has_each,
                      "a formula of several variables needs one array for each, in the order in "
                      "which it mentions them: std::tie(a, b); see docs/errors.md#arrays");
        constexpr bool has_one_type =
            (arrays_in<std::remove_cvref_t<Lists>>::type::template have_elements_of<T> && ...) &&
            given<Others...>::template have_elements_of<T> &&
            (std::same_as<T, float> || std::same_as<T, double>);
        static_assert(has_one_type, "all arrays of a kernel have elements of one type, float or "
                                    "double; see docs/errors.md#arrays");
        return has_values && has_numbers && has_each && has_one_type;
    }
    else
    {
        return false;
    }
}

inline void check_length(const char* what, std::size_t expected, std::size_t found)
{
    if (expected != found)
    {
        throw_size_error(what, expected, found);
    }
}

} // namespace ctgrad::detail
