// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/architecture.hpp>

namespace ctgrad
{

/// Whether a tensor holds what a layer's inputs are multiplied by, in a row for each unit. Not biases, vectors
/// of words, and parameters of formulas, whatever they are called. A layer of your own says which of its tensors
/// are weights: `tensor_info{..., .role = tensor_role::weight}`.
constexpr bool is_weight(const parameter_tensor& tensor)
{
    return tensor.role == tensor_role::weight;
}

} // namespace ctgrad
