// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace ctgrad
{

/// A step of training that is done, for a function that watches: `.on_step = [&](const finished_step& at)
/// { ... }`. The network is as that step left it; what inference takes of batch_norm is found after
/// the epoch.
struct finished_step
{
    int epoch = 0;
    /// Which step of the epoch it was, from 0, and how many the epoch has.
    std::ptrdiff_t index = 0;
    std::ptrdiff_t count = 1;
    /// Mean over the batch, before the step.
    double loss = 0.0;

    bool ends_epoch() const { return index + 1 == count; }
};

} // namespace ctgrad
