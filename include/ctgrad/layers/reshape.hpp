// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/layer.hpp>

namespace ctgrad
{

template <class T, placement In>
struct flatten_implementation;

/// Takes a sample of any shape as one row, in row-major order.
/// Shapes     x (B, ...) -> y (B, product of the extents)
/// Cost       none
struct flatten
{
    static constexpr std::string_view name = "flatten";

    /// The order of a row's numbers is that of its channels, rows and columns.
    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size)
    {
        return Given.format == row_format::channels_last ? placement{Given.extents} : Given;
    }

    template <class T, auto Layer, placement In, auto Next>
    using placed_implementation = flatten_implementation<T, In>;
};

template <class T, placement In>
struct flatten_implementation
{
    static constexpr shape output{In.extents.size()};
    static constexpr row_format output_format = In.format;
    static constexpr bool in_place = true;
    /// Rows stay as they are: such a layer has no passes.
    static constexpr bool identity = true;
    static constexpr int kept = 0;
    static constexpr std::array<tensor_info, 0> tensors{};

    static void initialise(T*, random_engine&) {}
    static void export_tensors(const T*, T*) {}
    static void import_tensors(const T*, T*) {}
    static void infer(const T*, T*, std::ptrdiff_t) {}
    static void forward(const T*, T*, T*, std::ptrdiff_t, pass_context) {}
    static void backward(const T*, const T*, T*, T*, std::ptrdiff_t) {}
};

} // namespace ctgrad
