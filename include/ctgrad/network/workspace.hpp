// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/row_workspace.hpp>
#include <ctgrad/network/sequence_workspace.hpp>

namespace ctgrad
{

/// Memory of a training step for one network, allocated once.
template <class Network>
using training_workspace =
    std::conditional_t<Network::has_state, sequence_workspace<Network>, row_workspace<Network>>;

} // namespace ctgrad
