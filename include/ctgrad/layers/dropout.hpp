// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/layer.hpp>

namespace ctgrad
{

template <class T, auto Layer, shape In>
struct dropout_implementation;

/// While training, sets each element to zero with probability `rate` and scales the others by
/// 1 / (1 - rate); otherwise changes nothing.
/// Shapes     x (B, ...) -> y of the same shape
/// Errors     compile time: the rate must be in [0, 1)
/// Source     Srivastava et al. (2014); the inverted form that leaves inference alone
struct dropout
{
    static constexpr std::string_view name = "dropout";

    double rate = 0.5;

    template <class T, auto Layer, shape In, auto Next>
    using implementation = dropout_implementation<T, Layer, In>;
};

template <class T, auto Layer, shape In>
struct dropout_implementation : without_parameters<T>
{
    static constexpr shape output = In;
    static constexpr bool in_place = true;
    static constexpr int stride = row_stride<T>(In.size());
    /// The factor of each element: 0 or 1 / (1 - rate).
    static constexpr int kept = stride;
    static void infer(const T*, T*, std::ptrdiff_t) {}

    static void forward(const T*, T* xy, T* factors, std::ptrdiff_t rows, pass_context context)
    {
        constexpr T scale = static_cast<T>(1.0 / (1.0 - Layer.rate));
        constexpr auto rate = static_cast<float>(Layer.rate);
        const auto count = static_cast<std::uint32_t>(rows * stride);
        for (std::uint32_t i = 0; i < count; ++i)
        {
            const bool kept_here = unit_interval(random_bits(context.key, i)) >= rate;
            factors[i] = kept_here ? scale : T(0);
            xy[i] *= factors[i];
        }
    }

    static void backward(const T*, const T* factors, T* dxy, T*, std::ptrdiff_t rows)
    {
        for (std::ptrdiff_t i = 0; i < rows * stride; ++i)
        {
            dxy[i] *= factors[i];
        }
    }

    // Last: clang leaves out what follows an assertion that fails, and would report that too.
    static constexpr bool is_share = Layer.rate >= 0.0 && Layer.rate < 1.0;
    static_assert(is_share,
                  "a dropout rate is the share of elements to drop, at least 0 and below 1; see "
                  "docs/errors.md#dropout-rate");
};

} // namespace ctgrad
