// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/pipeline.hpp>

#include <boost/hana/type.hpp>

namespace ctgrad::detail
{

/// Stands for the absence of what looks at rows on their way. An observer is called before each layer's
/// pass, with the layer's type and place, its parameters, its input (a result), how many rows those are
/// and the context of the pass. What a pool gets that is taken together with the formula before it is
/// nowhere: it is shown the formula's input.
struct no_observer
{
};

/// All passes through layers one behind the other, which come from `In`, in memory that others own.
template <class T, placement In, class Pipeline>
struct pipeline_passes;

template <class T, placement In, class... Layers>
struct pipeline_passes<T, In, pipeline<Layers...>>
{
    static constexpr auto memory = plan_memory<T>(In, pipeline<Layers...>{});

    /// Calls `body(hana::basic_type<Implementation>, const layer_place&)` for each layer.
    CTGRAD_ALWAYS_INLINE static constexpr void for_each_layer(const auto& body)
    {
        std::size_t i = 0;
        (body(hana::basic_type<Layers>{}, memory.layers[i++]), ...);
    }

    /// Calls `body(hana::basic_type<Step>, hana::basic_type<Implementation>, const layer_place&)` for each
    /// layer, with how rows go through it.
    CTGRAD_ALWAYS_INLINE static constexpr void for_each_step(const auto& body)
    {
        [&]<std::size_t... I>(std::index_sequence<I...>) CTGRAD_INLINE_LAMBDA
        {
            (body(hana::basic_type<step<I>>{}, hana::basic_type<Layers>{}, memory.layers[I]), ...);
        }(std::index_sequence_for<Layers...>{});
    }

    /// Likewise from the last layer to the first, with `body(hana::basic_type<Step>, const layer_place&)`.
    static constexpr void for_each_step_backwards(const auto& body)
    {
        constexpr std::size_t last = sizeof...(Layers) - 1;
        [&]<std::size_t... I>(std::index_sequence<I...>)
        {
            (body(hana::basic_type<step<last - I>>{}, memory.layers[last - I]), ...);
        }(std::index_sequence_for<Layers...>{});
    }

    /// Rows of a result, and how far they are apart.
    struct result
    {
        const T* rows;
        std::ptrdiff_t stride;
    };

    /// Outputs for some rows, or for one step of a sequence with that state; in one of the buffers, which
    /// have room for `widest_in_turn` numbers of each row.
    template <class Rows>
    CTGRAD_ALWAYS_INLINE static result infer(const T* parameters, const T* x,
                                             std::ptrdiff_t x_stride, Rows rows, T* first,
                                             T* second, [[maybe_unused]] T* scratch,
                                             [[maybe_unused]] T* state)
    {
        T* y = first;
        if constexpr (memory.copies_input)
        {
            copy_input(x, x_stride, rows, y);
            x = y;
            x_stride = row_stride<T>(In.extents.size());
        }
        for_each_step(
            [&]<class Layer>(hana::basic_type<Layer>, auto, const layer_place& place)
                CTGRAD_INLINE_LAMBDA
            {
                const T* const own = parameters + place.parameters;
                if constexpr (!Layer::in_place)
                {
                    y = x == first ? second : first;
                    if constexpr (has_memory<Layer>)
                    {
                        Layer::step(own, x, y, state + place.state, scratch);
                    }
                    else
                    {
                        detail::infer<Layer>(own, x, x_stride, y, rows, scratch);
                    }
                    x = y;
                    x_stride = row_stride<T>(place.output_size);
                }
                else if constexpr (!passes_nothing<Layer>)
                {
                    detail::infer<Layer>(own, y, rows);
                }
            });
        return {x, x_stride};
    }

    /// Memory of both passes of training: of all buffers, of what the layers keep, and twice of the widest
    /// buffer, for so many rows; what is kept, for `kept_rows`.
    struct training_memory
    {
        T* values;
        T* kept;
        T* first;
        T* second;
        std::ptrdiff_t rows;
        std::ptrdiff_t kept_rows;

        T* buffer(int index) const { return values + rows * memory.room_before(index); }
        T* kept_of(const layer_place& place) const { return kept + kept_rows * place.kept; }
        /// Outputs of the forward pass.
        T* output() const { return buffer(memory.layers.back().output_buffer); }
    };

    template <class Observer = no_observer>
    static void forward(const T* parameters, const T* x, std::ptrdiff_t x_stride,
                        const training_memory& at, std::ptrdiff_t rows,
                        const keeping_context<T>& context,
                        [[maybe_unused]] const Observer& observer = {})
    {
        if constexpr (memory.copies_input)
        {
            copy_input(x, x_stride, rows, at.buffer(0));
        }
        std::uint64_t key = context.key;
        for_each_step(
            [&]<class Layer>(hana::basic_type<Layer>, [[maybe_unused]] auto seen,
                             const layer_place& place)
            {
                const T* const own = parameters + place.parameters;
                T* const y = at.buffer(place.output_buffer);
                key = mix_bits(key);
                if constexpr (!std::same_as<Observer, no_observer>)
                {
                    observer(seen, place, own, input_of(place, x, x_stride, at), rows,
                             context_of(place, context, key));
                }
                if constexpr (overwrites_input<Layer>)
                {
                    Layer::forward(at.buffer(place.input_buffer), y, rows);
                }
                else if constexpr (keeps_values<Layer>)
                {
                    const result in = input_of(place, x, x_stride, at);
                    Layer::forward(own, in.rows, in.stride, y, at.kept_of(place), rows,
                                   context_of(place, context, key));
                }
                else if constexpr (!Layer::in_place)
                {
                    const result in = input_of(place, x, x_stride, at);
                    detail::infer<Layer>(own, in.rows, in.stride, y, rows, context.scratch);
                }
                else if constexpr (!passes_nothing<Layer>)
                {
                    Layer::forward(own, y, at.kept_of(place), rows, pass_context{key});
                }
            });
    }

    /// Takes the gradients of the outputs, in `at.first`, back to all parameters; and to the input if that
    /// is wanted: then returns where they are, which may be within `at.values`. Once for each forward pass, as
    /// steps may overwrite what it has left.
    static T* backward(const T* parameters, const T* x, std::ptrdiff_t x_stride,
                       const training_memory& at, T* gradients, std::ptrdiff_t rows,
                       const keeping_context<T>& context, const auto& update,
                       bool wants_input = false)
    {
        T* dy = at.first;
        for_each_step_backwards(
            [&]<class Layer>(hana::basic_type<Layer>, const layer_place& place)
            {
                const T* const own = parameters + place.parameters;
                T* const own_gradients = gradients + place.parameters;
                // A layer before this one has something to learn, so that it needs a gradient.
                const bool wanted = wants_input || place.parameters > 0;
                T* const dx = dy == at.first ? at.second : at.first;
                if constexpr (overwrites_input<Layer>)
                {
                    T* const here = at.buffer(place.input_buffer);
                    if (wanted)
                    {
                        Layer::backward(dy, here, rows);
                    }
                    dy = here;
                }
                else if constexpr (keeps_values<Layer>)
                {
                    const result in = input_of(place, x, x_stride, at);
                    Layer::backward(own, in.rows, in.stride, at.kept_of(place), dy,
                                    wanted ? dx : nullptr, own_gradients, rows,
                                    context_of(place, context, 0));
                    give_gradients<Layer>(own, own_gradients, update);
                    dy = dx;
                }
                else if constexpr (!Layer::in_place)
                {
                    const result in = input_of(place, x, x_stride, at);
                    detail::backward<Layer>(own, in.rows, in.stride, dy, wanted ? dx : nullptr,
                                            own_gradients, rows, context.scratch, update);
                    dy = dx;
                }
                else if constexpr (!passes_nothing<Layer>)
                {
                    if (wanted || stored_parameters<Layer>() > 0)
                    {
                        detail::backward<Layer>(own, at.kept_of(place), dy, own_gradients, rows,
                                                update);
                    }
                }
            });
        return dy;
    }

private:
    template <std::size_t Index>
    using step = typename steps<T, Layers...>::template step<Index>;

    CTGRAD_ALWAYS_INLINE static void copy_input(const T* x, std::ptrdiff_t x_stride, auto rows,
                                                T* to)
    {
        if constexpr (In.format == row_format::rows)
        {
            constexpr int size = In.extents.size();
            constexpr int stride = row_stride<T>(size);
            for (std::ptrdiff_t row = 0; row < rows; ++row)
            {
                std::copy_n(x + row * x_stride, size, to + row * stride);
                std::fill(to + row * stride + size, to + (row + 1) * stride, T(0));
            }
        }
        else
        {
            std::copy_n(x, numbers_of_rows<T>(In, rows), to);
        }
    }

    static result input_of(const layer_place& place, const T* x, std::ptrdiff_t x_stride,
                           const training_memory& at)
    {
        if (place.input_buffer < 0)
        {
            return {x, x_stride};
        }
        return {at.buffer(place.input_buffer), row_stride<T>(place.input_size)};
    }

    static keeping_context<T> context_of(const layer_place& place,
                                         const keeping_context<T>& context, std::uint64_t key)
    {
        return context.part(key, place.state);
    }
};

} // namespace ctgrad::detail
