// SPDX-License-Identifier: BSL-1.0
// Prints what docs/activations.md says of each activation, a line of JSON each: run by
// docs/gallery.py.
#include "catalogue.hpp"

#include <ctgrad/graph/gain.hpp>
#include <ctgrad/graph/print.hpp>
#include <ctgrad/graph/properties.hpp>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

using namespace ctgrad;

namespace
{

/// An operation as it is written, but for factors 1 and minus signs within a product. Of comparisons,
/// graphs know one direction only.
int write_operation(graph_builder& graph, const operation& op, const operand_indices& operands)
{
    const auto is_number = [&](int index, double value)
    { return graph[index].is_constant() && graph[index].value == value; };
    const auto [a, b, c] = operands;
    if (&op == &operation_of<greater_operation>)
    {
        return graph.apply_as_it_is(operation_of<less_operation>, {b, a, -1});
    }
    if (&op == &operation_of<greater_equal_operation>)
    {
        return graph.apply_as_it_is(operation_of<less_equal_operation>, {b, a, -1});
    }
    const bool is_product = &op == &operation_of<multiply_operation>;
    if (is_product && (is_number(a, 1) || is_number(b, 1)))
    {
        return is_number(a, 1) ? b : a;
    }
    if (&op == &operation_of<divide_operation> && is_number(b, 1))
    {
        return a;
    }
    if (is_product && (is_number(a, -1) || graph[a].is(operation_of<negate_operation>)))
    {
        const int rest =
            is_number(a, -1) ? b : graph.apply_as_it_is(op, {graph[a].operand(0), b, -1});
        return graph.apply_as_it_is(operation_of<negate_operation>, {rest, -1, -1});
    }
    return graph.apply_as_it_is(op, operands);
}

/// Adds a formula to a graph without the simplifications of `trace`.
int write(graph_builder& graph, const auto& leaf) { return trace(graph, leaf); }

template <class Operation, class... Operands>
int write(graph_builder& graph, const application<Operation, Operands...>& formula)
{
    return hana::unpack(formula.operands,
                        [&](const auto&... operands)
                        {
                            operand_indices indices{-1, -1, -1};
                            std::size_t k = 0;
                            ((indices[k++] = write(graph, operands)), ...);
                            return write_operation(graph, operation_of<Operation>, indices);
                        });
}

std::string written(const expression auto& formula, detail::notation form)
{
    graph_builder graph;
    const int root = write(graph, formula);
    return detail::printer(graph, form).print(root).text;
}

std::string number(double value)
{
    return value == std::numeric_limits<double>::infinity()    ? "Infinity"
           : value == -std::numeric_limits<double>::infinity() ? "-Infinity"
                                                               : detail::shortest(value);
}

std::string quoted(const std::string& text)
{
    std::string result = "\"";
    for (const char character : text)
    {
        if (character == '"' || character == '\\')
        {
            result += '\\';
        }
        result += character;
    }
    return result + '"';
}

std::string boolean(bool value) { return value ? "true" : "false"; }

const char* name_of(monotonicity direction)
{
    switch (direction)
    {
    case monotonicity::constant:
        return "constant";
    case monotonicity::increasing:
        return "increasing";
    case monotonicity::non_decreasing:
        return "non-decreasing";
    case monotonicity::decreasing:
        return "decreasing";
    case monotonicity::non_increasing:
        return "non-increasing";
    case monotonicity::none:
        break;
    }
    return "not monotonic";
}

const char* name_of(symmetry mirror)
{
    return mirror == symmetry::even ? "even" : mirror == symmetry::odd ? "odd" : "";
}

const char* name_of(continuity order)
{
    switch (order)
    {
    case continuity::jumps:
        return "not continuous";
    case continuity::kinks:
        return "continuous";
    case continuity::once:
        return "once continuously differentiable";
    case continuity::twice:
        return "twice continuously differentiable";
    case continuity::smooth:
        break;
    }
    return "smooth";
}

const char* name_of(tail end)
{
    return end == tail::dies ? "dies" : end == tail::saturates ? "saturates" : "";
}

/// An output of the sampler as lines from point to point, a new one behind each jump.
std::string curve(const sampler<1>& f, std::size_t output, const window& view)
{
    constexpr int steps = 160;
    std::string text = "[[";
    bool first = true;
    const auto add = [&](double x, double y)
    {
        text += (first ? "[" : ", [") + number(x) + ", " + number(y) + "]";
        first = false;
    };
    for (int step = 0; step <= steps; ++step)
    {
        double left = view.low + (view.high - view.low) * (step - 1) / steps;
        const double x = view.low + (view.high - view.low) * step / steps;
        double right = x;
        const std::uint64_t piece = f(left).piece;
        if (step > 0 && f(right).piece != piece)
        {
            while (right - left > 1e-9)
            {
                const double middle = (left + right) / 2;
                (f(middle).piece == piece ? left : right) = middle;
            }
            const double before = f(left).outputs[output];
            const double behind = f(right).outputs[output];
            add(left, before);
            if (std::abs(behind - before) > 1e-6)
            {
                text += "], [";
                first = true;
            }
            add(right, behind);
        }
        if (const double y = f(x).outputs[output]; x != right || !scalar::is_nan(y))
        {
            add(x, y);
        }
    }
    return text + "]]";
}

void show(const std::string& name, const expression auto& f, const window& view)
{
    constexpr variable<"x"> x;
    const auto slope = derivative(f, x);
    const function_properties found = properties_of(f);
    const initial_gain start = gain_of(f);
    const sampler<1> sampled(f);
    std::string line = "{";
    const auto add = [&](const char* key, const std::string& value)
    { line += (line.size() > 1 ? ", \"" : "\"") + std::string(key) + "\": " + value; };
    add("name", quoted(name));
    add("text", quoted(written(f, detail::notation::text)));
    add("latex", quoted(written(f, detail::notation::latex)));
    add("derivative_text", quoted(to_string(slope)));
    add("derivative_latex", quoted(to_latex(slope)));
    add("low", number(found.range.low));
    add("high", number(found.range.high));
    add("attains_low", boolean(found.range.attains_low));
    add("attains_high", boolean(found.range.attains_high));
    add("direction", quoted(name_of(found.direction)));
    add("symmetry", quoted(name_of(found.mirror)));
    add("continuity", quoted(name_of(found.order)));
    add("left", quoted(name_of(found.left)));
    add("right", quoted(name_of(found.right)));
    add("identity", boolean(found.is_identity_at_origin));
    add("slope", number(found.largest_slope));
    add("automatic", number(gain_of(f, false).weights));
    add("weights", number(start.weights));
    add("biases", number(start.biases));
    add("view", "[" + number(view.low) + ", " + number(view.high) + "]");
    add("value_curve", curve(sampled, 0, view));
    add("slope_curve", curve(sampled, 1, view));
    std::puts((line + "}").c_str());
}

/// A formula of which only the gradients are shown: what flows back when dy comes in.
void show_formula(const std::string& name, const expression auto& f, const auto&... by)
{
    constexpr variable<"dy"> dy;
    std::string line =
        "{\"name\": " + quoted(name) + ", \"text\": " + quoted(written(f, detail::notation::text)) +
        ", \"latex\": " + quoted(written(f, detail::notation::latex)) + ", \"gradients\": {";
    const auto add = [&](const auto& leaf)
    {
        line += (line.back() == '{' ? "" : ", ") + quoted(std::string(leaf.name.view())) + ": [" +
                quoted(to_string(pullback(f, dy, leaf))) + ", " +
                quoted(to_latex(pullback(f, dy, leaf))) + "]";
    };
    (add(by), ...);
    std::puts((line + "}}").c_str());
}

} // namespace

int main()
{
    using namespace activations;
    visit_activations([]<auto Formula>(const char* name, const window& view = {})
                      { show(name, Formula, view); });
    // Of rows and of several inputs: no picture says much.
    show_formula("softmax", softmax, x);
    show_formula("softmin", softmin, x);
    show_formula("log_softmax", log_softmax, x);
    show_formula("layer_norm", layer_norm(), x);
    show_formula("rms_norm", rms_norm(), x);
    show_formula("glu", glu, x, gate);
    show_formula("gated_tanh", gated_tanh, x, gate);
    show_formula("bilinear", bilinear, x, gate);
    show_formula("reglu", reglu, x, gate);
    show_formula("geglu", geglu, x, gate);
    show_formula("swiglu", swiglu(), x, gate);
    show_formula("maxout", maxout(x, gate), x, gate);
}
