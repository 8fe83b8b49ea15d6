// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/gain.hpp>
#include <ctgrad/layers/layer.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace ctgrad
{

/// Distribution of initial weights. Variance 2 / fan-in (He), 2 / (fan-in + fan-out) (Glorot) or
/// 1 / fan-in (LeCun).
/// Source     He et al. (2015); Glorot, Bengio (2010); LeCun et al. (1998)
enum class initialiser
{
    /// Normal weights with the gain of the formula behind the layer (graph/gain.hpp), biases 0; He
    /// normal for ReLU. Glorot uniform where no formula follows.
    automatic,
    /// The same for networks of many layers: biases have the variance of the gain too, which keeps
    /// signals and gradients at their size.
    deep,
    he_normal,
    he_uniform,
    glorot_normal,
    glorot_uniform,
    lecun_normal,
    lecun_uniform,
    zeros
};

/// Whether what follows a layer is a formula that says how the layer should begin.
template <auto Next>
inline constexpr bool has_gain = false;
template <auto Next>
    requires expression<decltype(Next)>
inline constexpr bool has_gain<Next> = variable_count<Next> == 1 && !has_reduction<Next>;

namespace detail
{

template <initial_gain Value>
struct constant_gain
{
    static constexpr initial_gain value() { return Value; }
};

/// For operations that the compiler cannot compute.
template <auto Next, bool WithBiases>
struct computed_gain
{
    static initial_gain value() { return gain_of(Next, WithBiases); }
};

template <auto Next, bool WithBiases>
constexpr auto gain_behind(int) -> constant_gain<gain_of(Next, WithBiases)>;
template <auto Next, bool WithBiases>
constexpr auto gain_behind(long) -> computed_gain<Next, WithBiases>;

} // namespace detail

/// The gain of the formula that follows a layer, a constant unless an operation of the user's own
/// cannot be computed by the compiler. Without such a formula the one for square layers of Glorot.
template <auto Next, bool WithBiases = true>
constexpr initial_gain fitting_gain()
{
    if constexpr (has_gain<Next>)
    {
        return decltype(detail::gain_behind<Next, WithBiases>(0))::value();
    }
    else
    {
        return {};
    }
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
    case initialiser::deep:
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

/// Draws weights for a layer which `Next` follows, and its biases, of which there may be none.
template <auto Next, initialiser Kind, bool WithBiases, class T>
void draw_parameters(std::span<T> weights, std::span<T> biases, int fan_in, int fan_out,
                     random_engine& engine)
{
    std::fill(biases.begin(), biases.end(), T(0));
    constexpr bool is_fitted = Kind == initialiser::automatic || Kind == initialiser::deep;
    if constexpr (is_fitted && has_gain<Next>)
    {
        constexpr auto deviation = [](double variance)
        { return static_cast<T>(std::sqrt(variance)); };
        const initial_gain fitting = fitting_gain<Next, WithBiases && Kind == initialiser::deep>();
        fill_normal(weights, T(0), deviation(fitting.weights / fan_in), engine);
        if (fitting.biases > 0)
        {
            fill_normal(biases, T(0), deviation(fitting.biases), engine);
        }
    }
    else
    {
        draw_weights(weights, Kind, fan_in, fan_out, engine);
    }
}

/// Rows of an orthogonal matrix of that size, so that states neither grow nor fade at first.
/// Source     Saxe, McClelland, Ganguli (2014)
template <class T>
void fill_orthogonal(std::span<T> matrix, int size, random_engine& engine)
{
    const auto n = static_cast<std::size_t>(size);
    std::vector<double> rows(n * n);
    fill_normal(std::span<double>(rows), 0.0, 1.0, engine);
    const auto row = [&](std::size_t i) { return std::span<double>(rows).subspan(i * n, n); };
    for (std::size_t i = 0; i < n; ++i)
    {
        // Twice, as rounding leaves something of the others where a row was nearly one of them.
        for (std::size_t round = 0; round < 2 * i; ++round)
        {
            const std::span<double> other = row(round % i);
            const double part = std::inner_product(other.begin(), other.end(), row(i).begin(), 0.0);
            for (std::size_t k = 0; k < n; ++k)
            {
                row(i)[k] -= part * other[k];
            }
        }
        const double length =
            std::sqrt(std::inner_product(row(i).begin(), row(i).end(), row(i).begin(), 0.0));
        std::ranges::for_each(row(i), [&](double& value) { value /= length; });
    }
    std::ranges::transform(rows, matrix.begin(),
                           [](double value) { return static_cast<T>(value); });
}

} // namespace ctgrad
