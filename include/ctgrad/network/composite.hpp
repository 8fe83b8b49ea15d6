// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/fast_form.hpp>
#include <ctgrad/network/joined_branches.hpp>
#include <ctgrad/network/joins.hpp>

namespace ctgrad
{

template <auto... Layers>
struct chain;

namespace detail
{

/// The branch that a layer is, with all layers of a chain.
template <class T, placement In, row_format Out, pass_size Size, auto Layer,
          class Type = std::remove_cvref_t<decltype(Layer)>>
struct branch_of
{
    using type = branch<T, In, Out, Size, Layer>;
};

template <class T, placement In, row_format Out, pass_size Size, auto Layer, auto... Layers>
struct branch_of<T, In, Out, Size, Layer, chain<Layers...>>
{
    using type = branch<T, In, Out, Size, Layers...>;
};

/// A layer that is made of others, and takes rows in whatever format they come or row after row.
template <bool AnyFormat, auto... Layers>
struct holder
{
    static constexpr bool holds_layers = true;
    static constexpr bool looks_at_pass_size = (detail::looks_at_pass_size<Layers> || ...);

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size)
    {
        return AnyFormat ? Given : placement{Given.extents};
    }
};

} // namespace detail

/// Layers one behind the other as one layer, and as a branch of others: `chain<dense{32}, swish>{}`.
template <auto... Layers>
struct chain : detail::holder<true, Layers...>
{
    static constexpr std::string_view name = "chain";

    static constexpr auto in_fast_form() { return chain<detail::in_fast_form<Layers>()...>{}; }

    template <class T, placement In, pass_size Size>
    using sized_implementation =
        detail::joined_layer<T, In, detail::add_outputs,
                             detail::branch<T, In, In.format, Size, Layers...>>;
};

/// x plus what layers make of it: `residual<dense{64}, relu, dense{64}>{}`.
/// Shapes     x (B, ...) -> y of the same shape, which the layers must give
/// Errors     compile time: the layers give another shape than they get
/// Source     He, Zhang, Ren, Sun (2016), Deep residual learning for image recognition
template <auto... Layers>
struct residual : detail::holder<true, Layers...>
{
    static constexpr std::string_view name = "residual";

    static constexpr auto in_fast_form() { return residual<detail::in_fast_form<Layers>()...>{}; }

    template <class T, placement In, pass_size Size>
    using sized_implementation =
        detail::joined_layer<T, In, detail::add_outputs, detail::branch<T, In, In.format, Size>,
                             detail::branch<T, In, In.format, Size, Layers...>>;
};

/// The sum of several branches, each a layer or a `chain<...>{}`: `add_up<dense{8}, chain<...>{}>{}`.
/// Shapes     x (B, ...) -> y of the shape that all branches give
/// Errors     compile time: branches of different shapes
template <auto... Branches>
struct add_up : detail::holder<true, Branches...>
{
    static constexpr std::string_view name = "add_up";

    static constexpr auto in_fast_form() { return add_up<detail::in_fast_form<Branches>()...>{}; }

    template <class T, placement In, pass_size Size>
    using sized_implementation =
        detail::joined_layer<T, In, detail::add_outputs,
                             typename detail::branch_of<T, In, In.format, Size, Branches>::type...>;
};

/// A formula of what several branches give, with one branch for each variable in the order of
/// `variables_of`: `combine<swiglu, dense{64}, dense{64}>{}` is a gated unit.
/// Shapes     x (B, ...) -> y of the shape that all branches give
/// Errors     compile time: as many branches as variables, of one shape; no parameters, a value for each
///            element. A branch that is the input itself is `chain<>{}`
template <auto Formula, auto... Branches>
struct combine : detail::holder<false, Branches...>
{
    static constexpr std::string_view name = "combine";

    static constexpr auto in_fast_form()
    {
        return combine<detail::in_fast_form<Formula>(), detail::in_fast_form<Branches>()...>{};
    }

    template <class T, placement In, pass_size Size>
    struct checked
        : detail::joined_layer<
              T, In, detail::combine_outputs<Formula>,
              typename detail::branch_of<T, In, row_format::rows, Size, Branches>::type...>
    {
        static constexpr bool has_variables = variable_count<Formula> == sizeof...(Branches) &&
                                              parameter_count<Formula> == 0 &&
                                              !is_row_value<Formula>;
        static_assert(
            has_variables,
            "combine<formula, branches...> needs a formula with one variable for each branch, "
            "no parameters and a value for each element; see "
            "docs/errors.md#combine-variables");
    };

    template <class T, placement In, pass_size Size>
    using sized_implementation = checked<T, In, Size>;
};

/// What several branches give, side by side; of images their channels: `concatenate<a, b>{}`.
/// Shapes     x (B, ...) -> y (B, sum of the first extents, ...)
/// Errors     compile time: branches whose other extents differ
template <auto... Branches>
struct concatenate : detail::holder<false, Branches...>
{
    static constexpr std::string_view name = "concatenate";

    static constexpr auto in_fast_form()
    {
        return concatenate<detail::in_fast_form<Branches>()...>{};
    }

    template <class T, placement In, pass_size Size>
    struct checked
        : detail::joined_layer<
              T, In, detail::concatenate_outputs,
              typename detail::branch_of<T, In, row_format::rows, Size, Branches>::type...>
    {
        static constexpr bool fit = checked::output.rank > 0;
        static_assert(fit,
                      "branches of concatenate<...> give shapes that differ in the first extent at "
                      "most; see docs/errors.md#branch-shapes");
    };

    template <class T, placement In, pass_size Size>
    using sized_implementation = checked<T, In, Size>;
};

} // namespace ctgrad
