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

/// Mean over the row of the absolute difference; the slope at 0 is 0.
inline constexpr auto mean_absolute_error = mean(abs(symbols::prediction - symbols::target));

/// Squares of small differences and absolute values of large ones, mean over the row:
/// `loss<huber_loss(1.0)>`.
/// Source     Huber (1964), Robust estimation of a location parameter
template <operand Delta = double>
constexpr auto huber_loss(Delta delta = 1.0)
{
    const auto distance = abs(symbols::prediction - symbols::target);
    return mean(where(distance < delta, 0.5 * square(distance), delta * (distance - 0.5 * delta)));
}

/// log(cosh(prediction - target)), mean over the row, in a form that does not overflow.
inline constexpr auto log_cosh_error =
    mean(abs(symbols::prediction - symbols::target) +
         softplus(-2 * abs(symbols::prediction - symbols::target)) - 0.69314718055994530942);

/// max(0, 1 - target prediction), mean over the row, for targets -1 and 1.
/// Source     Cortes, Vapnik (1995), Support-vector networks
inline constexpr auto hinge_loss = mean(maximum(0, 1 - symbols::target * symbols::prediction));

/// Softmax cross-entropy of logits with target probabilities (one-hot rows for classes).
/// Source     Goodfellow, Bengio, Courville (2016), section 6.2.2.3
inline constexpr auto cross_entropy = sum(symbols::target) * logsumexp(symbols::prediction) -
                                      sum(symbols::target * symbols::prediction);

/// The same with targets that leave `smoothing` of their sum to all classes alike:
/// `loss<smoothed_cross_entropy(0.1)>`.
/// Source     Szegedy et al. (2016), Rethinking the Inception architecture, section 7
template <operand Smoothing = double>
constexpr auto smoothed_cross_entropy(Smoothing smoothing)
{
    const auto smoothed = (1 - smoothing) * symbols::target + smoothing * mean(symbols::target);
    return sum(symbols::target) * logsumexp(symbols::prediction) -
           sum(smoothed * symbols::prediction);
}

/// Cross-entropy in which answers that are right already weigh (1 - p)^gamma:
/// `loss<focal_loss(2.0)>`. gamma is 0 or at least 1.
/// Source     Lin, Goyal, Girshick, He, Dollar (2017), Focal loss for dense object detection
template <operand Gamma = double>
constexpr auto focal_loss(Gamma gamma = 2.0)
{
    const auto log_probability = symbols::prediction - logsumexp(symbols::prediction);
    return -sum(symbols::target * pow(-expm1(log_probability), gamma) * log_probability);
}

/// Kullback-Leibler divergence of the softmax of logits from target probabilities: cross-entropy less
/// the entropy of the target.
inline constexpr auto kullback_leibler =
    cross_entropy +
    sum(where(symbols::target > 0, symbols::target* log(maximum(symbols::target, 1e-37)), 0));

/// Cross-entropy of logits of independent yes-no questions with target probabilities, mean over the
/// row: -target log(sigmoid(z)) - (1 - target) log(1 - sigmoid(z)), simplified by hand to what
/// cannot cancel.
inline constexpr auto binary_cross_entropy =
    mean(softplus(symbols::prediction) - symbols::target * symbols::prediction);

} // namespace ctgrad
