// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/interpret.hpp>
#include <ctgrad/layers/layer.hpp>

#include <cmath>

namespace ctgrad
{

/// Distribution of initial weights. Variance 2 / fan-in (He), 2 / (fan-in + fan-out) (Glorot) or
/// 1 / fan-in (LeCun).
/// Source     He et al. (2015); Glorot, Bengio (2010); LeCun et al. (1998)
enum class initialiser
{
    /// Chosen from the formula behind the layer: He normal where it vanishes on the left and grows
    /// on the right (ReLU, swish, GELU), LeCun normal where it only grows on the right (ELU, SELU),
    /// Glorot uniform otherwise (tanh, sigmoid, none).
    automatic,
    he_normal,
    he_uniform,
    glorot_normal,
    glorot_uniform,
    lecun_normal,
    lecun_uniform,
    zeros
};

/// The initialiser that fits the formula behind a layer.
template <auto Next>
constexpr initialiser fitting_initialiser()
{
    if constexpr (expression<decltype(Next)>)
    {
        if constexpr (variable_count<Next> == 1)
        {
            const double right = Next(8.0);
            const double left = Next(-8.0);
            if (right < 4 && right > -4)
            {
                return initialiser::glorot_uniform;
            }
            const double share = scalar::abs(left / right);
            return share < 0.1   ? initialiser::he_normal
                   : share < 0.5 ? initialiser::lecun_normal
                                 : initialiser::glorot_uniform;
        }
    }
    return initialiser::glorot_uniform;
}

/// Draws weights for a layer of that fan-in and fan-out.
template <class T>
void draw_weights(std::span<T> weights, initialiser kind, int fan_in, int fan_out,
                  random_engine& engine)
{
    const double in = fan_in;
    const double out = fan_out;
    const auto normal = [&](double variance)
    { fill_normal(weights, T(0), static_cast<T>(std::sqrt(variance)), engine); };
    const auto uniform = [&](double variance)
    {
        const T limit = static_cast<T>(std::sqrt(3 * variance));
        fill_uniform(weights, -limit, limit, engine);
    };
    switch (kind)
    {
    case initialiser::he_normal:
        return normal(2 / in);
    case initialiser::he_uniform:
        return uniform(2 / in);
    case initialiser::glorot_normal:
        return normal(2 / (in + out));
    case initialiser::automatic:
    case initialiser::glorot_uniform:
        return uniform(2 / (in + out));
    case initialiser::lecun_normal:
        return normal(1 / in);
    case initialiser::lecun_uniform:
        return uniform(1 / in);
    case initialiser::zeros:
        std::fill(weights.begin(), weights.end(), T(0));
    }
}

} // namespace ctgrad
