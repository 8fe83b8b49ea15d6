// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/layer_passes.hpp>
#include <ctgrad/network/loss.hpp>

namespace ctgrad
{

/// Memory of a training step for a network with memory, whose rows of data are whole sequences: the
/// inputs of all steps one after the other, and the targets of all steps, or of the last step alone.
/// Back-propagation through time goes through all steps, or at most through `steps_at_once` of them
/// (truncated: states go on, gradients do not).
/// Cost       allocates when sequences are longer than any before
/// Source     Werbos (1990); Williams, Peng (1990) for the truncated form
template <class Network>
class sequence_workspace
{
public:
    using T = typename Network::value_type;

    sequence_workspace() : passes_(0) {}

    /// Steps through which gradients go back at most; 0 for all.
    std::ptrdiff_t steps_at_once = 0;

    /// How much memory that is for so many sequences at once, at most 32, of so many steps.
    static constexpr std::size_t size_in_bytes(std::ptrdiff_t steps, std::ptrdiff_t sequences)
    {
        const std::ptrdiff_t numbers =
            steps * sequences * input_stride + sequences * std::ptrdiff_t{Network::memory.state};
        return detail::layer_passes<Network>::size_in_bytes(steps * sequences, sequences) +
               sizeof(T) * static_cast<std::size_t>(numbers);
    }

    /// Gradients of the mean loss, in the layout of the network's parameter block.
    std::span<T> gradients() { return passes_.gradients(); }

    /// Adds the gradients of the mean loss over all steps of these sequences to `gradients()`.
    /// `key` is the seed of what is random in this step (dropout).
    /// Shapes     inputs (sequences, steps input_size), targets (sequences, steps output_size) or
    ///            (sequences, output_size)
    /// Errors     throws size_error for other sizes
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

    /// Adds what these sequences contribute to the gradients of the mean loss over a batch of
    /// `batch_rows`; `loss` of the result is the sum of their mean losses. The key is that of the batch
    /// plus the number of sequences before these. Sizes are not checked. An observer
    /// (network/pipeline_passes.hpp) sees the rows of all steps.
    template <auto Loss, class Observer = detail::no_observer>
    batch_result add_part(const Network& net, rows_view<const T> inputs, rows_view<const T> targets,
                          std::uint64_t key, std::ptrdiff_t batch_rows,
                          const Observer& observer = {})
    {
        batch_result result;
        const std::ptrdiff_t losses = targets.columns / Network::output_size;
        const T factor = T(1) / static_cast<T>(batch_rows * losses);
        forward_pieces(net, inputs, key, observer,
                       [&](rows_view<const T> piece, std::ptrdiff_t row, std::ptrdiff_t count,
                           std::ptrdiff_t first)
                       {
                           go_back<Loss>(net, piece, targets.slice(row, count), first,
                                         inputs.columns / Network::input_size, factor, result);
                       });
        result.loss /= static_cast<double>(losses);
        result.rows = inputs.rows;
        return result;
    }

    /// Takes sequences forward as `add_part` does, and no further, for an observer.
    template <class Observer>
    void show(const Network& net, rows_view<const T> inputs, std::uint64_t key,
              const Observer& observer)
    {
        forward_pieces(net, inputs, key, observer, [](const auto&...) {});
    }

    /// Errors     throws size_error unless rows are whole sequences, with a target for each
    static void check_sizes(rows_view<const T> inputs, rows_view<const T> targets)
    {
        const std::ptrdiff_t steps = inputs.columns / Network::input_size;
        const bool has_targets = targets.columns == steps * Network::output_size ||
                                 targets.columns == Network::output_size;
        if (steps < 1 || inputs.columns != steps * Network::input_size || !has_targets ||
            inputs.rows != targets.rows)
        {
            detail::throw_sizes<Network>(inputs, targets);
        }
    }

private:
    /// Enough for the products; more only need memory.
    static constexpr std::ptrdiff_t most_sequences = 32;

    void make_room(std::ptrdiff_t rows, std::ptrdiff_t sequences)
    {
        if (rows > passes_.rows() || sequences > sequences_)
        {
            sequences_ = std::max(sequences, sequences_);
            passes_.make_room(std::max(rows, passes_.rows()), sequences_);
            x_ = aligned_buffer<T>(static_cast<std::size_t>(passes_.rows() * input_stride));
            state_ =
                aligned_buffer<T>(static_cast<std::size_t>(sequences_ * Network::memory.state));
        }
    }

    /// Takes some sequences at a time through some steps, which begin with the states of those before: calls
    /// with their rows, how many sequences were before them, how many they are, and how many steps were before.
    template <class Observer>
    void forward_pieces(const Network& net, rows_view<const T> inputs, std::uint64_t key,
                        const Observer& observer, const auto& body)
    {
        const std::ptrdiff_t all_steps = inputs.columns / Network::input_size;
        const std::ptrdiff_t chunk =
            steps_at_once > 0 ? std::min(steps_at_once, all_steps) : all_steps;
        make_room(chunk * std::min(most_sequences, inputs.rows),
                  std::min(most_sequences, inputs.rows));
        for (std::ptrdiff_t row = 0; row < inputs.rows; row += most_sequences)
        {
            const std::ptrdiff_t count = std::min(most_sequences, inputs.rows - row);
            const std::uint64_t own_key = mix_bits(key + static_cast<std::uint64_t>(row));
            std::ranges::fill(state_, T(0));
            for (std::ptrdiff_t first = 0; first < all_steps; first += chunk)
            {
                const rows_view<const T> x =
                    gather(inputs.slice(row, count), first, std::min(chunk, all_steps - first));
                passes_.forward(net, x, mix_bits(own_key + static_cast<std::uint64_t>(first)),
                                count, state_.data(), observer);
                body(x, row, count, first);
            }
        }
    }

    /// The inputs of some steps, all sequences' of one step after the other.
    rows_view<const T> gather(rows_view<const T> inputs, std::ptrdiff_t first, std::ptrdiff_t steps)
    {
        const std::ptrdiff_t sequences = inputs.rows;
        const rows_view<T> x{x_.data(), steps * sequences, Network::input_size, input_stride};
        for (std::ptrdiff_t t = 0; t < steps; ++t)
        {
            for (std::ptrdiff_t i = 0; i < sequences; ++i)
            {
                std::copy_n(inputs.row(i).data() + (first + t) * Network::input_size,
                            Network::input_size, x.row(t * sequences + i).data());
            }
        }
        return x;
    }

    /// Takes the losses of these sequences from step `first` on, of `all_steps`, and goes back through the steps
    /// that have gone forward last.
    template <auto Loss>
    void go_back(const Network& net, rows_view<const T> x, rows_view<const T> targets,
                 std::ptrdiff_t first, std::ptrdiff_t all_steps, T factor, batch_result& result)
    {
        const std::ptrdiff_t sequences = targets.rows;
        const std::ptrdiff_t steps = x.rows / sequences;
        constexpr int size = Network::output_size;
        constexpr int stride = row_stride<T>(size);
        const bool has_all = targets.columns == all_steps * size;
        if (!has_all && first + steps < all_steps)
        {
            return; // the target comes later, and no gradient comes back so far
        }
        const T* prediction = passes_.predictions();
        T* gradient = passes_.prediction_gradients();
        for (std::ptrdiff_t t = first; t < first + steps; ++t)
        {
            for (std::ptrdiff_t i = 0; i < sequences; ++i)
            {
                if (has_all || t == all_steps - 1)
                {
                    detail::take_loss<Loss, T, size>(
                        prediction, targets.row(i).data() + (has_all ? t * size : 0), factor,
                        gradient, result);
                }
                else
                {
                    std::fill_n(gradient, size, T(0));
                }
                prediction += stride;
                gradient += stride;
            }
        }
        clear_padding(passes_.prediction_gradients(), size, x.rows);
        passes_.backward(net, x, detail::no_update{}, sequences);
    }

    static constexpr int input_stride = row_stride<T>(Network::input_size);

    detail::layer_passes<Network> passes_;
    std::ptrdiff_t sequences_ = 0;
    aligned_buffer<T> x_;
    /// What the layers remember of each sequence.
    aligned_buffer<T> state_;
};

} // namespace ctgrad
