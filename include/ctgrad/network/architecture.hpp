// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/shape.hpp>
#include <ctgrad/core/tensor_role.hpp>

#include <span>
#include <string>
#include <string_view>

namespace ctgrad
{

/// Shape of one sample: `input{784}`, `input{28, 28}`.
struct input
{
    shape extents;

    template <class... Integers>
    constexpr input(Integers... sizes) : extents(sizes...)
    {
    }
};

/// A parameter tensor of a network: which layer it belongs to, and its shape.
struct parameter_tensor
{
    int layer = 0;
    std::string_view layer_name{};
    std::string_view name{};
    int rows = 0;
    int columns = 0;
    tensor_role role = tensor_role::other;
};

namespace detail
{

inline std::string architecture_text(const shape& input_shape,
                                     std::span<const parameter_tensor> tensors)
{
    std::string text = "input ";
    for (int i = 0; i < input_shape.rank; ++i)
    {
        text += i > 0 ? "x" : "";
        text += std::to_string(input_shape.extents[static_cast<std::size_t>(i)]);
    }
    for (const parameter_tensor& tensor : tensors)
    {
        text += "; ";
        text += std::to_string(tensor.layer);
        for (const std::string_view part : {tensor.layer_name, tensor.name})
        {
            text += ' ';
            text += part;
        }
        text += ' ';
        text += std::to_string(tensor.rows);
        text += 'x';
        text += std::to_string(tensor.columns);
    }
    return text;
}

} // namespace detail

} // namespace ctgrad
