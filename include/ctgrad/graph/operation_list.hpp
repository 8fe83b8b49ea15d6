// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/reference.hpp>
#include <ctgrad/symbolic/derivative.hpp>
#include <ctgrad/symbolic/reductions.hpp>
#include <ctgrad/symbolic/tail_pieces.hpp>
#include <ctgrad/symbolic/tier.hpp>

#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>

namespace ctgrad
{

/// Operations as types: the way back from a description in a graph to the struct with the body.
template <class... Operations>
struct operation_list
{
    static constexpr int index_of(const operation* op)
    {
        int index = 0;
        const bool found = ((op == &operation_of<Operations> || (++index, false)) || ...);
        return found ? index : -1;
    }

    template <class Operation>
    static constexpr bool contains = (std::same_as<Operation, Operations> || ...);

    template <class Operation>
    using with = std::conditional_t<contains<Operation>, operation_list,
                                    operation_list<Operations..., Operation>>;

    template <int Index>
    using at = std::tuple_element_t<static_cast<std::size_t>(Index), std::tuple<Operations...>>;
};

/// The operations that the library brings, and that its rules make.
using library_operations = operation_list<
    add_operation, subtract_operation, multiply_operation, divide_operation, negate_operation,
    less_operation, less_equal_operation, greater_operation, greater_equal_operation,
    equal_operation, where_operation, maximum_operation, minimum_operation, abs_operation,
    sign_operation, square_operation, sqrt_operation, exp_operation, expm1_operation, log_operation,
    log1p_operation, pow_operation, sin_operation, cos_operation, atan_operation, sigmoid_operation,
    tanh_operation, sech_squared_operation, softplus_operation, relu_operation,
    tanh_softplus_operation, tanh_softplus_slope_operation, hypot_operation, hypot_slope_operation,
    logaddexp_operation, sech_operation, erf_operation, erfc_operation, normal_cdf_operation,
    sum_operation, max_operation, min_operation, norm_operation, stop_gradient_operation,
    logsumexp_operation, row_length_operation, mish_operation, mish_slope_operation, gelu_operation,
    gelu_slope_operation, exp_argument_operation, decay_argument_operation, exp_octave_operation,
    exp_fraction_operation, exp_join_operation, exp_decay_join_operation, expm1_join_operation,
    expm1_decay_join_operation, refined_sigmoid_operation, refined_tanh_operation,
    whole_tanh_operation, log1p_unit_operation, minus_abs_operation, square_argument_operation,
    half_square_argument_operation, erfc_position_operation, normal_position_operation,
    minus_square_octave_operation, minus_square_fraction_operation,
    minus_half_square_octave_operation, minus_half_square_fraction_operation, scale_decay_operation,
    erfc_significand_operation, normal_significand_operation, normal_tail_operation,
    is_negative_operation, is_nan_operation, select_operation, copysign_operation,
    at_least_operation, at_most_operation, above_minus_infinity_operation, below_infinity_operation,
    multiply_add_operation, negative_multiply_add_operation, sin_of_product_operation,
    cos_of_product_operation>;

/// What the fast tier computes otherwise.
using operations_with_fast_form = operation_list<
    divide_operation, sqrt_operation, exp_argument_operation, decay_argument_operation,
    exp_fraction_operation, exp_join_operation, exp_decay_join_operation, expm1_join_operation,
    expm1_decay_join_operation, log_operation, log1p_operation, log1p_unit_operation, pow_operation,
    sin_operation, cos_operation, sin_of_product_operation, cos_of_product_operation,
    atan_operation, erf_operation, square_argument_operation, half_square_argument_operation,
    minus_square_fraction_operation, minus_half_square_fraction_operation, scale_decay_operation,
    erfc_position_operation, normal_position_operation, erfc_significand_operation,
    normal_tail_operation>;

namespace detail
{

template <class List, class Others>
struct with_fast_forms;

template <class... Operations, class... Others>
struct with_fast_forms<operation_list<Operations...>, operation_list<Others...>>
{
    using type = operation_list<Operations..., fast_form<Others>...>;
};

/// Adds the operations of a formula that the list lacks, and those of their rules.
template <class List, class Formula>
struct collect_operations
{
    using type = List;
};

template <class List, class... Formulas>
struct collect_all
{
    using type = List;
};

template <class List, class First, class... Others>
struct collect_all<List, First, Others...>
{
    using type =
        typename collect_all<typename collect_operations<List, First>::type, Others...>::type;
};

template <class List, class... Formulas>
struct collect_operations<List, hana::basic_tuple<Formulas...>> : collect_all<List, Formulas...>
{
};

template <class List, class Operation, bool Known>
struct collect_rules
{
    using type = List;
};

template <class Operation, class... X>
constexpr auto rules_of(X... operands)
{
    constexpr variable<"result"> y;
    const auto partials = [&]
    {
        if constexpr (requires { Operation::partials(operands..., y); })
        {
            return Operation::partials(operands..., y);
        }
        else
        {
            return list();
        }
    }();
    const auto lowered = [&]
    {
        if constexpr (requires { Operation::lowered(operands...); })
        {
            return list(Operation::lowered(operands...));
        }
        else
        {
            return list();
        }
    }();
    return list(partials, lowered);
}

template <class Operation>
constexpr auto rules_of_operation()
{
    return with_some_operands<Operation>([](auto... operands)
                                         { return rules_of<Operation>(operands...); });
}

template <class List, class Operation>
struct collect_rules<List, Operation, false>
    : collect_operations<typename List::template with<Operation>,
                         decltype(rules_of_operation<Operation>())>
{
};

template <class List, class Operation, class... Operands>
struct collect_operations<List, application<Operation, Operands...>>
    : collect_all<typename collect_rules<List, Operation, List::template contains<Operation>>::type,
                  Operands...>
{
};

template <class List, class Expression, fixed_string Name>
struct collect_operations<List, derivative_of<Expression, Name>>
    : collect_operations<List, Expression>
{
};

template <class List, class Expression, class Seed, fixed_string Name>
struct collect_operations<List, pullback_of<Expression, Seed, Name>>
    : collect_all<List, Expression, Seed>
{
};

template <class List, class Expression>
struct collect_operations<List, in_fast_tier<Expression>> : collect_operations<List, Expression>
{
};

template <class List, fixed_string Name, class Value>
struct collect_operations<List, binding<Name, Value>> : collect_operations<List, Value>
{
};

template <class List, class Expression, class... Bindings>
struct collect_operations<List, composition<Expression, Bindings...>>
    : collect_all<List, Expression, Bindings...>
{
};

template <class List, bool Fast>
struct in_tier
{
    using type = List;
};

template <class List>
struct in_tier<List, true> : with_fast_forms<List, operations_with_fast_form>
{
};

} // namespace detail

/// All operations that a program of these formulas may contain.
template <class... Formulas>
using operations_in =
    typename detail::in_tier<typename detail::collect_all<library_operations, Formulas...>::type,
                             (is_fast<Formulas> || ...)>::type;

} // namespace ctgrad
