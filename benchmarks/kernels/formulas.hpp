// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/symbolic.hpp>

// The activation functions as a textbook writes them.

namespace formulas
{

using namespace ctgrad;

inline constexpr variable<"x"> x;

inline constexpr auto relu = where(x > 0, x, 0);
inline constexpr auto sigmoid = 1 / (1 + exp(-x));
inline constexpr auto tanh = (exp(x) - exp(-x)) / (exp(x) + exp(-x));
inline constexpr auto swish = x / (1 + exp(-x));
inline constexpr auto gelu = 0.5 * x * (1 + erf(x / 1.41421356237309504880));
inline constexpr auto gelu_tanh =
    0.5 * x * (1 + ctgrad::tanh(0.79788456080286535588 * (x + 0.044715 * x * x * x)));
inline constexpr auto mish = x * ctgrad::tanh(log(1 + exp(x)));
inline constexpr auto elu = where(x > 0, x, exp(x) - 1);
inline constexpr auto softplus = log(1 + exp(x));

// Over a row.
inline constexpr auto softmax = exp(x - max(x)) / sum(exp(x - max(x)));
inline constexpr auto log_softmax = log(softmax);
inline constexpr auto layer_norm = (x - mean(x)) / sqrt(mean(square(x - mean(x))) + 1e-5);

} // namespace formulas
