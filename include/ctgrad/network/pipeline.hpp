// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/activation.hpp>
#include <ctgrad/layers/dense.hpp>
#include <ctgrad/layers/dropout.hpp>
#include <ctgrad/layers/reshape.hpp>

#include <boost/hana/basic_tuple.hpp>
#include <boost/hana/type.hpp>

#include <tuple>
#include <type_traits>
#include <utility>

namespace ctgrad
{

/// A formula, or a structural value whose type names an implementation (see layers/layer.hpp).
template <auto Layer>
concept layer = expression<decltype(Layer)> || requires {
    { std::remove_cvref_t<decltype(Layer)>::name } -> std::convertible_to<std::string_view>;
    typename std::remove_cvref_t<decltype(Layer)>::template implementation<float, Layer, shape(1),
                                                                           no_activation{}>;
};

/// The implementations of a network's layers, in order, each placed at its input's shape.
template <class... Implementations>
struct pipeline
{
    static constexpr int size = static_cast<int>(sizeof...(Implementations));
};

namespace detail
{

/// Stands in for what is no layer, and says so.
template <class T, auto Layer, shape In>
struct no_layer : flatten_implementation<T, In>
{
    static constexpr bool is_layer = layer<Layer>;
    static_assert(
        is_layer,
        "every argument of a network behind the input must be a layer, such as "
        "dense{.units = 10}, or a formula of one variable; see docs/errors.md#not-a-layer");
};

template <class T, auto Layer, shape In, auto Next>
struct place_layer
{
    using type = no_layer<T, Layer, In>;
};

template <class T, auto Layer, shape In, auto Next>
    requires layer<Layer>
struct place_layer<T, Layer, In, Next>
{
    using type = implementation_of<Layer, T, In, Next>;
};

template <class T, auto Layer, shape In, auto Next>
    requires layer<Layer> && expression<decltype(Layer)>
struct place_layer<T, Layer, In, Next>
{
    using type = activation_implementation<T, Layer, In>;
};

template <std::size_t Index, auto... Values>
inline constexpr auto nth_value =
    std::tuple_element_t<Index,
                         std::tuple<std::integral_constant<decltype(Values), Values>...>>::value;

/// Layer number Index, from 1 on, behind those before it; number 0 is the input.
template <class T, shape In, std::size_t Index, auto... Layers>
struct placed_layer
{
    using implementation =
        typename place_layer<T, nth_value<Index - 1, Layers...>,
                             placed_layer<T, In, Index - 1, Layers...>::output::value,
                             nth_value<Index, Layers..., no_activation{}>>::type;
    // Needs the implementation here and now: a mistake in it is reported from here.
    using output = std::integral_constant<shape, implementation::output>;
};

template <class T, shape In, auto... Layers>
struct placed_layer<T, In, 0, Layers...>
{
    using output = std::integral_constant<shape, In>;
};

template <class T, shape In, class Indices, auto... Layers>
struct place_layers;

// One layer after the other, not each within the one before: what is reported of the last layer is
// as short as of the first.
template <class T, shape In, std::size_t... I, auto... Layers>
struct place_layers<T, In, std::index_sequence<I...>, Layers...>
{
    using type = pipeline<typename placed_layer<T, In, I + 1, Layers...>::implementation...>;
};

template <class Implementation>
concept passes_nothing = requires { Implementation::identity; };

} // namespace detail

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
    /// In the kept values of one row.
    int kept = 0;
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
    const auto new_buffer = [&](int row_size)
    {
        plan.buffer_strides[static_cast<std::size_t>(plan.buffers)] = row_stride<T>(row_size);
        return plan.buffers++;
    };
    plan.widest = row_stride<T>(size);
    [[maybe_unused]] const auto place = [&]<class Implementation>(hana::basic_type<Implementation>)
    {
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
        plan.widest = std::max(plan.widest, row_stride<T>(size));
    };
    (place(hana::basic_type<Implementations>{}), ...);
    return plan;
}

} // namespace detail

} // namespace ctgrad
