// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/train/evaluate.hpp>

#include <vector>

namespace ctgrad
{

/// What an epoch came to. Accuracy is the share of rows whose largest output is the right one; NaN for
/// networks of one output.
struct epoch_record
{
    double loss = 0.0;
    double accuracy = 0.0;
    /// Of the validation set; NaN without one.
    evaluation validation{};
    /// Of training alone.
    double seconds = 0.0;
    double samples_per_second = 0.0;
};

using training_history = std::vector<epoch_record>;

} // namespace ctgrad
