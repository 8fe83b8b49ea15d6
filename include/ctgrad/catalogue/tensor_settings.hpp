// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/optimisers.hpp>

namespace ctgrad
{

namespace detail
{

template <class... First, class... Second>
constexpr auto joined_settings(const hana::basic_tuple<First...>& first,
                               const hana::basic_tuple<Second...>& second)
{
    return hana::unpack(first,
                        [&](const auto&... one)
                        {
                            return hana::unpack(
                                second, [&](const auto&... other)
                                { return hana::make_basic_tuple(one..., other...); });
                        });
}

/// What an optimiser has of its own for this tensor; usually nothing.
template <class Optimiser, class Tensor>
constexpr auto settings_for(const Optimiser& chosen, const Tensor& tensor)
{
    if constexpr (requires { chosen.settings(tensor); })
    {
        return chosen.settings(tensor);
    }
    else
    {
        return hana::make_basic_tuple();
    }
}

/// The weight decay of all tensors.
constexpr double weight_decay_of(const auto& chosen)
{
    double found = symbols::weight_decay.initial;
    hana::unpack(chosen.settings(),
                 [&](const auto&... setting)
                 {
                     ((found = setting.name.view() == symbols::weight_decay.name.view()
                                   ? static_cast<double>(setting.value)
                                   : found),
                      ...);
                 });
    return found;
}

} // namespace detail

/// An optimiser with settings that depend on the tensor; made by `settings_by_tensor`.
template <optimiser Optimiser, class Function>
struct optimiser_by_tensor
{
    static constexpr auto rule = Optimiser::rule;
    static constexpr bool each_tensor = detail::is_for_each_tensor<Optimiser>();
    static constexpr bool fast_steps = requires { requires Optimiser::fast_steps; };

    Optimiser chosen;
    Function settings_of;

    constexpr auto settings() const { return chosen.settings(); }
    constexpr auto settings(const auto& tensor) const
    {
        return detail::joined_settings(detail::settings_for(chosen, tensor), settings_of(tensor));
    }
};

/// An optimiser with other settings for some parameter tensors: a list of them for each, as a function of its
/// `parameter_tensor`. Weights decay and biases do not, and the first layer learns slowly:
///
///     settings_by_tensor(adamw{}, [](const parameter_tensor& tensor)
///                        { return list(weight_decay = is_weight(tensor) ? 0.01 : 0.0,
///                                      learning_rate = tensor.layer == 0 ? 1e-4 : 1e-3); })
///
/// Errors     compile time: the rule has a reduction over all weights, such as their norm
template <optimiser Optimiser, class Function>
constexpr auto settings_by_tensor(const Optimiser& chosen, Function settings_of)
{
    return optimiser_by_tensor<Optimiser, Function>{chosen, settings_of};
}

/// An optimiser whose weight decay, a setting that is the same for all tensors, is for some tensors only:
/// `decay_only(adamw{}, is_weight)` (train/weight_tensors.hpp).
template <optimiser Optimiser, class Predicate>
constexpr auto decay_only(const Optimiser& chosen, Predicate is_decaying)
{
    const double own = detail::weight_decay_of(chosen);
    return settings_by_tensor(
        chosen, [own, is_decaying](const auto& tensor)
        { return list(symbols::weight_decay = is_decaying(tensor) ? own : 0.0); });
}

} // namespace ctgrad
