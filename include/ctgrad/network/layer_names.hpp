// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/summary.hpp>

#include <string_view>
#include <vector>

namespace ctgrad::detail
{

/// The name of a layer, as in a summary, and those of the layers that it holds, branch after branch.
struct layer_name
{
    std::string_view name;
    std::vector<layer_name> inner;
};

template <auto... Layers>
std::vector<layer_name> names_of();

/// What a layer holds; nothing unless it is made of layers.
template <class Holder>
struct held_names
{
    static std::vector<layer_name> value() { return {}; }
};

template <auto... Layers>
struct held_names<chain<Layers...>>
{
    static auto value() { return names_of<Layers...>(); }
};

template <auto... Layers>
struct held_names<residual<Layers...>>
{
    static auto value() { return names_of<Layers...>(); }
};

template <class Layer>
inline constexpr bool is_chain = false;

template <auto... Layers>
inline constexpr bool is_chain<chain<Layers...>> = true;

/// A branch is a layer, or a chain of which each layer counts.
template <auto Branch>
std::vector<layer_name> names_of_branch()
{
    using type = std::remove_cvref_t<decltype(Branch)>;
    return is_chain<type> ? held_names<type>::value() : names_of<Branch>();
}

template <auto... Branches>
std::vector<layer_name> names_of_branches()
{
    std::vector<layer_name> all;
    for (const auto& own : {names_of_branch<Branches>()...})
    {
        all.insert(all.end(), own.begin(), own.end());
    }
    return all;
}

template <auto... Branches>
struct held_names<add_up<Branches...>>
{
    static auto value() { return names_of_branches<Branches...>(); }
};

template <auto... Branches>
struct held_names<concatenate<Branches...>>
{
    static auto value() { return names_of_branches<Branches...>(); }
};

template <auto Formula, auto... Branches>
struct held_names<combine<Formula, Branches...>>
{
    static auto value() { return names_of_branches<Branches...>(); }
};

template <auto... Layers>
std::vector<layer_name> names_of()
{
    return {layer_name{layer_label<Layers>(),
                       held_names<std::remove_cvref_t<decltype(Layers)>>::value()}...};
}

template <class Network>
struct network_layer_names;

template <class T, input Input, auto... Layers>
struct network_layer_names<basic_network<T, Input, Layers...>>
{
    static auto value() { return names_of<Layers...>(); }
};

} // namespace ctgrad::detail
