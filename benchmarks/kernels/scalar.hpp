// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>

// Activations and their gradients as plain loops over the standard library's functions, each
// derivative written down from the textbook.

namespace plain
{

struct sigmoid
{
    static float value(float x) { return 1 / (1 + std::exp(-x)); }
    static float derivative(float x)
    {
        const float y = value(x);
        return y * (1 - y);
    }
};

struct tanh
{
    static float value(float x) { return std::tanh(x); }
    static float derivative(float x)
    {
        const float y = value(x);
        return 1 - y * y;
    }
};

struct swish
{
    static float value(float x) { return x * sigmoid::value(x); }
    static float derivative(float x)
    {
        const float s = sigmoid::value(x);
        return s * (1 + x * (1 - s));
    }
};

struct gelu
{
    static float cdf(float x) { return 0.5f * (1 + std::erf(x * 0.70710678f)); }
    static float value(float x) { return x * cdf(x); }
    static float derivative(float x) { return cdf(x) + x * 0.39894228f * std::exp(-0.5f * x * x); }
};

struct gelu_tanh
{
    static float gate(float x) { return std::tanh(0.79788456f * (x + 0.044715f * x * x * x)); }
    static float value(float x) { return 0.5f * x * (1 + gate(x)); }
    static float derivative(float x)
    {
        const float t = gate(x);
        const float slope = 0.79788456f * (1 + 3 * 0.044715f * x * x);
        return 0.5f * (1 + t) + 0.5f * x * (1 - t * t) * slope;
    }
};

struct softplus
{
    static float value(float x) { return std::log1p(std::exp(x)); }
    static float derivative(float x) { return sigmoid::value(x); }
};

struct mish
{
    static float value(float x) { return x * std::tanh(softplus::value(x)); }
    static float derivative(float x)
    {
        const float t = std::tanh(softplus::value(x));
        return t + x * (1 - t * t) * sigmoid::value(x);
    }
};

struct elu
{
    static float value(float x) { return x > 0 ? x : std::expm1(x); }
    static float derivative(float x) { return x > 0 ? 1 : std::exp(x); }
};

template <class Function>
[[gnu::noinline]] void forward(const float* in, float* out, std::ptrdiff_t length)
{
    for (std::ptrdiff_t i = 0; i < length; ++i)
    {
        out[i] = Function::value(in[i]);
    }
}

template <class Function>
[[gnu::noinline]] void backward(const float* in, const float* dout, float* din,
                                std::ptrdiff_t length)
{
    for (std::ptrdiff_t i = 0; i < length; ++i)
    {
        din[i] = dout[i] * Function::derivative(in[i]);
    }
}

template <class Function>
[[gnu::noinline]] void value_and_derivative(const float* in, float* out, float* dout,
                                            std::ptrdiff_t length)
{
    for (std::ptrdiff_t i = 0; i < length; ++i)
    {
        out[i] = Function::value(in[i]);
        dout[i] = Function::derivative(in[i]);
    }
}

} // namespace plain
