// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/initialise.hpp>
#include <ctgrad/simd/panels.hpp>
#include <ctgrad/simd/product_row.hpp>
#include <ctgrad/simd/products.hpp>

namespace ctgrad
{

template <class T, auto Layer, shape In, auto Next>
struct dense_implementation;

/// Fully connected layer: y = x * transpose(weight) + bias, for each row of the batch.
/// Shapes     x (B, In), weight (Units, In), bias (Units) -> y (B, Units)
/// Gradients  dweight += transpose(dy) * x;  dbias += column sums of dy;  dx = dy * weight
/// Errors     compile time: the input must be flat, units at least 1
/// Cost       2*B*In*Units flops forward, twice that backward; allocates nothing
/// Source     Goodfellow, Bengio, Courville (2016), algorithms 6.3 and 6.4
struct dense
{
    static constexpr std::string_view name = "dense";

    int units = 0;
    bool bias = true;
    initialiser weights = initialiser::automatic;

    template <class T, auto Layer, shape In, auto Next>
    using implementation = dense_implementation<T, Layer, In, Next>;
};

template <class T, auto Layer, shape In, auto Next>
struct dense_implementation
{
    static constexpr int inputs = In.size() > 0 ? In.size() : 1;
    static constexpr int units = Layer.units > 0 ? Layer.units : 1;
    static constexpr shape output{units};
    static constexpr bool in_place = false;
    static constexpr int kept = 0;
    static constexpr long long multiply_adds = 1LL * inputs * units;

    using layout = simd::panels<T, inputs, units>;
    static constexpr int stride = row_stride<T>(units);

    static constexpr auto tensors = []
    {
        constexpr tensor_info weight{"weight", units, inputs, layout::size, tensor_role::weight};
        if constexpr (Layer.bias)
        {
            return std::array{weight, tensor_info{"bias", 1, units, layout::padded_units}};
        }
        else
        {
            return std::array{weight};
        }
    }();

    static const T* bias_of(const T* parameters)
    {
        return Layer.bias ? parameters + layout::size : nullptr;
    }

    static void initialise(T* parameters, random_engine& engine)
    {
        std::vector<T> weights(static_cast<std::size_t>(inputs) * units);
        const std::span<T> biases(parameters + layout::size,
                                  static_cast<std::size_t>(Layer.bias ? units : 0));
        draw_parameters<Next, Layer.weights, Layer.bias>(std::span<T>(weights), biases, inputs,
                                                         units, engine);
        place_weights(weights.data(), parameters);
    }

    static void place_weights(const T* from, T* parameters)
    {
        for (int unit = 0; unit < units; ++unit)
        {
            for (int i = 0; i < inputs; ++i)
            {
                parameters[layout::offset(i, unit)] = from[unit * inputs + i];
            }
        }
    }

    static void export_tensors(const T* parameters, T* to)
    {
        for (int unit = 0; unit < units; ++unit)
        {
            for (int i = 0; i < inputs; ++i)
            {
                to[unit * inputs + i] = parameters[layout::offset(i, unit)];
            }
        }
        if constexpr (Layer.bias)
        {
            std::copy_n(bias_of(parameters), units, to + units * inputs);
        }
    }

    static void import_tensors(const T* from, T* parameters)
    {
        place_weights(from, parameters);
        if constexpr (Layer.bias)
        {
            std::copy_n(from + units * inputs, units, parameters + layout::size);
        }
    }

    /// Larger layers wait for their weights, not for calls.
    CTGRAD_ALWAYS_INLINE static void infer_row(const T* parameters, const T* x, T* y)
        requires(layout::size <= 8192)
    {
        simd::product_row<T, inputs, units>(x, parameters, bias_of(parameters), y);
    }

    static void infer(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* y,
                      std::ptrdiff_t rows)
    {
        simd::product_forward<T, inputs, units>(x, x_stride, rows, parameters, bias_of(parameters),
                                                y, stride);
    }

    static void backward(const T* parameters, const T* x, std::ptrdiff_t x_stride, const T* dy,
                         T* dx, T* gradients, std::ptrdiff_t rows)
    {
        simd::product_weight_gradient<T, inputs, units>(x, x_stride, dy, stride, rows, gradients);
        if constexpr (Layer.bias)
        {
            simd::product_bias_gradient<T, inputs, units>(dy, stride, rows,
                                                          gradients + layout::size);
        }
        if (dx != nullptr)
        {
            simd::product_input_gradient<T, inputs, units>(dy, stride, rows, parameters, dx,
                                                           row_stride<T>(inputs));
        }
    }

    /// dx, and then each part of the weights is updated while its gradients are at hand.
    static void learn(const T* parameters, const T* x, std::ptrdiff_t x_stride, const T* dy, T* dx,
                      std::ptrdiff_t rows, const auto& update)
    {
        if (dx != nullptr)
        {
            simd::product_input_gradient<T, inputs, units>(dy, stride, rows, parameters, dx,
                                                           row_stride<T>(inputs));
        }
        simd::product_weight_update<T, inputs, units>(x, x_stride, dy, stride, rows, parameters,
                                                      update);
        if constexpr (Layer.bias)
        {
            alignas(64) T dbias[layout::padded_units]{};
            simd::product_bias_gradient<T, inputs, units>(dy, stride, rows, dbias);
            update(bias_of(parameters), std::span<const T>(dbias));
        }
    }

    // Last: clang leaves out what follows an assertion that fails, and would report that too.
    static constexpr bool is_flat = In.is_flat();
    static_assert(is_flat, "a dense layer needs a flat input: put flatten{} before it; see "
                           "docs/errors.md#dense-needs-a-flat-input");
    static constexpr bool has_units = Layer.units > 0;
    static_assert(has_units, "a dense layer needs at least one unit: dense{.units = 10}; see "
                             "docs/errors.md#dense-units");
};

} // namespace ctgrad
