// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/source_form.hpp>
#include <ctgrad/graph/source_helpers.hpp>
#include <ctgrad/graph/source_writer.hpp>

namespace ctgrad::detail
{

/// The name of the leaf through which the gradient of the result comes in; no variable has it.
inline constexpr fixed_string incoming_gradient = "incoming gradient";

struct source_argument
{
    std::string_view name;
    bool is_parameter = false;
    double initial = 0.0;
};

/// A function to be printed: a traced graph with the value of a formula and its gradients.
struct source_function
{
    graph_builder graph;
    /// The value, then the gradient of each argument.
    std::vector<int> outputs;
    /// Variables, then parameters.
    std::vector<source_argument> arguments;
    /// Whether the formula looks at a row as a whole, and whether it has one value for it.
    bool over_row = false;
    bool is_row_value = false;
    /// What a comment says of it.
    std::string formula;
};

/// Prints one function with the helper functions that it needs.
class source_printer
{
public:
    source_printer(source_function function, std::string_view name, source_dialect dialect)
        : function_(std::move(function)),
          dialect_(dialect),
          global_names_(dialect.language),
          names_(dialect.language),
          name_(global_names_.function(name)),
          outputs_(function_.outputs),
          graph_(source_form(function_.graph, outputs_))
    {
    }

    std::string print()
    {
        for (const source_argument& argument : function_.arguments)
        {
            argument_names_.push_back(names_.local(argument.name));
        }
        result_ = names_.local("y");
        seed_ = function_.over_row ? names_.local("dy") : "";
        for (const std::string& name : argument_names_)
        {
            gradient_names_.push_back(names_.local("d" + name));
        }
        if (in_loops())
        {
            row_length_ = names_.local("n");
            counter_ = names_.local("i");
        }
        else if (function_.over_row)
        {
            row_length_ = names_.local("n");
        }
        const std::string text = numpy() ? print_numpy() : in_loops() ? print_loops() : print_c();
        return includes(definitions_ + text) + definitions_ + text;
    }

private:
    bool numpy() const { return dialect_.numpy(); }
    bool in_loops() const { return function_.over_row && !numpy(); }

    // Names and places.

    std::map<std::string, std::string> leaf_texts() const
    {
        std::map<std::string, std::string> texts;
        const std::string subscript = in_loops() ? "[" + counter_ + "]" : "";
        for (std::size_t k = 0; k < function_.arguments.size(); ++k)
        {
            const source_argument& argument = function_.arguments[k];
            texts[std::string(argument.name)] =
                argument_names_[k] + (argument.is_parameter ? "" : subscript);
        }
        texts[std::string(incoming_gradient.view())] =
            seed_ + (function_.is_row_value ? "" : subscript);
        return texts;
    }

    source_writer write(const std::map<int, std::string>& chosen_names)
    {
        const std::string length =
            !in_loops() ? row_length_ : "(" + dialect_.type() + ")" + row_length_;
        return {graph_,
                outputs_,
                chosen_names,
                {dialect_, names_, leaf_texts(), length,
                 [this](const operation& op) { return helper(op); }}};
    }

    // Helper functions.

    const std::string& helper(const operation& op)
    {
        const auto known = helper_names_.find(&op);
        if (known != helper_names_.end())
        {
            return known->second;
        }
        // No argument may hide it.
        const std::string wanted = (numpy() ? "_" : "") + name_ + "_" + std::string(op.name);
        const std::string name = global_names_.function(names_.local(wanted));
        const std::string definition = define(op, name);
        definitions_ += purpose_comment(op) + definition;
        return helper_names_[&op] = name;
    }

    std::string define(const operation& op, const std::string& name)
    {
        if (numpy() && is_one_of<erf_operation, erfc_operation>(op))
        {
            return name + " = np.vectorize(math." + std::string(op.name) +
                   ", otypes=[float])\n\n\n";
        }
        const bool above = is_one_of<above_minus_infinity_operation, finite_operation>(op);
        const bool below = is_one_of<below_infinity_operation, finite_operation>(op);
        if (numpy() && (above || below))
        {
            // The bounds of the array's own type.
            return "def " + name + "(x):\n    limits = np.finfo(np.result_type(x, 0.0))\n" +
                   "    return " +
                   (above && below ? "np.clip(x, limits.min, limits.max)"
                    : above        ? "np.maximum(x, limits.min)"
                                   : "np.minimum(x, limits.max)") +
                   "\n\n\n";
        }
        graph_builder graph(true);
        const bool binary = op.arity == 2;
        const reference a{&graph, graph.variable(binary ? "a" : "x")};
        const reference b = binary ? reference{&graph, graph.variable("b")} : reference{};
        const std::array<int, 1> root{helper_body(op, a, b).index};
        source_names names(dialect_.language);
        const std::map<std::string, std::string> leaves{
            {"x", names.local("x")}, {"a", names.local("a")}, {"b", names.local("b")}};
        const source_writer writer(graph, root, {},
                                   {dialect_, names, leaves, "",
                                    [this](const operation& other) { return helper(other); }});
        const std::string type = dialect_.type();
        std::string text = numpy() ? "def " + name + (binary ? "(a, b):\n" : "(x):\n")
                                   : qualifiers() + type + " " + name + "(" + type +
                                         (binary ? " a, " + type + " b" : " x") + ")\n{\n";
        text += straight_lines(writer, graph);
        return text + "    return " + writer.text(root[0]) + (numpy() ? "\n\n\n" : ";\n}\n\n");
    }

    std::string purpose_comment(const operation& op) const
    {
        const std::string text(helper_purpose(op));
        return text.empty() ? "" : numpy() ? "# " + text + "\n" : "/* " + text + " */\n";
    }

    // C and CUDA.

    std::string qualifiers() const
    {
        return dialect_.language == source_language::cuda ? "__device__ __forceinline__ "
                                                          : "static inline ";
    }

    static std::string includes(const std::string& text, source_language language)
    {
        const auto has = [&](std::string_view word)
        { return text.find(word) != std::string::npos; };
        if (language == source_language::numpy)
        {
            return (has("math.") ? "import math\n\n" : "") +
                   std::string("import numpy as np\n\n\n");
        }
        return std::string(has("_MAX") ? "#include <float.h>\n" : "") + "#include <math.h>\n" +
               (has("size_t") ? "#include <stddef.h>\n" : "") + "\n";
    }

    std::string includes(const std::string& text) const
    {
        return includes(text, dialect_.language);
    }

    std::string definition(const std::string& line) const
    {
        return numpy() ? "    " + line + "\n" : "    const " + dialect_.type() + " " + line + ";\n";
    }

    std::string straight_lines(const source_writer& writer, const graph_builder& graph) const
    {
        std::string text;
        for (int i = 0; i < graph.size(); ++i)
        {
            if (writer.is_live(i) && !writer.line(i).empty())
            {
                text += definition(writer.line(i));
            }
        }
        return text;
    }

    std::string description() const
    {
        std::string text;
        for (const char character : function_.formula)
        {
            text += character == '"' || character == '\\'                     ? '\''
                    : character == '/' && !text.empty() && text.back() == '*' ? '|'
                                                                              : character;
        }
        if (argument_names_.empty())
        {
            return text + ".";
        }
        std::string gradients = function_.over_row            ? "and what flows back to "
                                : argument_names_.size() == 1 ? "and its derivative by "
                                                              : "and its derivatives by ";
        for (std::size_t k = 0; k < argument_names_.size(); ++k)
        {
            gradients += (k == 0                            ? ""
                          : k + 1 == argument_names_.size() ? " and "
                                                            : ", ") +
                         argument_names_[k];
        }
        gradients += function_.over_row ? " when " + seed_ + " comes in." : ".";
        const bool fits = text.size() + gradients.size() < 90;
        return text + (fits ? ", " : numpy() ? ",\n    " : ",\n   ") + gradients;
    }

    /// A function's head, with lines of at most 100 characters.
    static std::string head(const std::string& start, const std::vector<std::string>& arguments)
    {
        std::string text = start + "(";
        std::size_t line = 0;
        for (std::size_t k = 0; k < arguments.size(); ++k)
        {
            const bool last = k + 1 == arguments.size();
            if (text.size() - line + arguments[k].size() + 2 > 100)
            {
                text += "\n        ";
                line = text.size() - 8;
            }
            else if (k > 0)
            {
                text += ' ';
            }
            text += arguments[k] + (last ? ")" : ",");
        }
        return text;
    }

    std::string parameter_argument(std::size_t k) const
    {
        return dialect_.type() + " " + argument_names_[k] +
               " /* = " + dialect_.literal(function_.arguments[k].initial) + " */";
    }

    std::string unused(const source_writer& writer) const
    {
        std::string text;
        for (std::size_t k = 0; k < argument_names_.size(); ++k)
        {
            if (!writer.mentions(function_.arguments[k].name))
            {
                text += "    (void)" + argument_names_[k] + ";\n";
            }
        }
        if (function_.over_row && !writer.mentions(incoming_gradient.view()))
        {
            text += "    (void)" + seed_ + ";\n";
        }
        return text;
    }

    std::string print_c()
    {
        const source_writer writer = write({{outputs_[0], result_}});
        const std::string type = dialect_.type();
        std::vector<std::string> arguments;
        for (std::size_t k = 0; k < argument_names_.size(); ++k)
        {
            arguments.push_back(function_.arguments[k].is_parameter
                                    ? parameter_argument(k)
                                    : type + " " + argument_names_[k]);
        }
        for (const std::string& gradient : gradient_names_)
        {
            arguments.push_back(type + " *" + gradient);
        }
        if (arguments.empty())
        {
            arguments.push_back("void");
        }
        std::string text = "/* " + description() + " */\n" +
                           head(qualifiers() + type + " " + name_, arguments) + "\n{\n" +
                           unused(writer) + straight_lines(writer, graph_);
        for (std::size_t k = 0; k < gradient_names_.size(); ++k)
        {
            text += "    *" + gradient_names_[k] + " = " + writer.text(outputs_[k + 1]) + ";\n";
        }
        return text + "    return " + writer.text(outputs_[0]) + ";\n}\n";
    }

    // Rows in C and CUDA: loops that end with a reduction each.

    /// For each node the number of reductions, one after the other, that it waits for.
    std::vector<int> stages() const
    {
        std::vector<int> stages(static_cast<std::size_t>(graph_.size()));
        for (std::size_t i = 0; i < stages.size(); ++i)
        {
            const node& current = graph_[static_cast<int>(i)];
            for (const int operand : current.operands)
            {
                if (operand >= 0)
                {
                    const int reduces = current.op->over_row != reduction::none ? 1 : 0;
                    stages[i] =
                        std::max(stages[i], stages[static_cast<std::size_t>(operand)] + reduces);
                }
            }
        }
        return stages;
    }

    bool has_value_for_each_element(std::size_t output) const
    {
        return output == 0 ? !function_.is_row_value
                           : !function_.arguments[output - 1].is_parameter;
    }

    std::string start_of(const node& total) const
    {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        return dialect_.literal(total.op->over_row == reduction::sum   ? 0.0
                                : total.op->over_row == reduction::max ? -infinity
                                                                       : infinity);
    }

    std::string accumulate(const node& total, const std::string& name, const std::string& value)
    {
        if (total.op->over_row == reduction::sum)
        {
            return name + " += " + value + ";";
        }
        const bool largest = total.op->over_row == reduction::max;
        return name + " = " +
               helper(largest ? operation_of<maximum_operation> : operation_of<minimum_operation>) +
               "(" + name + ", " + value + ");";
    }

    /// The locals of elements that a loop needs, and what it does with them.
    std::string loop(const source_writer& writer, const std::vector<int>& stage, int pass,
                     bool is_last)
    {
        std::vector<int> wanted;
        std::string starts;
        std::string ends;
        for (int i = 0; i < graph_.size(); ++i)
        {
            if (writer.is_live(i) && writer.is_reduction(i) &&
                stage[static_cast<std::size_t>(i)] == pass + 1)
            {
                const int operand = graph_[i].operand(0);
                wanted.push_back(operand);
                starts += "    " + dialect_.type() + " " + writer.text(i) + " = " +
                          start_of(graph_[i]) + ";\n";
                ends +=
                    "        " + accumulate(graph_[i], writer.text(i), writer.text(operand)) + "\n";
            }
        }
        for (std::size_t k = 0; is_last && k < outputs_.size(); ++k)
        {
            const bool is_there =
                array_of(outputs_[k]) == array_name(k) && stored_.contains(outputs_[k]);
            if (has_value_for_each_element(k) && !is_there)
            {
                wanted.push_back(outputs_[k]);
                ends += "        " + array_name(k) + " = " + writer.text(outputs_[k]) + ";\n";
            }
        }
        if (ends.empty())
        {
            return "";
        }
        const node_flags below = elements_below(wanted, pass);
        std::string text = starts + "    for (size_t " + counter_ + " = 0; " + counter_ + " < " +
                           row_length_ + "; ++" + counter_ + ")\n    {\n";
        for (int i = 0; i < graph_.size(); ++i)
        {
            const auto here = static_cast<std::size_t>(i);
            if (!below[here] || writer.line(i).empty())
            {
                continue;
            }
            const std::string array = array_of(i);
            const bool is_stored = !array.empty() && stored_.contains(i);
            text +=
                "    " + definition(is_stored ? writer.text(i) + " = " + array : writer.line(i));
            if (!array.empty() && !is_stored && !is_last)
            {
                text += "        " + array + " = " + writer.text(i) + ";\n";
                stored_.insert({i, pass});
            }
        }
        return text + ends + "    }\n";
    }

    std::string array_name(std::size_t output) const
    {
        return (output == 0 ? result_ : gradient_names_[output - 1]) + "[" + counter_ + "]";
    }

    /// The element of the output that a node is, if it is one.
    std::string array_of(int i) const
    {
        for (std::size_t k = 0; k < outputs_.size(); ++k)
        {
            if (outputs_[k] == i && has_value_for_each_element(k) && !graph_[i].uniform)
            {
                return array_name(k);
            }
        }
        return "";
    }

    /// What a pass has to compute: nothing below what an earlier one has stored.
    node_flags elements_below(const std::vector<int>& wanted, int pass) const
    {
        node_flags below{};
        for (const int i : wanted)
        {
            below[static_cast<std::size_t>(i)] = !graph_[i].uniform;
        }
        for (int i = graph_.size() - 1; i >= 0; --i)
        {
            const auto stored = stored_.find(i);
            const bool is_stored = stored != stored_.end() && stored->second < pass;
            for (const int operand : graph_[i].operands)
            {
                if (below[static_cast<std::size_t>(i)] && !is_stored && operand >= 0 &&
                    !graph_[operand].uniform)
                {
                    below[static_cast<std::size_t>(operand)] = true;
                }
            }
        }
        return below;
    }

    std::string print_loops()
    {
        const std::string type = dialect_.type();
        const source_writer writer =
            write(function_.is_row_value ? std::map<int, std::string>{{outputs_[0], result_}}
                                         : std::map<int, std::string>{});
        std::vector<std::string> arguments{"size_t " + row_length_};
        for (std::size_t k = 0; k < argument_names_.size(); ++k)
        {
            arguments.push_back(function_.arguments[k].is_parameter
                                    ? parameter_argument(k)
                                    : "const " + type + " *" + argument_names_[k]);
        }
        arguments.push_back((function_.is_row_value ? type + " " : "const " + type + " *") + seed_);
        if (!function_.is_row_value)
        {
            arguments.push_back(type + " *" + result_);
        }
        for (const std::string& gradient : gradient_names_)
        {
            arguments.push_back(type + " *" + gradient);
        }
        const std::string result_type = function_.is_row_value ? type : "void";
        std::string text = "/* " + description() + " */\n" +
                           head(qualifiers() + result_type + " " + name_, arguments) + "\n{\n" +
                           unused(writer) + passes(writer);
        for (std::size_t k = 1; k < outputs_.size(); ++k)
        {
            if (!has_value_for_each_element(k))
            {
                text += "    *" + gradient_names_[k - 1] + " = " + writer.text(outputs_[k]) + ";\n";
            }
        }
        if (function_.is_row_value)
        {
            text += "    return " + writer.text(outputs_[0]) + ";\n";
        }
        return text + "}\n";
    }

    std::string passes(const source_writer& writer)
    {
        const std::vector<int> stage = stages();
        int last = 0;
        for (int i = 0; i < graph_.size(); ++i)
        {
            last = writer.is_live(i) ? std::max(last, stage[static_cast<std::size_t>(i)]) : last;
        }
        std::string text;
        for (int pass = 0; pass <= last; ++pass)
        {
            for (int i = 0; i < graph_.size(); ++i)
            {
                if (writer.is_live(i) && graph_[i].uniform && !writer.is_reduction(i) &&
                    !writer.line(i).empty() && stage[static_cast<std::size_t>(i)] == pass)
                {
                    text += definition(writer.line(i));
                }
            }
            text += loop(writer, stage, pass, pass == last);
        }
        return text;
    }

    // NumPy.

    /// One number where there is to be one for each element.
    std::string spread(std::size_t output, const std::string& text) const
    {
        const bool for_elements = !function_.over_row || has_value_for_each_element(output);
        if (!graph_[outputs_[output]].uniform || !for_elements || function_.arguments.empty() ||
            function_.arguments.front().is_parameter)
        {
            return text;
        }
        const bool own = output > 0 && !function_.arguments[output - 1].is_parameter;
        return "np.full(np.shape(" + argument_names_[own ? output - 1 : 0] + "), " + text + ")";
    }

    bool has_row_length(const source_writer& writer) const
    {
        bool found = false;
        for (int i = 0; i < graph_.size(); ++i)
        {
            found =
                found || (writer.is_live(i) && graph_[i].is(operation_of<row_length_operation>));
        }
        return found;
    }

    std::string print_numpy()
    {
        std::map<int, std::string> chosen;
        for (std::size_t k = outputs_.size(); k-- > 0;)
        {
            if (spread(k, "").empty())
            {
                chosen[outputs_[k]] = k == 0 ? result_ : gradient_names_[k - 1];
            }
        }
        const source_writer writer = write(chosen);
        std::vector<std::string> arguments;
        std::vector<std::string> defaults;
        for (std::size_t k = 0; k < argument_names_.size(); ++k)
        {
            const source_argument& argument = function_.arguments[k];
            argument.is_parameter
                ? defaults.push_back(argument_names_[k] + "=" + dialect_.literal(argument.initial))
                : arguments.push_back(argument_names_[k]);
        }
        if (function_.over_row)
        {
            arguments.push_back(seed_ + (function_.is_row_value ? "=1.0" : ""));
        }
        arguments.insert(arguments.end(), defaults.begin(), defaults.end());
        std::string text =
            "@np.errstate(all=\"ignore\")\n" +
            (arguments.empty() ? "def " + name_ + "()" : head("def " + name_, arguments)) +
            ":\n    \"\"\"" + description() + "\"\"\"\n";
        const std::string lines = straight_lines(writer, graph_);
        std::string results;
        std::string returned;
        for (std::size_t k = 0; k < outputs_.size(); ++k)
        {
            const std::string& name = k == 0 ? result_ : gradient_names_[k - 1];
            returned += (k == 0 ? "" : ", ") + name;
            const std::string value = spread(k, writer.text(outputs_[k]));
            if (value != name)
            {
                results += "    " + name + " = " + value + "\n";
            }
        }
        if (has_row_length(writer))
        {
            text += "    " + row_length_ + " = np.shape(" + argument_names_.front() + ")[-1]\n";
        }
        return text + lines + results + "    return " + returned + "\n";
    }

    source_function function_;
    source_dialect dialect_;
    source_names global_names_;
    source_names names_;
    std::string name_;
    std::vector<int> outputs_;
    graph_builder graph_;
    std::vector<std::string> argument_names_;
    std::vector<std::string> gradient_names_;
    std::string result_;
    std::string seed_;
    std::string row_length_;
    std::string counter_;
    std::map<const operation*, std::string> helper_names_;
    std::string definitions_;
    /// Nodes that are in the array of their output already, with the pass that stored them.
    std::map<int, int> stored_;
};

} // namespace ctgrad::detail
