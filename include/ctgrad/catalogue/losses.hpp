// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/symbolic.hpp>

namespace ctgrad
{

/// The names that losses and update rules are written in. In a namespace of their own, since a
/// user's program may well have a `weight` or a `step`: `using namespace ctgrad::symbols`.
namespace symbols
{

/// A row of the network's output, and the row that was wanted.
inline constexpr variable<"prediction"> prediction;
inline constexpr variable<"target"> target;

} // namespace symbols

/// Mean over the row of the squared difference.
inline constexpr auto mean_squared_error = mean(square(symbols::prediction - symbols::target));

/// Softmax cross-entropy of logits with target probabilities (one-hot rows for classes).
/// Source     Goodfellow, Bengio, Courville (2016), section 6.2.2.3
inline constexpr auto cross_entropy = sum(symbols::target) * logsumexp(symbols::prediction) -
                                      sum(symbols::target * symbols::prediction);

/// Cross-entropy of logits of independent yes-no questions with target probabilities, mean over the
/// row: -target log(sigmoid(z)) - (1 - target) log(1 - sigmoid(z)), simplified by hand to what
/// cannot cancel.
inline constexpr auto binary_cross_entropy =
    mean(softplus(symbols::prediction) - symbols::target * symbols::prediction);

} // namespace ctgrad
