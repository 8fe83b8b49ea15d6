// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/bounded_string.hpp>
#include <ctgrad/graph/print.hpp>
#include <ctgrad/network/workspace.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace ctgrad
{

/// A layer in the summary of a network.
struct layer_summary
{
    /// Of a formula its text, cut behind 30 characters.
    std::string_view name{};
    /// Shape of one sample behind the layer.
    shape output{};
    /// Learnable numbers, without padding.
    long long parameters = 0;
    /// Of the forward pass of one sample; formulas and pooling are not counted.
    long long multiply_adds = 0;
};

namespace detail
{

template <auto Formula>
inline constexpr auto formula_label = []
{
    constexpr std::size_t longest = 30;
    // Beyond the cut, so that what is left out is known to be.
    const auto whole = print_formula<bounded_string<2 * longest>>(Formula, notation::text);
    if (whole.size() <= longest)
    {
        return bounded_string<longest>(whole);
    }
    return bounded_string<longest>(whole.view().substr(0, longest - 3)) + "...";
}();

template <auto Layer>
constexpr std::string_view layer_label()
{
    if constexpr (expression<decltype(Layer)>)
    {
        return formula_label<Layer>;
    }
    else
    {
        return decltype(Layer)::name;
    }
}

template <class Network>
inline constexpr bool is_network = false;

template <class T, input Input, auto... Layers>
inline constexpr bool is_network<basic_network<T, Input, Layers...>> = true;

template <class Network>
struct summarised;

template <class T, input Input, auto... Layers>
struct summarised<basic_network<T, Input, Layers...>>
{
    static constexpr auto layers = []
    {
        std::array<layer_summary, sizeof...(Layers)> made{{{.name = layer_label<Layers>()}...}};
        std::size_t next = 0;
        basic_network<T, Input, Layers...>::for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, const layer_place&)
            {
                if constexpr (!is_conversion<Layer>)
                {
                    made[next].output = Layer::output;
                    made[next].parameters = logical_parameters<Layer>();
                    made[next].multiply_adds = multiply_adds_of<Layer>;
                    ++next;
                }
            });
        return made;
    }();
};

/// A whole number in groups of three digits: 61,706.
constexpr bounded_string<32> grouped(long long number)
{
    const bounded_string<20> digits = decimal(number);
    bounded_string<32> text;
    for (std::size_t i = 0; i < digits.size(); ++i)
    {
        text += i > 0 && (digits.size() - i) % 3 == 0 ? "," : "";
        text += digits.view().substr(i, 1);
    }
    return text;
}

/// Extents as 28x28.
constexpr bounded_string<48> extents_text(shape sample)
{
    bounded_string<48> text;
    for (int i = 0; i < sample.rank; ++i)
    {
        text += i > 0 ? "x" : "";
        text += decimal(sample.extents[static_cast<std::size_t>(i)]);
    }
    return text;
}

/// Columns of the table: names and shapes begin at the left, numbers end at the right.
struct summary_row
{
    std::array<bounded_string<64>, 4> cells{};
};

template <class Network>
constexpr auto summary_rows()
{
    constexpr const auto& layers = summarised<Network>::layers;
    std::array<summary_row, layers.size() + 3> rows{};
    rows[0].cells = {"layer", "output", "parameters", "multiply-adds"};
    rows[1].cells = {"input", extents_text(Network::input_shape), "", ""};
    long long multiply_adds = 0;
    std::size_t next = 2;
    for (const layer_summary& layer : layers)
    {
        rows[next++].cells = {layer.name, extents_text(layer.output), grouped(layer.parameters),
                              grouped(layer.multiply_adds)};
        multiply_adds += layer.multiply_adds;
    }
    rows[next].cells = {"total", "", grouped(Network::parameter_count), grouped(multiply_adds)};
    return rows;
}

template <class Network>
constexpr auto write_summary()
{
    constexpr auto rows = summary_rows<Network>();
    constexpr auto widths = [&]
    {
        std::array<std::size_t, 4> widest{};
        for (const summary_row& row : rows)
        {
            for (std::size_t i = 0; i < widest.size(); ++i)
            {
                widest[i] = std::max(widest[i], row.cells[i].size());
            }
        }
        return widest;
    }();
    constexpr std::size_t line = widths[0] + widths[1] + widths[2] + widths[3] + 7;
    bounded_string<rows.size() * line + 256> text;
    for (const summary_row& row : rows)
    {
        std::size_t blanks = 0; // written when something follows
        for (std::size_t i = 0; i < widths.size(); ++i)
        {
            const std::size_t rest = widths[i] - row.cells[i].size();
            const bool at_the_right = i >= 2;
            blanks += at_the_right ? rest : 0;
            if (!row.cells[i].empty())
            {
                text.append(blanks, ' ');
                blanks = 0;
            }
            text += row.cells[i];
            blanks += at_the_right ? 2 : rest + 2;
        }
        text += "\n";
    }
    using workspace = training_workspace<Network>;
    constexpr auto stored = static_cast<long long>(sizeof(typename Network::value_type)) *
                            static_cast<long long>(Network::memory.parameters);
    text += "parameters take ";
    text += grouped(stored);
    text += " bytes, and training on ";
    if constexpr (Network::has_state)
    {
        text += "32 sequences of 100 steps ";
        text += grouped(static_cast<long long>(workspace::size_in_bytes(100, 32)));
    }
    else
    {
        text += decimal(workspace::tile_rows);
        text += " rows at once ";
        text += grouped(static_cast<long long>(workspace::size_in_bytes()));
    }
    text += " bytes more\n";
    return text;
}

template <std::size_t Capacity>
constexpr void append_quoted(bounded_string<Capacity>& text, std::string_view label)
{
    for (const char& character : label)
    {
        text += character == '"' || character == '\\' ? "\\" : "";
        text += std::string_view(&character, 1);
    }
}

template <class Network>
constexpr auto write_graphviz()
{
    constexpr const auto& layers = summarised<Network>::layers;
    constexpr std::size_t names = []
    {
        std::size_t characters = 0;
        for (const layer_summary& layer : layers)
        {
            characters += layer.name.size();
        }
        return characters;
    }();
    bounded_string<2 * names + 256 * (layers.size() + 2)> text(
        "digraph network {\n    node [shape=box];\n    0 [label=\"input\"];\n");
    shape sample = Network::input_shape;
    long long index = 0;
    const auto arrow_to_next = [&]
    {
        text += "    ";
        text += decimal(index);
        text += " -> ";
        text += decimal(++index);
        text += " [label=\"";
        text += extents_text(sample);
        text += "\"];\n";
    };
    for (const layer_summary& layer : layers)
    {
        arrow_to_next();
        text += "    ";
        text += decimal(index);
        text += " [label=\"";
        append_quoted(text, layer.name);
        if (layer.parameters > 0)
        {
            text += "\\n";
            text += grouped(layer.parameters);
            text += layer.parameters == 1 ? " parameter" : " parameters";
        }
        text += "\"];\n";
        sample = layer.output;
    }
    arrow_to_next();
    text += "    ";
    text += decimal(index);
    text += " [label=\"output\"];\n}\n";
    return text;
}

template <class Network>
inline constexpr auto written_summary = write_summary<Network>();

template <class Network>
inline constexpr auto written_graphviz = write_graphviz<Network>();

} // namespace detail

/// The layers of a network in order, without what networks put between them.
template <class Network>
    requires detail::is_network<std::remove_cvref_t<Network>>
inline constexpr const auto& layer_summaries =
    detail::summarised<std::remove_cvref_t<Network>>::layers;

/// A table of a network's layers with their output shapes, parameters and multiply-adds for one sample;
/// below it what the parameters take with their padding, and the memory of training. A constant.
template <class Network>
    requires detail::is_network<std::remove_cvref_t<Network>>
inline constexpr std::string_view summary_text =
    detail::written_summary<std::remove_cvref_t<Network>>;

/// The same: `std::cout << summary<model>()`.
template <class Network>
    requires detail::is_network<std::remove_cvref_t<Network>>
constexpr std::string_view summary()
{
    return summary_text<Network>;
}

/// The same: `std::cout << summary(net)`.
template <class Network>
    requires detail::is_network<std::remove_cvref_t<Network>>
constexpr std::string_view summary(const Network&)
{
    return summary_text<Network>;
}

/// A network as a graph of its layers, for Graphviz: `dot -Tsvg`. A constant.
template <class Network>
    requires detail::is_network<std::remove_cvref_t<Network>>
constexpr std::string_view to_graphviz()
{
    return detail::written_graphviz<std::remove_cvref_t<Network>>;
}

} // namespace ctgrad
