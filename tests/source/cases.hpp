// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/source.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

/// Writes functions as source, and as JSON what they have to compute, for tests/source/run.py.
namespace source_cases
{

using namespace ctgrad;
using numbers = std::vector<double>;
using detail::source_function;

/// One row: the values of the leaves by name; a parameter has one value or one for each element.
struct row
{
    std::size_t size;
    std::map<std::string, numbers> leaves;
};

/// Rounding errors made larger on purpose, to see what they can do to a result.
struct noise
{
    std::mt19937_64 random{1};
    double size = 0;

    double operator()(double x)
    {
        return size == 0 ? x
                         : x * (1 + size * std::uniform_real_distribution<double>(-1, 1)(random));
    }
};

/// The reductions that lowering leaves.
inline double reduce(const operation& op, const numbers& x)
{
    double result = op.over_row == reduction::max   ? -HUGE_VAL
                    : op.over_row == reduction::min ? HUGE_VAL
                                                    : 0;
    for (const double value : x)
    {
        result = op.over_row == reduction::sum   ? result + value
                 : op.over_row == reduction::max ? scalar::maximum(result, value)
                                                 : scalar::minimum(result, value);
    }
    return op.row_valued ? static_cast<double>(x.size()) : result;
}

/// All nodes of a lowered graph for one row.
inline std::vector<numbers> evaluate(const graph_builder& graph, const row& at, noise rounding)
{
    std::vector<numbers> values;
    for (int i = 0; i < graph.size(); ++i)
    {
        const node& current = graph[i];
        numbers& made = values.emplace_back(at.size, current.value);
        const auto operand = [&](int k) -> const numbers&
        { return values[static_cast<std::size_t>(current.operand(k))]; };
        if (current.kind == node_kind::variable || current.kind == node_kind::parameter)
        {
            const numbers& leaf = at.leaves.at(std::string(current.name));
            made = leaf.size() == 1 ? numbers(at.size, leaf[0]) : leaf;
        }
        else if (current.kind == node_kind::applied &&
                 (current.op->over_row != reduction::none || current.op->row_valued))
        {
            made.assign(at.size, rounding(reduce(*current.op, operand(0))));
        }
        else if (current.kind == node_kind::applied)
        {
            for (std::size_t j = 0; j < at.size; ++j)
            {
                std::array<double, 3> x{};
                for (int k = 0; k < current.op->arity; ++k)
                {
                    x[static_cast<std::size_t>(k)] = operand(k)[j];
                }
                made[j] = rounding(current.op->value(x[0], x[1], x[2]));
                const node* condition = current.is(operation_of<where_operation>)
                                            ? &graph[current.operand(0)]
                                            : nullptr;
                for (int k = 0; condition != nullptr && k < 2; ++k)
                {
                    if (condition->kind == node_kind::applied &&
                        std::isnan(values[static_cast<std::size_t>(condition->operand(k))][j]))
                    {
                        made[j] = std::nan("");
                    }
                }
            }
        }
    }
    return values;
}

inline std::string json(const numbers& values)
{
    std::string text;
    for (const double value : values)
    {
        std::array<char, 40> buffer{};
        std::snprintf(buffer.data(), buffer.size(), "\"%a\"", value);
        text += (text.empty() ? "" : ", ") + std::string(buffer.data());
    }
    return "[" + text + "]";
}

inline std::string json(const std::vector<numbers>& lists)
{
    std::string text;
    for (const numbers& list : lists)
    {
        text += (text.empty() ? "" : ", ") + json(list);
    }
    return "[" + text + "]";
}

/// The written cases of one program.
class writer
{
public:
    explicit writer(const std::filesystem::path& directory) : directory_(directory) {}

    ~writer() { std::ofstream(directory_ / "cases.json") << "[\n" << cases_ << "\n]\n"; }

    /// A function with what it has to compute for some rows. With `rows`, each is a row of its own;
    /// otherwise each is many separate elements.
    void add(const std::string& name, const source_function& function, const std::vector<row>& rows)
    {
        std::string text;
        for (const row& at : rows)
        {
            text += (text.empty() ? "" : ",\n  ") + point(function, at);
        }
        cases_ += (cases_.empty() ? "" : ",\n") + std::string("{\"name\": \"") + name +
                  "\", \"rows\": " + (function.over_row ? "true" : "false") +
                  ", \"row_value\": " + (function.is_row_value ? "true" : "false") +
                  ", \"variables\": " + std::to_string(count(function, false)) +
                  ", \"parameters\": " + std::to_string(count(function, true)) +
                  ", \"points\": [\n  " + text + "]}";
    }

    void write(const std::string& file, const std::string& text) const
    {
        std::ofstream(directory_ / file) << text;
    }

    template <class Formula>
    void add(const std::string& name, const Formula& formula, const std::vector<row>& rows)
    {
        add(name, detail::source_of(formula), rows);
        write(name + ".c", to_c(formula, name));
        write(name + ".float.c", to_c<float>(formula, name));
        write(name + ".cu", to_cuda(formula, name));
        write(name + ".double.cu", to_cuda<double>(formula, name));
        write(name + ".py", to_numpy(formula, name));
    }

    /// Likewise for a function that comes from no formula.
    void add_traced(const std::string& name, const source_function& function,
                    const std::vector<row>& rows)
    {
        add(name, function, rows);
        const auto print = [&](const std::string& suffix, detail::source_language language)
        { write(name + suffix, detail::print_source(function, name, {language, false})); };
        print(".c", detail::source_language::c);
        print(".double.cu", detail::source_language::cuda);
        print(".py", detail::source_language::numpy);
    }

private:
    static int count(const source_function& function, bool parameters)
    {
        int found = 0;
        for (const auto& argument : function.arguments)
        {
            found += argument.is_parameter == parameters ? 1 : 0;
        }
        return found;
    }

    /// What goes in, what has to come out, and what rounding can do to it.
    static std::string point(const source_function& function, const row& at)
    {
        std::vector<numbers> in;
        for (const auto& argument : function.arguments)
        {
            in.push_back(at.leaves.at(std::string(argument.name)));
        }
        if (function.over_row)
        {
            in.push_back(at.leaves.at(std::string(detail::incoming_gradient.view())));
        }
        // As calls and kernels compute it.
        std::vector<int> outputs = function.outputs;
        const graph_builder graph = lower(function.graph, outputs);
        const std::vector<numbers> exact = evaluate(graph, at, {});
        std::vector<numbers> wanted;
        std::vector<numbers> tolerances;
        for (std::size_t k = 0; k < outputs.size(); ++k)
        {
            wanted.push_back(exact[static_cast<std::size_t>(outputs[k])]);
            tolerances.emplace_back(at.size, 0.0);
        }
        for (unsigned long seed = 0; seed < 8; ++seed)
        {
            constexpr double four_units = 4 * 1.2e-16;
            const std::vector<numbers> rough =
                evaluate(graph, at, {std::mt19937_64(seed), four_units});
            for (std::size_t k = 0; k < outputs.size(); ++k)
            {
                for (std::size_t j = 0; j < at.size; ++j)
                {
                    const double off =
                        rough[static_cast<std::size_t>(outputs[k])][j] - wanted[k][j];
                    tolerances[k][j] = std::max(tolerances[k][j], std::abs(off));
                }
            }
        }
        for (std::size_t k = 0; function.over_row && k < outputs.size(); ++k)
        {
            const bool one =
                k == 0 ? function.is_row_value : function.arguments[k - 1].is_parameter;
            wanted[k].resize(one ? 1 : at.size);
            tolerances[k].resize(wanted[k].size());
        }
        return "{\"in\": " + json(in) + ",\n   \"out\": " + json(wanted) +
               ",\n   \"rounding\": " + json(tolerances) + "}";
    }

    std::filesystem::path directory_;
    std::string cases_;
};

} // namespace source_cases
