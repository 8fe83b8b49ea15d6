// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/symbolic.hpp>

namespace ctgrad::activations
{

/// What every activation is a function of.
inline constexpr variable<"x"> x;

/// The second input of gated units.
inline constexpr variable<"gate"> gate;

} // namespace ctgrad::activations
