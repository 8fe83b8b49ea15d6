// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/source_frame.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace ctgrad::detail
{

/// Prints a function of rows in C or CUDA: loops that end with a reduction each.
class row_source : public source_frame
{
public:
    using source_frame::source_frame;

    std::string print()
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
                           head(dialect_.qualifiers() + result_type + " " + name_, arguments) +
                           "\n{\n" + unused(writer) + passes(writer);
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
        return with_helpers(text + "}\n");
    }

private:
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
               helpers_.name_of(largest ? operation_of<maximum_operation>
                                        : operation_of<minimum_operation>) +
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
            text += "    " + dialect_.definition(is_stored ? writer.text(i) + " = " + array
                                                           : writer.line(i));
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
                    text += dialect_.definition(writer.line(i));
                }
            }
            text += loop(writer, stage, pass, pass == last);
        }
        return text;
    }

    /// Nodes that are in the array of their output already, with the pass that stored them.
    std::map<int, int> stored_;
};

} // namespace ctgrad::detail
