// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/interpret.hpp>
#include <ctgrad/graph/plan.hpp>
#include <ctgrad/simd/evaluate.hpp>
#include <ctgrad/simd/kernel_arguments.hpp>
#include <ctgrad/symbolic/derivative.hpp>
#include <ctgrad/symbolic/extent.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <ranges>
#include <string_view>
#include <tuple>
#include <utility>

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
        // A parameter that a formula was put in for is in the graph, but not in the list.
        const int index = graph[i].kind == node_kind::parameter ? names.find(graph[i].name) : -1;
        if (index >= 0)
        {
            values[static_cast<std::size_t>(index)] = static_cast<T>(graph[i].value);
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

// By value: one or two pointers then are in registers, and a call on few elements need not wait for
// what it has just stored.
template <class Program, class T>
using pointers_to_inputs = std::array<const T*, static_cast<std::size_t>(Program::variables.size)>;
template <class Program, class T>
using pointers_to_outputs = std::array<T*, static_cast<std::size_t>(Program::output_count)>;

template <class Program, class T, aliasing Inputs>
[[gnu::noinline]] void run_planned(pointers_to_inputs<Program, T> inputs,
                                   pointers_to_outputs<Program, T> outputs, const T* parameters,
                                   std::ptrdiff_t length)
{
    simd::evaluator<Program, T, Inputs>(inputs, outputs, parameters).run(length);
}

/// Runs a program over arrays of equal length: one row. Out of line, so that each program is
/// compiled once for each element type. With one pass an output may be an input in any case.
template <class Program, class T, aliasing Inputs = aliasing::none>
void run_program(pointers_to_inputs<Program, T> inputs, pointers_to_outputs<Program, T> outputs,
                 const T* parameters, std::ptrdiff_t length)
{
    constexpr aliasing planned = Program::is_one_plan ? aliasing::none : Inputs;
    run_planned<Program, T, planned>(inputs, outputs, parameters, length);
}

/// The same with the plan that the arrays allow.
template <class Program, class T>
void run_program_in_any_place(pointers_to_inputs<Program, T> inputs,
                              pointers_to_outputs<Program, T> outputs, const T* parameters,
                              std::ptrdiff_t length)
{
    const bool in_place = std::ranges::any_of(
        inputs, [&](const T* input) { return std::ranges::find(outputs, input) != outputs.end(); });
    if (in_place)
    {
        run_program<Program, T, aliasing::exact>(inputs, outputs, parameters, length);
    }
    else
    {
        run_program<Program, T>(inputs, outputs, parameters, length);
    }
}

} // namespace detail

/// out = f(in), element by element (for a formula with reductions, the arrays are one row).
/// `in` is one array, or a std::tie of one for each variable in the order of `variables_of`; arrays
/// are contiguous ranges of float or double, of any length and alignment. `out` may be `in`.
/// Errors     throws size_error when lengths differ
/// Cost       one pass, and one more for each reduction that another waits for; allocates nothing
template <auto Formula, class Inputs, class Output, class Parameters>
CTGRAD_ALWAYS_INLINE void forward(const Inputs& in, Output&& out, const Parameters& parameters)
{
    using T = detail::element_of<Output>;
    if constexpr (detail::check_kernel<Formula, T>(detail::given<Inputs>{},
                                                   detail::given<Output, Parameters>{}))
    {
        auto inputs = detail::as_tuple(in);
        const std::size_t length = std::ranges::size(std::get<0>(inputs));
        std::apply(
            [&](const auto&... input)
            {
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
                detail::run_program_in_any_place<program<Formula>, T>(
                    {std::ranges::data(input)...}, {std::ranges::data(out)},
                    std::ranges::data(parameters), static_cast<std::ptrdiff_t>(length));
            },
            inputs);
    }
}

/// The same with the parameters' initial values.
template <auto Formula, class Inputs, class Output>
CTGRAD_ALWAYS_INLINE void forward(const Inputs& in, Output&& out)
{
    using T = detail::element_of<Output>;
    if constexpr (detail::check_kernel<Formula, T>(detail::given<Inputs>{},
                                                   detail::given<Output>{}))
    {
        // A constant: otherwise every call would trace the formula.
        constexpr auto parameters = initial_parameters<Formula, T>();
        forward<Formula>(in, out, parameters);
    }
}

/// din = dout * f'(in): the gradients of all variables from the gradient of the result. `in` and
/// `din` are one array, or a std::tie of one for each variable in the order of `variables_of`.
/// Gradients of the parameters, summed over all elements, are added to `parameter_gradients` in the
/// order of `parameters_of`. `din` may be `dout` or `in` if the formula has no reduction.
/// Errors     throws size_error when lengths differ
/// Cost       one pass, and one more for each reduction that another waits for; allocates nothing
template <auto Formula, class Inputs, class Incoming, class Gradients, class Parameters,
          class ParameterGradients>
CTGRAD_ALWAYS_INLINE void backward(const Inputs& in, const Incoming& dout, Gradients&& din,
                                   const Parameters& parameters,
                                   ParameterGradients&& parameter_gradients)
{
    using T = detail::element_of<Incoming>;
    if constexpr (detail::check_kernel<Formula, T>(
                      detail::given<Inputs, Gradients>{},
                      detail::given<Incoming, Parameters, ParameterGradients>{}))
    {
        auto inputs = detail::as_tuple(in);
        auto gradients = detail::as_tuple(din);
        using backward_program = typename detail::programs<Formula>::backward;
        constexpr auto parameter_count = static_cast<std::size_t>(ctgrad::parameter_count<Formula>);
        constexpr auto inputs_of_program =
            static_cast<std::size_t>(backward_program::variables.size);
        const std::size_t length = std::ranges::size(std::get<0>(inputs));
        detail::check_length("the incoming gradient", is_row_value<Formula> ? 1 : length,
                             std::ranges::size(dout));
        detail::check_length("the list of parameters", parameter_count,
                             std::ranges::size(parameters));
        detail::check_length("the list of parameter gradients", parameter_count,
                             std::ranges::size(parameter_gradients));
        std::array<const T*, inputs_of_program> sources{};
        std::array<T*, static_cast<std::size_t>(backward_program::output_count)> targets{};
        std::array<T, parameter_count> sums{};
        const auto place = [&](std::string_view name, const T* data)
        {
            // A variable that the gradient does not depend on is not an input of the program.
            const int index = backward_program::variables.find(name);
            if (index >= 0)
            {
                sources[static_cast<std::size_t>(index)] = data;
            }
        };
        std::apply(
            [&](const auto&... input)
            {
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
            [&](auto&... gradient)
            {
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
}

/// The same for a formula without parameters, or with those at their initial values and not wanted.
template <auto Formula, class Inputs, class Incoming, class Gradients>
CTGRAD_ALWAYS_INLINE void backward(const Inputs& in, const Incoming& dout, Gradients&& din)
{
    using T = detail::element_of<Incoming>;
    if constexpr (detail::check_kernel<Formula, T>(detail::given<Inputs, Gradients>{},
                                                   detail::given<Incoming>{}))
    {
        constexpr auto parameters = initial_parameters<Formula, T>();
        std::array<T, parameters.size()> unused{};
        backward<Formula>(in, dout, din, parameters, unused);
    }
}

/// out = f(in) and dout = f'(in) in one pass, sharing all work. For several variables `in` and `dout`
/// are a std::tie of one array for each, in the order of `variables_of`.
/// Errors     throws size_error when lengths differ
/// Cost       one pass, and one more for each reduction that another waits for; allocates nothing
template <auto Formula, class Inputs, class Output, class Derivatives, class Parameters>
CTGRAD_ALWAYS_INLINE void value_and_derivative(const Inputs& in, Output&& out, Derivatives&& dout,
                                               const Parameters& parameters)
{
    using T = detail::element_of<Output>;
    if constexpr (detail::check_kernel<Formula, T>(detail::given<Inputs, Derivatives>{},
                                                   detail::given<Output, Parameters>{}))
    {
        auto inputs = detail::as_tuple(in);
        auto derivatives = detail::as_tuple(dout);
        using fused_program = typename detail::programs<Formula>::value_and_derivatives;
        const std::size_t length = std::ranges::size(std::get<0>(inputs));
        detail::check_length("the output", is_row_value<Formula> ? 1 : length,
                             std::ranges::size(out));
        detail::check_length("the list of parameters",
                             static_cast<std::size_t>(parameter_count<Formula>),
                             std::ranges::size(parameters));
        std::apply(
            [&](const auto&... input)
            {
                (detail::check_length("each input", length, std::ranges::size(input)), ...);
                std::apply(
                    [&](auto&... derivative)
                    {
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
}

/// The same with the parameters' initial values.
template <auto Formula, class Inputs, class Output, class Derivatives>
CTGRAD_ALWAYS_INLINE void value_and_derivative(const Inputs& in, Output&& out, Derivatives&& dout)
{
    using T = detail::element_of<Output>;
    if constexpr (detail::check_kernel<Formula, T>(detail::given<Inputs, Derivatives>{},
                                                   detail::given<Output>{}))
    {
        constexpr auto parameters = initial_parameters<Formula, T>();
        value_and_derivative<Formula>(in, out, dout, parameters);
    }
}

} // namespace ctgrad
