// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/interpret.hpp>
#include <ctgrad/graph/live.hpp>
#include <ctgrad/symbolic/extent.hpp>

namespace ctgrad
{

/// A formula of one variable with its first derivatives, traced once and evaluated at many numbers,
/// by the compiler too. Parameters have their initial values. Conditions, `maximum`, `minimum`,
/// `abs`, `sign` and `relu` cut the axis into pieces; on each, what they choose does not change.
template <int Derivatives>
class sampler
{
public:
    static constexpr int outputs = Derivatives + 1;
    using output_values = std::array<double, static_cast<std::size_t>(outputs)>;

    /// What the formula and its derivatives are at one number.
    struct sample
    {
        output_values outputs{};
        /// Equal on the same piece; different on neighbours unless there are more than 64 cuts.
        std::uint64_t piece = 0;
    };

    template <expression Formula>
    constexpr explicit sampler(const Formula& formula)
    {
        constexpr bool is_function =
            variables_of<Formula>.size == 1 && !detail::reduces_in<Formula>;
        static_assert(is_function, "properties and gains are those of a formula of one variable "
                                   "without reductions; see docs/errors.md#function");
        if constexpr (is_function)
        {
            build(formula);
        }
    }

    /// The same as SIMD computes it: with its limits at infinity, and without cancellation in the
    /// tails, but all of one piece.
    constexpr sampler lowered() const
    {
        sampler result = *this;
        result.graph_ = lower(graph_, result.roots_);
        result.list_live_nodes();
        result.cut_count_ = 0;
        return result;
    }

    constexpr sample operator()(double x) const
    {
        node_values values{};
        evaluate(x, values);
        sample result;
        for (std::size_t k = 0; k < roots_.size(); ++k)
        {
            result.outputs[k] = values[static_cast<std::size_t>(roots_[k])];
        }
        for (int n = 0; n < cut_count_; ++n)
        {
            const node& cut = graph_[cuts_[static_cast<std::size_t>(n)]];
            result.piece = result.piece * 2 + (is_above(cut, values) ? 1 : 0);
        }
        return result;
    }

    /// Which outputs are constant on the piece around this number: proven, for what is found here
    /// follows from the operations and not from values.
    constexpr std::array<bool, static_cast<std::size_t>(outputs)> constant_around(double x) const
    {
        node_values values{};
        evaluate(x, values);
        detail::node_flags constant{};
        for (int n = 0; n < live_count_; ++n)
        {
            constant[index(n)] = is_constant(live(n), values, constant);
        }
        std::array<bool, static_cast<std::size_t>(outputs)> result{};
        for (std::size_t k = 0; k < roots_.size(); ++k)
        {
            result[k] = constant[static_cast<std::size_t>(roots_[k])];
        }
        return result;
    }

    /// 1 if the formula is proven even, -1 if it is proven odd, otherwise 0: whether f(-x) simplifies
    /// to the same node as f(x) or -f(x).
    constexpr int proven_symmetry() const
    {
        graph_builder graph = graph_;
        std::array<int, graph_builder::capacity> mapped{};
        for (int i = 0; i <= roots_[0]; ++i)
        {
            if (graph[i].kind == node_kind::variable)
            {
                mapped[static_cast<std::size_t>(i)] = (-reference{&graph, i}).index + 1;
            }
        }
        const int mirrored = detail::rebuild(graph, roots_[0], mapped);
        const reference f{&graph, roots_[0]};
        return mirrored == f.index ? 1 : mirrored == (-f).index ? -1 : 0;
    }

private:
    using node_values = std::array<double, graph_builder::capacity>;

    template <expression Formula>
    constexpr void build(const Formula& formula)
    {
        roots_[0] = trace(graph_, formula);
        const int leaf = detail::leaf_named(graph_, roots_[0], variables_of<Formula>[0]);
        for (std::size_t k = 1; k < roots_.size(); ++k)
        {
            roots_[k] = graph_.constant(0);
            if (leaf >= 0)
            {
                differentiate(graph_, roots_[k - 1], graph_.constant(1), std::span(&leaf, 1),
                              std::span(&roots_[k], 1));
            }
        }
        list_live_nodes();
    }

    constexpr std::size_t index(int n) const
    {
        return static_cast<std::size_t>(live_[static_cast<std::size_t>(n)]);
    }

    constexpr const node& live(int n) const { return graph_[live_[static_cast<std::size_t>(n)]]; }

    constexpr void list_live_nodes()
    {
        const detail::node_flags flags = detail::live_nodes(graph_, roots_);
        live_count_ = 0;
        cut_count_ = 0;
        for (int i = 0; i < graph_.size(); ++i)
        {
            if (flags[static_cast<std::size_t>(i)])
            {
                live_[static_cast<std::size_t>(live_count_++)] = i;
                if (is_cut(graph_[i]))
                {
                    cuts_[static_cast<std::size_t>(cut_count_++)] = i;
                }
            }
        }
    }

    constexpr void evaluate(double x, node_values& values) const
    {
        const auto leaf_value = [x](const node& leaf)
        { return leaf.kind == node_kind::variable ? x : leaf.value; };
        for (int n = 0; n < live_count_; ++n)
        {
            values[index(n)] = detail::interpret_node(graph_, live(n), values, leaf_value);
        }
    }

    /// Equality holds at single points only, and no piece ends there.
    static constexpr bool is_cut(const node& current)
    {
        return current.is(operation_of<less_operation>) ||
               current.is(operation_of<less_equal_operation>) ||
               current.is(operation_of<maximum_operation>) ||
               current.is(operation_of<minimum_operation>) ||
               current.is(operation_of<abs_operation>) ||
               current.is(operation_of<sign_operation>) || current.is(operation_of<relu_operation>);
    }

    /// On which side of its cut a node is.
    static constexpr bool is_above(const node& cut, const node_values& values)
    {
        const auto value = [&](int k) { return values[static_cast<std::size_t>(cut.operand(k))]; };
        return cut.op->arity == 1                           ? value(0) > 0
               : cut.is(operation_of<less_equal_operation>) ? value(0) <= value(1)
                                                            : value(0) < value(1);
    }

    static constexpr bool is_constant(const node& current, const node_values& values,
                                      const detail::node_flags& constant)
    {
        if (current.kind != node_kind::applied)
        {
            return current.kind != node_kind::variable;
        }
        const auto known = [&](int k)
        { return constant[static_cast<std::size_t>(current.operand(k))]; };
        const auto value = [&](int k)
        { return values[static_cast<std::size_t>(current.operand(k))]; };
        if (current.op->predicate || current.is(operation_of<sign_operation>))
        {
            return true;
        }
        if (current.is(operation_of<where_operation>))
        {
            return known(value(0) != 0 ? 1 : 2);
        }
        if (current.is(operation_of<maximum_operation>) ||
            current.is(operation_of<minimum_operation>))
        {
            const bool first_is_less = value(0) < value(1);
            return known(first_is_less == current.is(operation_of<maximum_operation>) ? 1 : 0);
        }
        if (current.is(operation_of<relu_operation>))
        {
            return known(0) || value(0) < 0;
        }
        if (current.is(operation_of<multiply_operation>) &&
            ((known(0) && value(0) == 0) || (known(1) && value(1) == 0)))
        {
            return true;
        }
        bool all = true;
        for (int k = 0; k < current.op->arity; ++k)
        {
            all = all && known(k);
        }
        return all;
    }

    graph_builder graph_{};
    std::array<int, static_cast<std::size_t>(outputs)> roots_{};
    std::array<int, graph_builder::capacity> live_{};
    int live_count_ = 0;
    std::array<int, graph_builder::capacity> cuts_{};
    int cut_count_ = 0;
};

} // namespace ctgrad
