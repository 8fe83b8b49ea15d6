// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/limits.hpp>
#include <ctgrad/symbolic/pieces.hpp>

namespace ctgrad
{

namespace detail
{

constexpr node_flags live_nodes(const graph_builder& graph, std::span<const int> outputs)
{
    node_flags live{};
    for (const int output : outputs)
    {
        mark_below(graph, output, live);
    }
    return live;
}

/// Whether NaN in node `from` makes node `to` NaN.
constexpr bool passes_nan(const graph_builder& graph, int from, int to)
{
    node_flags strict{};
    strict[static_cast<std::size_t>(from)] = true;
    for (int i = from + 1; i <= to; ++i)
    {
        const node& current = graph[i];
        if (current.kind != node_kind::applied || current.op->predicate)
        {
            continue;
        }
        const auto at = [&](int k) { return strict[static_cast<std::size_t>(current.operand(k))]; };
        if (current.is(operation_of<where_operation>))
        {
            strict[static_cast<std::size_t>(i)] = at(1) && at(2);
            continue;
        }
        for (int k = 0; k < current.op->arity; ++k)
        {
            strict[static_cast<std::size_t>(i)] = strict[static_cast<std::size_t>(i)] || at(k);
        }
    }
    return strict[static_cast<std::size_t>(to)];
}

/// One step of lowering from one graph to the next.
class lowering_step
{
public:
    constexpr lowering_step(const graph_builder& from, graph_builder& to,
                            std::span<const int> outputs)
        : from_(from), to_(to), live_(live_nodes(from, outputs))
    {
        if (!from.lowering())
        {
            limits_ = find_limits(from, live_);
        }
        for (int i = 0; i < from.size(); ++i)
        {
            if (live_[static_cast<std::size_t>(i)] &&
                from[i].is(operation_of<divide_operation>))
            {
                ++divisions_by_[static_cast<std::size_t>(from[i].operand(1))];
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
        return {&to_, to_.apply(*current.op, {operands[0].index, operands[1].index,
                                              operands[2].index})};
    }

    constexpr reference special_form(const node& current, std::span<const reference> operands)
    {
        if (current.is(operation_of<where_operation>))
        {
            return choice(current, operands);
        }
        if (const auto stable = scaled_softplus(current))
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
            return gaussian(from_[current.operand(0)]);
        }
        // 1 - tanh(u)^2 loses all digits where tanh(u) is 1.
        if (current.is(operation_of<subtract_operation>) && operands[0].is_constant(1) &&
            from_[current.operand(1)].is(operation_of<square_operation>))
        {
            const node& root = from_[from_[current.operand(1)].operand(0)];
            if (root.is(operation_of<tanh_operation>))
            {
                return apply<sech_squared_operation>(at(root.operand(0)));
            }
        }
        return {};
    }

    constexpr reference choice(const node& current, std::span<const reference> operands)
    {
        reference chosen = select(operands[0], operands[1], operands[2]);
        const node& condition = from_[current.operand(0)];
        if (condition.kind != node_kind::applied || !is_comparison(condition))
        {
            return chosen;
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

    constexpr reference quotient(const node& current, reference a, reference b)
    {
        if (b.is_constant() && !a.is_constant())
        {
            return (1 / b.value()) * a;
        }
        // Two quotients of one denominator share its reciprocal.
        const bool shared = divisions_by_[static_cast<std::size_t>(current.operand(1))] > 1;
        return shared && !a.is_constant(1) ? a * (1 / b) : reference{};
    }

    /// softplus(c * u) / c, which is u for large u, also where c * u overflows.
    constexpr reference scaled_softplus(const node& current)
    {
        const bool product = current.is(operation_of<multiply_operation>);
        if (!product && !current.is(operation_of<divide_operation>))
        {
            return {};
        }
        const node& factor = from_[current.operand(product ? 0 : 1)];
        const node& softplus = from_[current.operand(product ? 1 : 0)];
        if (!factor.is_constant() || !softplus.is(operation_of<softplus_operation>))
        {
            return {};
        }
        const node& scaled = from_[softplus.operand(0)];
        if (!scaled.is(operation_of<multiply_operation>) ||
            !from_[scaled.operand(0)].is_constant())
        {
            return {};
        }
        const double c = from_[scaled.operand(0)].value;
        const auto u = at(scaled.operand(1));
        const auto ramp = c > 0 ? maximum(u, 0) : minimum(u, 0);
        const auto rest = apply<log1p_unit_operation>(exp(-abs(at(softplus.operand(0)))));
        return product ? (factor.value * c) * ramp + factor.value * rest
                       : (c / factor.value) * ramp + (1 / factor.value) * rest;
    }

    /// exp(-u^2) and exp(-u^2 / 2), whose tails need u^2 to more digits than one number has.
    constexpr reference gaussian(const node& exponent)
    {
        if (exponent.is(operation_of<negate_operation>) &&
            from_[exponent.operand(0)].is(operation_of<square_operation>))
        {
            return apply<exp_minus_square_operation>(at(from_[exponent.operand(0)].operand(0)));
        }
        if (exponent.is(operation_of<multiply_operation>) &&
            from_[exponent.operand(0)].is_constant() &&
            from_[exponent.operand(0)].value == -0.5 &&
            from_[exponent.operand(1)].is(operation_of<square_operation>))
        {
            return apply<exp_minus_half_square_operation>(
                at(from_[exponent.operand(1)].operand(0)));
        }
        return {};
    }

    const graph_builder& from_;
    graph_builder& to_;
    node_flags live_;
    limit_table limits_{};
    std::array<int, graph_builder::capacity> divisions_by_{};
    std::array<int, graph_builder::capacity> lowered_{};
    bool changed_ = false;
};

/// a * b + c as one operation where the product is used nowhere else.
constexpr graph_builder fuse_multiply_add(const graph_builder& from, std::span<int> outputs)
{
    graph_builder to(true);
    const node_flags live = live_nodes(from, outputs);
    std::array<int, graph_builder::capacity> uses{};
    for (const int output : outputs)
    {
        ++uses[static_cast<std::size_t>(output)];
    }
    for (int i = 0; i < from.size(); ++i)
    {
        for (int k = 0; live[static_cast<std::size_t>(i)] && k < 3; ++k)
        {
            if (from[i].operand(k) >= 0)
            {
                ++uses[static_cast<std::size_t>(from[i].operand(k))];
            }
        }
    }
    std::array<int, graph_builder::capacity> mapped{};
    const auto at = [&](int index) { return mapped[static_cast<std::size_t>(index)]; };
    const auto is_product = [&](int index) {
        const node& factor = from[index];
        return uses[static_cast<std::size_t>(index)] == 1 &&
               (factor.is(operation_of<multiply_operation>) ||
                factor.is(operation_of<square_operation>));
    };
    const auto fused = [&](const operation& op, int product, int other) {
        const node& factors = from[product];
        const bool is_square = factors.is(operation_of<square_operation>);
        return to.apply_as_it_is(op, {at(factors.operand(0)),
                                      at(factors.operand(is_square ? 0 : 1)), at(other)});
    };
    for (int i = 0; i < from.size(); ++i)
    {
        if (!live[static_cast<std::size_t>(i)])
        {
            continue;
        }
        const node& current = from[i];
        int& made = mapped[static_cast<std::size_t>(i)];
        const int a = current.operand(0);
        const int b = current.operand(1);
        if (current.kind == node_kind::constant)
        {
            made = to.constant(current.value);
        }
        else if (current.kind == node_kind::variable)
        {
            made = to.variable(current.name);
        }
        else if (current.kind == node_kind::parameter)
        {
            made = to.parameter(current.name, current.value);
        }
        else if (current.is(operation_of<add_operation>) && (is_product(a) || is_product(b)))
        {
            made = is_product(b) ? fused(operation_of<multiply_add_operation>, b, a)
                                 : fused(operation_of<multiply_add_operation>, a, b);
        }
        else if (current.is(operation_of<subtract_operation>) && is_product(b))
        {
            made = fused(operation_of<negative_multiply_add_operation>, b, a);
        }
        else
        {
            operand_indices operands{-1, -1, -1};
            for (int k = 0; k < current.op->arity; ++k)
            {
                operands[static_cast<std::size_t>(k)] = at(current.operand(k));
            }
            made = to.apply_as_it_is(*current.op, operands);
        }
    }
    for (int& output : outputs)
    {
        output = at(output);
    }
    return to;
}

}  // namespace detail

/// The graph as SIMD computes it: operations taken apart into pieces that value and derivatives
/// share, limits kept at infinity, NaN kept in choices, multiply-adds fused. `outputs` are renumbered.
constexpr graph_builder lower(const graph_builder& graph, std::span<int> outputs)
{
    graph_builder lowered(true);
    bool again = detail::lowering_step(graph, lowered, outputs).run(outputs);
    while (again)
    {
        graph_builder next(true);
        again = detail::lowering_step(lowered, next, outputs).run(outputs);
        lowered = next;
    }
    return detail::fuse_multiply_add(lowered, outputs);
}

}  // namespace ctgrad
