// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace ctgrad::detail
{

/// For layers that say where each parameter lies: `Layer::for_each_parameter(body)` calls with its places
/// in files, row-major without padding, and in the block.
template <class T, class Layer>
struct placed_parameters
{
    static void export_tensors(const T* parameters, T* to)
    {
        Layer::for_each_parameter([&](int in_file, int in_block)
                                  { to[in_file] = parameters[in_block]; });
    }

    static void import_tensors(const T* from, T* parameters)
    {
        Layer::for_each_parameter([&](int in_file, int in_block)
                                  { parameters[in_block] = from[in_file]; });
    }
};

} // namespace ctgrad::detail
