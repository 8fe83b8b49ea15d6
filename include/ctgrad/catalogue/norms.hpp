// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/variables.hpp>

/// Rows brought to a size of order 1.
namespace ctgrad::activations
{

/// Mean 0 and variance 1.
/// Source     Ba, Kiros, Hinton (2016), Layer normalization, without gain and bias
template <operand Epsilon = double>
constexpr auto layer_norm(Epsilon epsilon = 1e-5)
{
    return (x - mean(x)) / sqrt(variance(x) + epsilon);
}

/// Mean square 1.
/// Source     Zhang, Sennrich (2019), Root mean square layer normalization, without gain
template <operand Epsilon = double>
constexpr auto rms_norm(Epsilon epsilon = 1e-5)
{
    return x / sqrt(mean(square(x)) + epsilon);
}

} // namespace ctgrad::activations
