// SPDX-License-Identifier: BSL-1.0
// Forward mode with one derivative, which suits functions of one variable: numbers that carry it, in
// expression templates, and plain loops over them.

// Sacado alone: as Debian configures it, it wants Kokkos, Teuchos and MPI too.
#define TRILINOS_NO_CONFIG_H
#define HAVE_SACADO_CXX11
#define SACADO_NEW_FAD_DESIGN_IS_DEFAULT

#include "../kernels/differentiator.hpp"

#include <Sacado.hpp>
#include <Trilinos_version.h>

#include <cmath>

namespace
{

using activations::arrays;
using activations::form;

/// A number with its derivative. In expressions of these, each operation keeps its value for the
/// derivative: up to three times as fast as Sacado::Fad, which computes it again.
template <class T>
using dual = Sacado::CacheFad::SFad<T, 1>;

/// Sacado has no error function; a user would add it like this.
template <class T>
dual<T> erf(const dual<T>& x)
{
    constexpr T two_over_root_pi = T(1.12837916709551257390);
    dual<T> y = std::erf(x.val());
    y.fastAccessDx(0) = two_over_root_pi * std::exp(-x.val() * x.val()) * x.fastAccessDx(0);
    return y;
}

// The functions as a textbook writes them, with what Sacado has: it lacks log1p and expm1 too.

template <class T>
dual<T> sigmoid(const dual<T>& x)
{
    return 1 / (1 + exp(-x));
}

template <class T>
dual<T> hyperbolic_tangent(const dual<T>& x)
{
    return tanh(x);
}

template <class T>
dual<T> swish(const dual<T>& x)
{
    return x / (1 + exp(-x));
}

template <class T>
dual<T> gelu(const dual<T>& x)
{
    return T(0.5) * x * (1 + erf<T>(x * T(0.70710678118654752440)));
}

template <class T>
dual<T> gelu_tanh(const dual<T>& x)
{
    return T(0.5) * x * (1 + tanh(T(0.79788456080286535588) * (x + T(0.044715) * x * x * x)));
}

template <class T>
dual<T> mish(const dual<T>& x)
{
    return x * tanh(log(1 + exp(x)));
}

template <class T>
dual<T> elu(const dual<T>& x)
{
    return x > 0 ? x : dual<T>(exp(x) - 1);
}

template <class T>
dual<T> softplus(const dual<T>& x)
{
    return log(1 + exp(x));
}

template <auto Function, class T>
[[gnu::noinline]] void backward(const T* in, const T* dout, T* din, std::size_t length)
{
    for (std::size_t i = 0; i < length; ++i)
    {
        din[i] = dout[i] * Function(dual<T>(1, 0, in[i])).fastAccessDx(0);
    }
}

template <auto Function, class T>
[[gnu::noinline]] void value_and_derivative(const T* in, T* out, T* dout, std::size_t length)
{
    for (std::size_t i = 0; i < length; ++i)
    {
        const dual<T> y = Function(dual<T>(1, 0, in[i]));
        out[i] = y.val();
        dout[i] = y.fastAccessDx(0);
    }
}

template <auto Function, class T>
void run(form wanted, arrays<T>& a)
{
    const T* in = a.in().data();
    if (wanted == form::backward)
    {
        return backward<Function>(in, a.dy().data(), a.first().data(), a.size);
    }
    value_and_derivative<Function>(in, a.first().data(), a.second().data(), a.size);
}

template <class T>
activations::differentiator<T> differentiator()
{
    return {"Sacado",
            TRILINOS_VERSION_STRING,
            {{"sigmoid", run<sigmoid<T>, T>},
             {"tanh", run<hyperbolic_tangent<T>, T>},
             {"swish", run<swish<T>, T>},
             {"gelu", run<gelu<T>, T>},
             {"gelu_tanh", run<gelu_tanh<T>, T>},
             {"mish", run<mish<T>, T>},
             {"elu", run<elu<T>, T>},
             {"softplus", run<softplus<T>, T>}}};
}

const activations::differentiator_entry in_float(differentiator<float>());
const activations::differentiator_entry in_double(differentiator<double>());

} // namespace
