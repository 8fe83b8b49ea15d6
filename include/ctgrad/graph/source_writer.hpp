// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/live.hpp>
#include <ctgrad/graph/source_expressions.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctgrad::detail
{

/// Writes the operations below some outputs: a local for each value that is used more than once, or
/// that would make a line too long, and expressions for the others. Where the lines go, such as into
/// loops, is up to the caller.
class source_writer
{
public:
    /// `chosen_names` are names for the nodes of outputs, if they become locals.
    source_writer(const graph_builder& graph, std::span<const int> outputs,
                  const std::map<int, std::string>& chosen_names, source_surroundings around)
        : graph_(graph),
          around_(std::move(around)),
          live_(live_nodes(graph, outputs)),
          texts_(static_cast<std::size_t>(graph.size())),
          lines_(texts_.size())
    {
        count_uses(outputs);
        const source_expressions expressions(graph_, around_, texts_);
        const std::vector<bool> atoms = find_atoms(expressions);
        for (int i = 0; i < graph.size(); ++i)
        {
            const auto here = static_cast<std::size_t>(i);
            if (live_[here])
            {
                texts_[here] = expressions.write(i);
                if (is_local(i, atoms[here]))
                {
                    const auto chosen = chosen_names.find(i);
                    make_local(i, chosen == chosen_names.end() ? "" : chosen->second);
                }
            }
        }
    }

    bool is_live(int i) const { return live_[static_cast<std::size_t>(i)]; }

    /// The value of a node as an expression: the name of its local, if it has one.
    const std::string& text(int i) const { return texts_[static_cast<std::size_t>(i)].text; }

    /// The line that defines the local of a node, or nothing.
    const std::string& line(int i) const { return lines_[static_cast<std::size_t>(i)]; }

    /// All those lines, for a function without loops.
    std::string definitions() const
    {
        std::string text;
        for (int i = 0; i < graph_.size(); ++i)
        {
            if (is_live(i) && !line(i).empty())
            {
                text += around_.dialect.definition(line(i));
            }
        }
        return text;
    }

    bool is_reduction(int i) const
    {
        const node& current = graph_[i];
        return current.kind == node_kind::applied && current.op->over_row != reduction::none;
    }

    /// Whether a leaf of that name is used.
    bool mentions(std::string_view name) const
    {
        for (int i = 0; i < graph_.size(); ++i)
        {
            const node& leaf = graph_[i];
            if (is_live(i) && leaf.kind != node_kind::applied && leaf.name == name &&
                !leaf.is_constant())
            {
                return true;
            }
        }
        return false;
    }

private:
    static constexpr std::size_t longest_expression = 56;

    bool numpy() const { return around_.dialect.numpy(); }

    void count_uses(std::span<const int> outputs)
    {
        uses_.resize(texts_.size());
        is_output_.resize(texts_.size());
        for (const int output : outputs)
        {
            is_output_[static_cast<std::size_t>(output)] = true;
            ++uses_[static_cast<std::size_t>(output)];
        }
        for (int i = 0; i < graph_.size(); ++i)
        {
            for (int k = 0; is_live(i) && k < 3; ++k)
            {
                if (const int operand = graph_[i].operand(k); operand >= 0)
                {
                    ++uses_[static_cast<std::size_t>(operand)];
                }
            }
        }
    }

    /// Nodes that are written more than once where they are used.
    std::vector<bool> find_atoms(const source_expressions& expressions) const
    {
        std::vector<bool> atoms(texts_.size());
        for (int i = 0; i < graph_.size(); ++i)
        {
            const node& current = graph_[i];
            if (!is_live(i) || current.kind != node_kind::applied)
            {
                continue;
            }
            for (const int operand : expressions.repeated_operands(current))
            {
                atoms[static_cast<std::size_t>(operand)] = true;
            }
        }
        return atoms;
    }

    bool is_local(int i, bool written_twice) const
    {
        const node& current = graph_[i];
        const auto here = static_cast<std::size_t>(i);
        if (current.kind != node_kind::applied || current.op->predicate ||
            current.is(operation_of<row_length_operation>))
        {
            return false;
        }
        if (is_reduction(i))
        {
            return true;
        }
        if (current.is(operation_of<negate_operation>) && !written_twice)
        {
            // -x may stand there twice.
            return uses_[here] > 1 &&
                   texts_[static_cast<std::size_t>(current.operand(0))].strength !=
                       source_strength::atom;
        }
        return written_twice || uses_[here] > 1 || is_for_the_row(i) ||
               (uses_[here] == 1 && !is_output_[here] &&
                texts_[here].text.size() > longest_expression);
    }

    /// One value for the row that elements use: computed before their loop.
    bool is_for_the_row(int i) const
    {
        if (numpy() || !graph_[i].uniform || around_.row_length.empty())
        {
            return false;
        }
        for (int user = i + 1; user < graph_.size(); ++user)
        {
            const node& current = graph_[user];
            const auto& operands = current.operands;
            if (is_live(user) && !current.uniform &&
                std::find(operands.begin(), operands.end(), i) != operands.end())
            {
                return true;
            }
        }
        return false;
    }

    void make_local(int i, const std::string& chosen)
    {
        const auto here = static_cast<std::size_t>(i);
        const std::string name =
            chosen.empty() ? around_.names.local("t" + std::to_string(++locals_)) : chosen;
        lines_[here] = name + " = " + texts_[here].text;
        texts_[here] = {name, source_strength::atom};
    }

    const graph_builder& graph_;
    source_surroundings around_;
    node_flags live_;
    std::vector<source_text> texts_;
    std::vector<std::string> lines_;
    std::vector<int> uses_;
    std::vector<bool> is_output_;
    int locals_ = 0;
};

} // namespace ctgrad::detail
