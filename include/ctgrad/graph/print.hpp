// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/interpret.hpp>
#include <ctgrad/graph/printed.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace ctgrad
{

namespace detail
{

template <class Text = std::string>
class printer
{
public:
    using printed = basic_printed<Text>;

    constexpr printer(const graph_builder& graph, notation form) : graph_(graph), form_(form) {}

    constexpr printed print(int index) const
    {
        const node& current = graph_[index];
        switch (current.kind)
        {
        case node_kind::constant:
            return print_constant<Text>(current.value);
        case node_kind::variable:
        case node_kind::parameter:
            return {print_name<Text>(current.name, form_), binding_strength::atom, false};
        case node_kind::applied:
            break;
        }
        return print_applied(current);
    }

private:
    constexpr bool latex() const { return form_ == notation::latex; }

    constexpr Text bracketed(const printed& part) const { return detail::bracketed(part, form_); }

    /// The text of an operand, bracketed if it is looser than the place allows.
    constexpr Text inside(int index, binding_strength at_least) const
    {
        const printed part = print(index);
        return part.strength < at_least ? bracketed(part) : part.text;
    }

    constexpr printed print_applied(const node& current) const
    {
        const int a = current.operand(0);
        const int b = current.operand(1);
        if (current.is(operation_of<add_operation>))
        {
            return print_add(a, b);
        }
        if (current.is(operation_of<subtract_operation>))
        {
            return {inside(a, binding_strength::sum) + " - " + inside(b, binding_strength::product),
                    binding_strength::sum, print(a).negative};
        }
        if (current.is(operation_of<multiply_operation>))
        {
            return print_multiply(a, b);
        }
        if (current.is(operation_of<divide_operation>))
        {
            return print_divide(a, b);
        }
        if (current.is(operation_of<negate_operation>))
        {
            return {"-" + inside(a, binding_strength::product), binding_strength::negation, true};
        }
        if (current.is(operation_of<square_operation>))
        {
            return {inside(a, binding_strength::atom) + "^2", binding_strength::power, false};
        }
        if (current.is(operation_of<pow_operation>))
        {
            const Text exponent =
                latex() ? "{" + print(b).text + "}" : inside(b, binding_strength::atom);
            return {inside(a, binding_strength::atom) + "^" + exponent, binding_strength::power,
                    false};
        }
        if (current.is(operation_of<row_length_operation>))
        {
            return {latex() ? "n" : "row_length", binding_strength::atom, false};
        }
        if (current.is(operation_of<hypot_operation>))
        {
            return print_hypot(a, b);
        }
        if (current.is(operation_of<hypot_slope_operation>))
        {
            const Text root = print_hypot(a, b).text;
            return {latex() ? "\\frac{" + print(a).text + "}{" + root + "}"
                            : inside(a, binding_strength::product) + " / " + root,
                    latex() ? binding_strength::power : binding_strength::product,
                    print(a).negative};
        }
        if (current.is(operation_of<tanh_softplus_operation>))
        {
            return print_gate(a);
        }
        if (current.is(operation_of<tanh_softplus_slope_operation>))
        {
            const Text times = latex() ? " \\, " : " * ";
            const printed difference{"1 - " + print_gate(a).text + "^2", binding_strength::sum,
                                     false};
            return {bracketed(difference) + times + call("sigmoid", print(a).text),
                    binding_strength::product, false};
        }
        if (current.op->predicate)
        {
            return print_comparison(current);
        }
        return print_call(current);
    }

    constexpr Text call(std::string_view name, const Text& operand) const
    {
        return (latex() ? "\\operatorname{" + escaped<Text>(name) + "}" : Text(name)) +
               bracketed({operand, binding_strength::atom, false});
    }

    /// hypot(a, b), or the root that it is.
    constexpr printed print_hypot(int a, int b) const
    {
        if (!latex())
        {
            return {"hypot(" + print(a).text + ", " + print(b).text + ")", binding_strength::atom,
                    false};
        }
        const auto square = [&](int index)
        {
            return graph_[index].is_constant() && graph_[index].value == 1
                       ? Text("1")
                       : inside(index, binding_strength::atom) + "^2";
        };
        return {"\\sqrt{" + square(a) + " + " + square(b) + "}", binding_strength::atom, false};
    }

    /// tanh(softplus(u)), which graphs have as one operation.
    constexpr printed print_gate(int u) const
    {
        return {call("tanh", call("softplus", print(u).text)), binding_strength::atom, false};
    }

    constexpr printed print_add(int a, int b) const
    {
        // Constants come first in graphs; people write them last: x - 1, but 1 + x.
        const printed right = print(b);
        if (graph_[a].is_constant() && graph_[a].value < 0)
        {
            return {inside(b, binding_strength::sum) + " - " + print_number<Text>(-graph_[a].value),
                    binding_strength::sum, right.negative};
        }
        if (right.negative && right.strength >= binding_strength::product)
        {
            return {inside(a, binding_strength::sum) + " - " + right.text.substr(1),
                    binding_strength::sum, print(a).negative};
        }
        const printed left = print(a);
        if (left.negative && left.strength >= binding_strength::product)
        {
            return {inside(b, binding_strength::sum) + " - " + left.text.substr(1),
                    binding_strength::sum, right.negative};
        }
        return {inside(a, binding_strength::sum) + " + " +
                    (right.negative ? bracketed(right) : inside(b, binding_strength::sum)),
                binding_strength::sum, left.negative};
    }

    /// Names before functions, so that x * sigmoid(x) does not come out as sigmoid(x) * x.
    constexpr bool comes_first(int index) const { return graph_[index].kind != node_kind::applied; }

    constexpr bool is_square_of(int square, int root) const
    {
        return graph_[square].is(operation_of<square_operation>) &&
               graph_[square].operand(0) == root;
    }

    constexpr printed print_multiply(int a, int b) const
    {
        if (is_square_of(a, b) || is_square_of(b, a))
        {
            return {inside(is_square_of(a, b) ? b : a, binding_strength::atom) + "^3",
                    binding_strength::power, false};
        }
        if (!comes_first(a) && comes_first(b))
        {
            std::swap(a, b);
        }
        const printed right = print(b);
        const Text times = latex() ? " \\, " : " * ";
        const Text dot = latex() ? " \\cdot " : " * ";
        const bool numbers = graph_[a].is_constant() && !right.text.empty() &&
                             right.text.front() >= '0' && right.text.front() <= '9';
        const Text tail = right.negative || right.strength < binding_strength::product
                              ? bracketed(right)
                              : right.text;
        const printed left = print(a);
        return {(left.strength < binding_strength::product ? bracketed(left) : left.text) +
                    (numbers ? dot : times) + tail,
                binding_strength::product, left.negative};
    }

    constexpr printed print_divide(int a, int b) const
    {
        if (graph_[a].is(operation_of<sum_operation>) &&
            graph_[b].is(operation_of<row_length_operation>))
        {
            const Text of = print(graph_[a].operand(0)).text;
            return {latex() ? "\\operatorname{mean}\\left(" + of + "\\right)" : "mean(" + of + ")",
                    binding_strength::atom, false};
        }
        if (latex())
        {
            return {"\\frac{" + print(a).text + "}{" + print(b).text + "}", binding_strength::power,
                    false};
        }
        const printed left = print(a);
        return {(left.strength < binding_strength::product ? bracketed(left) : left.text) + " / " +
                    inside(b, binding_strength::power),
                binding_strength::product, left.negative};
    }

    constexpr printed print_comparison(const node& current) const
    {
        int a = current.operand(0);
        int b = current.operand(1);
        Text symbol = current.is(operation_of<less_operation>)         ? "<"
                      : current.is(operation_of<less_equal_operation>) ? "<="
                      : current.is(operation_of<equal_operation>)      ? "=="
                                                                       : "";
        if (symbol.empty())
        {
            return print_call(current);
        }
        // 0 < x reads better as x > 0.
        if (graph_[a].is_constant() && symbol.front() == '<')
        {
            std::swap(a, b);
            symbol = symbol == "<" ? ">" : ">=";
        }
        if (latex())
        {
            symbol = symbol == "<=" ? "\\le" : symbol == ">=" ? "\\ge" : symbol.substr(0, 1);
        }
        return {inside(a, binding_strength::sum) + " " + symbol + " " +
                    inside(b, binding_strength::sum),
                binding_strength::comparison, false};
    }

    constexpr printed print_call(const node& current) const
    {
        if (latex())
        {
            return print_latex_call(current);
        }
        Text text = Text(current.op->name) + "(";
        for (int k = 0; k < current.op->arity; ++k)
        {
            text += (k > 0 ? ", " : "") + print(current.operand(k)).text;
        }
        return {text + ")", binding_strength::atom, false};
    }

    constexpr printed print_latex_call(const node& current) const
    {
        const auto operand = [&](int k) { return print(current.operand(k)).text; };
        if (current.is(operation_of<exp_operation>))
        {
            return {"e^{" + operand(0) + "}", binding_strength::power, false};
        }
        if (current.is(operation_of<sqrt_operation>))
        {
            return {"\\sqrt{" + operand(0) + "}", binding_strength::atom, false};
        }
        if (current.is(operation_of<abs_operation>))
        {
            return {"\\left|" + operand(0) + "\\right|", binding_strength::atom, false};
        }
        if (current.is(operation_of<where_operation>))
        {
            return {"\\begin{cases} " + operand(1) + " & " + operand(0) + " \\\\ " + operand(2) +
                        " & \\text{otherwise} \\end{cases}",
                    binding_strength::atom, false};
        }
        Text text = current.op->latex.empty()
                        ? "\\operatorname{" + escaped<Text>(current.op->name) + "}"
                        : Text(current.op->latex);
        text += "\\left(";
        for (int k = 0; k < current.op->arity; ++k)
        {
            text += (k > 0 ? ", " : "") + operand(k);
        }
        return {text + "\\right)", binding_strength::atom, false};
    }

    const graph_builder& graph_;
    notation form_;
};

template <class Text = std::string>
constexpr Text print_formula(const auto& formula, notation form)
{
    graph_builder graph;
    const int root = trace(graph, formula);
    return printer<Text>(graph, form).print(root).text;
}

} // namespace detail

/// A formula, simplified, as text: `to_string(derivative(x * sigmoid(x), x))`.
std::string to_string(const expression auto& formula)
{
    return detail::print_formula(formula, detail::notation::text);
}

/// A formula, simplified, in LaTeX's mathematical notation.
std::string to_latex(const expression auto& formula)
{
    return detail::print_formula(formula, detail::notation::latex);
}

/// Writes `to_string(formula)`.
std::ostream& operator<<(std::ostream& stream, const expression auto& formula)
{
    return stream << to_string(formula);
}

} // namespace ctgrad
