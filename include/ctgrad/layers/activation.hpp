// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/scoped_parameters.hpp>
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/simd/panels.hpp>

namespace ctgrad
{

namespace detail
{

/// The name of the variable of an activation; empty without one, which the layer reports.
template <auto Formula>
inline constexpr auto pre_activation_name = []
{
    if constexpr (variable_count<Formula> > 0)
    {
        return name_at<variables_of<decltype(Formula)>, 0>;
    }
    else
    {
        return fixed_string{""};
    }
}();

/// Whether it does not matter where an element lies.
template <auto Formula>
inline constexpr bool is_for_each_element =
    ctgrad::parameter_count<Formula> == 0 && !ctgrad::has_reduction<Formula>;

} // namespace detail

/// A formula of one variable as a layer. Its parameters are learnt, as many of each as its scope says.
/// A formula with reductions, such as softmax, sees each row as a whole.
/// Shapes     x (B, ...) -> y of the same shape
/// Errors     compile time: the formula must have one free variable and a value for each element
template <class T, auto Formula, shape In, row_format Format = row_format::rows>
struct activation_implementation
{
    static constexpr shape output = In;
    static constexpr row_format output_format = Format;
    static constexpr bool in_place = true;
    static constexpr int size = In.size();
    static constexpr int stride = row_stride<T>(size);
    static constexpr int parameter_count = ctgrad::parameter_count<Formula>;
    static constexpr bool over_row = has_reduction<Formula>;
    static constexpr auto scopes = detail::scopes_in<Formula, In>;
    /// With parameters or reductions the pre-activation is kept; otherwise the derivative, which the
    /// forward pass gets almost for nothing with the value and which backward only multiplies.
    static constexpr bool keeps_derivative = detail::is_for_each_element<Formula>;
    static constexpr int kept = row_room<T>({In, Format});

    static constexpr auto array_formula = detail::with_array_parameters<Formula, In>(Formula);
    using forward_program = program<array_formula>;
    using fused_program = typename detail::programs<Formula>::value_and_derivatives;

    static constexpr auto tensors = []
    {
        std::array<tensor_info, static_cast<std::size_t>(parameter_count)> made{};
        for (std::size_t i = 0; i < made.size(); ++i)
        {
            const int numbers = detail::numbers_of_scope(scopes[i], In);
            made[i] = {parameters_of<decltype(Formula)>[static_cast<int>(i)], 1, numbers,
                       scopes[i] == per_layer ? 1 : row_stride<T>(numbers)};
        }
        return made;
    }();

    static void initialise(T* parameters, random_engine&)
    {
        constexpr auto initial = initial_parameters<Formula, T>();
        for (std::size_t i = 0; i < tensors.size(); ++i)
        {
            std::fill_n(parameters, tensors[i].columns, initial[i]);
            std::fill_n(parameters + tensors[i].columns, tensors[i].stored - tensors[i].columns,
                        T(0));
            parameters += tensors[i].stored;
        }
    }

    static void export_tensors(const T* parameters, T* to)
    {
        for (const tensor_info& tensor : tensors)
        {
            to = std::copy_n(parameters, tensor.columns, to);
            parameters += tensor.stored;
        }
    }

    static void import_tensors(const T* from, T* parameters)
    {
        for (const tensor_info& tensor : tensors)
        {
            std::copy_n(from, tensor.columns, parameters);
            from += tensor.columns;
            parameters += tensor.stored;
        }
    }

    static void infer(const T* parameters, T* xy, std::ptrdiff_t rows)
    {
        for_each_run(rows,
                     [&](std::ptrdiff_t at, std::ptrdiff_t length, int channel)
                     {
                         std::array<const T*, input_count<forward_program>> inputs{};
                         place<forward_program>(inputs, pre_activation.view(), xy + at);
                         std::array<T, number_count<forward_program>> numbers{};
                         place_parameters<forward_program>(parameters, channel, inputs, numbers);
                         detail::run_program<forward_program, T, aliasing::exact>(
                             inputs, {xy + at}, numbers.data(), length);
                     });
    }

    /// In line, over whole vectors, no wider than the row.
    CTGRAD_ALWAYS_INLINE static void infer_row(const T* parameters, T* xy)
        requires(parameter_count == 0 && !over_row && size <= 128 && Format == row_format::rows)
    {
        using arch = simd::arch_for_units<T, size>;
        constexpr int width = simd::batch<T, arch>::size;
        simd::evaluator<forward_program, T, aliasing::none, arch>({xy}, {xy}, parameters)
            .run((size + width - 1) / width * width);
    }

    static void forward(const T* parameters, T* xy, T* kept_values, std::ptrdiff_t rows,
                        pass_context)
    {
        if constexpr (keeps_derivative)
        {
            detail::run_program<fused_program, T>({xy}, {xy, kept_values}, parameters,
                                                  numbers(rows));
            if constexpr (Format == row_format::sample_blocks)
            {
                // Where there is no sample the value may be infinite, as log's of 0.
                clear_padding<T, placement{In, Format}>(xy, rows);
            }
        }
        else
        {
            std::copy_n(xy, rows * stride, kept_values);
            infer(parameters, xy, rows);
        }
    }

    static void backward(const T* parameters, const T* kept_values, T* dxy, T* gradients,
                         std::ptrdiff_t rows)
    {
        if constexpr (keeps_derivative)
        {
            const std::ptrdiff_t count = numbers(rows);
            for (std::ptrdiff_t i = 0; i < count; ++i)
            {
                dxy[i] *= kept_values[i];
            }
        }
        else
        {
            // Row by row where the row matters; also for parameters, whose gradients must not
            // collect anything from padding.
            for (std::ptrdiff_t row = 0; row < rows; ++row)
            {
                for (int channel = 0; channel < channels; ++channel)
                {
                    const std::ptrdiff_t at = row * stride + channel * segment;
                    backward_run(parameters, kept_values + at, dxy + at, gradients, channel);
                }
            }
        }
        clear_padding<T, placement{In, Format}>(dxy, rows);
    }

private:
    static constexpr std::ptrdiff_t numbers(std::ptrdiff_t rows)
    {
        return numbers_of_rows<T>({In, Format}, rows);
    }

    /// A sample is run channel by channel where a parameter has one number for each.
    static constexpr bool by_channel = detail::has_scope(scopes, per_channel);
    static constexpr int channels = by_channel ? In.extents[0] : 1;
    static constexpr int segment = size / channels;

    static constexpr auto pre_activation = detail::pre_activation_name<Formula>;
    using array_formula_type = std::remove_cvref_t<decltype(array_formula)>;
    using incoming = detail::incoming<Formula>;

    template <std::size_t... I>
    static auto make_backward(std::index_sequence<I...>)
        -> program<pullback_of<array_formula_type, incoming, pre_activation>{array_formula, {}},
                   detail::parameter_gradient<Formula, In, I, array_formula, incoming>()...>;

    using backward_program = decltype(make_backward(std::make_index_sequence<scopes.size()>{}));

    template <class Program>
    static constexpr auto input_count = static_cast<std::size_t>(Program::variables.size);
    template <class Program>
    static constexpr auto number_count = static_cast<std::size_t>(Program::parameters.size);

    /// Calls with each piece of memory that one program may take at once, and its channel.
    static void for_each_run(std::ptrdiff_t rows, const auto& run)
    {
        if constexpr (over_row || by_channel || detail::has_scope(scopes, per_element))
        {
            for (std::ptrdiff_t row = 0; row < rows; ++row)
            {
                for (int channel = 0; channel < channels; ++channel)
                {
                    run(row * stride + channel * segment, std::ptrdiff_t{segment}, channel);
                }
            }
        }
        else
        {
            run(std::ptrdiff_t{0}, numbers(rows), 0);
        }
    }

    template <class Program>
    static void place(std::array<const T*, input_count<Program>>& inputs, std::string_view name,
                      const T* data)
    {
        // What a program does not depend on is no input of it.
        const int index = Program::variables.find(name);
        if (index >= 0)
        {
            inputs[static_cast<std::size_t>(index)] = data;
        }
    }

    /// Calls with the index and the data of each parameter, in this channel.
    static void for_each_parameter(auto* block, int channel, const auto& body)
    {
        for (std::size_t i = 0; i < tensors.size(); ++i)
        {
            body(i, block + (scopes[i] == per_layer     ? 0
                             : scopes[i] == per_channel ? channel
                                                        : channel * segment));
            block += tensors[i].stored;
        }
    }

    template <class Program>
    static void place_parameters(const T* parameters, int channel,
                                 std::array<const T*, input_count<Program>>& inputs,
                                 std::array<T, number_count<Program>>& numbers)
    {
        for_each_parameter(parameters, channel,
                           [&](std::size_t i, const T* data)
                           {
                               const std::string_view name = tensors[i].name;
                               place<Program>(inputs, name, data);
                               const int index = Program::parameters.find(name);
                               if (index >= 0)
                               {
                                   numbers[static_cast<std::size_t>(index)] = *data;
                               }
                           });
    }

    static void backward_run(const T* parameters, const T* x, T* dxy, T* gradients, int channel)
    {
        std::array<const T*, input_count<backward_program>> inputs{};
        std::array<T, number_count<backward_program>> numbers{};
        place<backward_program>(inputs, pre_activation.view(), x);
        place<backward_program>(inputs, incoming::name.view(), dxy);
        place_parameters<backward_program>(parameters, channel, inputs, numbers);
        std::array<T, tensors.size()> sums{};
        std::array<T*, tensors.size() + 1> outputs{dxy};
        [&]<std::size_t... I>(std::index_sequence<I...>)
        {
            const std::array<std::string_view, tensors.size()> so_far{so_far_name<I>.view()...};
            for_each_parameter(gradients, channel,
                               [&](std::size_t i, T* data)
                               {
                                   const bool is_array = scopes[i] == per_element;
                                   outputs[i + 1] = is_array ? data : &sums[i];
                                   place<backward_program>(inputs, so_far[i], data);
                               });
        }(std::make_index_sequence<tensors.size()>{});
        detail::run_program<backward_program, T, aliasing::exact>(inputs, outputs, numbers.data(),
                                                                  segment);
        for_each_parameter(gradients, channel, [&](std::size_t i, T* data)
                           { *data += scopes[i] == per_element ? T(0) : sums[i]; });
    }

    template <std::size_t Index>
    static constexpr auto so_far_name =
        detail::gradient_so_far(detail::name_at<parameters_of<decltype(Formula)>, Index>);

    // Last: clang leaves out what follows an assertion that fails, and would report that too.
    static constexpr bool has_one_variable = variable_count<Formula> == 1;
    static_assert(has_one_variable,
                  "a formula used as a layer needs exactly one free variable, the pre-activation; "
                  "see docs/errors.md#activation-variables");
    static constexpr bool has_value_for_each_element = !is_row_value<Formula>;
    static_assert(has_value_for_each_element,
                  "a formula used as a layer needs a value for each element, not one for the row; "
                  "see docs/errors.md#activation-reduction");
    static constexpr bool has_whole_rows = !(over_row && by_channel);
    static_assert(
        has_whole_rows,
        "a formula over rows runs over the whole sample, so its parameters are per_layer or "
        "per_element, or the sample is flat; see docs/errors.md#parameter-scope");
};

} // namespace ctgrad
