// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/symbolic.hpp>

/// Activation functions as their papers write them; graphs make the stable forms of them. Those with
/// a constant are functions of it, and take a `parameter` where the constant shall be learnt:
/// `swish(parameter<"beta">{1.0})`.
/// Domain     all reals; at infinity the limit, NaN stays NaN
/// Accuracy   tests/simd/activations_accuracy.cpp prints it
namespace ctgrad::activations
{

inline constexpr variable<"x"> x;

/// No activation at all.
inline constexpr auto identity = x;

/// McCulloch, Pitts (1943), A logical calculus of the ideas immanent in nervous activity
inline constexpr auto binary_step = where(x > 0, 1, 0);

/// Verhulst (1845), Recherches mathématiques sur la loi d'accroissement de la population
inline constexpr auto sigmoid = 1 / (1 + exp(-x));

/// LeCun et al. (1998), Efficient BackProp, section 4.4
inline constexpr auto tanh = (exp(x) - exp(-x)) / (exp(x) + exp(-x));

/// Nair, Hinton (2010), Rectified linear units improve restricted Boltzmann machines
inline constexpr auto relu = ctgrad::relu(x);

/// Krizhevsky (2010), Convolutional deep belief networks on CIFAR-10
inline constexpr auto relu6 = minimum(ctgrad::relu(x), 6);

/// Maas, Hannun, Ng (2013), Rectifier nonlinearities improve neural network acoustic models;
/// with a parameter He et al. (2015), Delving deep into rectifiers
template <operand Slope = double>
constexpr auto leaky_relu(Slope slope = 0.01)
{
    return where(x > 0, x, slope * x);
}

/// Clevert, Unterthiner, Hochreiter (2016), Fast and accurate deep network learning by ELUs
template <operand Scale = double>
constexpr auto elu(Scale alpha = 1.0)
{
    return where(x > 0, x, alpha * (exp(x) - 1));
}

/// Barron (2017), Continuously differentiable exponential linear units
template <operand Scale = double>
constexpr auto celu(Scale alpha = 1.0)
{
    return where(x > 0, x, alpha * (exp(x / alpha) - 1));
}

/// Klambauer et al. (2017), Self-normalizing neural networks
inline constexpr auto selu =
    1.0507009873554804934 * where(x > 0, x, 1.6732632423543772848 * (exp(x) - 1));

/// Dugas et al. (2001), Incorporating second-order functional knowledge for better option pricing
template <operand Scale = double>
constexpr auto softplus(Scale beta = 1.0)
{
    return log(1 + exp(beta * x)) / beta;
}

/// Turian, Bergstra, Bengio (2009), Quadratic features and deep architectures for chunking
inline constexpr auto softsign = x / (1 + abs(x));

/// Ramachandran, Zoph, Le (2017), Searching for activation functions; for beta = 1 also SiLU
template <operand Scale = double>
constexpr auto swish(Scale beta = 1.0)
{
    return x / (1 + exp(-beta * x));
}

/// Hendrycks, Gimpel (2016), Gaussian error linear units
inline constexpr auto gelu = 0.5 * x * (1 + erf(x / 1.4142135623730950488));

/// Hendrycks, Gimpel (2016), the approximation that they give
inline constexpr auto gelu_tanh =
    0.5 * x * (1 + ctgrad::tanh(0.79788456080286535588 * (x + 0.044715 * pow(x, 3))));

/// Misra (2019), Mish: a self regularized non-monotonic activation function
inline constexpr auto mish = x * ctgrad::tanh(log(1 + exp(x)));

/// Courbariaux, Bengio, David (2015), BinaryConnect; with the slope of MobileNetV3
inline constexpr auto hard_sigmoid = clamp(x / 6 + 0.5, 0, 1);

/// Howard et al. (2019), Searching for MobileNetV3
inline constexpr auto hard_swish = x * clamp(x / 6 + 0.5, 0, 1);

/// Collobert (2004), Large scale machine learning
inline constexpr auto hard_tanh = clamp(x, -1, 1);

/// Logarithm of the sigmoid.
inline constexpr auto log_sigmoid = log(1 / (1 + exp(-x)));

/// What tanh takes away, torch.nn.Tanhshrink.
inline constexpr auto tanhshrink = x - ctgrad::tanh(x);

/// Donoho (1995), De-noising by soft-thresholding
template <operand Threshold = double>
constexpr auto soft_shrink(Threshold lambda = 0.5)
{
    return where(x > lambda, x - lambda, where(x < -lambda, x + lambda, 0));
}

/// Broomhead, Lowe (1988), Radial basis functions, multi-variable functional interpolation
inline constexpr auto gaussian = exp(-x * x);

/// Sitzmann et al. (2020), Implicit neural representations with periodic activation functions
inline constexpr auto sine = sin(x);

/// Inverse tangent, from -pi/2 to pi/2.
inline constexpr auto arctan = atan(x);

} // namespace ctgrad::activations
