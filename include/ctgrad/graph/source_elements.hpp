// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/source_frame.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace ctgrad::detail
{

/// Prints a function of numbers in C or CUDA.
class element_source : public source_frame
{
public:
    using source_frame::source_frame;

    std::string print()
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
                           head(dialect_.qualifiers() + type + " " + name_, arguments) + "\n{\n" +
                           unused(writer) + writer.definitions();
        for (std::size_t k = 0; k < gradient_names_.size(); ++k)
        {
            text += "    *" + gradient_names_[k] + " = " + writer.text(outputs_[k + 1]) + ";\n";
        }
        return with_helpers(text + "    return " + writer.text(outputs_[0]) + ";\n}\n");
    }
};

} // namespace ctgrad::detail
