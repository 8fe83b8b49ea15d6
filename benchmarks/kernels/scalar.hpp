// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>

// Activations and their gradients as plain loops over the standard library's functions, each
// derivative written down from the textbook.

namespace plain
{

template <class T>
struct sigmoid
{
    static T value(T x) { return 1 / (1 + std::exp(-x)); }
    static T derivative(T x)
    {
        const T y = value(x);
        return y * (1 - y);
    }
};

template <class T>
struct tanh
{
    static T value(T x) { return std::tanh(x); }
    static T derivative(T x)
    {
        const T y = value(x);
        return 1 - y * y;
    }
};

template <class T>
struct swish
{
    static T value(T x) { return x * sigmoid<T>::value(x); }
    static T derivative(T x)
    {
        const T s = sigmoid<T>::value(x);
        return s * (1 + x * (1 - s));
    }
};

template <class T>
struct gelu
{
    static T cdf(T x) { return T(0.5) * (1 + std::erf(x * T(0.70710678118654752440))); }
    static T value(T x) { return x * cdf(x); }
    static T derivative(T x)
    {
        return cdf(x) + x * T(0.39894228040143267794) * std::exp(-T(0.5) * x * x);
    }
};

template <class T>
struct gelu_tanh
{
    static T gate(T x)
    {
        return std::tanh(T(0.79788456080286535588) * (x + T(0.044715) * x * x * x));
    }
    static T value(T x) { return T(0.5) * x * (1 + gate(x)); }
    static T derivative(T x)
    {
        const T t = gate(x);
        const T slope = T(0.79788456080286535588) * (1 + 3 * T(0.044715) * x * x);
        return T(0.5) * (1 + t) + T(0.5) * x * (1 - t * t) * slope;
    }
};

template <class T>
struct softplus
{
    static T value(T x) { return std::log1p(std::exp(x)); }
    static T derivative(T x) { return sigmoid<T>::value(x); }
};

template <class T>
struct mish
{
    static T value(T x) { return x * std::tanh(softplus<T>::value(x)); }
    static T derivative(T x)
    {
        const T t = std::tanh(softplus<T>::value(x));
        return t + x * (1 - t * t) * sigmoid<T>::value(x);
    }
};

template <class T>
struct elu
{
    static T value(T x) { return x > 0 ? x : std::expm1(x); }
    static T derivative(T x) { return x > 0 ? 1 : std::exp(x); }
};

template <class Function, class T>
[[gnu::noinline]] void forward(const T* in, T* out, std::ptrdiff_t length)
{
    for (std::ptrdiff_t i = 0; i < length; ++i)
    {
        out[i] = Function::value(in[i]);
    }
}

template <class Function, class T>
[[gnu::noinline]] void backward(const T* in, const T* dout, T* din, std::ptrdiff_t length)
{
    for (std::ptrdiff_t i = 0; i < length; ++i)
    {
        din[i] = dout[i] * Function::derivative(in[i]);
    }
}

template <class Function, class T>
[[gnu::noinline]] void value_and_derivative(const T* in, T* out, T* dout, std::ptrdiff_t length)
{
    for (std::ptrdiff_t i = 0; i < length; ++i)
    {
        out[i] = Function::value(in[i]);
        dout[i] = Function::derivative(in[i]);
    }
}

} // namespace plain
