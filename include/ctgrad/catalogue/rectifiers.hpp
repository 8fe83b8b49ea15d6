// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/variables.hpp>

/// Functions that let positive numbers pass and hold negative ones back.
namespace ctgrad::activations
{

/// No activation at all.
inline constexpr auto identity = x;

/// McCulloch, Pitts (1943), A logical calculus of the ideas immanent in nervous activity
inline constexpr auto binary_step = where(x > 0, 1, 0);

/// Nair, Hinton (2010), Rectified linear units improve restricted Boltzmann machines
inline constexpr auto relu = ctgrad::relu(x);

/// Krizhevsky (2010), Convolutional deep belief networks on CIFAR-10
inline constexpr auto relu6 = minimum(ctgrad::relu(x), 6);

/// Hannun et al. (2014), Deep Speech: scaling up end-to-end speech recognition
template <operand Bound = double>
constexpr auto clipped_relu(Bound bound = 20.0)
{
    return minimum(ctgrad::relu(x), bound);
}

/// Konda, Memisevic, Krueger (2015), Zero-bias autoencoders and the benefits of co-adapting features
template <operand Threshold = double>
constexpr auto thresholded_relu(Threshold theta = 1.0)
{
    return where(x > theta, x, 0);
}

/// What is not above the threshold is replaced, torch.nn.Threshold.
template <operand Threshold, operand Value>
constexpr auto threshold(Threshold theta, Value value)
{
    return where(x > theta, x, value);
}

/// keras.activations.relu: slope below a threshold, a largest value above.
template <operand Slope, operand Bound, operand Threshold>
constexpr auto bounded_relu(Slope negative_slope, Bound max_value, Threshold theta)
{
    return where(x >= max_value, max_value, where(x >= theta, x, negative_slope * (x - theta)));
}

/// So et al. (2021), Primer: searching for efficient transformers for language modeling
inline constexpr auto squared_relu = square(ctgrad::relu(x));

/// Jarrett et al. (2009), What is the best multi-stage architecture for object recognition?
inline constexpr auto absolute_value = abs(x);

/// Maas, Hannun, Ng (2013), Rectifier nonlinearities improve neural network acoustic models
template <operand Slope = double>
constexpr auto leaky_relu(Slope slope = 0.01)
{
    return where(x > 0, x, slope * x);
}

/// He et al. (2015), Delving deep into rectifiers: the slope is learnt
inline constexpr auto parametric_relu = leaky_relu(parameter<"slope">{0.25});

/// Xu et al. (2015), Empirical evaluation of rectified activations in convolutional network; as
/// torch.nn.RReLU predicts, with the mean of the slopes that training draws
template <operand Lower = double, operand Upper = double>
constexpr auto randomized_relu(Lower lower = 0.125, Upper upper = 0.33333333333333333333)
{
    return where(x > 0, x, (lower + upper) / 2 * x);
}

/// Jin et al. (2016), Deep learning with S-shaped rectified linear activation units
template <operand LeftAt, operand LeftSlope, operand RightAt, operand RightSlope>
constexpr auto s_shaped_relu(LeftAt left_at, LeftSlope left_slope, RightAt right_at,
                             RightSlope right_slope)
{
    return where(x >= right_at, right_at + right_slope * (x - right_at),
                 where(x > left_at, x, left_at + left_slope * (x - left_at)));
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

/// Carlile et al. (2017), Improving deep learning by inverse square root linear units
template <operand Scale = double>
constexpr auto isrlu(Scale alpha = 1.0)
{
    return where(x > 0, x, x / sqrt(1 + alpha * square(x)));
}

} // namespace ctgrad::activations
