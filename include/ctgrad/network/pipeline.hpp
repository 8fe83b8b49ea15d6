// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/activation.hpp>
#include <ctgrad/layers/attention.hpp>
#include <ctgrad/layers/batch_norm.hpp>
#include <ctgrad/layers/causal_convolution.hpp>
#include <ctgrad/layers/conversion.hpp>
#include <ctgrad/layers/convolution.hpp>
#include <ctgrad/layers/dense.hpp>
#include <ctgrad/layers/dropout.hpp>
#include <ctgrad/layers/embedding.hpp>
#include <ctgrad/layers/pooling.hpp>
#include <ctgrad/layers/recurrent.hpp>
#include <ctgrad/layers/reshape.hpp>
#include <ctgrad/layers/transposed_convolution.hpp>
#include <ctgrad/layers/upsample.hpp>
#include <ctgrad/network/steps.hpp>

#include <boost/hana/basic_tuple.hpp>
#include <boost/hana/type.hpp>

#include <tuple>
#include <type_traits>
#include <utility>

namespace ctgrad
{

/// A formula, or a structural value whose type names an implementation (see layers/layer.hpp).
template <auto Layer>
concept layer = expression<decltype(Layer)> || (requires {
    { std::remove_cvref_t<decltype(Layer)>::name } -> std::convertible_to<std::string_view>;
} && (requires {
    typename std::remove_cvref_t<decltype(Layer)>::template implementation<float, Layer, shape(1),
                                                                           no_activation{}>;
} || requires {
    typename std::remove_cvref_t<decltype(Layer)>::template placed_implementation<
        float, Layer, placement{shape(1)}, no_activation{}>;
} || requires { std::remove_cvref_t<decltype(Layer)>::holds_layers; }));

/// The implementations of a network's layers, in order, each placed at its input's shape.
template <class... Implementations>
struct pipeline
{
    static constexpr int size = static_cast<int>(sizeof...(Implementations));
};

namespace detail
{

/// Stands in for what is no layer, and says so.
template <class T, auto Layer, placement In>
struct no_layer : reshape_implementation<T, In, In.extents>
{
    static constexpr bool is_layer = layer<Layer>;
    static_assert(
        is_layer,
        "every argument of a network behind the input must be a layer, such as "
        "dense{.units = 10}, or a formula of one variable; see docs/errors.md#not-a-layer");
};

/// How a layer wants its input.
template <class T, auto Layer, placement Given, pass_size Size>
constexpr placement placement_for()
{
    using type = std::remove_cvref_t<decltype(Layer)>;
    if constexpr (requires { type::template takes<T, Layer, Given>(Size); })
    {
        return type::template takes<T, Layer, Given>(Size);
    }
    else if constexpr (expression<type>)
    {
        return is_for_each_element<Layer> ? Given : placement{Given.extents};
    }
    else
    {
        return {Given.extents};
    }
}

/// Whether a layer's place depends on how many rows go through.
template <auto Layer>
inline constexpr bool looks_at_pass_size = false;
template <auto Layer>
    requires(std::remove_cvref_t<decltype(Layer)>::looks_at_pass_size)
inline constexpr bool looks_at_pass_size<Layer> = true;

template <class T, auto Layer, placement In, pass_size Size, auto Next>
struct place_layer
{
    using type = no_layer<T, Layer, In>;
};

template <class T, auto Layer, placement In, pass_size Size, auto Next>
    requires layer<Layer>
struct place_layer<T, Layer, In, Size, Next>
{
    using type = implementation_of<Layer, T, In.extents, Next>;
};

template <class T, auto Layer, placement In, pass_size Size, auto Next>
    requires layer<Layer> && requires {
        typename std::remove_cvref_t<decltype(Layer)>::template placed_implementation<T, Layer, In,
                                                                                      Next>;
    }
struct place_layer<T, Layer, In, Size, Next>
{
    using type =
        typename std::remove_cvref_t<decltype(Layer)>::template placed_implementation<T, Layer, In,
                                                                                      Next>;
};

// A layer that is made of layers (network/composite.hpp).
template <class T, auto Layer, placement In, pass_size Size, auto Next>
    requires layer<Layer> && requires { std::remove_cvref_t<decltype(Layer)>::holds_layers; }
struct place_layer<T, Layer, In, Size, Next>
{
    using type =
        typename std::remove_cvref_t<decltype(Layer)>::template sized_implementation<T, In, Size>;
};

template <class T, auto Layer, placement In, pass_size Size, auto Next>
    requires layer<Layer> && expression<decltype(Layer)>
struct place_layer<T, Layer, In, Size, Next>
{
    using type = activation_implementation<T, Layer, In.extents, In.format>;
};

template <std::size_t Index, auto... Values>
inline constexpr auto nth_value =
    std::tuple_element_t<Index,
                         std::tuple<std::integral_constant<decltype(Values), Values>...>>::value;

/// What brings a row from one format to another; rows are in between.
template <class T, placement From, placement To>
constexpr auto conversions()
{
    constexpr bool as_it_is =
        From.format == To.format &&
        (From.format != row_format::channels_last || From.channels() == To.channels());
    constexpr row_format rows = row_format::rows;
    if constexpr (as_it_is)
    {
        return pipeline<>{};
    }
    else if constexpr (From.format == rows)
    {
        return pipeline<conversion<T, To.extents, rows, To.format>>{};
    }
    else if constexpr (To.format == rows)
    {
        return pipeline<conversion<T, From.extents, From.format, rows>>{};
    }
    else
    {
        return pipeline<conversion<T, From.extents, From.format, rows>,
                        conversion<T, To.extents, rows, To.format>>{};
    }
}

template <class... A, class... B>
constexpr pipeline<A..., B...> operator+(pipeline<A...>, pipeline<B...>)
{
    return {};
}

/// Layer number Index, from 1 on, behind those before it; number 0 is the input.
template <class T, placement In, pass_size Size, std::size_t Index, auto... Layers>
struct placed_layer
{
    static constexpr auto value = nth_value<Index - 1, Layers...>;
    static constexpr placement given =
        placed_layer<T, In, Size, Index - 1, Layers...>::output::value;
    static constexpr placement taken = placement_for<T, value, given, Size>();
    using implementation = typename place_layer<T, value, taken, Size,
                                                nth_value<Index, Layers..., no_activation{}>>::type;
    using all = decltype(conversions<T, given, taken>() + pipeline<implementation>{});
    // Needs the implementation here and now: a mistake in it is reported from here.
    using output = std::integral_constant<placement, placement{implementation::output,
                                                               output_format<implementation>}>;
};

template <class T, placement In, pass_size Size, auto... Layers>
struct placed_layer<T, In, Size, 0, Layers...>
{
    using output = std::integral_constant<placement, In>;
};

template <class T, placement In, row_format Out, pass_size Size, class Indices, auto... Layers>
struct place_layers;

// One layer after the other, not each within the one before: what is reported of the last layer is
// as short as of the first.
template <class T, placement In, row_format Out, pass_size Size, std::size_t... I, auto... Layers>
struct place_layers<T, In, Out, Size, std::index_sequence<I...>, Layers...>
{
    static constexpr placement last =
        placed_layer<T, In, Size, sizeof...(I), Layers...>::output::value;
    using type = decltype((pipeline<>{} + ... +
                           typename placed_layer<T, In, Size, I + 1, Layers...>::all{}) +
                          conversions<T, last, placement{last.extents, Out}>());
};

template <class Implementation>
concept is_conversion = requires { Implementation::is_conversion; };

template <class Implementation>
concept passes_nothing = requires { Implementation::identity; };

template <class Step>
concept overwrites_input = requires { Step::overwrites_input; };

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
    /// In the memory of one sequence.
    int state = 0;
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
    /// Numbers of memory of one sequence, and the most steps for which a layer keeps something before the
    /// first.
    int state = 0;
    int steps_before = 0;
    /// Numbers of one row that the widest buffer takes; of those with an even number, and an odd one.
    int widest = 0;
    std::array<int, 2> widest_in_turn{};
    /// Numbers that the layers' passes need for themselves.
    int scratch = 0;
    /// Whether rows are in blocks anywhere, of which there must be a whole number.
    bool has_blocks = false;
    /// The first layer changes rows in place, so the user's input is copied first.
    bool copies_input = false;

    /// Numbers of one row in all buffers together.
    constexpr int values() const { return room_before(buffers); }

    /// The same for the buffers before that one.
    constexpr int room_before(int buffer) const
    {
        int room = 0;
        for (int i = 0; i < buffer; ++i)
        {
            room += buffer_strides[static_cast<std::size_t>(i)];
        }
        return room;
    }
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
constexpr auto plan_memory(placement input, pipeline<Implementations...>)
{
    memory_plan<static_cast<int>(sizeof...(Implementations))> plan;
    int size = input.extents.size();
    int buffer = -1;
    std::size_t i = 0;
    const auto new_buffer = [&](int room)
    {
        int& turn = plan.widest_in_turn[static_cast<std::size_t>(plan.buffers % 2)];
        turn = std::max(turn, room);
        plan.buffer_strides[static_cast<std::size_t>(plan.buffers)] = room;
        return plan.buffers++;
    };
    plan.widest = row_room<T>(input);
    plan.has_blocks = input.format == row_format::sample_blocks;
    [[maybe_unused]] const auto place =
        [&]<class Implementation, class Step>(hana::basic_type<Implementation>,
                                              hana::basic_type<Step>)
    {
        layer_place& here = plan.layers[i++];
        here.in_place = Implementation::in_place;
        here.identity = passes_nothing<Implementation>;
        here.input_size = size;
        here.output_size = Implementation::output.size();
        if (Implementation::in_place && !here.identity && buffer < 0)
        {
            plan.copies_input = true;
            buffer = new_buffer(row_room<T>(input));
        }
        here.input_buffer = buffer;
        constexpr placement output{Implementation::output, output_format<Implementation>};
        if (!Implementation::in_place)
        {
            buffer = new_buffer(row_room<T>(output));
        }
        here.output_buffer = buffer;
        size = here.output_size;
        here.parameters = plan.parameters;
        plan.parameters += aligned_size<T>(stored_parameters<Implementation>());
        plan.logical_parameters += logical_parameters<Implementation>();
        here.kept = plan.kept;
        plan.kept += Step::kept;
        here.state = plan.state;
        plan.state += state_size<Implementation>;
        plan.steps_before = std::max(plan.steps_before, steps_before<Implementation>);
        plan.widest = std::max(plan.widest, row_room<T>(output));
        plan.scratch = std::max(plan.scratch, aligned_size<T>(scratch_size<Implementation>));
        plan.has_blocks = plan.has_blocks || output.format == row_format::sample_blocks;
    };
    [&]<std::size_t... I>(std::index_sequence<I...>)
    {
        (place(hana::basic_type<Implementations>{},
               hana::basic_type<typename steps<T, Implementations...>::template step<I>>{}),
         ...);
    }(std::index_sequence_for<Implementations...>{});
    return plan;
}

} // namespace detail

} // namespace ctgrad
