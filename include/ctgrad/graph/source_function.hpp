// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/builder.hpp>

#include <string>
#include <string_view>
#include <vector>

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

} // namespace ctgrad::detail
