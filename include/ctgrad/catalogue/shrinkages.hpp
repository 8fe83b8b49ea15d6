// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/variables.hpp>

/// Functions that take small numbers away.
namespace ctgrad::activations
{

/// Donoho (1995), De-noising by soft-thresholding
template <operand Threshold = double>
constexpr auto soft_shrink(Threshold lambda = 0.5)
{
    return where(x > lambda, x - lambda, where(x < -lambda, x + lambda, 0));
}

/// Donoho, Johnstone (1994), Ideal spatial adaptation by wavelet shrinkage
template <operand Threshold = double>
constexpr auto hard_shrink(Threshold lambda = 0.5)
{
    return where(abs(x) > lambda, x, 0);
}

/// What tanh takes away, torch.nn.Tanhshrink.
inline constexpr auto tanhshrink = x - ctgrad::tanh(x);

} // namespace ctgrad::activations
