// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <vector>

// What a program sees of a network that exists once for each set of instructions. Nothing of ctgrad is
// included here, and nothing that the compiler could build differently for two processors.

struct model_functions
{
    void (*learn)();
    std::vector<float> (*parameters)();
    void (*set_parameters)(std::span<const float> values);
    void (*predict)(std::span<const float> inputs, std::span<float> outputs);
};
