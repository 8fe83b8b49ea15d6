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

/// Whether the exponential of a node cannot be large.
constexpr bool decays(const graph_builder& graph, const node& exponent)
{
    const auto is_magnitude = [](const node& current) {
        return current.is(operation_of<abs_operation>) ||
               current.is(operation_of<square_operation>);
    };
    if (exponent.is(operation_of<negate_operation>))
    {
        return is_magnitude(graph[exponent.operand(0)]);
    }
    if (exponent.is(operation_of<multiply_operation>) && graph[exponent.operand(0)].is_constant())
    {
        return graph[exponent.operand(0)].value < 0 && is_magnitude(graph[exponent.operand(1)]);
    }
    return exponent.is(operation_of<at_most_operation>) && graph[exponent.operand(0)].value <= 80;
}

/// For each node the u such that it is only used where u > 0 is false: it is in the second branch
/// of `where(u > 0, a, b)`. Otherwise `unguarded`.
inline constexpr int unguarded = -1;

/// That u, for a choice by u > 0.
constexpr int guarded_by(const graph_builder& graph, const node& choice)
{
    if (!choice.is(operation_of<where_operation>))
    {
        return unguarded;
    }
    const node& condition = graph[choice.operand(0)];
    const bool positive = condition.is(operation_of<less_operation>) &&
                          graph[condition.operand(0)].is_constant() &&
                          graph[condition.operand(0)].value == 0;
    return positive ? condition.operand(1) : unguarded;
}

constexpr std::array<int, graph_builder::capacity> find_guards(const graph_builder& graph,
                                                               const node_flags& live,
                                                               std::span<const int> outputs)
{
    constexpr int unused = -2;
    std::array<int, graph_builder::capacity> guards{};
    guards.fill(unused);
    const auto use = [&](int index, int guard) {
        int& known = guards[static_cast<std::size_t>(index)];
        known = known == unused || known == guard ? guard : unguarded;
    };
    for (const int output : outputs)
    {
        use(output, unguarded);
    }
    for (int i = graph.size() - 1; i >= 0; --i)
    {
        const node& current = graph[i];
        if (!live[static_cast<std::size_t>(i)] || current.kind != node_kind::applied)
        {
            continue;
        }
        const bool whole_row = current.op->over_row != reduction::none || current.op->row_valued;
        const int guard = whole_row ? unguarded : guards[static_cast<std::size_t>(i)];
        const int branch_guard = guarded_by(graph, current);
        for (int k = 0; k < current.op->arity; ++k)
        {
            use(current.operand(k), k == 2 && branch_guard >= 0 ? branch_guard : guard);
        }
    }
    return guards;
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
        guards_ = find_guards(from, live_, outputs);
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
            if (const auto special = gaussian(from_[current.operand(0)]))
            {
                return special;
            }
        }
        if (current.is(operation_of<exp_operation>) || current.is(operation_of<expm1_operation>))
        {
            return decay(current, operands[0]);
        }
        if (const auto special = mish(current))
        {
            return special;
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

    /// Whether the operand of this exponential is never large where its result is used.
    constexpr bool decays(const node& current) const
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

    constexpr reference decay(const node& current, reference x)
    {
        if (!decays(current))
        {
            return {};
        }
        const auto z = decay_argument(x);
        const auto octave = exp_octave(z);
        const auto fraction = exp_fraction(z, octave);
        return current.is(operation_of<exp_operation>)
                   ? exp_join(fraction, octave)
                   : copysign(expm1_decay_join(fraction, octave), x);
    }

    /// u tanh(softplus(u)) and its derivative.
    constexpr reference mish(const node& current)
    {
        const auto is_gate = [&](int gate, int u) {
            return from_[gate].is(operation_of<tanh_softplus_operation>) &&
                   from_[gate].operand(0) == u;
        };
        const auto is_slope = [&](int product, int u) {
            const node& factors = from_[product];
            if (!factors.is(operation_of<multiply_operation>))
            {
                return false;
            }
            const int slope = factors.operand(factors.operand(0) == u ? 1 : 0);
            return (factors.operand(0) == u || factors.operand(1) == u) &&
                   from_[slope].is(operation_of<tanh_softplus_slope_operation>) &&
                   from_[slope].operand(0) == u;
        };
        for (int k = 0; k < 2; ++k)
        {
            const int a = current.operand(k);
            const int b = current.operand(1 - k);
            if (current.is(operation_of<multiply_operation>) && is_gate(a, b))
            {
                return apply<mish_operation>(at(b));
            }
            if (current.is(operation_of<add_operation>) &&
                from_[a].is(operation_of<tanh_softplus_operation>) &&
                is_slope(b, from_[a].operand(0)))
            {
                return apply<mish_slope_operation>(at(from_[a].operand(0)));
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
    std::array<int, graph_builder::capacity> guards_{};
    std::array<int, graph_builder::capacity> divisions_by_{};
    std::array<int, graph_builder::capacity> lowered_{};
    bool changed_ = false;
};

/// The last rewriting: a * b + c as one operation where the product is used nowhere else, and
/// a * (1 / b) as a quotient where the reciprocal is not.
constexpr graph_builder fuse_operations(const graph_builder& from, std::span<int> outputs)
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
    const auto used_once = [&](int index) { return uses[static_cast<std::size_t>(index)] == 1; };
    // 1 / d, used so many times.
    const auto is_reciprocal = [&](int index, int times) {
        return from[index].is(operation_of<divide_operation>) &&
               from[from[index].operand(0)].is_constant() &&
               from[from[index].operand(0)].value == 1 &&
               uses[static_cast<std::size_t>(index)] == times;
    };
    const auto constant = [&](double value) { return to.constant(value); };
    const auto divide = [&](int a, int reciprocal) {
        return to.apply_as_it_is(operation_of<divide_operation>,
                                 {a, at(from[reciprocal].operand(1)), -1});
    };
    // The e of `x < 0 ? e * (1 / d) : 1 / d`, as in sigmoid: one quotient, if nobody else needs
    // the reciprocal.
    const auto numerator = [&](int index) {
        const node& choice = from[index];
        if (!choice.is(operation_of<select_operation>) ||
            !from[choice.operand(0)].is(operation_of<is_negative_operation>) ||
            !is_reciprocal(choice.operand(2), 2) || !used_once(choice.operand(1)) ||
            !from[choice.operand(1)].is(operation_of<multiply_operation>))
        {
            return -1;
        }
        const node& product = from[choice.operand(1)];
        return product.operand(0) == choice.operand(2)   ? product.operand(1)
               : product.operand(1) == choice.operand(2) ? product.operand(0)
                                                         : -1;
    };
    const auto chosen_quotient = [&](int choice, int factor) {
        const int e = at(numerator(choice));
        const int scaled =
            from[factor].is_constant()
                ? e
                : to.apply_as_it_is(operation_of<multiply_operation>, {at(factor), e, -1});
        return divide(to.apply_as_it_is(operation_of<select_operation>,
                                        {at(from[choice].operand(0)), scaled, at(factor)}),
                      from[choice].operand(2));
    };
    const auto minus_abs = [&](int magnitude) {
        return to.apply_as_it_is(operation_of<minus_abs_operation>,
                                 {at(from[magnitude].operand(0)), -1, -1});
    };
    const auto is_scaled = [&](int index) {
        return index >= 0 && used_once(index) &&
               from[index].is(operation_of<multiply_operation>) &&
               from[from[index].operand(0)].is_constant();
    };
    // The a of (s + c a) + d (a b), or -1.
    const auto common_factor = [&](int sum, int scaled) {
        if (!is_scaled(scaled) || !used_once(sum) || !from[sum].is(operation_of<add_operation>) ||
            !is_scaled(from[sum].operand(1)))
        {
            return -1;
        }
        const int factor = from[from[sum].operand(1)].operand(1);
        const node& product = from[from[scaled].operand(1)];
        return product.is(operation_of<multiply_operation>) &&
                       (product.operand(0) == factor || product.operand(1) == factor)
                   ? factor
                   : -1;
    };
    // The p and k of exp_join(p, k) that is used once, beside an expm1 of the same.
    const auto has_expm1_beside = [&](int index) {
        if (!used_once(index) || !from[index].is(operation_of<exp_join_operation>))
        {
            return false;
        }
        for (int i = 0; i < from.size(); ++i)
        {
            if (live[static_cast<std::size_t>(i)] &&
                from[i].is(operation_of<expm1_decay_join_operation>) &&
                from[i].operands == from[index].operands)
            {
                return true;
            }
        }
        return false;
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
        else if (current.is(operation_of<select_operation>) && numerator(i) >= 0)
        {
            made = chosen_quotient(i, from[current.operand(2)].operand(0));
        }
        else if (current.is(operation_of<multiply_operation>) &&
                 ((numerator(a) >= 0 && used_once(a)) || (numerator(b) >= 0 && used_once(b))))
        {
            const bool first = numerator(a) >= 0 && used_once(a);
            made = chosen_quotient(first ? a : b, first ? b : a);
        }
        else if (current.is(operation_of<multiply_operation>) &&
                 (is_reciprocal(a, 1) || is_reciprocal(b, 1)))
        {
            made = is_reciprocal(a, 1) ? divide(at(b), a) : divide(at(a), b);
        }
        else if (current.is(operation_of<multiply_operation>) && from[a].is_constant() &&
                 (from[a].value == 2 || (from[a].value == -2 && from[b].is(operation_of<abs_operation>))))
        {
            // Additions have units of their own.
            const int once = from[a].value == 2 ? at(b) : minus_abs(b);
            made = to.apply_as_it_is(operation_of<add_operation>, {once, once, -1});
        }
        else if (current.is(operation_of<negate_operation>) && from[a].is(operation_of<abs_operation>))
        {
            made = minus_abs(a);
        }
        else if (const int factor = common_factor(a, b);
                 current.is(operation_of<add_operation>) && factor >= 0)
        {
            // (s + c a) + d (a b) = s + a (c + d b), as gradients of polynomials are.
            const node& linear = from[from[a].operand(1)];
            const node& scaled = from[b];
            const node& product = from[scaled.operand(1)];
            const int other = product.operand(product.operand(0) == factor ? 1 : 0);
            const int slope = to.apply_as_it_is(
                operation_of<multiply_add_operation>,
                {at(scaled.operand(0)), at(other), at(linear.operand(0))});
            made = to.apply_as_it_is(operation_of<multiply_add_operation>,
                                     {at(factor), slope, at(from[a].operand(0))});
        }
        else if (current.is(operation_of<add_operation>) && from[a].is_constant() &&
                 from[a].value == 1 && has_expm1_beside(b))
        {
            // exp(z) + 1 = expm1(z) + 2.
            const int expm1 = to.apply_as_it_is(operation_of<expm1_decay_join_operation>,
                                                {at(from[b].operand(0)), at(from[b].operand(1)), -1});
            made = to.apply_as_it_is(operation_of<add_operation>,
                                     {constant(2), expm1, -1});
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
    return detail::fuse_operations(lowered, outputs);
}

}  // namespace ctgrad
