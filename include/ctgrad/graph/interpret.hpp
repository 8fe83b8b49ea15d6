// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/lower.hpp>
#include <ctgrad/graph/trace.hpp>

namespace ctgrad
{

namespace detail
{

/// Value of one node from those of its operands.
constexpr double interpret_node(const graph_builder& graph, const node& current, const auto& values,
                                const auto& leaf_value)
{
    if (current.kind == node_kind::constant)
    {
        return current.value;
    }
    if (current.kind != node_kind::applied)
    {
        return leaf_value(current);
    }
    const auto value_of = [&](int operand) { return values[static_cast<std::size_t>(operand)]; };
    if (current.is(operation_of<where_operation>))
    {
        // A comparison with NaN decides nothing.
        const node& condition = graph[current.operand(0)];
        if (is_comparison(condition) && (scalar::is_nan(value_of(condition.operand(0))) ||
                                         scalar::is_nan(value_of(condition.operand(1)))))
        {
            return std::numeric_limits<double>::quiet_NaN();
        }
    }
    std::array<double, 3> operands{};
    for (int k = 0; k < current.op->arity; ++k)
    {
        operands[static_cast<std::size_t>(k)] = value_of(current.operand(k));
    }
    return std::is_constant_evaluated() ? current.op->value_of(operands)
                                        : current.op->value(operands[0], operands[1], operands[2]);
}

} // namespace detail

/// Values of all nodes up to `root`, in double, with `leaf_value(node)` for each variable and
/// parameter: the reference that compiled kernels are tested against, and what calls of formulas
/// use. A row is the single number.
constexpr double interpret(const graph_builder& graph, int root, const auto& leaf_value)
{
    detail::node_flags below{};
    detail::mark_below(graph, root, below);
    std::array<double, graph_builder::capacity> values{};
    for (int i = 0; i <= root; ++i)
    {
        if (below[static_cast<std::size_t>(i)])
        {
            values[static_cast<std::size_t>(i)] =
                detail::interpret_node(graph, graph[i], values, leaf_value);
        }
    }
    return values[static_cast<std::size_t>(root)];
}

namespace detail
{

constexpr auto bindings_of(const auto& bindings)
{
    return hana::unpack(
        bindings,
        [](const auto&... bound)
        {
            return hana::make_basic_tuple(
                binding<std::remove_cvref_t<decltype(bound)>::name,
                        decltype(as_expression(bound.value))>{as_expression(bound.value)}...);
        });
}

/// Positional arguments as bindings of the free variables, in their order.
template <class Function, std::size_t... I, class... Values>
constexpr auto bind_positions(std::index_sequence<I...>, const Values&... values)
{
    constexpr const name_list& names = variables_of<Function>;
    return hana::make_basic_tuple(binding<name_at<names, I>, Values>{values}...);
}

template <class Type>
inline constexpr bool is_numeric_argument = number<Type>;
template <fixed_string Name, class Value>
inline constexpr bool is_numeric_argument<binding<Name, Value>> = number<Value>;

/// Whether each variable of a formula has one of these names.
template <class Function, fixed_string... Names>
constexpr bool all_bound()
{
    constexpr const name_list& names = variables_of<Function>;
    int bound = 0;
    ((bound += names.find(Names.view()) >= 0 ? 1 : 0), ...);
    return bound == names.size;
}

template <class Function, class... Arguments>
inline constexpr bool binds_all_variables = true;
template <class Function, fixed_string... Names, class... Values>
inline constexpr bool binds_all_variables<Function, binding<Names, Values>...> =
    all_bound<Function, Names...>();

template <class Function, class Argument>
inline constexpr bool name_occurs = true;
template <class Function, fixed_string Name, class Value>
inline constexpr bool name_occurs<Function, binding<Name, Value>> =
    variables_of<Function>.find(Name.view()) >= 0 || parameters_of<Function>.find(Name.view()) >= 0;

template <class... Types>
inline constexpr bool all_float = false;
template <class First, class... Types>
inline constexpr bool all_float<First, Types...> =
    (std::same_as<First, float> && ... && std::same_as<Types, float>);

template <class Function>
constexpr double evaluate_bound(const Function& function, const auto& bindings)
{
    graph_builder graph;
    std::array<int, 1> root{trace(graph, function)};
    const graph_builder lowered = lower(graph, root);
    return interpret(lowered, root[0],
                     [&](const node& leaf)
                     {
                         double value = leaf.value;
                         hana::unpack(bindings,
                                      [&](const auto&... bound)
                                      {
                                          ((value = leaf.name == bound.name.view()
                                                        ? static_cast<double>(bound.value)
                                                        : value),
                                           ...);
                                      });
                         return value;
                     });
}

} // namespace detail

/// Calls a formula, with an argument for each free variable in the order of `variables_of`, or with
/// arguments by name: `f(x = 2.0, beta = 0.5)`. Numbers evaluate it (parameters without argument
/// keep their initial values), formulas compose it, and so do numbers for some of its variables.
template <expression Function>
constexpr auto call(const Function& function, const auto&... arguments)
{
    constexpr bool by_name =
        sizeof...(arguments) > 0 && (is_binding<std::remove_cvref_t<decltype(arguments)>> && ...);
    constexpr int expected = variables_of<Function>.size;
    constexpr bool fits = by_name || sizeof...(arguments) == static_cast<std::size_t>(expected);
    static_assert(fits, "a formula is called with one argument for each of its free variables, or "
                        "with arguments by name: f(x = 2.0); see docs/errors.md#arguments");
    constexpr bool known =
        (detail::name_occurs<Function, std::remove_cvref_t<decltype(arguments)>> && ...);
    static_assert(known, "a formula is called with a name that does not occur in it; see "
                         "docs/errors.md#arguments");
    if constexpr (fits && known)
    {
        const auto bindings = [&]
        {
            if constexpr (by_name)
            {
                return hana::make_basic_tuple(arguments...);
            }
            else
            {
                return detail::bind_positions<Function>(
                    std::make_index_sequence<sizeof...(arguments)>{}, arguments...);
            }
        }();
        if constexpr ((detail::is_numeric_argument<std::remove_cvref_t<decltype(arguments)>> &&
                       ...) &&
                      detail::binds_all_variables<Function,
                                                  std::remove_cvref_t<decltype(arguments)>...>)
        {
            const double value = detail::evaluate_bound(function, bindings);
            if constexpr (detail::all_float<std::remove_cvref_t<decltype(arguments)>...>)
            {
                return static_cast<float>(value);
            }
            else
            {
                return value;
            }
        }
        else
        {
            const auto formulas = detail::bindings_of(bindings);
            return hana::unpack(
                formulas,
                [&](const auto&... bound)
                {
                    return composition<Function, std::remove_cvref_t<decltype(bound)>...>{
                        function, hana::make_basic_tuple(bound...)};
                });
        }
    }
}

} // namespace ctgrad
