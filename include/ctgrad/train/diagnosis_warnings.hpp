// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/train/diagnosis_text.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace ctgrad
{

/// From where on `warnings` says something.
struct warning_limits
{
    /// Shares of a layer's units; some of relu's are off at most rows from the beginning.
    double dead = 0.25;
    double saturated = 0.25;
    /// How many times the gradient of a parameter, as a root mean square over its layer, may be smaller or
    /// larger than in the last layer that learns.
    double gradient = 1e3;
    /// How many times the update of a step may be smaller or larger than a thousandth of the parameters.
    double update = 30.0;
};

namespace detail
{

inline std::string title(const layer_diagnosis& layer)
{
    return "layer " + layer.number + " (" + layer.name + "): ";
}

/// Where the first number is NaN or infinite, and what to do about it.
inline std::optional<std::string> warning_of_not_finite(const diagnosis& found)
{
    const auto is_bad = [](const std::optional<double>& value)
    { return value && !std::isfinite(*value); };
    for (const layer_diagnosis& layer : found.layers)
    {
        if (is_bad(layer.parameter_norm) && !layer.holds_layers)
        {
            return title(layer) + "parameters are NaN or infinite; start again with a smaller "
                                  "learning rate, or clip gradients";
        }
        if (is_bad(layer.mean) || is_bad(layer.variance))
        {
            return title(layer) + "it gets numbers that are NaN or infinite; look for them in the "
                                  "data, or start again with a smaller learning rate";
        }
    }
    const bool bad_gradient =
        std::ranges::any_of(found.layers, is_bad, &layer_diagnosis::gradient_norm);
    if (bad_gradient || !std::isfinite(found.loss))
    {
        return "the loss or its gradient is NaN or infinite; look for that in the targets, or "
               "try a smaller learning rate";
    }
    return std::nullopt;
}

inline void add_warnings_of_units(std::vector<std::string>& all, const layer_diagnosis& layer,
                                  const warning_limits& limits)
{
    // What is flat on both sides has gone too far out, which says more than that it is dead there.
    const bool is_saturated = layer.saturated.value_or(0) >= limits.saturated;
    if (is_saturated)
    {
        all.push_back(title(layer) + percent(*layer.saturated) +
                      " of units are saturated; try smaller initial weights, inputs of mean 0 and "
                      "variance 1, or another activation");
    }
    if (!is_saturated && layer.dead.value_or(0) >= limits.dead)
    {
        all.push_back(title(layer) + percent(*layer.dead) +
                      " of units are dead; try leaky_relu or a smaller learning rate");
    }
}

/// Whether a layer has weights of its own.
inline bool has_weights(const layer_diagnosis& layer)
{
    return layer.gradient_norm && !layer.holds_layers && !layer.is_formula;
}

/// Root mean square over the parameters, which does not depend on how many there are.
inline double gradient_size(const layer_diagnosis& layer)
{
    return *layer.gradient_norm / std::sqrt(static_cast<double>(layer.parameters));
}

/// The one layer whose gradient is smallest beside that of the last, and the one whose is largest.
inline void add_warnings_of_gradients(std::vector<std::string>& all, const diagnosis& found,
                                      const warning_limits& limits)
{
    std::vector<layer_diagnosis> layers;
    std::ranges::copy_if(found.layers, std::back_inserter(layers), has_weights);
    if (layers.empty())
    {
        return;
    }
    const layer_diagnosis& last = layers.back();
    const auto [least, most] = std::ranges::minmax(layers, {}, gradient_size);
    if (*least.gradient_norm == 0)
    {
        all.push_back(title(least) + "it gets no gradient, so it learns nothing");
        return;
    }
    const auto beside_last = [&](const layer_diagnosis& layer)
    { return short_number(gradient_size(layer) / gradient_size(last)) + " times"; };
    if (gradient_size(least) * limits.gradient < gradient_size(last))
    {
        all.push_back(title(least) + "its gradient is " + beside_last(least) + " that of layer " +
                      last.number +
                      ": gradients vanish on their way back; try initial weights for "
                      "the activation, another activation, or residual layers");
    }
    if (gradient_size(most) > limits.gradient * gradient_size(last))
    {
        all.push_back(title(most) + "its gradient is " + beside_last(most) + " that of layer " +
                      last.number +
                      ": gradients explode on their way back; try smaller initial "
                      "weights, normalisation, or clip gradients");
    }
}

inline void add_warning_of_update(std::vector<std::string>& all, const layer_diagnosis& layer,
                                  const warning_limits& limits)
{
    constexpr double usual = 1e-3;
    // Without any update it is not to learn.
    if (!layer.update_ratio || *layer.update_ratio == 0 || layer.holds_layers)
    {
        return;
    }
    const double ratio = *layer.update_ratio;
    const bool too_large = ratio > usual * limits.update;
    if (too_large || ratio * limits.update < usual)
    {
        all.push_back(title(layer) + "a step changes the parameters by " + short_number(ratio) +
                      " of their size, where 0.001 is usual; try a " +
                      (too_large ? "smaller" : "larger") + " learning rate");
    }
}

} // namespace detail

/// What is wrong with a network, in words, and what to try: a sentence for each problem, in the order of
/// the layers. Where numbers are NaN or infinite that is the only one.
/// Source     a thousandth is the rule of Karpathy's course CS231n, Neural networks, part 3
inline std::vector<std::string> warnings(const diagnosis& found, const warning_limits& limits = {})
{
    if (const auto not_finite = detail::warning_of_not_finite(found))
    {
        return {*not_finite};
    }
    std::vector<std::string> all;
    for (const layer_diagnosis& layer : found.layers)
    {
        detail::add_warnings_of_units(all, layer, limits);
        detail::add_warning_of_update(all, layer, limits);
    }
    detail::add_warnings_of_gradients(all, found, limits);
    return all;
}

} // namespace ctgrad
