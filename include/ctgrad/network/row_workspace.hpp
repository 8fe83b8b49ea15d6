// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/layer_passes.hpp>
#include <ctgrad/network/loss.hpp>

namespace ctgrad
{

/// Memory of a training step for a network whose rows have nothing to do with each other: rows between
/// the layers, what backward needs of forward, and the gradients of all parameters. Allocated once; a
/// step allocates nothing.
template <class Network>
class row_workspace
{
public:
    using T = typename Network::value_type;

    row_workspace() : passes_(tile_rows) {}

    /// How much memory that is.
    static constexpr std::size_t size_in_bytes()
    {
        return detail::layer_passes<Network>::size_in_bytes(tile_rows);
    }

    /// Gradients of the mean loss, in the layout of the network's parameter block.
    std::span<T> gradients() { return passes_.gradients(); }

    /// Adds the gradients of the mean loss over these rows to `gradients()`.
    /// `key` is the seed of what is random in this step (dropout).
    /// Errors     throws size_error unless there is a target for each input, of the network's sizes
    template <auto Loss>
    batch_result add_gradients(const Network& net, rows_view<const T> inputs,
                               rows_view<const T> targets, std::uint64_t key)
    {
        detail::check_loss<Loss>();
        check_sizes(inputs, targets);
        batch_result result = add_part<Loss>(net, inputs, targets, key, inputs.rows);
        result.loss /= static_cast<double>(inputs.rows);
        return result;
    }

    /// Adds what these rows contribute to the gradients of the mean loss over a batch of
    /// `batch_rows`; `loss` of the result is their sum. The key is that of the batch plus the number of
    /// rows before these. Sizes are not checked. An observer (network/pipeline_passes.hpp) sees all rows.
    template <auto Loss, class Observer = detail::no_observer>
    batch_result add_part(const Network& net, rows_view<const T> inputs, rows_view<const T> targets,
                          std::uint64_t key, std::ptrdiff_t batch_rows,
                          const Observer& observer = {})
    {
        batch_result result;
        const T factor = T(1) / static_cast<T>(batch_rows);
        forward_tiles(net, inputs, key, observer,
                      [&](rows_view<const T> tile, std::ptrdiff_t row)
                      {
                          take_losses<Loss>(targets.slice(row, tile.rows), factor, result);
                          passes_.backward(net, tile, detail::no_update{});
                      });
        return result;
    }

    /// Takes rows forward as `add_part` does, and no further, for an observer.
    template <class Observer>
    void show(const Network& net, rows_view<const T> inputs, std::uint64_t key,
              const Observer& observer)
    {
        forward_tiles(net, inputs, key, observer, [](const auto&...) {});
    }

    /// Gradients of the mean loss over at most `tile_rows` rows, each given away as soon as nothing else
    /// needs its weight: `update(weights, some)`, once for each part of the network's parameter block,
    /// may change the weights. `gradients()` have to be zero, and stay so.
    /// Sizes are not checked.
    template <auto Loss>
    batch_result give_gradients(const Network& net, rows_view<const T> inputs,
                                rows_view<const T> targets, std::uint64_t key, const auto& update)
    {
        detail::check_loss<Loss>();
        batch_result result;
        passes_.forward(net, inputs, mix_bits(key));
        take_losses<Loss>(targets, T(1) / static_cast<T>(inputs.rows), result);
        passes_.backward(net, inputs, update);
        result.loss /= static_cast<double>(inputs.rows);
        return result;
    }

    /// Errors     throws size_error unless there is a target for each input, of the network's sizes
    static void check_sizes(rows_view<const T> inputs, rows_view<const T> targets)
    {
        if (inputs.columns != Network::input_size || targets.columns != Network::output_size ||
            inputs.rows != targets.rows)
        {
            detail::throw_sizes<Network>(inputs, targets);
        }
    }

    /// How many rows go through all layers at once.
    static constexpr std::ptrdiff_t tile_rows = 128;

private:
    /// Calls with each tile and the number of rows before it when its predictions are there.
    template <class Observer>
    void forward_tiles(const Network& net, rows_view<const T> inputs, std::uint64_t key,
                       const Observer& observer, const auto& body)
    {
        for (std::ptrdiff_t row = 0; row < inputs.rows; row += tile_rows)
        {
            const std::ptrdiff_t count = std::min<std::ptrdiff_t>(tile_rows, inputs.rows - row);
            const rows_view<const T> x = inputs.slice(row, count);
            passes_.forward(net, x, mix_bits(key + static_cast<std::uint64_t>(row)), 0, nullptr,
                            observer);
            body(x, row);
        }
    }

    template <auto Loss>
    void take_losses(rows_view<const T> targets, T factor, batch_result& result)
    {
        constexpr int size = Network::output_size;
        constexpr int stride = row_stride<T>(size);
        const T* const predictions = passes_.predictions();
        T* const gradients = passes_.prediction_gradients();
        for (std::ptrdiff_t row = 0; row < targets.rows; ++row)
        {
            detail::take_loss<Loss, T, size>(predictions + row * stride,
                                             targets.data + row * targets.stride, factor,
                                             gradients + row * stride, result);
        }
        clear_padding(gradients, size, targets.rows);
        result.rows += targets.rows;
    }

    detail::layer_passes<Network> passes_;
};

} // namespace ctgrad
