// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/builder.hpp>
#include <ctgrad/symbolic/error_functions.hpp>
#include <ctgrad/symbolic/exponential_sums.hpp>
#include <ctgrad/symbolic/magnitudes.hpp>
#include <ctgrad/symbolic/sigmoids.hpp>

namespace ctgrad
{

template <class Operation>
constexpr operation describe();

/// The one description of an operation; its address identifies the operation.
template <class Operation>
inline constexpr operation operation_of = describe<Operation>();

/// A node of a graph under construction, with the operators and functions of the symbolic language:
/// `1 - y * y` on references adds nodes. Also says what rewrite rules ask about a node.
struct reference
{
    using graph_reference_tag = void;

    graph_builder* graph = nullptr;
    int index = -1;

    /// False for the empty reference, which a rewrite rule returns when it does not apply.
    constexpr explicit operator bool() const { return index >= 0; }

    constexpr const node& get() const { return (*graph)[index]; }

    constexpr reference at(int other) const { return {graph, other}; }

    constexpr reference operand(int k) const { return at(get().operand(k)); }

    template <class Operation>
    constexpr bool is() const
    {
        return get().is(operation_of<Operation>);
    }

    constexpr bool is_constant() const { return get().is_constant(); }

    /// Whether this is one value for the whole row.
    constexpr bool is_uniform() const { return get().uniform; }

    constexpr bool is_constant(double value) const { return is_constant() && get().value == value; }

    constexpr double value() const { return get().value; }

    constexpr bool same(reference other) const { return index == other.index; }

    constexpr reference constant(double value) const { return at(graph->constant(value)); }

    /// The operand of this node if it is that operation, otherwise the empty reference.
    template <class Operation>
    constexpr reference operand_of() const
    {
        return is<Operation>() ? operand(0) : reference{};
    }

    /// u if this node is c + u (or u + c) for that constant c, otherwise the empty reference.
    constexpr reference operand_beside(double c) const;
};

// What the graph builder puts in place of an operation on given operands: the simpler or stabler
// form, or an empty reference. Found by argument-dependent lookup, so that a user's operation can
// have rules too. Defined in graph/rewrite.hpp and what it includes.
constexpr reference rewrite(multiply_operation, reference, reference);
constexpr reference rewrite(divide_operation, reference, reference);
constexpr reference rewrite(add_operation, reference, reference);
constexpr reference rewrite(subtract_operation, reference, reference);
constexpr reference rewrite(negate_operation, reference);
constexpr reference rewrite(greater_operation, reference, reference);
constexpr reference rewrite(greater_equal_operation, reference, reference);
constexpr reference rewrite(square_operation, reference);
constexpr reference rewrite(sqrt_operation, reference);
constexpr reference rewrite(hypot_operation, reference, reference);
constexpr reference rewrite(hypot_slope_operation, reference, reference);
constexpr reference rewrite(abs_operation, reference);
constexpr reference rewrite(log_operation, reference);
constexpr reference rewrite(log1p_operation, reference);
constexpr reference rewrite(expm1_operation, reference);
constexpr reference rewrite(pow_operation, reference, reference);
constexpr reference rewrite(sin_operation, reference);
constexpr reference rewrite(cos_operation, reference);
constexpr reference rewrite(atan_operation, reference);
constexpr reference rewrite(erf_operation, reference);
constexpr reference rewrite(sign_operation, reference);
constexpr reference rewrite(tanh_operation, reference);
constexpr reference rewrite(maximum_operation, reference, reference);
constexpr reference rewrite(minimum_operation, reference, reference);
constexpr reference rewrite(where_operation, reference, reference, reference);
constexpr reference rewrite(select_operation, reference, reference, reference);
constexpr reference rewrite(copysign_operation, reference, reference);
constexpr reference rewrite(sum_operation, reference);
constexpr reference rewrite(max_operation, reference);
constexpr reference rewrite(min_operation, reference);
constexpr reference rewrite(logsumexp_operation, reference);
constexpr reference rewrite(row_length_operation, reference);

namespace detail
{

// For the rules of logarithms; defined in graph/rewrite_quotients.hpp.
constexpr reference logarithm_of(reference x);

constexpr graph_builder* builder_of(const auto& first, const auto&... others)
{
    if constexpr (graph_reference<decltype(first)>)
    {
        return first.graph;
    }
    else
    {
        return builder_of(others...);
    }
}

constexpr int index_in(graph_builder& graph, const auto& value)
{
    if constexpr (graph_reference<decltype(value)>)
    {
        return value.index;
    }
    else
    {
        return graph.constant(static_cast<double>(value));
    }
}

} // namespace detail

/// Adds an operation on nodes and numbers to the graph of the nodes; called by `apply`.
template <class Operation, class... Arguments>
constexpr reference apply_in_graph(const Arguments&... arguments)
{
    graph_builder& graph = *detail::builder_of(arguments...);
    operand_indices operands{-1, -1, -1};
    int k = 0;
    ((operands[static_cast<std::size_t>(k++)] = detail::index_in(graph, arguments)), ...);
    return {&graph, graph.apply(operation_of<Operation>, operands)};
}

namespace detail
{

// Functions with declared return types, so that the description of an operation does not need their
// bodies: rules and partials refer to other operations, and those to this one again.

template <class Operation>
constexpr auto with_operands(auto&& function, reference a, reference b, reference c)
{
    constexpr int arity = arity_of<Operation>();
    if constexpr (arity <= 1)
    {
        return function(a);
    }
    else if constexpr (arity == 2)
    {
        return function(a, b);
    }
    else
    {
        return function(a, b, c);
    }
}

template <class Operation>
constexpr reference rewritten_by_rules(reference a, reference b, reference c)
{
    return with_operands<Operation>(
        [](auto... operands) -> reference
        {
            if constexpr (requires { rewrite(Operation{}, operands...); })
            {
                return rewrite(Operation{}, operands...);
            }
            else
            {
                return {};
            }
        },
        a, b, c);
}

template <class Operation>
constexpr reference lowered_by_operation(reference a, reference b, reference c)
{
    return with_operands<Operation>(
        [](auto... operands) -> reference
        {
            if constexpr (requires { Operation::lowered(operands...); })
            {
                return Operation::lowered(operands...);
            }
            else
            {
                return {};
            }
        },
        a, b, c);
}

template <class Operation>
constexpr operand_indices partials_in_graph(reference a, reference b, reference c, reference y)
{
    return with_operands<Operation>(
        [=](auto... operands) -> operand_indices
        {
            if constexpr (requires { Operation::partials(operands..., y); })
            {
                return hana::unpack(Operation::partials(operands..., y),
                                    [=](const auto&... partial) -> operand_indices
                                    {
                                        if constexpr (sizeof...(partial) == sizeof...(operands))
                                        {
                                            return {index_in(*y.graph, partial)...};
                                        }
                                        else
                                        {
                                            return {-1, -1,
                                                    -1}; // reported where it is differentiated
                                        }
                                    });
            }
            else
            {
                return {-1, -1, -1};
            }
        },
        a, b, c);
}

} // namespace detail

template <class Operation>
constexpr operation describe()
{
    operation made;
    made.name = Operation::name.view();
    made.hash = detail::hash_of(detail::type_name<Operation>());
    made.arity = detail::arity_of<Operation>();
    made.value = detail::value_of<Operation>;
    made.rewritten = detail::rewritten_by_rules<Operation>;
    made.lowered = detail::lowered_by_operation<Operation>;
    made.partials = detail::partials_in_graph<Operation>;
    made.total = requires { Operation::total; };
    made.conditional = detail::conditional<Operation>;
    if constexpr (requires { Operation::latex; })
    {
        made.latex = Operation::latex.view();
    }
    if constexpr (requires { Operation::commutative; })
    {
        made.commutative = Operation::commutative;
    }
    if constexpr (requires { Operation::cost; })
    {
        made.cost = Operation::cost;
    }
    if constexpr (requires { Operation::predicate; })
    {
        made.predicate = Operation::predicate;
    }
    if constexpr (requires { Operation::row_valued; })
    {
        made.row_valued = Operation::row_valued;
    }
    if constexpr (requires { Operation::over_row; })
    {
        made.over_row = Operation::over_row;
    }
    return made;
}

constexpr reference reference::operand_beside(double c) const
{
    return is<add_operation>() && operand(0).is_constant(c) ? operand(1) : reference{};
}

constexpr int graph_builder::apply(const operation& op, operand_indices operands)
{
    bool all_constant = op.total && op.over_row == reduction::none && !op.row_valued;
    for (int k = 0; k < op.arity; ++k)
    {
        all_constant = all_constant && (*this)[operands[static_cast<std::size_t>(k)]].is_constant();
    }
    if (all_constant)
    {
        std::array<double, 3> values{};
        for (std::size_t k = 0; k < static_cast<std::size_t>(op.arity); ++k)
        {
            values[k] = (*this)[operands[k]].value;
        }
        return constant(op.value_of(values));
    }
    if (op.commutative)
    {
        // Constants first, then older nodes first: a + b and b + a become one node.
        const bool swap = (*this)[operands[1]].is_constant() ||
                          (!(*this)[operands[0]].is_constant() && operands[1] < operands[0]);
        operands = swap ? operand_indices{operands[1], operands[0], -1} : operands;
    }
    const reference simpler =
        op.rewritten({this, operands[0]}, {this, operands[1]}, {this, operands[2]});
    return simpler ? simpler.index : apply_as_it_is(op, operands);
}

namespace detail
{

/// A node as a number times another node.
struct scaled
{
    double factor;
    reference term;
};

constexpr scaled split_factor(reference x)
{
    if (x.is<multiply_operation>() && x.operand(0).is_constant())
    {
        return {x.operand(0).value(), x.operand(1)};
    }
    if (x.is<negate_operation>())
    {
        return {-1.0, x.operand(0)};
    }
    return {1.0, x};
}

/// Whether this is a number or chooses among numbers, like the derivative of a maximum.
constexpr bool chooses_constants(reference x)
{
    return x.is_constant() || (x.is<where_operation>() && chooses_constants(x.operand(1)) &&
                               chooses_constants(x.operand(2)));
}

constexpr bool chooses_zero(reference x)
{
    return x.operand(1).is_constant(0) || x.operand(2).is_constant(0);
}

} // namespace detail

} // namespace ctgrad

// The rules that `rewrite` declares above: without them references are not complete.
#include <ctgrad/graph/rewrite.hpp>
