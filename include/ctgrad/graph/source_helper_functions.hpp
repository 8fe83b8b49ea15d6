// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/source_helper_bodies.hpp>
#include <ctgrad/graph/source_writer.hpp>

#include <array>
#include <map>
#include <string>
#include <utility>

namespace ctgrad::detail
{

/// The functions that a printed function calls for operations that its language lacks, each defined
/// when it is first asked for.
class source_helper_functions
{
public:
    /// Their names begin with `prefix`, and no local hides them.
    source_helper_functions(source_dialect dialect, std::string prefix, source_names& global_names,
                            source_names& local_names)
        : dialect_(dialect),
          prefix_(std::move(prefix)),
          global_names_(global_names),
          local_names_(local_names)
    {
    }

    /// The name of the function that computes an operation.
    const std::string& name_of(const operation& op)
    {
        const auto known = known_.find(&op);
        if (known != known_.end())
        {
            return known->second;
        }
        // No argument may hide it.
        const std::string wanted = prefix_ + std::string(op.name);
        const std::string name = global_names_.function(local_names_.local(wanted));
        const std::string definition = define(op, name);
        text_ += purpose_comment(op) + definition;
        return known_[&op] = name;
    }

    /// Their definitions, those first that others call.
    const std::string& text() const { return text_; }

private:
    bool numpy() const { return dialect_.numpy(); }

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
                                    [this](const operation& other) { return name_of(other); }});
        const std::string type = dialect_.type();
        std::string text = numpy() ? "def " + name + (binary ? "(a, b):\n" : "(x):\n")
                                   : dialect_.qualifiers() + type + " " + name + "(" + type +
                                         (binary ? " a, " + type + " b" : " x") + ")\n{\n";
        text += writer.definitions();
        return text + "    return " + writer.text(root[0]) + (numpy() ? "\n\n\n" : ";\n}\n\n");
    }

    std::string purpose_comment(const operation& op) const
    {
        const std::string text(helper_purpose(op));
        return text.empty() ? "" : numpy() ? "# " + text + "\n" : "/* " + text + " */\n";
    }

    source_dialect dialect_;
    std::string prefix_;
    source_names& global_names_;
    source_names& local_names_;
    std::map<const operation*, std::string> known_;
    std::string text_;
};

} // namespace ctgrad::detail
