// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/optimisers.hpp>
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/tensor/random.hpp>

#include <array>
#include <bit>
#include <cstdint>

namespace ctgrad::detail
{

// What an optimiser's rule is compiled to, and what is known of it.

/// What is assigned, in the fast tier where that is enough: a step of float that is longer or shorter by
/// 2e-4 of its length is one with another learning rate.
template <class Optimiser, class T>
constexpr auto in_tier_of_update(const auto& value)
{
    if constexpr (std::same_as<T, float> && requires { requires Optimiser::fast_steps; })
    {
        return fast(value);
    }
    else
    {
        return value;
    }
}

template <class Optimiser, class T, class Indices>
struct update_program_of;

template <class Optimiser, class T, std::size_t... I>
struct update_program_of<Optimiser, T, std::index_sequence<I...>>
{
    using type = program<in_tier_of_update<Optimiser, T>(
        hana::at_c<I>(Optimiser::rule.assignments).value)...>;
};

template <class Optimiser>
inline constexpr std::size_t assignment_count = hana::unpack(
    Optimiser::rule.assignments, [](const auto&... assignments) { return sizeof...(assignments); });

template <class Optimiser, class T>
using update_program =
    typename update_program_of<Optimiser, T,
                               std::make_index_sequence<assignment_count<Optimiser>>>::type;

/// A hash of a name and a number, on top of what there is.
constexpr std::uint64_t hash_of(std::uint64_t hash, std::string_view name, std::uint64_t number)
{
    for (const char letter : name)
    {
        hash = mix_bits(hash ^ static_cast<unsigned char>(letter));
    }
    return mix_bits(hash ^ number);
}

/// The same of a node of a graph.
constexpr std::uint64_t hash_of(std::uint64_t hash, const node& part)
{
    switch (part.kind)
    {
    case node_kind::constant:
        return hash_of(hash, "constant", std::bit_cast<std::uint64_t>(part.value));
    case node_kind::variable:
        return hash_of(hash, part.name, 0);
    case node_kind::parameter:
        return hash_of(hash, part.name, 1);
    case node_kind::applied:
        break;
    }
    for (const int operand : part.operands)
    {
        hash = mix_bits(hash + static_cast<std::uint64_t>(operand));
    }
    return hash_of(hash, part.op->name, 2);
}

/// What is known of a rule beside its formulas.
template <class Optimiser, class T>
struct rule_facts
{
    /// Initial values of its parameters.
    std::array<T, static_cast<std::size_t>(update_program<Optimiser, T>::parameters.size)> values{};
    /// A number that other rules do not have.
    std::uint64_t hash = 0;
};

template <class Optimiser, class T>
constexpr rule_facts<Optimiser, T> facts_of_rule()
{
    constexpr const name_list& parameters = update_program<Optimiser, T>::parameters;
    rule_facts<Optimiser, T> facts;
    graph_builder graph;
    hana::unpack(
        Optimiser::rule.assignments,
        [&](const auto&... assigned)
        {
            ((facts.hash = hash_of(facts.hash, assigned.name.view(),
                                   static_cast<std::uint64_t>(trace(graph, assigned.value)))),
             ...);
        });
    if (is_for_each_tensor<Optimiser>())
    {
        facts.hash = mix_bits(facts.hash);
    }
    for (int i = 0; i < graph.size(); ++i)
    {
        facts.hash = hash_of(facts.hash, graph[i]);
        // A parameter that a formula was put in for is in the graph, but not in the list.
        const int index =
            graph[i].kind == node_kind::parameter ? parameters.find(graph[i].name) : -1;
        if (index >= 0)
        {
            facts.values[static_cast<std::size_t>(index)] = static_cast<T>(graph[i].value);
        }
    }
    return facts;
}

} // namespace ctgrad::detail
