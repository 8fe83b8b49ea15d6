// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/bounded_string.hpp>
#include <ctgrad/network/branch.hpp>

namespace ctgrad::detail
{

/// What lies before each part of a block whose parts have these sizes.
template <std::size_t Count>
constexpr std::array<int, Count> offsets_of(const std::array<int, Count>& sizes)
{
    std::array<int, Count> before{};
    for (std::size_t i = 1; i < Count; ++i)
    {
        before[i] = before[i - 1] + sizes[i - 1];
    }
    return before;
}

/// The parameters of all branches of a layer, one branch behind the other.
template <class T, class... Branches>
struct branch_parameters
{
protected:
    static constexpr auto parameters_at = offsets_of(std::array{Branches::parameters...});

    /// Calls `body.operator()<Branch, Index>()` for each branch.
    CTGRAD_ALWAYS_INLINE static constexpr void for_each_branch(const auto& body)
    {
        [&]<std::size_t... I>(std::index_sequence<I...>) CTGRAD_INLINE_LAMBDA
        { (body.template operator()<Branches, I>(), ...); }(std::index_sequence_for<Branches...>{});
    }

private:
    /// Calls with each layer that has parameters, its place in the block and its number.
    static constexpr void for_each_layer(const auto& body)
    {
        int number = 0;
        for_each_branch(
            [&]<class Branch, std::size_t I>()
            {
                Branch::passes::for_each_layer(
                    [&]<class Layer>(hana::basic_type<Layer> layer, const layer_place& place)
                    {
                        body(layer, parameters_at[I] + place.parameters, number);
                        number += is_conversion<Layer> ? 0 : 1;
                    });
            });
    }

    static constexpr int tensor_count = []
    {
        int tensors = 0;
        for_each_layer([&]<class Layer>(hana::basic_type<Layer>, int, int)
                       { tensors += static_cast<int>(Layer::tensors.size()); });
        return tensors;
    }();

    /// Characters of the longest name, and room for a number and a dot before it.
    static constexpr std::size_t most_characters = []
    {
        std::size_t longest = 0;
        for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, int, int)
            {
                for (const tensor_info& tensor : Layer::tensors)
                {
                    longest = std::max(longest, tensor.name.size());
                }
            });
        return longest + 12;
    }();

    /// The number of each tensor's layer and its own name, as "2.weight".
    static constexpr auto names = []
    {
        std::array<bounded_string<most_characters>, static_cast<std::size_t>(tensor_count)> made{};
        std::size_t next = 0;
        for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, int, int number)
            {
                for (const tensor_info& tensor : Layer::tensors)
                {
                    made[next] = decimal(number).view();
                    made[next] += ".";
                    made[next++] += tensor.name;
                }
            });
        return made;
    }();

public:
    static constexpr auto tensors = []
    {
        std::array<tensor_info, static_cast<std::size_t>(tensor_count)> made{};
        std::size_t next = 0;
        int stored = 0;
        for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, int place, int)
            {
                // Layers begin at cache lines: what is skipped belongs to the tensor before.
                if (next > 0)
                {
                    made[next - 1].stored += place - stored;
                    stored = place;
                }
                for (const tensor_info& tensor : Layer::tensors)
                {
                    made[next] = tensor;
                    made[next].name = names[next].view();
                    stored += tensor.stored;
                    ++next;
                }
            });
        return made;
    }();

    static void initialise(T* parameters, random_engine& engine)
    {
        for_each_layer([&]<class Layer>(hana::basic_type<Layer>, int place, int)
                       { Layer::initialise(parameters + place, engine); });
    }

    static void export_tensors(const T* parameters, T* to)
    {
        for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, int place, int)
            {
                Layer::export_tensors(parameters + place, to);
                to += logical_parameters<Layer>();
            });
    }

    static void import_tensors(const T* from, T* parameters)
    {
        for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, int place, int)
            {
                Layer::import_tensors(from, parameters + place);
                from += logical_parameters<Layer>();
            });
    }
};

} // namespace ctgrad::detail
