// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/variables.hpp>

/// Functions that grow faster than x.
namespace ctgrad::activations
{

/// keras.activations.exponential
inline constexpr auto exponential = exp(x);

/// Noel, Trivedi, Dutta (2021), Biologically inspired oscillating activation functions can bridge the
/// performance gap between biological and artificial neurons: shifted quadratic unit
inline constexpr auto quadratic_unit = x * (x + 1);

/// Chen, Manning (2014), A fast and accurate dependency parser using neural networks
inline constexpr auto cube = pow(x, 3);

} // namespace ctgrad::activations
