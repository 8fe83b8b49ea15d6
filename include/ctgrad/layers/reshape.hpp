// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/layer.hpp>

namespace ctgrad
{

template <class T, placement In, shape Out>
struct reshape_implementation;

namespace detail
{

/// How a layer that only gives numbers other extents takes them: in row-major order, which blocks of samples
/// have too.
constexpr placement in_order(placement given)
{
    return given.format == row_format::channels_last ? placement{given.extents} : given;
}

} // namespace detail

/// Takes a sample of any shape as one row, in row-major order.
/// Shapes     x (B, ...) -> y (B, product of the extents)
/// Cost       none
struct flatten
{
    static constexpr std::string_view name = "flatten";

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size)
    {
        return detail::in_order(Given);
    }

    template <class T, auto Layer, placement In, auto Next>
    using placed_implementation = reshape_implementation<T, In, shape(In.extents.size())>;
};

/// The other way round: `reshape{3, 32, 32}` takes a row as an image of three channels.
/// Shapes     x (B, ...) -> y (B, extents...), as many numbers in the same order
/// Errors     compile time: another number of elements
/// Cost       none
struct reshape
{
    static constexpr std::string_view name = "reshape";

    shape extents;

    template <class... Integers>
    constexpr reshape(Integers... sizes) : extents(sizes...)
    {
    }

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size)
    {
        return detail::in_order(Given);
    }

    template <class T, auto Layer, placement In, auto Next>
    using placed_implementation = reshape_implementation<T, In, Layer.extents>;
};

template <class T, placement In, shape Out>
struct reshape_implementation : without_parameters<T>
{
    // Extents that are wrong already are reported elsewhere.
    static constexpr bool fits =
        Out.size() == In.extents.size() && (Out.is_positive() || !In.extents.is_positive());
    static constexpr shape output = fits ? Out : In.extents;
    static constexpr row_format output_format = In.format;
    static constexpr bool in_place = true;
    /// Rows stay as they are: such a layer has no passes.
    static constexpr bool identity = true;
    static constexpr int kept = 0;
    static void infer(const T*, T*, std::ptrdiff_t) {}
    static void forward(const T*, T*, T*, std::ptrdiff_t, pass_context) {}
    static void backward(const T*, const T*, T*, T*, std::ptrdiff_t) {}

    static_assert(fits, "reshape{extents...} needs as many numbers as its input has; see "
                        "docs/errors.md#reshape");
};

} // namespace ctgrad
