// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/variables.hpp>

/// Rectifiers without a kink, one step from 0 to a slope of 1.
namespace ctgrad::activations
{

/// Dugas et al. (2001), Incorporating second-order functional knowledge for better option pricing
template <operand Scale = double>
constexpr auto softplus(Scale beta = 1.0)
{
    return log(1 + exp(beta * x)) / beta;
}

/// Barron (2021), Squareplus: a softplus-like algebraic rectifier
template <operand Curvature = double>
constexpr auto squareplus(Curvature b = 4.0)
{
    return (x + sqrt(square(x) + b)) / 2;
}

/// The twin of softplus whose derivative is `sparse_sigmoid`, jax.nn.sparse_plus.
inline constexpr auto sparse_plus = where(x > 1, x, where(x > -1, square(x + 1) / 4, 0));

/// From slope 1/2 to 3/2; of the table in Wikipedia, Activation function.
inline constexpr auto bent_identity = (sqrt(square(x) + 1) - 1) / 2 + x;

} // namespace ctgrad::activations
