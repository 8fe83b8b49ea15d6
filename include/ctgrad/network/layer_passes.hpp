// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/network.hpp>

namespace ctgrad::detail
{

/// Both passes of training through all layers of a network, and their memory: rows between the layers,
/// what backward needs of forward, and the gradients of all parameters.
template <class Network>
class layer_passes
{
public:
    using T = typename Network::value_type;

    /// For so many rows at once, which are the steps of so many sequences if layers have memory.
    explicit layer_passes(std::ptrdiff_t rows, std::ptrdiff_t sequences = 0)
        : gradients_(static_cast<std::size_t>(memory.parameters)),
          scratch_(static_cast<std::size_t>(memory.scratch))
    {
        make_room(rows, sequences);
    }

    void make_room(std::ptrdiff_t rows, std::ptrdiff_t sequences)
    {
        rows_ = rows;
        room_ = whole_blocks(rows);
        kept_room_ = whole_blocks(rows + memory.steps_before * sequences);
        const auto buffer_of = [](std::ptrdiff_t count, int numbers)
        { return aligned_buffer<T>(static_cast<std::size_t>(count * numbers)); };
        values_ = buffer_of(room_, memory.values());
        kept_ = buffer_of(kept_room_, memory.kept);
        first_ = buffer_of(room_, memory.widest);
        second_ = buffer_of(room_, memory.widest);
    }

    /// How much memory that is.
    static constexpr std::size_t size_in_bytes(std::ptrdiff_t rows, std::ptrdiff_t sequences = 0)
    {
        const std::ptrdiff_t numbers =
            whole_blocks(rows) * (memory.values() + 2 * memory.widest) +
            whole_blocks(rows + memory.steps_before * sequences) * memory.kept + memory.parameters +
            memory.scratch;
        return sizeof(T) * static_cast<std::size_t>(numbers);
    }

    std::ptrdiff_t rows() const { return rows_; }

    std::span<T> gradients() { return {gradients_.data(), gradients_.size()}; }

    /// Outputs of the last forward pass, row_stride apart.
    const T* predictions() { return places().output(); }

    /// Where their gradients are to be, likewise.
    T* prediction_gradients() { return first_.data(); }

    /// `key` is the seed of what is random. Rows of sequences come step by step; `state` is what the
    /// layers remember of all of them.
    template <class Observer = no_observer>
    void forward(const Network& net, rows_view<const T> inputs, std::uint64_t key,
                 std::ptrdiff_t sequences = 0, T* state = nullptr, const Observer& observer = {})
    {
        passes::forward(net.parameters().data(), inputs.data, inputs.stride, places(), inputs.rows,
                        {key, sequences, state, scratch_.data()}, observer);
    }

    /// Takes `prediction_gradients()` back to all parameters; and to the inputs if that is wanted: then
    /// returns where they are, row_stride apart.
    const T* backward(const Network& net, rows_view<const T> inputs, const auto& update,
                      std::ptrdiff_t sequences = 0, bool wants_input = false)
    {
        return passes::backward(net.parameters().data(), inputs.data, inputs.stride, places(),
                                gradients_.data(), inputs.rows,
                                {0, sequences, nullptr, scratch_.data()}, update, wants_input);
    }

private:
    using passes = typename Network::passes;
    using training_memory = typename passes::training_memory;
    static constexpr const auto& memory = Network::memory;

    static constexpr std::ptrdiff_t whole_blocks(std::ptrdiff_t rows)
    {
        constexpr std::ptrdiff_t block = simd::batch<T>::size;
        return (rows + block - 1) / block * block;
    }

    /// Where everything lies: a workspace may have been moved or copied.
    training_memory places()
    {
        return {values_.data(), kept_.data(), first_.data(), second_.data(), room_, kept_room_};
    }

    std::ptrdiff_t rows_ = 0;
    /// Rows that there is room for: whole blocks.
    std::ptrdiff_t room_ = 0;
    std::ptrdiff_t kept_room_ = 0;
    aligned_buffer<T> values_;
    aligned_buffer<T> kept_;
    aligned_buffer<T> first_;
    aligned_buffer<T> second_;
    aligned_buffer<T> gradients_;
    aligned_buffer<T> scratch_;
};

} // namespace ctgrad::detail
