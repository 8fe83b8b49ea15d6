// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/initialise.hpp>
#include <ctgrad/layers/placed_parameters.hpp>
#include <ctgrad/simd/products.hpp>

namespace ctgrad
{

template <class T, auto Layer, shape In, auto Next>
struct causal_convolution_implementation;

/// Convolution over the steps of a sequence, of this step and those before it: with growing dilations,
/// the layers of a temporal convolutional network, sample by sample.
/// Shapes     at each step t x (B, In) -> y (B, Filters), the sum over k < Kernel of weight[:, :, k] *
///            x[t - (Kernel - 1 - k) Dilation] + bias; steps before the first are zero
/// Parameters weight (Filters, In, Kernel), as Filters rows, and bias (Filters)
/// Errors     compile time: the input must be flat, filters, kernel and dilation at least 1
/// Cost       2 Kernel In Filters flops a step, twice that backward
/// Source     Van den Oord et al. (2016), WaveNet; Bai, Kolter, Koltun (2018)
struct causal_conv1d
{
    static constexpr std::string_view name = "causal_conv1d";

    int filters = 0;
    int kernel = 2;
    int dilation = 1;
    bool bias = true;
    initialiser weights = initialiser::automatic;

    template <class T, auto Layer, shape In, auto Next>
    using implementation = causal_convolution_implementation<T, Layer, In, Next>;
};

template <class T, auto Layer, shape In, auto Next>
struct causal_convolution_implementation
    : detail::placed_parameters<T, causal_convolution_implementation<T, Layer, In, Next>>
{
    static constexpr int inputs = In.size() > 0 ? In.size() : 1;
    static constexpr int filters = Layer.filters > 0 ? Layer.filters : 1;
    static constexpr int kernel = Layer.kernel > 0 ? Layer.kernel : 1;
    static constexpr int dilation = Layer.dilation > 0 ? Layer.dilation : 1;
    static constexpr shape output{filters};
    static constexpr bool in_place = false;

    /// How many steps the first number of the kernel looks back.
    static constexpr int steps_before = (kernel - 1) * dilation;

private:
    using layout = simd::panels<T, inputs, filters>;
    static constexpr int stride = row_stride<T>(filters);
    static constexpr int input_stride = row_stride<T>(inputs);
    static constexpr int ring = steps_before + 1;

    static const T* tap(const T* parameters, int k) { return parameters + k * layout::size; }
    static const T* bias_of(const T* parameters)
    {
        return Layer.bias ? tap(parameters, kernel) : nullptr;
    }

public:
    /// The inputs of the last steps. One step after the other they are a ring, behind a row whose first
    /// number is the place of the next.
    static constexpr int state = (1 + ring) * input_stride;
    static constexpr int kept = input_stride;
    static constexpr long long multiply_adds = 1LL * kernel * inputs * filters;

    static constexpr auto tensors = []
    {
        constexpr tensor_info weight{"weight", filters, inputs * kernel, kernel * layout::size,
                                     tensor_role::weight};
        if constexpr (Layer.bias)
        {
            return std::array{weight, tensor_info{"bias", 1, filters, layout::padded_units}};
        }
        else
        {
            return std::array{weight};
        }
    }();

    static void initialise(T* parameters, random_engine& engine)
    {
        std::vector<T> values(
            static_cast<std::size_t>(logical_parameters<causal_convolution_implementation>()));
        const std::span<T> all(values);
        constexpr std::size_t weights = std::size_t{filters} * inputs * kernel;
        draw_parameters<Next, Layer.weights, Layer.bias>(all.first(weights), all.subspan(weights),
                                                         inputs * kernel, filters, engine);
        causal_convolution_implementation::import_tensors(values.data(), parameters);
    }

    static void for_each_parameter(const auto& body)
    {
        int logical = 0;
        for (int unit = 0; unit < filters; ++unit)
        {
            for (int i = 0; i < inputs; ++i)
            {
                for (int k = 0; k < kernel; ++k)
                {
                    body(logical++, k * layout::size + layout::offset(i, unit));
                }
            }
        }
        for (int unit = 0; unit < filters && Layer.bias; ++unit)
        {
            body(logical++, kernel * layout::size + unit);
        }
    }

    /// One step of one sequence, in line.
    CTGRAD_ALWAYS_INLINE static void step(const T* parameters, const T* x, T* y, T* memory, T*)
    {
        using vector = typename layout::vector;
        using simd::detail::fixed_stride;
        T* const rows = memory + input_stride;
        const int now = static_cast<int>(*memory);
        std::copy_n(x, inputs, rows + now * input_stride);
        *memory = static_cast<T>(now + 1 < ring ? now + 1 : 0);
        simd::detail::for_each_panel<layout>(
            [&]<int Vectors>(int unit) CTGRAD_INLINE_LAMBDA
            {
                constexpr int chains = simd::detail::row_chains(inputs * kernel, Vectors);
                simd::detail::product_tile<T, typename layout::arch, 1, Vectors, chains> sums;
                const T* const bias = bias_of(parameters);
                sums.begin(
                    [&](int, int v) CTGRAD_INLINE_LAMBDA
                    { return bias ? vector::load(bias + unit + v * vector::size) : vector(T(0)); });
                for (int k = 0; k < kernel; ++k)
                {
                    const int then = now - (kernel - 1 - k) * dilation;
                    const T* const from = rows + (then < 0 ? then + ring : then) * input_stride;
                    const T* const weights = tap(parameters, k) + layout::offset(0, unit);
                    sums.template add_terms<false>(from, fixed_stride<0>{}, fixed_stride<1>{},
                                                   weights, fixed_stride<Vectors * vector::size>{},
                                                   std::ptrdiff_t{inputs}, weights,
                                                   fixed_stride<0>{});
                }
                sums.join_chains();
                sums.store(y + unit, fixed_stride<0>{});
            });
        simd::detail::clear_units_beyond<layout>(y, 0, 1);
    }

    static void forward(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* y,
                        T* kept_values, std::ptrdiff_t rows, const keeping_context<T>& context)
    {
        const std::ptrdiff_t sequences = context.sequences;
        T* const memory = context.memory;
        const std::ptrdiff_t before = steps_before * sequences;
        std::copy_n(memory, before * input_stride, kept_values);
        for (std::ptrdiff_t row = 0; row < rows; ++row)
        {
            std::copy_n(x + row * x_stride, inputs, kept_values + (before + row) * input_stride);
        }
        std::copy_n(kept_values + rows * input_stride, before * input_stride, memory);
        for (int k = 0; k < kernel; ++k)
        {
            simd::product_forward<T, inputs, filters>(seen_by(k, kept_values, sequences),
                                                      input_stride, rows, tap(parameters, k),
                                                      bias_of(parameters), y, stride, k > 0);
        }
    }

    static void backward(const T* parameters, const T*, std::ptrdiff_t, const T* kept_values,
                         const T* dy, T* dx, T* gradients, std::ptrdiff_t rows,
                         const keeping_context<T>& context)
    {
        const std::ptrdiff_t sequences = context.sequences;
        for (int k = 0; k < kernel; ++k)
        {
            simd::product_weight_gradient<T, inputs, filters>(seen_by(k, kept_values, sequences),
                                                              input_stride, dy, stride, rows,
                                                              gradients + k * layout::size);
        }
        if constexpr (Layer.bias)
        {
            simd::product_bias_gradient<T, inputs, filters>(dy, stride, rows,
                                                            gradients + kernel * layout::size);
        }
        if (dx != nullptr)
        {
            // The last number of the kernel is that of the same step.
            for (int k = kernel - 1; k >= 0; --k)
            {
                const std::ptrdiff_t later = (kernel - 1 - k) * dilation * sequences;
                if (later < rows)
                {
                    simd::product_input_gradient<T, inputs, filters>(
                        dy + later * stride, stride, rows - later, tap(parameters, k), dx,
                        input_stride, later > 0);
                }
            }
        }
    }

private:
    /// Where the inputs begin that number k of the kernel sees.
    static const T* seen_by(int k, const T* kept_values, std::ptrdiff_t sequences)
    {
        return kept_values + k * dilation * sequences * input_stride;
    }

    // Last: clang leaves out what follows an assertion that fails, and would report that too.
    static constexpr bool is_flat = In.is_flat();
    static_assert(is_flat, "a causal convolution needs a flat input, one step of the sequence: put "
                           "flatten{} before it; see docs/errors.md#causal-convolution");
    static constexpr bool is_positive = Layer.filters > 0 && Layer.kernel > 0 && Layer.dilation > 0;
    static_assert(is_positive,
                  "filters, kernel and dilation of a causal convolution are at least one: "
                  "causal_conv1d{.filters = 16, .kernel = 3, .dilation = 4}; see "
                  "docs/errors.md#causal-convolution");
};

} // namespace ctgrad
