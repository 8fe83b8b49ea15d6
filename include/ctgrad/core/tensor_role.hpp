// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace ctgrad
{

/// What a parameter tensor is to its layer.
enum class tensor_role
{
    /// A bias, a vector of words, a parameter of a formula.
    other,
    /// What inputs are multiplied by, in a row for each unit.
    weight,
    /// What is found, not learnt: means and variances of a training set.
    statistic,
};

} // namespace ctgrad
