// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/variables.hpp>

/// Formulas that look at a row as a whole: in a network, at all values of one sample.
namespace ctgrad::activations
{

/// Probabilities of a row of logits; `softmax(x = x / temperature)` with a temperature.
/// Source     Bridle (1990), Probabilistic interpretation of feedforward classification network outputs
inline constexpr auto softmax = exp(x) / sum(exp(x));

/// The softmax of -x, torch.nn.Softmin.
inline constexpr auto softmin = exp(-x) / sum(exp(-x));

/// Logarithms of the softmax's probabilities, none of which underflows.
inline constexpr auto log_softmax = log(exp(x) / sum(exp(x)));

} // namespace ctgrad::activations
