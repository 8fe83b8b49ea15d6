// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/dense.hpp>
#include <ctgrad/simd/elementwise.hpp>

namespace ctgrad::detail
{

// Layers through which derivatives by the input of a network go forward (network/derivatives.hpp). A
// sample is several rows: of values, of first derivatives by each input, of second derivatives by each
// pair of inputs. The rows of values of all samples come first, then those of derivatives by the first
// input, and so on.

/// How many rows a sample has.
constexpr int taylor_rows(int inputs, int order)
{
    return 1 + inputs + (order == 2 ? inputs * (inputs + 1) / 2 : 0);
}

template <auto Layer, class T, shape In, auto Next, int Inputs, int Order>
struct taylor_implementation;

/// A dense layer or a formula for a network's values and derivatives by so many inputs.
template <auto Layer, int Inputs, int Order>
struct taylor_layer
{
    static constexpr std::string_view name = "derivatives";
    static constexpr auto inner = Layer;

    template <class T, auto, shape In, auto Next>
    using implementation = taylor_implementation<Layer, T, In, Next, Inputs, Order>;
};

/// What stands behind a layer of values and derivatives, for the values alone.
template <auto Next>
constexpr auto inner_of()
{
    if constexpr (requires { Next.inner; })
    {
        return Next.inner;
    }
    else
    {
        return Next;
    }
}

template <auto Layer>
inline constexpr bool is_taylor_formula = false;
template <auto Layer>
    requires expression<decltype(Layer)>
inline constexpr bool is_taylor_formula<Layer> =
    variable_count<Layer> == 1 && parameter_count<Layer> == 0 && !ctgrad::has_reduction<Layer>;

/// Stands in for what derivatives do not go through, and says so.
template <auto Layer, class T, shape In, auto Next, int Inputs, int Order>
struct taylor_implementation : dense_implementation<T, dense{1}, In, Next>
{
    static constexpr bool is_dense_or_formula = is_taylor_formula<Layer>;
    static_assert(is_dense_or_formula,
                  "the layers of derivatives<order, layers...> are dense{...} or formulas of one "
                  "variable without parameters and reductions; see docs/errors.md#derivatives");
};

/// A linear map is the same for values and derivatives, but for its bias.
template <auto Layer, class T, shape In, auto Next, int Inputs, int Order>
    requires std::same_as<std::remove_cvref_t<decltype(Layer)>, dense>
struct taylor_implementation<Layer, T, In, Next, Inputs, Order>
    : dense_implementation<T, Layer, In, inner_of<Next>()>
{
    using base = dense_implementation<T, Layer, In, inner_of<Next>()>;
    using base::inputs;
    using base::stride;
    using base::units;

    // Those of one row a sample.
    static void infer_row() = delete;
    static void learn() = delete;

    static void infer(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* y,
                      std::ptrdiff_t rows)
    {
        const std::ptrdiff_t samples = rows / taylor_rows(Inputs, Order);
        base::infer(parameters, x, x_stride, y, samples);
        simd::product_forward<T, inputs, units>(x + samples * x_stride, x_stride, rows - samples,
                                                parameters, nullptr, y + samples * stride, stride);
    }

    static void backward(const T* parameters, const T* x, std::ptrdiff_t x_stride, const T* dy,
                         T* dx, T* gradients, std::ptrdiff_t rows)
    {
        const std::ptrdiff_t samples = rows / taylor_rows(Inputs, Order);
        base::backward(parameters, x, x_stride, dy, dx, gradients, samples);
        simd::product_weight_gradient<T, inputs, units>(x + samples * x_stride, x_stride,
                                                        dy + samples * stride, stride,
                                                        rows - samples, gradients);
        if (dx != nullptr)
        {
            constexpr int dx_stride = row_stride<T>(inputs);
            simd::product_input_gradient<T, inputs, units>(dy + samples * stride, stride,
                                                           rows - samples, parameters,
                                                           dx + samples * dx_stride, dx_stride);
        }
    }
};

/// A formula of one variable, differentiated so many times.
template <auto Formula, int Order>
constexpr auto nth_derivative()
{
    if constexpr (Order == 0)
    {
        return Formula;
    }
    else
    {
        constexpr variable<name_at<variables_of<decltype(Formula)>, 0>> x;
        return derivative(nth_derivative<Formula, Order - 1>(), x);
    }
}

template <auto Formula, int First, class Numbers>
struct derivatives_program;
template <auto Formula, int First, int... I>
struct derivatives_program<Formula, First, std::integer_sequence<int, I...>>
{
    using type = program<nth_derivative<Formula, First + I>()...>;
};

/// By the chain rule (Faa di Bruno), for y = f(x) and inputs i and j,
///     dy/di = f'(x) dx/di;   d2y/didj = f''(x) dx/di dx/dj + f'(x) d2x/didj.
template <auto Layer, class T, shape In, auto Next, int Inputs, int Order>
    requires is_taylor_formula<Layer>
struct taylor_implementation<Layer, T, In, Next, Inputs, Order> : without_parameters<T>
{
    static constexpr shape output = In;
    static constexpr bool in_place = true;
    static constexpr int stride = row_stride<T>(In.size());
    /// What came in.
    static constexpr int kept = stride;

    static void infer(const T*, T* xy, std::ptrdiff_t rows)
    {
        const std::ptrdiff_t numbers = numbers_of_row(rows);
        for_each_part<0>(
            xy, numbers,
            [&](std::ptrdiff_t at, const vector& value, const vector& slope,
                const vector& curvature)
            {
                T* const place = xy + at;
                std::array<vector, Inputs> dx;
                for (std::size_t i = 0; i < Inputs; ++i)
                {
                    const std::ptrdiff_t row = (1 + static_cast<std::ptrdiff_t>(i)) * numbers;
                    dx[i] = vector::load(place + row);
                    (slope * dx[i]).store(place + row);
                }
                for_each_pair(
                    [&](std::size_t i, std::size_t j, int row)
                    {
                        T* const second = place + row * numbers;
                        (curvature * dx[i] * dx[j] + slope * vector::load(second)).store(second);
                    });
                value.store(place);
            });
        clear_padding(xy, In.size(), rows);
    }

    static void forward(const T* parameters, T* xy, T* kept_values, std::ptrdiff_t rows,
                        pass_context)
    {
        std::copy_n(xy, rows * stride, kept_values);
        infer(parameters, xy, rows);
    }

    static void backward(const T*, const T* kept_values, T* dxy, T*, std::ptrdiff_t rows)
    {
        const std::ptrdiff_t numbers = numbers_of_row(rows);
        for_each_part<1>(
            kept_values, numbers,
            [&](std::ptrdiff_t at, const vector& slope, const vector& curvature,
                const vector& third)
            {
                const T* const x = kept_values + at;
                T* const gradient = dxy + at;
                vector of_value = slope * vector::load(gradient);
                std::array<vector, Inputs> dx;
                std::array<vector, Inputs> of_dx;
                for (std::size_t i = 0; i < Inputs; ++i)
                {
                    const std::ptrdiff_t row = (1 + static_cast<std::ptrdiff_t>(i)) * numbers;
                    dx[i] = vector::load(x + row);
                    const vector incoming = vector::load(gradient + row);
                    of_value = of_value + incoming * curvature * dx[i];
                    of_dx[i] = incoming * slope;
                }
                for_each_pair(
                    [&](std::size_t i, std::size_t j, int row)
                    {
                        T* const second = gradient + row * numbers;
                        const vector incoming = vector::load(second);
                        of_value =
                            of_value + incoming * (third * dx[i] * dx[j] +
                                                   curvature * vector::load(x + row * numbers));
                        of_dx[i] = of_dx[i] + incoming * curvature * dx[j];
                        of_dx[j] = of_dx[j] + incoming * curvature * dx[i];
                        (incoming * slope).store(second);
                    });
                of_value.store(gradient);
                for (std::size_t i = 0; i < Inputs; ++i)
                {
                    of_dx[i].store(gradient + (1 + static_cast<std::ptrdiff_t>(i)) * numbers);
                }
            });
        clear_padding(dxy, In.size(), rows);
    }

private:
    using vector = simd::batch<T>;
    static constexpr std::ptrdiff_t lanes = vector::size;

    /// Numbers of one row of all samples: whole vectors.
    static constexpr std::ptrdiff_t numbers_of_row(std::ptrdiff_t rows)
    {
        return rows / taylor_rows(Inputs, Order) * stride;
    }

    /// Calls with two inputs and the row of the second derivative by them.
    static void for_each_pair(const auto& body)
    {
        int row = 1 + Inputs;
        for (std::size_t i = 0; i < Inputs && Order == 2; ++i)
        {
            for (std::size_t j = i; j < Inputs; ++j)
            {
                body(i, j, row++);
            }
        }
    }

    /// Calls for each vector of values with three derivatives of the formula there, from number `First`
    /// on; to first order the last is not meant to be used.
    template <int First>
    static void for_each_part(const T* x, std::ptrdiff_t numbers, const auto& body)
    {
        constexpr int count = Order + 1;
        using formulas = typename derivatives_program<Layer, First,
                                                      std::make_integer_sequence<int, count>>::type;
        constexpr std::ptrdiff_t at_once = 16 * lanes;
        alignas(64) T found[3][at_once]{};
        for (std::ptrdiff_t begin = 0; begin < numbers; begin += at_once)
        {
            const std::ptrdiff_t length = std::min(at_once, numbers - begin);
            pointers_to_outputs<formulas, T> outputs{};
            for (std::size_t k = 0; k < outputs.size(); ++k)
            {
                outputs[k] = found[k];
            }
            pointers_to_inputs<formulas, T> inputs{};
            inputs.fill(x + begin);
            run_program<formulas, T>(inputs, outputs, nullptr, length);
            for (std::ptrdiff_t i = 0; i < length; i += lanes)
            {
                body(begin + i, vector::load(found[0] + i), vector::load(found[1] + i),
                     vector::load(found[2] + i));
            }
        }
    }
};

} // namespace ctgrad::detail
