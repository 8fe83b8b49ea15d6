// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/architecture.hpp>

namespace ctgrad
{

/// Whether a tensor holds what a layer's inputs are multiplied by, in a row for each unit: called weight, or
/// something_weight, as all such are. Not biases, vectors of words, and parameters of formulas, but for those
/// that are called weight in a formula within another layer.
constexpr bool is_weight(const parameter_tensor& tensor)
{
    // That of a layer within another is called "2.weight".
    const std::string_view name = tensor.name;
    return tensor.layer_name != "activation" &&
           (name == "weight" || name.ends_with(".weight") || name.ends_with("_weight"));
}

} // namespace ctgrad
