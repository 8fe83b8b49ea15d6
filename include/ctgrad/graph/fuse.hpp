// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/live.hpp>
#include <ctgrad/symbolic/pieces.hpp>

namespace ctgrad::detail
{

/// The last rewriting, by how often a node is used: a * b + c as one operation where the product is
/// used nowhere else, a * (1 / b) as a quotient where the reciprocal is not, and the like.
class fusion
{
public:
    constexpr fusion(const graph_builder& from, graph_builder& to, std::span<const int> outputs)
        : from_(from), to_(to), live_(live_nodes(from, outputs))
    {
        for (const int output : outputs)
        {
            ++uses_[static_cast<std::size_t>(output)];
        }
        for (int i = 0; i < from.size(); ++i)
        {
            for (const int operand : from[i].operands)
            {
                if (live_[static_cast<std::size_t>(i)] && operand >= 0)
                {
                    ++uses_[static_cast<std::size_t>(operand)];
                }
            }
        }
    }

    constexpr void run(std::span<int> outputs)
    {
        for (int i = 0; i < from_.size(); ++i)
        {
            find_waiting(i);
            if (live_[static_cast<std::size_t>(i)])
            {
                made_[static_cast<std::size_t>(i)] = make(i);
            }
        }
        for (int& output : outputs)
        {
            output = at(output);
        }
    }

private:
    /// Whether the value of a node waits for a division or the like: a quotient that it is multiplied with
    /// is better computed meanwhile than of the product. One step of LSTM takes three quarters of the time.
    constexpr void find_waiting(int i)
    {
        const node& current = from_[i];
        bool waits = current.is(operation_of<divide_operation>) ||
                     current.is(operation_of<whole_tanh_operation>);
        for (const int operand : current.operands)
        {
            waits = waits || (operand >= 0 && waits_[static_cast<std::size_t>(operand)]);
        }
        waits_[static_cast<std::size_t>(i)] = waits && !current.uniform;
    }

    constexpr int at(int index) const { return made_[static_cast<std::size_t>(index)]; }

    constexpr int uses(int index) const { return uses_[static_cast<std::size_t>(index)]; }

    template <class Operation>
    constexpr bool is(int index) const
    {
        return from_[index].is(operation_of<Operation>);
    }

    constexpr bool is_constant(int index, double value) const
    {
        return from_[index].is_constant() && from_[index].value == value;
    }

    template <class Operation>
    constexpr int add(int a, int b = -1, int c = -1)
    {
        return to_.apply_as_it_is(operation_of<Operation>, {a, b, c});
    }

    /// Whether this is a sum of exp(u - max(u)), which is 1 at least.
    constexpr bool is_softmax_sum(int index) const
    {
        if (!is<sum_operation>(index) || !is<exp_decay_join_operation>(from_[index].operand(0)))
        {
            return false;
        }
        const node& octave = from_[from_[from_[index].operand(0)].operand(1)];
        const node& argument = from_[octave.operand(0)];
        const node& difference = from_[argument.operand(0)];
        if (!argument.is(operation_of<decay_argument_operation>) ||
            !difference.is(operation_of<subtract_operation>))
        {
            return false;
        }
        int most = difference.operand(1);
        if (is<above_minus_infinity_operation>(most))
        {
            most = from_[most].operand(0);
        }
        return is<max_operation>(most) && from_[most].operand(0) == difference.operand(0);
    }

    /// e and u / sum for the product (e / sum) u of softmax's gradients, where sum and u are one value
    /// for the row: nothing is lost or overflows by a sum of 1 at least. Otherwise two times -1.
    constexpr std::array<int, 2> regrouped(int product)
    {
        const int a = from_[product].operand(0);
        const int b = from_[product].operand(1);
        for (const auto& [scaled, factor] : {std::pair{a, b}, std::pair{b, a}})
        {
            if (!is<multiply_operation>(scaled) || uses(scaled) != 1 || from_[scaled].uniform ||
                !from_[factor].uniform)
            {
                continue;
            }
            for (int k = 0; k < 2; ++k)
            {
                const int reciprocal = from_[scaled].operand(k);
                if (is<divide_operation>(reciprocal) &&
                    is_constant(from_[reciprocal].operand(0), 1) &&
                    is_softmax_sum(from_[reciprocal].operand(1)))
                {
                    const int quotient = uses(reciprocal) == 1
                                             ? divide(at(factor), reciprocal)
                                             : add<multiply_operation>(at(factor), at(reciprocal));
                    return {at(from_[scaled].operand(1 - k)), quotient};
                }
            }
        }
        return {-1, -1};
    }

    /// The factors of a product or square, in the new graph.
    constexpr std::array<int, 2> factors_of(int product)
    {
        const node& current = from_[product];
        if (is<square_operation>(product))
        {
            return {at(current.operand(0)), at(current.operand(0))};
        }
        const auto better = regrouped(product);
        return better[0] >= 0 ? better : std::array{at(current.operand(0)), at(current.operand(1))};
    }

    // Before its uses: clang does not instantiate it in constant evaluation otherwise.
    template <class Operation>
    constexpr int multiply_add(int product, int other)
    {
        const auto [a, b] = factors_of(product);
        return add<Operation>(a, b, at(other));
    }

    constexpr int make(int i)
    {
        const node& current = from_[i];
        switch (current.kind)
        {
        case node_kind::constant:
            return to_.constant(current.value);
        case node_kind::variable:
            return to_.variable(current.name);
        case node_kind::parameter:
            return to_.parameter(current.name, current.value);
        case node_kind::applied:
            break;
        }
        const int a = current.operand(0);
        const int b = current.operand(1);
        const int fused = is<select_operation>(i)     ? make_select(i)
                          : is<multiply_operation>(i) ? make_product(i)
                          : is<negate_operation>(i)   ? make_negation(a)
                          : is<add_operation>(i)      ? make_sum(a, b)
                          : is<subtract_operation>(i) ? make_difference(a, b)
                                                      : -1;
        if (fused >= 0)
        {
            return fused;
        }
        operand_indices operands{-1, -1, -1};
        for (int k = 0; k < current.op->arity; ++k)
        {
            operands[static_cast<std::size_t>(k)] = at(current.operand(k));
        }
        return to_.apply_as_it_is(*current.op, operands);
    }

    /// 1 / d, used so many times.
    constexpr bool is_reciprocal(int index, int times) const
    {
        return is<divide_operation>(index) && is_constant(from_[index].operand(0), 1) &&
               uses(index) == times;
    }

    /// Whether b is there once for the row, and so better not computed for each element.
    constexpr bool is_once_beside(int a, int b) const
    {
        return from_[b].uniform && !from_[a].uniform;
    }

    constexpr int divide(int a, int reciprocal)
    {
        return add<divide_operation>(a, at(from_[reciprocal].operand(1)));
    }

    /// The e of `x < 0 ? e * (1 / d) : 1 / d`, as in sigmoid, if nobody else needs the reciprocal;
    /// otherwise -1.
    constexpr int numerator(int choice) const
    {
        if (!is<select_operation>(choice) || !is<is_negative_operation>(from_[choice].operand(0)))
        {
            return -1;
        }
        const int product = from_[choice].operand(1);
        const int reciprocal = from_[choice].operand(2);
        if (!is_reciprocal(reciprocal, 2) || uses(product) != 1 || !is<multiply_operation>(product))
        {
            return -1;
        }
        const int a = from_[product].operand(0);
        const int b = from_[product].operand(1);
        return a == reciprocal ? b : b == reciprocal ? a : -1;
    }

    /// factor * (x < 0 ? e / d : 1 / d) as one quotient.
    constexpr int chosen_quotient(int choice, int factor)
    {
        const int e = at(numerator(choice));
        const int scaled = is_constant(factor, 1) ? e : add<multiply_operation>(at(factor), e);
        return divide(add<select_operation>(at(from_[choice].operand(0)), scaled, at(factor)),
                      from_[choice].operand(2));
    }

    constexpr int make_select(int choice)
    {
        return numerator(choice) < 0
                   ? -1
                   : chosen_quotient(choice, from_[from_[choice].operand(2)].operand(0));
    }

    constexpr int make_product(int product)
    {
        const int a = from_[product].operand(0);
        const int b = from_[product].operand(1);
        for (const auto& [choice, factor] : {std::pair{a, b}, std::pair{b, a}})
        {
            if (waits_[static_cast<std::size_t>(factor)])
            {
                continue;
            }
            if (uses(choice) == 1 && numerator(choice) >= 0)
            {
                return chosen_quotient(choice, factor);
            }
            if (is_reciprocal(choice, 1) && !is_once_beside(factor, choice))
            {
                return divide(at(factor), choice);
            }
        }
        if (const auto better = regrouped(product); better[0] >= 0)
        {
            return add<multiply_operation>(better[0], better[1]);
        }
        // Additions have units of their own.
        if (is_constant(a, 2))
        {
            return add<add_operation>(at(b), at(b));
        }
        if (is_constant(a, -2) && is<abs_operation>(b))
        {
            const int once = make_negation(b);
            return add<add_operation>(once, once);
        }
        return -1;
    }

    constexpr int make_negation(int a)
    {
        return is<abs_operation>(a) ? add<minus_abs_operation>(at(from_[a].operand(0))) : -1;
    }

    constexpr int make_sum(int a, int b)
    {
        if (const int factored = make_factored(a, b); factored >= 0)
        {
            return factored;
        }
        if (is_constant(a, 1) && has_expm1_beside(b))
        {
            // exp(z) + 1 = expm1(z) + 2.
            const int expm1 =
                add<expm1_decay_join_operation>(at(from_[b].operand(0)), at(from_[b].operand(1)));
            return add<add_operation>(to_.constant(2), expm1);
        }
        return is_product(b)   ? multiply_add<multiply_add_operation>(b, a)
               : is_product(a) ? multiply_add<multiply_add_operation>(a, b)
                               : -1;
    }

    constexpr int make_difference(int a, int b)
    {
        return is_product(b) ? multiply_add<negative_multiply_add_operation>(b, a) : -1;
    }

    constexpr bool is_product(int index) const
    {
        return uses(index) == 1 && (is<multiply_operation>(index) || is<square_operation>(index));
    }

    constexpr bool is_scaled(int index) const
    {
        return uses(index) == 1 && is<multiply_operation>(index) &&
               from_[from_[index].operand(0)].is_constant();
    }

    /// (s + c a) + d (a b) = s + a (c + d b), as gradients of polynomials are.
    constexpr int make_factored(int sum, int scaled)
    {
        if (!is_scaled(scaled) || uses(sum) != 1 || !is<add_operation>(sum) ||
            !is_scaled(from_[sum].operand(1)))
        {
            return -1;
        }
        const node& linear = from_[from_[sum].operand(1)];
        const int factor = linear.operand(1);
        const node& product = from_[from_[scaled].operand(1)];
        if (!product.is(operation_of<multiply_operation>) ||
            (product.operand(0) != factor && product.operand(1) != factor))
        {
            return -1;
        }
        const int other = product.operand(product.operand(0) == factor ? 1 : 0);
        const int slope = add<multiply_add_operation>(at(from_[scaled].operand(0)), at(other),
                                                      at(linear.operand(0)));
        return add<multiply_add_operation>(at(factor), slope, at(from_[sum].operand(0)));
    }

    /// Whether this is an exp_decay_join used once, beside an expm1 of the same argument.
    constexpr bool has_expm1_beside(int index) const
    {
        if (uses(index) != 1 || !is<exp_decay_join_operation>(index))
        {
            return false;
        }
        for (int i = 0; i < from_.size(); ++i)
        {
            if (live_[static_cast<std::size_t>(i)] && is<expm1_decay_join_operation>(i) &&
                from_[i].operands == from_[index].operands)
            {
                return true;
            }
        }
        return false;
    }

    const graph_builder& from_;
    graph_builder& to_;
    node_flags live_;
    node_flags waits_{};
    std::array<int, graph_builder::capacity> uses_{};
    std::array<int, graph_builder::capacity> made_{};
};

} // namespace ctgrad::detail
