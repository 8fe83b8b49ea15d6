// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/variables.hpp>

/// Functions that squash all numbers into an interval, and their logarithms.
namespace ctgrad::activations
{

/// Verhulst (1845), Recherches mathématiques sur la loi d'accroissement de la population
inline constexpr auto sigmoid = 1 / (1 + exp(-x));

/// Logarithm of the sigmoid.
inline constexpr auto log_sigmoid = log(1 / (1 + exp(-x)));

/// LeCun et al. (1998), Efficient BackProp, section 4.4
inline constexpr auto tanh = (exp(x) - exp(-x)) / (exp(x) + exp(-x));

/// LeCun et al. (1998), likewise: 1 and -1 are mapped to themselves, near the largest curvature
inline constexpr auto lecun_tanh = 1.7159 * ctgrad::tanh(2.0 / 3.0 * x);

/// Turian, Bergstra, Bengio (2009), Quadratic features and deep architectures for chunking
inline constexpr auto softsign = x / (1 + abs(x));

/// Inverse tangent, from -pi/2 to pi/2.
inline constexpr auto arctan = atan(x);

/// Carlile et al. (2017), Improving deep learning by inverse square root linear units
template <operand Scale = double>
constexpr auto isru(Scale alpha = 1.0)
{
    return x / sqrt(1 + alpha * square(x));
}

/// Courbariaux, Bengio, David (2015), BinaryConnect; with the slope of MobileNetV3
inline constexpr auto hard_sigmoid = clamp(x / 6 + 0.5, 0, 1);

/// Courbariaux, Bengio, David (2015), BinaryConnect; in jax.nn the derivative of `sparse_plus`
inline constexpr auto sparse_sigmoid = clamp((x + 1) / 2, 0, 1);

/// Collobert (2004), Large scale machine learning
inline constexpr auto hard_tanh = clamp(x, -1, 1);

/// The same between other bounds, torch.nn.Hardtanh.
template <operand Low, operand High>
constexpr auto hard_tanh_between(Low low, High high)
{
    return clamp(x, low, high);
}

/// Wuraola, Patel (2018), SQNL: a new computationally efficient activation function
inline constexpr auto square_nonlinearity =
    clamp(x, -2, 2) - clamp(x, -2, 2) * abs(clamp(x, -2, 2)) / 4;

} // namespace ctgrad::activations
