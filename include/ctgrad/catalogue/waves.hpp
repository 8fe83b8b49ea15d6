// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/variables.hpp>

/// Bells and oscillations.
/// Domain     all reals; sines of infinity are NaN
namespace ctgrad::activations
{

/// Broomhead, Lowe (1988), Radial basis functions, multi-variable functional interpolation
inline constexpr auto gaussian = exp(-x * x);

/// Sitzmann et al. (2020), Implicit neural representations with periodic activation functions
inline constexpr auto sine = sin(x);

/// Ziyin, Hartwig, Ueda (2020), Neural networks fail to learn periodic functions and how to fix it
template <operand Frequency = double>
constexpr auto snake(Frequency a = 1.0)
{
    return x + square(sin(a * x)) / a;
}

/// Noel et al. (2021), Growing cosine unit: a novel oscillatory activation function
inline constexpr auto growing_cosine = x * cos(x);

} // namespace ctgrad::activations
