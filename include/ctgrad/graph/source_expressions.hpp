// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/source_form.hpp>
#include <ctgrad/graph/source_words.hpp>
#include <ctgrad/graph/undecided.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ctgrad::detail
{

/// How tightly source text holds together; a looser one inside a tighter one is bracketed.
enum class source_strength
{
    choice,
    either,
    comparison,
    sum,
    product,
    sign,
    atom
};

struct source_text
{
    std::string text;
    source_strength strength = source_strength::atom;

    /// Whether a sum can take it away without the sign in front of its first factor.
    bool is_minus() const { return text.front() == '-' && strength >= source_strength::product; }
};

/// Text for a leaf, and for a call of a helper function (its name alone).
struct source_surroundings
{
    source_dialect dialect;
    source_names& names;
    std::map<std::string, std::string> leaves;
    std::string row_length;
    std::function<std::string(const operation&)> helper;
};

/// Writes a node as an expression of what its operands are written as.
class source_expressions
{
public:
    /// `texts` has the text of each node, operands before the nodes that need them.
    source_expressions(const graph_builder& graph, const source_surroundings& around,
                       const std::vector<source_text>& texts)
        : graph_(graph), around_(around), texts_(texts)
    {
    }

    source_text write(int i) const
    {
        const node& current = graph_[i];
        switch (current.kind)
        {
        case node_kind::constant:
            return number(current.value);
        case node_kind::variable:
        case node_kind::parameter:
            return {around_.leaves.at(std::string(current.name)), source_strength::atom};
        case node_kind::applied:
            break;
        }
        return write_applied(current);
    }

    /// The operands that the text of a node has more than once.
    std::vector<int> repeated_operands(const node& current) const
    {
        std::vector<int> found = undecided_by(graph_, current);
        const bool twice = current.is(operation_of<square_operation>) ||
                           (!numpy() && is_one_of<sign_operation, relu_operation>(*current.op));
        if (twice || has_bound(current))
        {
            found.push_back(current.operand(twice ? 0 : 1));
        }
        return found;
    }

private:
    bool numpy() const { return around_.dialect.numpy(); }

    /// Whether this is `maximum` or `minimum` with a number, which graphs have first.
    bool has_bound(const node& current) const
    {
        return !numpy() &&
               is_one_of<maximum_operation, minimum_operation, at_least_operation,
                         at_most_operation>(*current.op) &&
               graph_[current.operand(0)].is_constant() &&
               !scalar::is_nan(graph_[current.operand(0)].value);
    }

    const source_text& at(int i) const { return texts_[static_cast<std::size_t>(i)]; }

    /// The text of an operand, bracketed if it is looser than the place allows.
    std::string inside(int i, source_strength at_least) const
    {
        const source_text& part = at(i);
        return part.strength < at_least ? "(" + part.text + ")" : part.text;
    }

    source_text number(double value) const
    {
        std::string text = around_.dialect.literal(value);
        const bool negative = text.front() == '-';
        return {std::move(text), negative ? source_strength::sign : source_strength::atom};
    }

    source_text write_applied(const node& current) const
    {
        const int a = current.operand(0);
        const int b = current.operand(1);
        if (current.is(operation_of<add_operation>))
        {
            return write_sum(a, b);
        }
        if (current.is(operation_of<subtract_operation>))
        {
            return write_difference(at(a), at(b));
        }
        if (current.is(operation_of<multiply_operation>))
        {
            return write_product(a, b);
        }
        if (current.is(operation_of<square_operation>))
        {
            return {inside(a, source_strength::product) + " * " + inside(a, source_strength::sign),
                    source_strength::product};
        }
        if (current.is(operation_of<divide_operation>))
        {
            return {inside(a, source_strength::product) + " / " + inside(b, source_strength::sign),
                    source_strength::product};
        }
        if (current.is(operation_of<negate_operation>))
        {
            return {"-" + inside(a, source_strength::atom), source_strength::sign};
        }
        if (current.op->predicate)
        {
            return write_condition(current);
        }
        if (current.op->conditional)
        {
            return write_choice(current);
        }
        if (current.op->over_row != reduction::none)
        {
            return write_reduction(current);
        }
        if (current.is(operation_of<row_length_operation>))
        {
            return {around_.row_length, numpy() ? source_strength::atom : source_strength::sign};
        }
        return write_function(current);
    }

    static source_text write_difference(const source_text& left, const source_text& right)
    {
        const auto bracketed = [](const source_text& part, source_strength at_least)
        { return part.strength < at_least ? "(" + part.text + ")" : part.text; };
        const bool minus = right.is_minus();
        return {bracketed(left, source_strength::sum) + (minus ? " + " : " - ") +
                    (minus ? right.text.substr(1) : bracketed(right, source_strength::product)),
                source_strength::sum};
    }

    /// Which of two operands, whose order does not matter, is to be on the left: a number in front of
    /// a product, but behind a sum; then what would need brackets on the right; then names.
    bool swaps(int a, int b, source_strength level) const
    {
        if (graph_[a].is_constant())
        {
            return level == source_strength::sum && graph_[a].value < 0;
        }
        const bool left = at(a).strength == level;
        const bool right = at(b).strength == level;
        if (left != right)
        {
            return right;
        }
        // Of two calls the shorter one: in which order compilers make them is up to them.
        const bool left_calls = at(a).text.find('(') != std::string::npos;
        const bool right_calls = at(b).text.find('(') != std::string::npos;
        return left_calls && (!right_calls || at(b).text.size() < at(a).text.size());
    }

    source_text write_sum(int a, int b) const
    {
        // Of two operands, a negated one is taken away from the other.
        if (at(a).is_minus() ? !at(b).is_minus() || graph_[a].is_constant()
                             : swaps(a, b, source_strength::sum))
        {
            std::swap(a, b);
        }
        if (at(b).is_minus())
        {
            return {inside(a, source_strength::sum) + " - " + at(b).text.substr(1),
                    source_strength::sum};
        }
        return {inside(a, source_strength::sum) + " + " + inside(b, source_strength::product),
                source_strength::sum};
    }

    source_text write_product(int a, int b) const
    {
        if (swaps(a, b, source_strength::product))
        {
            std::swap(a, b);
        }
        const std::string right = inside(b, source_strength::sign);
        return {inside(a, source_strength::product) + " * " +
                    (right.front() == '-' ? "(" + right + ")" : right),
                source_strength::product};
    }

    source_text write_condition(const node& current) const
    {
        const int a = current.operand(0);
        const int b = current.operand(1);
        if (current.is(operation_of<is_nan_operation>))
        {
            return {(numpy() ? "np.isnan(" : "isnan(") + at(a).text + ")", source_strength::atom};
        }
        if (current.is(operation_of<is_negative_operation>))
        {
            return {(numpy() ? "np.signbit(" : "signbit(") + at(a).text + ")",
                    source_strength::atom};
        }
        const std::string symbol = current.is(operation_of<less_operation>)         ? "<"
                                   : current.is(operation_of<less_equal_operation>) ? "<="
                                   : current.is(operation_of<equal_operation>)      ? "=="
                                                                                    : "";
        if (symbol.empty())
        {
            no_word_for(*current.op);
        }
        // 0 < x reads better as x > 0.
        const bool swap = graph_[a].is_constant();
        const std::string turned = swap && symbol.front() == '<' ? ">" + symbol.substr(1) : symbol;
        return {inside(swap ? b : a, source_strength::sum) + " " + turned + " " +
                    inside(swap ? a : b, source_strength::sum),
                source_strength::comparison};
    }

    source_text choice(const std::string& condition, const std::string& a,
                       const std::string& b) const
    {
        return numpy() ? source_text{"np.where(" + condition + ", " + a + ", " + b + ")",
                                     source_strength::atom}
                       : source_text{condition + " ? " + a + " : " + b, source_strength::choice};
    }

    source_text write_choice(const node& current) const
    {
        std::string otherwise = at(current.operand(2)).text;
        // A comparison with NaN decides nothing: the result is NaN.
        for (const int compared : undecided_by(graph_, current))
        {
            const std::string& text = at(compared).text;
            otherwise =
                choice((numpy() ? "np.isnan(" : "isnan(") + text + ")", text, otherwise).text;
        }
        const std::string condition = inside(current.operand(0), source_strength::either);
        const std::string chosen = numpy() ? at(current.operand(1)).text
                                           : inside(current.operand(1), source_strength::either);
        return choice(condition, chosen, otherwise);
    }

    source_text write_reduction(const node& current) const
    {
        const std::string& operand = at(current.operand(0)).text;
        if (numpy())
        {
            const std::string name = current.op->over_row == reduction::sum   ? "np.sum("
                                     : current.op->over_row == reduction::max ? "np.max("
                                                                              : "np.min(";
            return {name + operand + ", axis=-1, keepdims=True)", source_strength::atom};
        }
        return {operand, source_strength::atom}; // accumulated in a loop
    }

    source_text write_function(const node& current) const
    {
        const std::string& a = at(current.operand(0)).text;
        if (has_bound(current))
        {
            // NaN stays NaN.
            const bool larger = is_one_of<maximum_operation, at_least_operation>(*current.op);
            const std::string& x = at(current.operand(1)).text;
            return choice(x + (larger ? " < " : " > ") + a, a, x);
        }
        if (!numpy() && current.is(operation_of<relu_operation>))
        {
            const std::string zero = number(0.0).text;
            return choice(a + " <= " + zero, zero, a);
        }
        if (!numpy() && current.is(operation_of<sign_operation>))
        {
            const std::string zero = number(0.0).text;
            return choice(a + " > " + zero, number(1.0).text,
                          choice(a + " < " + zero, number(-1.0).text, a).text);
        }
        if (numpy() && current.is(operation_of<relu_operation>))
        {
            return {"np.maximum(" + a + ", 0.0)", source_strength::atom};
        }
        std::string text = function_name(*current.op) + "(" + a;
        for (int k = 1; k < current.op->arity; ++k)
        {
            text += ", " + at(current.operand(k)).text;
        }
        return {text + ")", source_strength::atom};
    }

    std::string function_name(const operation& op) const
    {
        for (const source_word& word : source_words())
        {
            if (word.op == &op)
            {
                return numpy() ? std::string(word.numpy) : around_.dialect.function(word.c);
            }
        }
        if (!numpy() && is_one_of<erf_operation, erfc_operation>(op))
        {
            return around_.dialect.function(op.name);
        }
        if (numpy() && is_one_of<maximum_operation, at_least_operation>(op))
        {
            return "np.maximum";
        }
        if (numpy() && is_one_of<minimum_operation, at_most_operation>(op))
        {
            return "np.minimum";
        }
        if (numpy() && is_one_of<sign_operation>(op))
        {
            return "np.sign";
        }
        if (!has_word(op))
        {
            no_word_for(op);
        }
        return around_.helper(op);
    }

    [[noreturn]] static void no_word_for(const operation& op)
    {
        throw std::invalid_argument("ctgrad: the operation '" + std::string(op.name) +
                                    "' cannot be printed as source: give it a static member "
                                    "function lowered(operands...), its value as a formula of "
                                    "other operations; see docs/errors.md#operation-source");
    }

    const graph_builder& graph_;
    const source_surroundings& around_;
    const std::vector<source_text>& texts_;
};

} // namespace ctgrad::detail
