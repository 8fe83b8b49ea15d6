// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/workspace.hpp>
#include <ctgrad/train/optimise.hpp>

namespace ctgrad
{

namespace detail
{

/// An update of the weights that gradients belong to.
template <class State, class T>
struct update_at_once
{
    State& state;
    std::span<T> weights;

    void operator()(const T* some, std::span<const T> gradients) const
    {
        state.update_some(weights, position(some), gradients);
    }

    auto reads(const T* some) const { return state.places_read(weights, position(some)); }

private:
    std::size_t position(const T* some) const
    {
        return static_cast<std::size_t>(some - weights.data());
    }
};

} // namespace detail

/// One step of training: the gradients of the mean loss over these rows, and an update by them. Where
/// an update looks at one weight at a time, and the rows are no more than go through the layers at
/// once, weights are updated while their gradients are in the first level of the cache: those of all
/// weights together are never in memory. The results are those of both one after the other, but for how
/// the compiler contracts products and sums. Rows for a network with memory are whole sequences.
/// `key` is the seed of what is random in it (dropout).
/// Errors     throws size_error unless there is a target for each input, of the network's sizes, and
///            the optimiser is for as many weights; then nothing is changed
/// Cost       allocates nothing
template <auto Loss, class Network, optimiser Optimiser>
batch_result learn(Network& net, training_workspace<Network>& workspace,
                   optimiser_state<Optimiser, typename Network::value_type>& state,
                   rows_view<const typename Network::value_type> inputs,
                   rows_view<const typename Network::value_type> targets, std::uint64_t key)
{
    using T = typename Network::value_type;
    const std::span<T> weights = net.parameters();
    if constexpr (optimiser_state<Optimiser, T>::is_for_each_weight && !Network::has_state)
    {
        if (inputs.rows <= training_workspace<Network>::tile_rows)
        {
            workspace.check_sizes(inputs, targets);
            state.begin_update(weights, workspace.gradients());
            return workspace.template give_gradients<Loss>(
                net, inputs, targets, key,
                detail::update_at_once<optimiser_state<Optimiser, T>, T>{state, weights});
        }
    }
    const batch_result result = workspace.template add_gradients<Loss>(net, inputs, targets, key);
    state.apply(weights, workspace.gradients());
    return result;
}

} // namespace ctgrad
