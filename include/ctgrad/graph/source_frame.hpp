// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/source_form.hpp>
#include <ctgrad/graph/source_function.hpp>
#include <ctgrad/graph/source_helper_functions.hpp>
#include <ctgrad/graph/source_writer.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctgrad::detail
{

/// What all printed functions have in common: their names, the comment on top, the head, and helper
/// functions. Those who print a body derive from it.
class source_frame
{
public:
    source_frame(source_function function, std::string_view name, source_dialect dialect)
        : function_(std::move(function)),
          dialect_(dialect),
          global_names_(dialect.language),
          names_(dialect.language),
          name_(global_names_.function(name)),
          outputs_(function_.outputs),
          graph_(source_form(function_.graph, outputs_)),
          helpers_(dialect, (dialect.numpy() ? "_" : "") + name_ + "_", global_names_, names_)
    {
        for (const source_argument& argument : function_.arguments)
        {
            argument_names_.push_back(names_.local(argument.name));
        }
        result_ = names_.local("y");
        seed_ = function_.over_row ? names_.local("dy") : "";
        for (const std::string& argument : argument_names_)
        {
            gradient_names_.push_back(names_.local("d" + argument));
        }
        row_length_ = function_.over_row ? names_.local("n") : "";
        counter_ = in_loops() ? names_.local("i") : "";
    }

    // The helper functions have references to names.
    source_frame(const source_frame&) = delete;
    source_frame& operator=(const source_frame&) = delete;

protected:
    bool numpy() const { return dialect_.numpy(); }
    bool in_loops() const { return function_.over_row && !numpy(); }

    /// A function's text below what it needs.
    std::string with_helpers(const std::string& text) const
    {
        return includes(helpers_.text() + text) + helpers_.text() + text;
    }

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

    /// The operations of the function as text.
    source_writer write(const std::map<int, std::string>& chosen_names)
    {
        const std::string length =
            !in_loops() ? row_length_ : "(" + dialect_.type() + ")" + row_length_;
        return {graph_,
                outputs_,
                chosen_names,
                {dialect_, names_, leaf_texts(), length,
                 [this](const operation& op) { return helpers_.name_of(op); }}};
    }

    /// What the comment on top says.
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

    /// A number for the function, with the value that it had.
    std::string parameter_argument(std::size_t k) const
    {
        return dialect_.type() + " " + argument_names_[k] +
               " /* = " + dialect_.literal(function_.arguments[k].initial) + " */";
    }

    /// Statements for what the body does not use.
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

    bool has_value_for_each_element(std::size_t output) const
    {
        return output == 0 ? !function_.is_row_value
                           : !function_.arguments[output - 1].is_parameter;
    }

    source_function function_;
    source_dialect dialect_;
    source_names global_names_;
    source_names names_;
    std::string name_;
    std::vector<int> outputs_;
    graph_builder graph_;
    source_helper_functions helpers_;
    std::vector<std::string> argument_names_;
    std::vector<std::string> gradient_names_;
    std::string result_;
    std::string seed_;
    std::string row_length_;
    std::string counter_;

private:
    std::string includes(const std::string& text) const
    {
        const auto has = [&](std::string_view word)
        { return text.find(word) != std::string::npos; };
        if (numpy())
        {
            return (has("math.") ? "import math\n\n" : "") +
                   std::string("import numpy as np\n\n\n");
        }
        return std::string(has("_MAX") ? "#include <float.h>\n" : "") + "#include <math.h>\n" +
               (has("size_t") ? "#include <stddef.h>\n" : "") + "\n";
    }
};

} // namespace ctgrad::detail
