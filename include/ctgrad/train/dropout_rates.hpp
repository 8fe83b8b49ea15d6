// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/network.hpp>

#include <vector>

namespace ctgrad::detail
{

template <auto Layer>
void append_dropout_rates(std::vector<double>& rates);

/// What is held there cannot drop anything (derivatives).
template <class Holder>
struct rates_within
{
    static void append(std::vector<double>&) {}
};

template <template <auto...> class Holder, auto... Layers>
struct rates_within<Holder<Layers...>>
{
    static void append(std::vector<double>& rates) { (append_dropout_rates<Layers>(rates), ...); }
};

template <auto Layer>
void append_dropout_rates(std::vector<double>& rates)
{
    using type = std::remove_cvref_t<decltype(Layer)>;
    if constexpr (std::same_as<type, dropout>)
    {
        rates.push_back(Layer.rate);
    }
    else if constexpr (requires { type::holds_layers; })
    {
        rates_within<type>::append(rates);
    }
}

template <class Network>
struct rates_of_network;

template <class T, input Input, auto... Layers>
struct rates_of_network<basic_network<T, Input, Layers...>>
{
    static std::vector<double> value()
    {
        std::vector<double> rates;
        (append_dropout_rates<Layers>(rates), ...);
        return rates;
    }
};

/// The rates of a network's dropout layers in their order, also of those within others.
template <class Network>
std::vector<double> dropout_rates()
{
    return rates_of_network<Network>::value();
}

} // namespace ctgrad::detail
