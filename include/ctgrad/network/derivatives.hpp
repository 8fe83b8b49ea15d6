// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/taylor_layers.hpp>
#include <ctgrad/network/branch_parameters.hpp>
#include <ctgrad/network/composite.hpp>

namespace ctgrad
{

namespace detail
{

/// Rows of inputs go through a branch as values and derivatives by each of them (layers/taylor_layers.hpp).
template <class T, shape In, int Order, class Branch>
struct derivatives_implementation : branch_parameters<T, Branch>
{
    using branch = Branch;
    static constexpr int inputs = In.size() > 0 ? In.size() : 1;
    static constexpr int rows_of_sample = taylor_rows(inputs, Order);
    static constexpr int results = Branch::output.extents.size();
    static constexpr shape output{rows_of_sample * results};
    static constexpr bool in_place = false;
    static constexpr int kept = rows_of_sample * (row_stride<T>(inputs) + Branch::kept);
    static constexpr int scratch = Branch::most_rows * row_stride<T>(inputs) + Branch::scratch;
    static constexpr long long multiply_adds = rows_of_sample * Branch::multiply_adds;

    static void infer(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* y,
                      std::ptrdiff_t rows, T* scratch_memory)
    {
        constexpr std::ptrdiff_t at_once = std::max(Branch::most_rows / rows_of_sample, 1);
        for (std::ptrdiff_t row = 0; row < rows; row += at_once)
        {
            const std::ptrdiff_t samples = std::min(at_once, rows - row);
            place_inputs(x + row * x_stride, x_stride, samples, scratch_memory);
            const auto found = Branch::infer(
                parameters, scratch_memory, input_stride, samples * rows_of_sample,
                scratch_memory + Branch::most_rows * input_stride, static_cast<T*>(nullptr));
            collect(found.rows, samples, y + row * stride);
        }
    }

    static void forward(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* y,
                        T* kept_values, std::ptrdiff_t rows, const keeping_context<T>& context)
    {
        place_inputs(x, x_stride, rows, kept_values);
        const auto found =
            Branch::forward(parameters, kept_values, input_stride,
                            kept_of_branch(kept_values, rows), rows * rows_of_sample, context);
        collect(found.rows, rows, y);
    }

    static void backward(const T* parameters, const T*, std::ptrdiff_t, T* kept_values, const T* dy,
                         T* dx, T* gradients, std::ptrdiff_t rows,
                         const keeping_context<T>& context)
    {
        T* const own = kept_of_branch(kept_values, rows);
        distribute(dy, rows, Branch::output_gradients(own, rows * rows_of_sample, 0));
        const T* const of_inputs =
            Branch::backward(parameters, kept_values, input_stride, own, gradients,
                             rows * rows_of_sample, context, dx != nullptr);
        if (dx != nullptr)
        {
            // The rest are gradients of the derivatives of inputs, which are 1 or 0.
            std::copy_n(of_inputs, rows * input_stride, dx);
        }
    }

private:
    static constexpr int input_stride = row_stride<T>(inputs);
    static constexpr int result_stride = row_stride<T>(results);
    static constexpr int stride = row_stride<T>(output.size());

    static T* kept_of_branch(T* kept_values, std::ptrdiff_t rows)
    {
        constexpr std::ptrdiff_t block = simd::batch<T>::size;
        return kept_values + (rows + block - 1) / block * block * rows_of_sample * input_stride;
    }

    /// Inputs, their derivatives by themselves (1) and by others (0), and second derivatives (0).
    static void place_inputs(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t samples, T* to)
    {
        std::fill_n(to, samples * rows_of_sample * input_stride, T(0));
        for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        {
            std::copy_n(x + sample * x_stride, inputs, to + sample * input_stride);
            for (int i = 0; i < inputs; ++i)
            {
                to[((1 + i) * samples + sample) * input_stride + i] = T(1);
            }
        }
    }

    /// All rows of a sample one behind the other.
    static void collect(const T* found, std::ptrdiff_t samples, T* y)
    {
        for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        {
            for (int row = 0; row < rows_of_sample; ++row)
            {
                std::copy_n(found + (row * samples + sample) * result_stride, results,
                            y + sample * stride + row * results);
            }
        }
        clear_padding(y, output.size(), samples);
    }

    static void distribute(const T* dy, std::ptrdiff_t samples, T* to)
    {
        for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        {
            for (int row = 0; row < rows_of_sample; ++row)
            {
                std::copy_n(dy + sample * stride + row * results, results,
                            to + (row * samples + sample) * result_stride);
            }
        }
        clear_padding(to, results, samples * rows_of_sample);
    }
};

} // namespace detail

/// What layers give, and its derivatives by each input, as one layer: of equations between derivatives a
/// network can learn the solution (physics-informed training).
/// Shapes     x (B, n) -> y (B, m (1 + n)) or, to second order, (B, m (1 + n + n (n + 1) / 2)): the m
///            results; their derivatives by the first input, by the second, ...; then by the first twice,
///            by the first and the second, ..., by the last twice
/// Gradients  of all parameters, through the derivatives, from the same formulas
/// Errors     compile time: layers are dense or formulas without parameters; the input is flat, of at most
///            63 numbers, or 9 to second order
/// Cost       of the layers for as many rows as there are derivatives
/// Source     Griewank, Walther (2008), chapter 13 (Taylor arithmetic); Raissi, Perdikaris, Karniadakis
///            (2019), Physics-informed neural networks
template <int Order, auto... Layers>
struct derivatives : detail::holder<false, Layers...>
{
    static constexpr std::string_view name = "derivatives";

    static constexpr auto in_fast_form()
    {
        return derivatives<Order, detail::in_fast_form<Layers>()...>{};
    }

    template <class T, placement In, pass_size Size>
    struct checked
        : detail::derivatives_implementation<
              T, In.extents, Order,
              detail::branch<T, In, row_format::rows, Size,
                             detail::taylor_layer<Layers, In.extents.size(), Order>{}...>>
    {
        static constexpr bool has_order = Order == 1 || Order == 2;
        static_assert(has_order, "derivatives<order, layers...> are of first or second order; see "
                                 "docs/errors.md#derivatives");
        static constexpr bool has_layers = sizeof...(Layers) > 0;
        static_assert(has_layers, "derivatives<order, layers...> needs a layer; see "
                                  "docs/errors.md#derivatives");
        // Inference takes a whole sample at once at least.
        static constexpr bool has_few_inputs =
            In.extents.is_flat() && checked::rows_of_sample <= checked::branch::most_rows;
        static_assert(has_few_inputs, "derivatives<order, layers...> needs a flat input of at most "
                                      "63 numbers, or 9 to second order; see "
                                      "docs/errors.md#derivatives");
    };

    template <class T, placement In, pass_size Size>
    using sized_implementation = checked<T, In, Size>;
};

} // namespace ctgrad
