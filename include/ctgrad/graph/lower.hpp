// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/cubic_gates.hpp>
#include <ctgrad/graph/differences.hpp>
#include <ctgrad/graph/fast_forms.hpp>
#include <ctgrad/graph/fuse.hpp>
#include <ctgrad/graph/gates.hpp>
#include <ctgrad/graph/guards.hpp>
#include <ctgrad/graph/limits.hpp>
#include <ctgrad/graph/special_forms.hpp>
#include <ctgrad/graph/strict.hpp>
#include <ctgrad/symbolic/pieces.hpp>

namespace ctgrad
{

namespace detail
{

/// One step of lowering from one graph to the next.
class lowering_step
{
public:
    constexpr lowering_step(const graph_builder& from, graph_builder& to,
                            std::span<const int> outputs, tier precision)
        : from_(from), to_(to), live_(live_nodes(from, outputs))
    {
        if (!from.lowering())
        {
            limits_ = find_limits(from, live_);
        }
        guards_ = find_guards(from, live_, outputs);
        for (const int output : outputs)
        {
            refines_[static_cast<std::size_t>(output)] = precision == tier::precise;
        }
        for (int i = 0; i < from.size(); ++i)
        {
            if (live_[static_cast<std::size_t>(i)] && from[i].is(operation_of<divide_operation>))
            {
                ++divisions_by_[static_cast<std::size_t>(from[i].operand(1))];
            }
            const bool is_tanh = from[i].is(operation_of<tanh_operation>);
            if (live_[static_cast<std::size_t>(i)] && is_tanh && !is_squared(from[i]))
            {
                refines_[static_cast<std::size_t>(i)] = precision == tier::precise;
            }
        }
    }

    /// Returns whether anything was taken apart.
    constexpr bool run(std::span<int> outputs)
    {
        for (int i = 0; i < from_.size(); ++i)
        {
            if (live_[static_cast<std::size_t>(i)])
            {
                lowered_[static_cast<std::size_t>(i)] = lower(i).index;
            }
        }
        for (int& output : outputs)
        {
            output = lowered_[static_cast<std::size_t>(output)];
        }
        return changed_;
    }

private:
    constexpr reference at(int index) { return {&to_, lowered_[static_cast<std::size_t>(index)]}; }

    constexpr reference finite(reference x, const finite_operands& kept, std::size_t k)
    {
        if (kept.above_minus_infinity[k])
        {
            x = apply<above_minus_infinity_operation>(x);
        }
        return kept.below_infinity[k] ? apply<below_infinity_operation>(x) : x;
    }

    constexpr reference lower(int i)
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
        for (int k = 0; k < current.op->arity; ++k)
        {
            operands[static_cast<std::size_t>(k)] = at(current.operand(k));
        }
        for (std::size_t k = 0; k < 2; ++k)
        {
            operands[k] = finite(operands[k], limits_[static_cast<std::size_t>(i)], k);
        }
        if (const auto special = special_form(current, operands))
        {
            changed_ = true;
            return special;
        }
        if (const auto apart = current.op->lowered(operands[0], operands[1], operands[2]))
        {
            changed_ = true;
            return apart;
        }
        return {&to_,
                to_.apply(*current.op, {operands[0].index, operands[1].index, operands[2].index})};
    }

    constexpr reference special_form(const node& current, std::span<const reference> operands)
    {
        if (current.is(operation_of<where_operation>))
        {
            return choice(current, operands);
        }
        const auto lowered = [this](int index) { return at(index); };
        if (const auto difference = lower_log_softmax(from_, current, lowered))
        {
            return difference;
        }
        if (const auto polynomial = lower_scaled_cubic(from_, current, lowered))
        {
            return polynomial;
        }
        if (const auto stable = lower_scaled_softplus(from_, current, lowered))
        {
            return stable;
        }
        if (current.is(operation_of<divide_operation>))
        {
            return quotient(current, operands[0], operands[1]);
        }
        if (current.is(operation_of<maximum_operation>) && operands[0].is_constant())
        {
            return apply<at_least_operation>(operands[0], operands[1]);
        }
        if (current.is(operation_of<minimum_operation>) && operands[0].is_constant())
        {
            return apply<at_most_operation>(operands[0], operands[1]);
        }
        if (current.is(operation_of<exp_operation>))
        {
            if (const auto special = lower_gaussian(from_, from_[current.operand(0)], lowered))
            {
                return special;
            }
            if (const auto special = lower_softmax(from_, from_[current.operand(0)], lowered))
            {
                return special;
            }
        }
        if (current.is(operation_of<exp_operation>) || current.is(operation_of<expm1_operation>))
        {
            return decay(current, operands[0]);
        }
        if (refines_[static_cast<std::size_t>(&current - &from_[0])])
        {
            if (current.is(operation_of<sigmoid_operation>))
            {
                return sigmoid_operation::lowered_precisely(operands[0]);
            }
            if (current.is(operation_of<tanh_operation>))
            {
                return tanh_operation::lowered_precisely(operands[0], is_squared(current));
            }
            if (current.is(operation_of<normal_cdf_operation>))
            {
                return normal_cdf_operation::lowered_precisely(operands[0]);
            }
        }
        if (current.is(operation_of<sin_operation>) || current.is(operation_of<cos_operation>))
        {
            return lower_wave_of_product(current, operands[0]);
        }
        const int here = static_cast<int>(&current - &from_[0]);
        if (const auto slope = lower_sigmoid_slope(from_, here, lowered))
        {
            return slope;
        }
        if (const auto slope = lower_cubic_gate(from_, live_, current, lowered))
        {
            return slope;
        }
        if (const auto mish = lower_gated<tanh_softplus_operation>(from_, current, lowered))
        {
            return mish;
        }
        if (const auto gelu = lower_gated<normal_cdf_operation>(from_, current, lowered))
        {
            return gelu;
        }
        if (const auto sum = lower_sum(from_, here, lowered))
        {
            return sum;
        }
        return {};
    }

    /// Whether the operand of this exponential is never large where its result is used.
    constexpr bool has_bounded_exponent(const node& current) const
    {
        const int guard = guards_[static_cast<std::size_t>(&current - &from_[0])];
        const node& exponent = from_[current.operand(0)];
        const bool scaled = exponent.is(operation_of<multiply_operation>) &&
                            from_[exponent.operand(0)].is_constant() &&
                            from_[exponent.operand(0)].value > 0;
        return detail::decays(from_, exponent) ||
               (guard != unguarded &&
                (guard == current.operand(0) || (scaled && guard == exponent.operand(1))));
    }

    /// Whether this exponential is of a u that is not positive where it is used, and a sigmoid of u or
    /// -u is computed beside it.
    constexpr bool is_beside_sigmoid(const node& current) const
    {
        const int u = current.operand(0);
        if (guards_[static_cast<std::size_t>(&current - &from_[0])] != u)
        {
            return false;
        }
        for (int i = 0; i < from_.size(); ++i)
        {
            const node& other = from_[i];
            if (live_[static_cast<std::size_t>(i)] && other.is(operation_of<sigmoid_operation>))
            {
                const node& argument = from_[other.operand(0)];
                const bool is_minus =
                    argument.is(operation_of<negate_operation>) && argument.operand(0) == u;
                if (other.operand(0) == u || is_minus)
                {
                    return true;
                }
            }
        }
        return false;
    }

    /// Whether the square of this is computed, too: as it is for the slope of tanh.
    constexpr bool is_squared(const node& current) const
    {
        const int here = static_cast<int>(&current - &from_[0]);
        for (int i = here + 1; i < from_.size(); ++i)
        {
            const bool squares = from_[i].is(operation_of<square_operation>);
            if (live_[static_cast<std::size_t>(i)] && squares && from_[i].operand(0) == here)
            {
                return true;
            }
        }
        return false;
    }

    constexpr reference decay(const node& current, reference x)
    {
        if (!has_bounded_exponent(current))
        {
            return {};
        }
        // exp(u) where u is not positive is the exponential that a sigmoid of u needs, too.
        const auto z = decay_argument(is_beside_sigmoid(current) ? -abs(x) : x);
        const auto octave = exp_octave(z);
        const auto fraction = exp_fraction(z, octave);
        return current.is(operation_of<exp_operation>)
                   ? exp_decay_join(fraction, octave)
                   : copysign(expm1_decay_join(fraction, octave), x);
    }

    constexpr reference choice(const node& current, std::span<const reference> operands)
    {
        reference chosen = select(operands[0], operands[1], operands[2]);
        const node& condition = from_[current.operand(0)];
        if (condition.kind != node_kind::applied || !is_comparison(condition))
        {
            return chosen;
        }
        if (const auto ramp = ramp_and_decay(current, operands))
        {
            return ramp;
        }
        // A comparison with NaN fails, so the second branch is the one that must be NaN.
        for (int k = 0; k < 2; ++k)
        {
            const int compared = condition.operand(k);
            if (!from_[compared].is_constant() && !passes_nan(from_, compared, current.operand(2)))
            {
                chosen = select(apply<is_nan_operation>(at(compared)), at(compared), chosen);
            }
        }
        return chosen;
    }

    /// where(u > 0, u, expm1(u)), up to positive factors: both branches are u at 0, so that u < 0 can
    /// choose as well, and the exponential need not care for the sign of a zero. NaN chooses u.
    constexpr reference ramp_and_decay(const node& current, std::span<const reference> operands)
    {
        const int u = guarded_by(from_, current);
        if (u < 0 || !is_positive_multiple(operands[1], at(u)))
        {
            return {};
        }
        const scaled branch = split_factor(operands[2]);
        if (!(branch.factor > 0) || !branch.term.is<copysign_operation>() ||
            !is_negative_magnitude(branch.term.operand(0)) ||
            !is_positive_multiple(branch.term.operand(1), at(u)))
        {
            return {};
        }
        return select(apply<less_operation>(at(u), 0), branch.factor * branch.term.operand(0),
                      operands[1]);
    }

    /// Whether this is expm1 of what is negative, up to a positive factor, so that it has its sign.
    static constexpr bool is_negative_magnitude(reference x)
    {
        const scaled parts = split_factor(x);
        return parts.factor > 0 && parts.term.is<expm1_decay_join_operation>();
    }

    static constexpr bool is_positive_multiple(reference product, reference u)
    {
        const scaled parts = split_factor(product);
        return parts.factor > 0 && parts.term.same(u);
    }

    constexpr reference quotient(const node& current, reference a, reference b)
    {
        if (b.is_constant() && !a.is_constant())
        {
            return (1 / b.value()) * a;
        }
        // One reciprocal for the row; that of a size may be infinite where the quotient is not.
        if (b.is_uniform() && !a.is_uniform() && !is_size(b))
        {
            return a * (1 / b);
        }
        // Two quotients of one denominator share its reciprocal.
        const bool shared = divisions_by_[static_cast<std::size_t>(current.operand(1))] > 1;
        return shared && !a.is_constant(1) ? a * (1 / b) : reference{};
    }

    const graph_builder& from_;
    graph_builder& to_;
    node_flags live_;
    /// Results: those of sigmoid, tanh and normal_cdf are worth some more operations. So is any tanh
    /// whose slope is not computed.
    node_flags refines_{};
    limit_table limits_{};
    std::array<int, graph_builder::capacity> guards_{};
    std::array<int, graph_builder::capacity> divisions_by_{};
    std::array<int, graph_builder::capacity> lowered_{};
    bool changed_ = false;
};

} // namespace detail

/// The graph as SIMD computes it: operations taken apart into pieces that value and derivatives
/// share, limits kept at infinity, NaN kept in choices, multiply-adds fused, and
/// the pieces in their fast forms if that is wanted. `outputs` are renumbered.
constexpr graph_builder lower(const graph_builder& graph, std::span<int> outputs,
                              tier precision = tier::precise)
{
    graph_builder lowered(true);
    bool again = detail::lowering_step(graph, lowered, outputs, precision).run(outputs);
    while (again)
    {
        graph_builder next(true);
        again = detail::lowering_step(lowered, next, outputs, precision).run(outputs);
        lowered = next;
    }
    graph_builder fused(true);
    detail::fusion(lowered, fused, outputs).run(outputs);
    return precision == tier::fast ? detail::with_fast_forms_in(fused, outputs) : fused;
}

} // namespace ctgrad
