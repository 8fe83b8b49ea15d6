// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/activation.hpp>
#include <ctgrad/layers/dense.hpp>
#include <ctgrad/layers/dropout.hpp>
#include <ctgrad/layers/reshape.hpp>

#include <boost/hana/basic_tuple.hpp>
#include <boost/hana/type.hpp>

namespace ctgrad
{

/// A formula, or a structural value whose type names an implementation (see layers/layer.hpp).
template <auto Layer>
concept layer =
    expression<decltype(Layer)> ||
    requires {
        { std::remove_cvref_t<decltype(Layer)>::name } -> std::convertible_to<std::string_view>;
        typename std::remove_cvref_t<decltype(Layer)>::template implementation<
            float, Layer, shape(1), no_activation{}>;
    };

/// The implementations of a network's layers, in order, each placed at its input's shape.
template <class... Implementations>
struct pipeline
{
    static constexpr int size = static_cast<int>(sizeof...(Implementations));
};

namespace detail
{

template <class T, auto Layer, shape In, auto Next>
struct place_layer
{
    static_assert(layer<Layer>,
                  "every argument of a network behind the input must be a layer, such as "
                  "dense{.units = 10}, or a formula of one variable; see docs/errors.md#not-a-layer");
    using type = implementation_of<Layer, T, In, Next>;
};

template <class T, auto Layer, shape In, auto Next>
    requires expression<decltype(Layer)>
struct place_layer<T, Layer, In, Next>
{
    using type = activation_implementation<T, Layer, In>;
};

template <class Pipeline, class Implementation>
struct append;

template <class... Implementations, class Implementation>
struct append<pipeline<Implementations...>, Implementation>
{
    using type = pipeline<Implementations..., Implementation>;
};

template <class T, class Placed, shape In, auto... Layers>
struct place_layers
{
    using type = Placed;
};

template <auto... Following>
struct first_of
{
    static constexpr no_activation value{};
};

template <auto First, auto... Others>
struct first_of<First, Others...>
{
    static constexpr auto value = First;
};

template <class T, class Placed, shape In, auto Layer, auto... Others>
struct place_layers<T, Placed, In, Layer, Others...>
{
    using implementation = typename place_layer<T, Layer, In, first_of<Others...>::value>::type;
    using type = typename place_layers<T, typename append<Placed, implementation>::type,
                                       implementation::output, Others...>::type;
};

template <class Implementation>
concept passes_nothing = requires { Implementation::identity; };

}  // namespace detail

/// Where things of each layer lie: constants of the network's type.
struct layer_place
{
    /// In the parameter block.
    int parameters = 0;
    /// Buffers of rows; -1 is the user's input. In place, input and output are the same.
    int input_buffer = -1;
    int output_buffer = -1;
    /// Numbers of one row before and behind the layer.
    int input_size = 0;
    int output_size = 0;
    /// In the kept values of one row, and in the scratch memory.
    int kept = 0;
    int scratch = 0;
    bool in_place = false;
    bool identity = false;
};

/// All of a network's memory, planned at compile time.
template <int Layers>
struct memory_plan
{
    std::array<layer_place, static_cast<std::size_t>(Layers)> layers{};
    /// Numbers of one row in each buffer.
    std::array<int, static_cast<std::size_t>(Layers) + 1> buffer_strides{};
    int buffers = 0;
    int parameters = 0;
    int logical_parameters = 0;
    int kept = 0;
    int scratch = 0;
    int widest = 0;
    /// The first layer changes rows in place, so the user's input is copied first.
    bool copies_input = false;
};

namespace detail
{

/// Room in the parameter block: whole cache lines, so that every tensor is aligned.
template <class T>
constexpr int aligned_size(int size)
{
    constexpr int line = 64 / static_cast<int>(sizeof(T));
    return (size + line - 1) / line * line;
}

template <class T, class... Implementations>
constexpr auto plan_memory(shape input, pipeline<Implementations...>)
{
    memory_plan<static_cast<int>(sizeof...(Implementations))> plan;
    int size = input.size();
    int buffer = -1;
    std::size_t i = 0;
    const auto new_buffer = [&](int row_size) {
        plan.buffer_strides[static_cast<std::size_t>(plan.buffers)] = row_stride<T>(row_size);
        return plan.buffers++;
    };
    plan.widest = row_stride<T>(size);
    const auto place = [&]<class Implementation>(hana::basic_type<Implementation>) {
        layer_place& here = plan.layers[i++];
        here.in_place = Implementation::in_place;
        here.identity = passes_nothing<Implementation>;
        here.input_size = size;
        here.output_size = Implementation::output.size();
        if (Implementation::in_place && !here.identity && buffer < 0)
        {
            plan.copies_input = true;
            buffer = new_buffer(size);
        }
        here.input_buffer = buffer;
        if (!Implementation::in_place)
        {
            buffer = new_buffer(here.output_size);
        }
        here.output_buffer = buffer;
        size = here.output_size;
        here.parameters = plan.parameters;
        plan.parameters += aligned_size<T>(stored_parameters<Implementation>());
        plan.logical_parameters += logical_parameters<Implementation>();
        here.kept = plan.kept;
        plan.kept += Implementation::kept;
        here.scratch = plan.scratch;
        plan.scratch += aligned_size<T>(Implementation::scratch);
        plan.widest = std::max(plan.widest, row_stride<T>(size));
    };
    (place(hana::basic_type<Implementations>{}), ...);
    return plan;
}

}  // namespace detail

}  // namespace ctgrad
