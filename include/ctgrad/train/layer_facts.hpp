// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/branches_of.hpp>
#include <ctgrad/network/layer_names.hpp>
#include <ctgrad/train/formula_statistics.hpp>
#include <ctgrad/train/learnt_numbers.hpp>

#include <cmath>
#include <span>
#include <string>
#include <vector>

namespace ctgrad::detail
{

/// A layer's record, where its parameters lie, and what is counted of it.
struct layer_facts
{
    layer_diagnosis record;
    std::size_t first_parameter = 0;
    std::size_t stored_parameters = 0;
    formula_statistics statistics{};
};

/// Appends the layers of a pipeline whose parameters begin at `first`, each followed by those that it
/// holds. `number` is of the first layer, and becomes that behind the last.
template <class Passes>
void append_layers(std::vector<layer_facts>& all, const std::vector<layer_name>& names,
                   const std::string& prefix, int first, std::size_t& number);

template <class... Branches>
void append_branches([[maybe_unused]] std::vector<layer_facts>& all,
                     [[maybe_unused]] const std::vector<layer_name>& names,
                     [[maybe_unused]] const std::string& prefix, int first,
                     branch_list<Branches...>)
{
    [[maybe_unused]] std::size_t number = 0; // the layers of all branches count together
    [[maybe_unused]] const auto append = [&]<class Branch>(hana::basic_type<Branch>)
    {
        append_layers<typename Branch::passes>(all, names, prefix, first, number);
        first += Branch::parameters;
    };
    (append(hana::basic_type<Branches>{}), ...);
}

template <class Passes>
void append_layers(std::vector<layer_facts>& all, const std::vector<layer_name>& names,
                   const std::string& prefix, int first, std::size_t& number)
{
    Passes::for_each_layer(
        [&]<class Layer>(hana::basic_type<Layer>, const layer_place& place)
        {
            if constexpr (!is_conversion<Layer>)
            {
                const layer_name& name = names[number];
                layer_facts own{
                    .record = {.number = prefix + std::to_string(number),
                               .name = std::string(name.name),
                               .holds_layers = !name.inner.empty(),
                               .is_formula = is_formula_layer<Layer>,
                               .parameters = logical_parameters<Layer>()},
                    .first_parameter = static_cast<std::size_t>(first + place.parameters),
                    .stored_parameters = static_cast<std::size_t>(stored_parameters<Layer>())};
                if constexpr (is_formula_layer<Layer>)
                {
                    own.record.units = unit_count<Layer>;
                }
                const std::string inner_prefix = own.record.number + ".";
                all.push_back(std::move(own));
                append_branches(all, name.inner, inner_prefix, first + place.parameters,
                                branches_of<Layer>{});
                ++number;
            }
        });
}

/// All layers of a network, also those within others, by the names that they have in another of the same
/// layers.
template <class Network, class Named>
std::vector<layer_facts> facts_of_layers()
{
    std::vector<layer_facts> all;
    std::size_t number = 0;
    append_layers<typename Network::passes>(all, network_layer_names<Named>::value(), "", 0,
                                            number);
    return all;
}

/// Counts only what a layer learns.
inline void leave_out(layer_facts& own, std::span<const unlearnt_part> parts)
{
    for (const unlearnt_part& part : parts)
    {
        const bool is_own = part.first >= own.first_parameter &&
                            part.first < own.first_parameter + own.stored_parameters;
        own.record.parameters -= is_own ? part.numbers : 0;
    }
}

template <class T>
double norm(std::span<const T> values)
{
    double squares = 0;
    for (const T value : values)
    {
        squares += static_cast<double>(value) * static_cast<double>(value);
    }
    return std::sqrt(squares);
}

/// Writes the norms of gradients and parameters to the record, and the ratio of an update if the
/// parameters before are known. All are whole blocks, whose padding is zero.
template <class T>
void write_norms(layer_facts& own, std::span<const T> parameters, std::span<const T> gradients,
                 std::span<const T> parameters_before)
{
    if (own.record.parameters == 0)
    {
        return;
    }
    const auto part = [&](std::span<const T> block)
    { return block.subspan(own.first_parameter, own.stored_parameters); };
    own.record.gradient_norm = norm(part(gradients));
    own.record.parameter_norm = norm(part(parameters));
    if (parameters_before.empty())
    {
        return;
    }
    const std::span<const T> now = part(parameters);
    const std::span<const T> before = part(parameters_before);
    std::vector<T> update(now.size());
    std::ranges::transform(now, before, update.begin(), std::minus{});
    const double size_before = norm(before);
    if (size_before != 0)
    {
        own.record.update_ratio = norm(std::span<const T>(update)) / size_before;
    }
}

} // namespace ctgrad::detail
