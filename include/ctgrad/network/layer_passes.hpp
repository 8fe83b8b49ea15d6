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
        kept_rows_ = rows + memory.steps_before * sequences;
        const auto buffer_of = [](std::ptrdiff_t count, int room)
        { return aligned_buffer<T>(static_cast<std::size_t>(count * room)); };
        values_ = buffer_of(rows, room_before(memory.buffers));
        kept_ = buffer_of(kept_rows_, memory.kept);
        first_ = buffer_of(rows, memory.widest);
        second_ = buffer_of(rows, memory.widest);
    }

    std::ptrdiff_t rows() const { return rows_; }

    std::span<T> gradients() { return {gradients_.data(), gradients_.size()}; }

    /// Outputs of the last forward pass, row_stride apart.
    const T* predictions() { return buffer(memory.layers.back().output_buffer); }

    /// Where their gradients are to be, likewise.
    T* prediction_gradients() { return first_.data(); }

    /// `key` is the seed of what is random. Rows of sequences come step by step; `state` is what the
    /// layers remember of all of them.
    void forward(const Network& net, rows_view<const T> inputs, std::uint64_t key,
                 [[maybe_unused]] std::ptrdiff_t sequences = 0, [[maybe_unused]] T* state = nullptr)
    {
        if constexpr (memory.copies_input)
        {
            constexpr int stride = row_stride<T>(Network::input_size);
            for (std::ptrdiff_t row = 0; row < inputs.rows; ++row)
            {
                std::copy_n(inputs.data + row * inputs.stride, Network::input_size,
                            buffer(0) + row * stride);
            }
        }
        std::uint64_t layer_key = key;
        Network::for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, const layer_place& place)
            {
                const T* const parameters = net.parameters().data() + place.parameters;
                layer_key = mix_bits(layer_key);
                if constexpr (has_memory<Layer>)
                {
                    const input_rows x = input_of(place, inputs);
                    Layer::forward(parameters, x.data, x.stride, buffer(place.output_buffer),
                                   kept_of(place), inputs.rows / sequences, sequences,
                                   state + sequences * place.state);
                }
                else if constexpr (!Layer::in_place)
                {
                    const input_rows x = input_of(place, inputs);
                    detail::infer<Layer>(parameters, x.data, x.stride, buffer(place.output_buffer),
                                         inputs.rows, scratch_.data());
                }
                else if constexpr (!passes_nothing<Layer>)
                {
                    Layer::forward(parameters, buffer(place.output_buffer), kept_of(place),
                                   inputs.rows, pass_context{layer_key});
                }
            });
    }

    /// Takes `prediction_gradients()` back to all parameters.
    void backward(const Network& net, rows_view<const T> inputs, const auto& update,
                  [[maybe_unused]] std::ptrdiff_t sequences = 0)
    {
        T* dy = first_.data();
        T* dx = second_.data();
        Network::for_each_layer_backwards(
            [&]<class Layer>(hana::basic_type<Layer>, const layer_place& place)
            {
                const T* const parameters = net.parameters().data() + place.parameters;
                T* const gradients = gradients_.data() + place.parameters;
                const bool wanted = is_learnt_before(place.parameters);
                if constexpr (has_memory<Layer>)
                {
                    const input_rows x = input_of(place, inputs);
                    Layer::backward(parameters, x.data, x.stride, kept_of(place), dy,
                                    wanted ? dx : nullptr, gradients, inputs.rows / sequences,
                                    sequences);
                    give_gradients<Layer>(parameters, gradients, update);
                    std::swap(dy, dx);
                }
                else if constexpr (!Layer::in_place)
                {
                    const input_rows x = input_of(place, inputs);
                    detail::backward<Layer>(parameters, x.data, x.stride, dy, wanted ? dx : nullptr,
                                            gradients, inputs.rows, scratch_.data(), update);
                    std::swap(dy, dx);
                }
                else if constexpr (!passes_nothing<Layer>)
                {
                    if (wanted || stored_parameters<Layer>() > 0)
                    {
                        detail::backward<Layer>(parameters, kept_of(place), dy, gradients,
                                                inputs.rows, update);
                    }
                }
            });
    }

private:
    static constexpr const auto& memory = Network::memory;

    static constexpr int room_before(int buffer)
    {
        int room = 0;
        for (int i = 0; i < buffer; ++i)
        {
            room += memory.buffer_strides[static_cast<std::size_t>(i)];
        }
        return room;
    }

    T* buffer(int index) { return values_.data() + rows_ * room_before(index); }

    T* kept_of(const layer_place& place) { return kept_.data() + kept_rows_ * place.kept; }

    /// Whether a layer before this one has something to learn, so that it needs a gradient.
    static constexpr bool is_learnt_before(int parameters) { return parameters > 0; }

    struct input_rows
    {
        const T* data;
        std::ptrdiff_t stride;
    };

    input_rows input_of(const layer_place& place, rows_view<const T> inputs)
    {
        if (place.input_buffer < 0)
        {
            return {inputs.data, inputs.stride};
        }
        return {buffer(place.input_buffer), row_stride<T>(place.input_size)};
    }

    std::ptrdiff_t rows_ = 0;
    std::ptrdiff_t kept_rows_ = 0;
    aligned_buffer<T> values_;
    aligned_buffer<T> kept_;
    aligned_buffer<T> first_;
    aligned_buffer<T> second_;
    aligned_buffer<T> gradients_;
    aligned_buffer<T> scratch_;
};

} // namespace ctgrad::detail
