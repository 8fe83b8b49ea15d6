// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/inference_form.hpp>
#include <ctgrad/train/evaluate.hpp>
#include <ctgrad/train/layer_observer.hpp>

namespace ctgrad
{

namespace detail
{

/// So many rows of a data set, evenly spread; all of them if it has no more.
template <class T>
data_set<T> spread_rows(const data_set<T>& data, std::ptrdiff_t count)
{
    count = std::min(count, data.rows);
    std::vector<std::ptrdiff_t> chosen(static_cast<std::size_t>(count));
    for (std::ptrdiff_t i = 0; i < count; ++i)
    {
        chosen[static_cast<std::size_t>(i)] = i * data.rows / count;
    }
    return data.select(chosen);
}

/// Errors     throws data_error or size_error for what makes no sense
template <class Network, class T>
void check_diagnosis(const data_set<T>& data, const diagnosis_options<T>& options)
{
    check_data<Network>("data set", data);
    if (data.rows < 1 || options.rows < 0)
    {
        throw data_error("ctgrad: a diagnosis needs at least one row");
    }
    const std::size_t size = static_cast<std::size_t>(Network::memory.parameters);
    if (!options.parameters_before.empty() && options.parameters_before.size() != size)
    {
        throw size_error("ctgrad: the network's block of parameters has " + std::to_string(size) +
                         " numbers, but that from before has " +
                         std::to_string(options.parameters_before.size()));
    }
}

template <auto Loss, class Named, class Network, class T>
diagnosis diagnose_rows(const Network& net, const data_set<T>& data,
                        const diagnosis_options<T>& options)
{
    training_workspace<Network> workspace;
    layer_observer<Network, Named> observer(options.saturated_slope);
    const batch_result result = workspace.template add_part<Loss>(
        net, data.input_view(), data.target_view(), 0, data.rows, observer.function());
    diagnosis found{.rows = data.rows, .loss = result.loss / static_cast<double>(data.rows)};
    // In the network by which rows go they are learnt.
    const std::vector<unlearnt_part> unlearnt = unlearnt_parts<Named>();
    const std::vector<T> parameters = learnt_numbers<T>(net.parameters(), unlearnt);
    const std::vector<T> gradients = learnt_numbers<T>(workspace.gradients(), unlearnt);
    const std::vector<T> before = learnt_numbers(options.parameters_before, unlearnt);
    for (layer_facts& own : observer.facts())
    {
        if (own.record.is_formula)
        {
            own.statistics.write(own.record, options.dead_slope, options.saturated_rows);
        }
        leave_out(own, unlearnt);
        write_norms<T>(own, parameters, gradients, before);
        found.layers.push_back(std::move(own.record));
    }
    return found;
}

} // namespace detail

/// Looks at each layer of a network while rows go through it and the gradients of their mean loss come
/// back, without dropout: which units are dead or saturated, what activations get, the norms of gradients.
/// `to_string(diagnosis)`, or `<<`, is a table of it, `warnings(diagnosis)` what to do about it. For a network with memory
/// rows are sequences, and each step counts as a row.
/// Errors     throws data_error when rows of the data do not fit the network, or if there are none;
///            size_error for parameters of another network
/// Cost       two to three times a step of training over these rows; layers that hold layers go forward once more
/// Source     Glorot, Bengio (2010), Understanding the difficulty of training deep feedforward neural
///            networks; Lu et al. (2020), Dying ReLU and initialization
template <class Network, class T, class Loss>
diagnosis diagnose(const Network& net, const data_set<T>& data, const Loss&,
                   const std::type_identity_t<diagnosis_options<T>>& options = {})
{
    constexpr auto formula = detail::loss_formula<Loss>::value;
    detail::check_types<Network, T, formula>();
    if constexpr (detail::are_usable<Network, T, formula>)
    {
        detail::check_diagnosis<Network>(data, options);
        const auto diagnose_all = [&](const data_set<T>& rows)
        {
            return detail::call_in_inference_form(
                net, [&](const auto& certain)
                { return detail::diagnose_rows<formula, Network>(certain, rows, options); });
        };
        const bool all = options.rows == 0 || options.rows >= data.rows;
        return all ? diagnose_all(data) : diagnose_all(detail::spread_rows(data, options.rows));
    }
    else
    {
        return {};
    }
}

} // namespace ctgrad
