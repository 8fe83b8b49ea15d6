// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/differences.hpp>
#include <ctgrad/graph/lower.hpp>

namespace ctgrad::detail
{

/// Both infinities become the largest finite numbers.
struct finite_operation
{
    static constexpr fixed_string name = "finite";
    static constexpr auto value(auto x)
    {
        return scalar::below_infinity(scalar::above_minus_infinity(x));
    }
};

/// Whether an operation is in this list of types.
template <class... Operations>
constexpr bool is_one_of(const operation& op)
{
    return ((&op == &operation_of<Operations>) || ...);
}

/// Whether source text has a word for an operation: what is left is lowered until it has.
constexpr bool has_word(const operation& op)
{
    return is_one_of<
        add_operation, subtract_operation, multiply_operation, divide_operation, negate_operation,
        less_operation, less_equal_operation, equal_operation, where_operation, maximum_operation,
        minimum_operation, abs_operation, sign_operation, square_operation, sqrt_operation,
        exp_operation, expm1_operation, log_operation, log1p_operation, pow_operation,
        sin_operation, cos_operation, atan_operation, sigmoid_operation, tanh_operation,
        sech_squared_operation, softplus_operation, relu_operation, hypot_operation,
        tanh_softplus_operation, tanh_softplus_slope_operation, erf_operation, erfc_operation,
        normal_cdf_operation, sum_operation, max_operation, min_operation, row_length_operation,
        log1p_unit_operation, is_negative_operation, is_nan_operation, select_operation,
        copysign_operation, at_least_operation, at_most_operation, above_minus_infinity_operation,
        below_infinity_operation, finite_operation>(op);
}

/// One step from a traced graph to one that can be written as source: limits kept at infinity and
/// stable forms, as in graph/lower.hpp, but whole functions instead of pieces for SIMD.
class source_step
{
public:
    source_step(const graph_builder& from, graph_builder& to, std::span<const int> outputs)
        : from_(from), to_(to), live_(live_nodes(from, outputs))
    {
        if (!from.lowering())
        {
            limits_ = find_limits(from, live_);
        }
    }

    /// Returns whether anything was written in other operations, which may have to be, too.
    bool run(std::span<int> outputs)
    {
        for (int i = 0; i < from_.size(); ++i)
        {
            if (live_[static_cast<std::size_t>(i)])
            {
                made_[static_cast<std::size_t>(i)] = make(i).index;
            }
        }
        for (int& output : outputs)
        {
            output = made_[static_cast<std::size_t>(output)];
        }
        return changed_;
    }

private:
    reference at(int index) { return {&to_, made_[static_cast<std::size_t>(index)]}; }

    static reference finite(reference x, const finite_operands& kept, std::size_t k)
    {
        const bool above = kept.above_minus_infinity[k];
        const bool below = kept.below_infinity[k];
        return above && below ? apply<finite_operation>(x)
               : above        ? apply<above_minus_infinity_operation>(x)
               : below        ? apply<below_infinity_operation>(x)
                              : x;
    }

    reference make(int i)
    {
        const node& current = from_[i];
        switch (current.kind)
        {
        case node_kind::constant:
            return {&to_, to_.constant(current.value)};
        case node_kind::variable:
            return {&to_, to_.variable(current.name)};
        case node_kind::parameter:
            return {&to_, to_.parameter(current.name, current.value)};
        case node_kind::applied:
            break;
        }
        std::array<reference, 3> operands{};
        for (std::size_t k = 0; k < static_cast<std::size_t>(current.op->arity); ++k)
        {
            operands[k] = at(current.operands[k]);
        }
        for (std::size_t k = 0; k < 2; ++k)
        {
            operands[k] = finite(operands[k], limits_[static_cast<std::size_t>(i)], k);
        }
        if (const auto special = special_form(current))
        {
            changed_ = true;
            return special;
        }
        if (!has_word(*current.op))
        {
            if (const auto apart = current.op->lowered(operands[0], operands[1], operands[2]))
            {
                changed_ = true;
                return apart;
            }
        }
        return {&to_,
                to_.apply(*current.op, {operands[0].index, operands[1].index, operands[2].index})};
    }

    reference special_form(const node& current)
    {
        const auto made = [this](int index) { return at(index); };
        if (const auto sum = lower_sum(from_, static_cast<int>(&current - &from_[0]), made))
        {
            return sum;
        }
        if (const auto difference = lower_log_softmax(from_, current, made))
        {
            return difference;
        }
        return lower_scaled_softplus(from_, current, made);
    }

    const graph_builder& from_;
    graph_builder& to_;
    node_flags live_;
    limit_table limits_{};
    std::array<int, graph_builder::capacity> made_{};
    bool changed_ = false;
};

/// A traced graph in the form in which it can be written as source. `outputs` are renumbered.
inline graph_builder source_form(const graph_builder& graph, std::span<int> outputs)
{
    graph_builder made(true);
    bool again = source_step(graph, made, outputs).run(outputs);
    while (again)
    {
        graph_builder next(true);
        again = source_step(made, next, outputs).run(outputs);
        made = next;
    }
    return made;
}

} // namespace ctgrad::detail
