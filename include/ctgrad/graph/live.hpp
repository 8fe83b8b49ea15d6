// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/differentiate.hpp>

namespace ctgrad::detail
{

/// The nodes that some output needs.
constexpr node_flags live_nodes(const graph_builder& graph, std::span<const int> outputs)
{
    node_flags live{};
    for (const int output : outputs)
    {
        mark_below(graph, output, live);
    }
    return live;
}

} // namespace ctgrad::detail
