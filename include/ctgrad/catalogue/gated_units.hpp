// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/gates.hpp>
#include <ctgrad/catalogue/rectifiers.hpp>
#include <ctgrad/catalogue/sigmoids.hpp>

/// Products of two inputs, `x` and `gate`, each a linear map of the layer before; kernels take a
/// std::tie of both. As in the papers, the sigmoid of `glu` is that of `gate`; the activations of the
/// others are those of `x`.
namespace ctgrad::activations
{

/// Dauphin et al. (2017), Language modeling with gated convolutional networks
inline constexpr auto glu = x / (1 + exp(-gate));

/// Van den Oord et al. (2016), Conditional image generation with PixelCNN decoders
inline constexpr auto gated_tanh = ctgrad::tanh(x) / (1 + exp(-gate));

/// Mnih, Hinton (2007), Three new graphical models for statistical language modelling
inline constexpr auto bilinear = x * gate;

/// Shazeer (2020), GLU variants improve transformer
inline constexpr auto reglu = relu * gate;

/// Shazeer (2020), likewise
inline constexpr auto geglu = gelu * gate;

/// Shazeer (2020), likewise
template <operand Scale = double>
constexpr auto swiglu(Scale beta = 1.0)
{
    return swish(beta) * gate;
}

} // namespace ctgrad::activations
