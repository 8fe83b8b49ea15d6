// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/network.hpp>

namespace ctgrad::detail
{

template <auto Layer>
constexpr auto without_dropout();

/// What is held there cannot drop anything (derivatives).
template <class Holder>
struct holder_without_dropout
{
    static constexpr Holder value{};
};

template <template <auto...> class Holder, auto... Layers>
struct holder_without_dropout<Holder<Layers...>>
{
    static constexpr Holder<without_dropout<Layers>()...> value{};
};

/// A layer whose passes of training are those of inference, also of what it holds: it drops nothing, and
/// has no statistics of a batch. Its parameters lie where they did.
template <auto Layer>
constexpr auto without_dropout()
{
    using type = std::remove_cvref_t<decltype(Layer)>;
    if constexpr (std::same_as<type, dropout>)
    {
        return dropout{.rate = 0.0};
    }
    else if constexpr (std::same_as<type, batch_norm>)
    {
        return batch_norm_formula<Layer.epsilon>; // of its parameters, as in inference
    }
    else if constexpr (requires { type::holds_layers; })
    {
        return holder_without_dropout<type>::value;
    }
    else
    {
        return Layer;
    }
}

template <class Network>
struct network_without_dropout;

template <class T, input Input, auto... Layers>
struct network_without_dropout<basic_network<T, Input, Layers...>>
{
    using type = basic_network<T, Input, without_dropout<Layers>()...>;
};

/// Calls `body` with a network whose passes of training are those of inference: that one, or one of
/// layers like that with the same parameters.
/// Cost       a copy of the parameters if there is dropout or batch_norm
template <class Network>
decltype(auto) call_without_dropout(const Network& net, const auto& body)
{
    using certain = typename network_without_dropout<Network>::type;
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
