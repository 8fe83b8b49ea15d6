// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/source_frame.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace ctgrad::detail
{

/// Prints a function of arrays in NumPy.
class array_source : public source_frame
{
public:
    using source_frame::source_frame;

    std::string print()
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
        const std::string lines = writer.definitions();
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
        return with_helpers(text + lines + results + "    return " + returned + "\n");
    }

private:
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
};

} // namespace ctgrad::detail
