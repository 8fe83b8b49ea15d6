// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/layer.hpp>
#include <ctgrad/simd/elementwise.hpp>

namespace ctgrad
{

/// A formula of one variable as a layer. Its parameters are learnt, one of each for the layer. A
/// formula with reductions, such as softmax, sees each row as a whole.
/// Shapes     x (B, ...) -> y of the same shape
/// Errors     compile time: the formula must have one free variable and a value for each element
template <class T, auto Formula, shape In>
struct activation_implementation
{
    static constexpr shape output = In;
    static constexpr bool in_place = true;
    static constexpr int size = In.size();
    static constexpr int stride = row_stride<T>(size);
    static constexpr int parameter_count = ctgrad::parameter_count<Formula>;
    static constexpr bool over_row = has_reduction<Formula>;
    /// With parameters or reductions the pre-activation is kept; otherwise the derivative, which the
    /// forward pass gets almost for nothing with the value and which backward only multiplies.
    static constexpr bool keeps_derivative = parameter_count == 0 && !over_row;
    static constexpr int kept = stride;
    static constexpr int scratch = 0;

    using forward_program = program<Formula>;
    using fused_program = typename detail::programs<Formula>::value_and_derivatives;
    using backward_program = typename detail::programs<Formula>::backward;

    static constexpr auto tensors = []
    {
        std::array<tensor_info, static_cast<std::size_t>(parameter_count)> made{};
        for (std::size_t i = 0; i < made.size(); ++i)
        {
            made[i] = {parameters_of<decltype(Formula)>[static_cast<int>(i)], 1, 1, 1};
        }
        return made;
    }();

    static void initialise(T* parameters, random_engine&)
    {
        constexpr auto initial = initial_parameters<Formula, T>();
        std::copy(initial.begin(), initial.end(), parameters);
    }

    static void export_tensors(const T* parameters, T* to)
    {
        std::copy_n(parameters, parameter_count, to);
    }

    static void import_tensors(const T* from, T* parameters)
    {
        std::copy_n(from, parameter_count, parameters);
    }

    static void infer(const T* parameters, T* xy, std::ptrdiff_t rows)
    {
        for_each_run(rows,
                     [&](std::ptrdiff_t at, std::ptrdiff_t length)
                     {
                         detail::run_program<forward_program, T, aliasing::exact>(
                             {xy + at}, {xy + at}, parameters, length);
                     });
    }

    static void forward(const T* parameters, T* xy, T* kept_values, std::ptrdiff_t rows,
                        pass_context)
    {
        if constexpr (keeps_derivative)
        {
            detail::run_program<fused_program, T>({xy}, {xy, kept_values}, parameters,
                                                  rows * stride);
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
            for (std::ptrdiff_t i = 0; i < rows * stride; ++i)
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
                backward_row(parameters, kept_values + row * stride, dxy + row * stride, gradients);
            }
        }
        clear_padding(dxy, size, rows);
    }

private:
    /// Calls with each piece of memory that one program may take at once.
    static void for_each_run(std::ptrdiff_t rows, const auto& run)
    {
        if constexpr (over_row)
        {
            for (std::ptrdiff_t row = 0; row < rows; ++row)
            {
                run(row * stride, std::ptrdiff_t{size});
            }
        }
        else
        {
            run(std::ptrdiff_t{0}, rows * stride);
        }
    }

    static void backward_row(const T* parameters, const T* x, T* dxy, T* gradients)
    {
        constexpr auto input_count = static_cast<std::size_t>(backward_program::variables.size);
        std::array<const T*, input_count> inputs{};
        const auto place = [&](std::string_view name, const T* data)
        {
            const int index = backward_program::variables.find(name);
            if (index >= 0)
            {
                inputs[static_cast<std::size_t>(index)] = data;
            }
        };
        place(variables_of<decltype(Formula)>[0], x);
        // A pass over the row may need the incoming gradients after others are written.
        constexpr bool copies = over_row;
        std::array<T, copies ? static_cast<std::size_t>(size) : 1> copy;
        if constexpr (copies)
        {
            std::copy_n(dxy, size, copy.data());
        }
        place(detail::incoming<Formula>::name.view(), copies ? copy.data() : dxy);
        std::array<T, static_cast<std::size_t>(parameter_count)> sums{};
        std::array<T*, static_cast<std::size_t>(backward_program::output_count)> outputs{dxy};
        for (std::size_t i = 0; i < sums.size(); ++i)
        {
            outputs[i + 1] = &sums[i];
        }
        detail::run_program<backward_program, T>(inputs, outputs, parameters, size);
        for (std::size_t i = 0; i < sums.size(); ++i)
        {
            gradients[i] += sums[i];
        }
    }

    // Last: clang leaves out what follows an assertion that fails, and would report that too.
    static constexpr bool has_one_variable = variable_count<Formula> == 1;
    static_assert(has_one_variable,
                  "a formula used as a layer needs exactly one free variable, the pre-activation; "
                  "see docs/errors.md#activation-variables");
    static constexpr bool has_value_for_each_element = !is_row_value<Formula>;
    static_assert(has_value_for_each_element,
                  "a formula used as a layer needs a value for each element, not one for the row; "
                  "see docs/errors.md#activation-reduction");
};

} // namespace ctgrad
