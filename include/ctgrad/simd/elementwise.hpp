// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/errors.hpp>
#include <ctgrad/graph/interpret.hpp>
#include <ctgrad/simd/evaluate.hpp>

#include <algorithm>
#include <ranges>
#include <span>
#include <tuple>

namespace ctgrad
{

/// Initial values of the parameters of a formula, in the order of `parameters_of`.
template <auto Formula, class T = float>
constexpr auto initial_parameters()
{
    constexpr const name_list& names = parameters_of<decltype(Formula)>;
    std::array<T, static_cast<std::size_t>(names.size)> values{};
    graph_builder graph;
    trace(graph, Formula);
    for (int i = 0; i < graph.size(); ++i)
    {
        if (graph[i].kind == node_kind::parameter)
        {
            values[static_cast<std::size_t>(names.find(graph[i].name))] =
                static_cast<T>(graph[i].value);
        }
    }
    return values;
}

namespace detail
{

/// The gradient that comes in, under a name that no user's variable has; one number if the formula
/// has one value for the row.
template <auto Formula>
using incoming = std::conditional_t<is_row_value<Formula>, parameter<"gradient of the result">,
                                    variable<"gradient of the result">>;

template <auto Formula>
struct programs
{
    static constexpr const name_list& variables = variables_of<decltype(Formula)>;
    static constexpr const name_list& parameters = parameters_of<decltype(Formula)>;
    using function_type = std::remove_cvref_t<decltype(Formula)>;
    using seed_type = incoming<Formula>;

    template <std::size_t... V, std::size_t... P>
    static auto make_backward(std::index_sequence<V...>, std::index_sequence<P...>)
        -> program<pullback_of<function_type, seed_type, name_at<variables, V>>{Formula, {}}...,
                   pullback_of<function_type, seed_type, name_at<parameters, P>>{Formula, {}}...>;

    template <std::size_t... V>
    static auto make_fused(std::index_sequence<V...>)
        -> program<Formula, derivative_of<function_type, name_at<variables, V>>{Formula}...>;

    using variable_indices = std::make_index_sequence<static_cast<std::size_t>(variables.size)>;
    using parameter_indices = std::make_index_sequence<static_cast<std::size_t>(parameters.size)>;

    /// Gradients of the variables, then of the parameters, from variables and incoming gradient.
    using backward = decltype(make_backward(variable_indices{}, parameter_indices{}));
    /// Value, then the derivatives by each variable.
    using value_and_derivatives = decltype(make_fused(variable_indices{}));
};

template <class Type>
inline constexpr bool is_tuple = false;
template <class... Types>
inline constexpr bool is_tuple<std::tuple<Types...>> = true;

/// One array, or a std::tie of several, as a tuple of references.
constexpr auto as_tuple(auto& arrays)
{
    if constexpr (is_tuple<std::remove_cvref_t<decltype(arrays)>>)
    {
        return arrays;
    }
    else
    {
        return std::tie(arrays);
    }
}

template <class Range>
using element_of = std::remove_cvref_t<std::ranges::range_value_t<std::remove_cvref_t<Range>>>;

template <class Arrays>
inline constexpr std::size_t array_count = std::tuple_size_v<Arrays>;

template <class T>
std::span<const T> read_only(const auto& array)
{
    return {std::ranges::data(array), std::ranges::size(array)};
}

inline void check_length(const char* what, std::size_t expected, std::size_t found)
{
    if (expected != found)
    {
        throw_size_error(what, expected, found);
    }
}

/// Whether it is one; if not, that is an error here, and the only one.
template <auto Formula>
constexpr bool check_formula()
{
    constexpr bool is_formula = expression<decltype(Formula)>;
    static_assert(is_formula, "a kernel needs a formula of variables, parameters and numbers; see "
                              "docs/errors.md#not-a-formula");
    return is_formula;
}

template <auto Formula, class Arrays>
constexpr void check_count()
{
    static_assert(array_count<Arrays> == static_cast<std::size_t>(variable_count<Formula>),
                  "a formula of several variables needs one array for each, in the order in which "
                  "it mentions them: std::tie(a, b); see docs/errors.md#arrays");
}

/// Runs a program over arrays of equal length: one row. Out of line, so that each program is
/// compiled once for each element type.
template <class Program, class T>
[[gnu::noinline]] void run_program(
    const std::array<const T*, static_cast<std::size_t>(Program::variables.size)>& inputs,
    const std::array<T*, static_cast<std::size_t>(Program::output_count)>& outputs,
    const T* parameters, std::ptrdiff_t length)
{
    simd::evaluator<Program, T>(inputs, outputs, parameters).run(length);
}

}  // namespace detail

/// out = f(in), element by element (for a formula with reductions, the arrays are one row).
/// `in` is one array, or a std::tie of one for each variable in the order of `variables_of`; arrays
/// are contiguous ranges of float or double, of any length and alignment. `out` may be `in`.
/// Errors     throws size_error when lengths differ
/// Cost       one pass; allocates nothing
template <auto Formula, class Inputs, class Output, class Parameters>
void forward(const Inputs& in, Output&& out, const Parameters& parameters)
{
    auto inputs = detail::as_tuple(in);
    detail::check_count<Formula, decltype(inputs)>();
    using T = detail::element_of<Output>;
    const std::size_t length = std::ranges::size(std::get<0>(inputs));
    std::apply(
        [&](const auto&... input) {
            (detail::check_length("each input", length, std::ranges::size(input)), ...);
            if constexpr (is_row_value<Formula>)
            {
                detail::check_length("the output of a reduction", 1, std::ranges::size(out));
            }
            else
            {
                detail::check_length("the output", length, std::ranges::size(out));
            }
            detail::check_length("the list of parameters",
                                 static_cast<std::size_t>(parameter_count<Formula>),
                                 std::ranges::size(parameters));
            detail::run_program<program<Formula>, T>({std::ranges::data(input)...},
                                                     {std::ranges::data(out)},
                                                     std::ranges::data(parameters),
                                                     static_cast<std::ptrdiff_t>(length));
        },
        inputs);
}

/// The same with the parameters' initial values.
template <auto Formula, class Inputs, class Output>
void forward(const Inputs& in, Output&& out)
{
    if constexpr (detail::check_formula<Formula>())
    {
        // A constant: otherwise every call would trace the formula.
        constexpr auto parameters = initial_parameters<Formula, detail::element_of<Output>>();
        forward<Formula>(in, out, parameters);
    }
}

/// din = dout * f'(in): the gradients of all variables from the gradient of the result. `in` and
/// `din` are one array, or a std::tie of one for each variable in the order of `variables_of`.
/// Gradients of the parameters, summed over all elements, are added to `parameter_gradients` in the
/// order of `parameters_of`. `din` may be `dout` or `in` if the formula has no reduction.
/// Errors     throws size_error when lengths differ
/// Cost       one pass; allocates nothing
template <auto Formula, class Inputs, class Incoming, class Gradients, class Parameters,
          class ParameterGradients>
void backward(const Inputs& in, const Incoming& dout, Gradients&& din,
              const Parameters& parameters, ParameterGradients&& parameter_gradients)
{
    auto inputs = detail::as_tuple(in);
    auto gradients = detail::as_tuple(din);
    detail::check_count<Formula, decltype(inputs)>();
    detail::check_count<Formula, decltype(gradients)>();
    using T = detail::element_of<Incoming>;
    using backward_program = typename detail::programs<Formula>::backward;
    constexpr auto parameter_count = static_cast<std::size_t>(ctgrad::parameter_count<Formula>);
    constexpr auto inputs_of_program =
        static_cast<std::size_t>(backward_program::variables.size);
    const std::size_t length = std::ranges::size(std::get<0>(inputs));
    detail::check_length("the incoming gradient",
                         is_row_value<Formula> ? 1 : length, std::ranges::size(dout));
    detail::check_length("the list of parameters", parameter_count,
                         std::ranges::size(parameters));
    detail::check_length("the list of parameter gradients", parameter_count,
                         std::ranges::size(parameter_gradients));
    std::array<const T*, inputs_of_program> sources{};
    std::array<T*, static_cast<std::size_t>(backward_program::output_count)> targets{};
    std::array<T, parameter_count> sums{};
    const auto place = [&](std::string_view name, const T* data) {
        // A variable that the gradient does not depend on is not an input of the program.
        const int index = backward_program::variables.find(name);
        if (index >= 0)
        {
            sources[static_cast<std::size_t>(index)] = data;
        }
    };
    std::apply(
        [&](const auto&... input) {
            int k = 0;
            ((detail::check_length("each input", length, std::ranges::size(input)),
              place(variables_of<decltype(Formula)>[k++], std::ranges::data(input))),
             ...);
        },
        inputs);
    place(detail::incoming<Formula>::name.view(), std::ranges::data(dout));
    // For a row formula the incoming gradient is one more parameter of the program, the last.
    std::array<T, parameter_count + 1> values{};
    std::ranges::copy(parameters, values.begin());
    if constexpr (is_row_value<Formula>)
    {
        values.back() = *std::ranges::data(dout);
    }
    std::size_t k = 0;
    std::apply(
        [&](auto&... gradient) {
            ((detail::check_length("each gradient", length, std::ranges::size(gradient)),
              targets[k++] = std::ranges::data(gradient)),
             ...);
        },
        gradients);
    for (T& sum : sums)
    {
        targets[k++] = &sum;
    }
    detail::run_program<backward_program, T>(sources, targets, values.data(),
                                             static_cast<std::ptrdiff_t>(length));
    for (std::size_t p = 0; p < parameter_count; ++p)
    {
        std::ranges::data(parameter_gradients)[p] += sums[p];
    }
}

/// The same for a formula without parameters, or with those at their initial values and not wanted.
template <auto Formula, class Inputs, class Incoming, class Gradients>
void backward(const Inputs& in, const Incoming& dout, Gradients&& din)
{
    if constexpr (detail::check_formula<Formula>())
    {
        using T = detail::element_of<Incoming>;
        constexpr auto parameters = initial_parameters<Formula, T>();
        std::array<T, parameters.size()> unused{};
        backward<Formula>(in, dout, din, parameters, unused);
    }
}

/// out = f(in) and dout = f'(in) in one pass, sharing all work. For several variables `in` and `dout`
/// are a std::tie of one array for each, in the order of `variables_of`.
/// Errors     throws size_error when lengths differ
/// Cost       one pass; allocates nothing
template <auto Formula, class Inputs, class Output, class Derivatives, class Parameters>
void value_and_derivative(const Inputs& in, Output&& out, Derivatives&& dout,
                          const Parameters& parameters)
{
    auto inputs = detail::as_tuple(in);
    auto derivatives = detail::as_tuple(dout);
    detail::check_count<Formula, decltype(inputs)>();
    detail::check_count<Formula, decltype(derivatives)>();
    using T = detail::element_of<Output>;
    using fused_program = typename detail::programs<Formula>::value_and_derivatives;
    const std::size_t length = std::ranges::size(std::get<0>(inputs));
    detail::check_length("the output", is_row_value<Formula> ? 1 : length,
                         std::ranges::size(out));
    detail::check_length("the list of parameters",
                         static_cast<std::size_t>(parameter_count<Formula>),
                         std::ranges::size(parameters));
    std::apply(
        [&](const auto&... input) {
            (detail::check_length("each input", length, std::ranges::size(input)), ...);
            std::apply(
                [&](auto&... derivative) {
                    (detail::check_length("each derivative", length,
                                          std::ranges::size(derivative)),
                     ...);
                    detail::run_program<fused_program, T>(
                        {std::ranges::data(input)...},
                        {std::ranges::data(out), std::ranges::data(derivative)...},
                        std::ranges::data(parameters), static_cast<std::ptrdiff_t>(length));
                },
                derivatives);
        },
        inputs);
}

/// The same with the parameters' initial values.
template <auto Formula, class Inputs, class Output, class Derivatives>
void value_and_derivative(const Inputs& in, Output&& out, Derivatives&& dout)
{
    if constexpr (detail::check_formula<Formula>())
    {
        constexpr auto parameters = initial_parameters<Formula, detail::element_of<Output>>();
        value_and_derivative<Formula>(in, out, dout, parameters);
    }
}

}  // namespace ctgrad
