// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/variables.hpp>

/// x times a gate that x opens.
namespace ctgrad::activations
{

/// Ramachandran, Zoph, Le (2017), Searching for activation functions
template <operand Scale = double>
constexpr auto swish(Scale beta = 1.0)
{
    return x / (1 + exp(-beta * x));
}

/// Elfwing, Uchibe, Doya (2018), Sigmoid-weighted linear units for neural network function
/// approximation in reinforcement learning
inline constexpr auto silu = swish();

/// Ramachandran, Zoph, Le (2017), likewise: how sharp the gate is, is learnt
inline constexpr auto learnable_swish = swish(parameter<"beta">{1.0});

/// Hendrycks, Gimpel (2016), Gaussian error linear units
inline constexpr auto gelu = 0.5 * x * (1 + erf(x / 1.4142135623730950488));

/// Hendrycks, Gimpel (2016), the approximation that they give
inline constexpr auto gelu_tanh =
    0.5 * x * (1 + ctgrad::tanh(0.79788456080286535588 * (x + 0.044715 * pow(x, 3))));

/// Hendrycks, Gimpel (2016), their coarser and cheaper approximation
inline constexpr auto gelu_sigmoid = swish(1.702);

/// Misra (2019), Mish: a self regularized non-monotonic activation function
inline constexpr auto mish = x * ctgrad::tanh(log(1 + exp(x)));

/// Nag, Bhattacharyya (2021), SERF: towards better training of deep neural networks using
/// log-Softplus ERror activation Function
inline constexpr auto serf = x * erf(log(1 + exp(x)));

/// Roy et al. (2019), LiSHT: non-parametric linearly scaled hyperbolic tangent activation function
inline constexpr auto lisht = x * ctgrad::tanh(x);

/// Basirat, Roth (2018), The quest for the golden activation function
inline constexpr auto elish = where(x > 0, x, exp(x) - 1) / (1 + exp(-x));

/// Howard et al. (2019), Searching for MobileNetV3
inline constexpr auto hard_swish = x * clamp(x / 6 + 0.5, 0, 1);

} // namespace ctgrad::activations
