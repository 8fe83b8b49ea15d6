// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/pipeline_passes.hpp>

namespace ctgrad::detail
{

/// Layers one behind the other within a layer that holds them: their outputs are in `Out`, their memory is
/// part of that layer's.
template <class T, placement In, row_format Out, pass_size Size, auto... Layers>
struct branch
{
    using layers =
        typename place_layers<T, In, Out, Size, std::make_index_sequence<sizeof...(Layers)>,
                              Layers...>::type;
    using passes = pipeline_passes<T, In, layers>;
    using result = typename passes::result;
    static constexpr const auto& memory = passes::memory;
    static constexpr bool is_identity = layers::size == 0;

    static constexpr placement output{
        placed_layer<T, In, Size, sizeof...(Layers), Layers...>::output::value.extents, Out};

    /// Numbers that training keeps of each row: all that a network of its own would have.
    static constexpr int kept = is_identity ? 0 : memory.values() + memory.kept + 2 * memory.widest;
    static constexpr int parameters = memory.parameters;
    static constexpr long long multiply_adds = []
    {
        long long sum = 0;
        passes::for_each_layer([&]<class Layer>(hana::basic_type<Layer>, const layer_place&)
                               { sum += multiply_adds_of<Layer>; });
        return sum;
    }();
    static constexpr int state = memory.state;
    static constexpr int steps_before = memory.steps_before;

    /// Rows that come at once where nothing is kept.
    static constexpr int most_rows = 64;
    static constexpr std::array<int, 2> buffer_sizes{most_rows * memory.widest_in_turn[0],
                                                     most_rows* memory.widest_in_turn[1]};
    static constexpr int scratch = buffer_sizes[0] + buffer_sizes[1] + memory.scratch;

    template <class Rows>
    CTGRAD_ALWAYS_INLINE static result infer(const T* own, const T* x, std::ptrdiff_t x_stride,
                                             Rows rows, T* scratch_memory, T* memory_of_sequence)
    {
        T* const second = scratch_memory + buffer_sizes[0];
        return passes::infer(own, x, x_stride, rows, scratch_memory, second,
                             second + buffer_sizes[1], memory_of_sequence);
    }

    static result forward(const T* own, const T* x, std::ptrdiff_t x_stride, T* kept_values,
                          std::ptrdiff_t rows, const keeping_context<T>& context)
    {
        if constexpr (is_identity)
        {
            return {x, x_stride};
        }
        else
        {
            const auto at = places(kept_values, rows, context.sequences);
            passes::forward(own, x, x_stride, at, rows, context);
            return {at.output(), row_stride<T>(output.extents.size())};
        }
    }

    /// The outputs of the forward pass, for the backward pass.
    static result outputs(const T* x, std::ptrdiff_t x_stride, T* kept_values, std::ptrdiff_t rows,
                          std::ptrdiff_t sequences)
    {
        if constexpr (is_identity)
        {
            return {x, x_stride};
        }
        else
        {
            return {places(kept_values, rows, sequences).output(),
                    row_stride<T>(output.extents.size())};
        }
    }

    /// Where the gradients of the outputs are to be for `backward`.
    static T* output_gradients(T* kept_values, std::ptrdiff_t rows, std::ptrdiff_t sequences)
        requires(!is_identity)
    {
        return places(kept_values, rows, sequences).first;
    }

    /// Returns where the gradients of the input are, if they are wanted.
    static const T* backward(const T* own, const T* x, std::ptrdiff_t x_stride, T* kept_values,
                             T* gradients, std::ptrdiff_t rows, const keeping_context<T>& context,
                             bool wants_input)
        requires(!is_identity)
    {
        return passes::backward(own, x, x_stride, places(kept_values, rows, context.sequences),
                                gradients, rows, context, no_update{}, wants_input);
    }

private:
    static auto places(T* kept_values, std::ptrdiff_t rows, std::ptrdiff_t sequences)
    {
        constexpr std::ptrdiff_t block = simd::batch<T>::size;
        const std::ptrdiff_t room = (rows + steps_before * sequences + block - 1) / block * block;
        T* const kept_at = kept_values + room * memory.values();
        T* const first = kept_at + room * memory.kept;
        return typename passes::training_memory{
            kept_values, kept_at, first, first + room * memory.widest, room, room};
    }
};

} // namespace ctgrad::detail
