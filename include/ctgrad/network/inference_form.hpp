// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/network.hpp>

namespace ctgrad::detail
{

template <auto Layer>
constexpr auto inference_form();

/// What is held there cannot drop anything (derivatives).
template <class Holder>
struct holder_in_inference_form
{
    static constexpr Holder value{};
};

template <template <auto...> class Holder, auto... Layers>
struct holder_in_inference_form<Holder<Layers...>>
{
    static constexpr Holder<inference_form<Layers>()...> value{};
};

/// A layer whose passes of training are those of inference, also of what it holds: it drops nothing, and
/// has no statistics of a batch. Its parameters lie where they did.
template <auto Layer>
constexpr auto inference_form()
{
    using type = std::remove_cvref_t<decltype(Layer)>;
    if constexpr (std::same_as<type, dropout>)
    {
        return dropout{.rate = 0.0};
    }
    else if constexpr (std::same_as<type, batch_norm>)
    {
        return batch_norm_programs<Layer.epsilon>::formula; // of its parameters, as in inference
    }
    else if constexpr (requires { type::holds_layers; })
    {
        return holder_in_inference_form<type>::value;
    }
    else
    {
        return Layer;
    }
}

template <class Network>
struct network_in_inference_form;

template <class T, input Input, auto... Layers>
struct network_in_inference_form<basic_network<T, Input, Layers...>>
{
    using type = basic_network<T, Input, inference_form<Layers>()...>;
};

/// Calls `body` with a network whose passes of training are those of inference: that one, or one of
/// layers like that with the same parameters.
/// Cost       if there is dropout or batch_norm, another network is made, and gets the parameters
template <class Network>
decltype(auto) call_in_inference_form(const Network& net, const auto& body)
{
    using certain = typename network_in_inference_form<Network>::type;
    if constexpr (std::same_as<certain, Network>)
    {
        return body(net);
    }
    else
    {
        certain copy;
        std::ranges::copy(net.parameters(), copy.parameters().begin());
        return body(std::as_const(copy));
    }
}

} // namespace ctgrad::detail
