// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/data/data_set.hpp>

#include <algorithm>
#include <cmath>

namespace ctgrad
{

/// A weight for each class that makes rare ones count as much as frequent ones: rows / (classes * rows of
/// the class), so that the mean over all rows is 1. A class without rows has the weight 1 and does not count
/// among the classes. Rows belong to classes in the shares of their targets.
/// Errors     data_error when a target is negative or not finite: then it is no classification
/// Source     King, Zeng (2001), Logistic regression in rare events data
template <std::floating_point T>
std::vector<double> balanced_class_weights(const data_set<T>& data)
{
    std::vector<double> sums(static_cast<std::size_t>(data.target_size));
    for (std::ptrdiff_t i = 0; i < data.rows; ++i)
    {
        for (std::size_t column = 0; column < sums.size(); ++column)
        {
            const auto target = static_cast<double>(data.target_view().row(i)[column]);
            if (!(target >= 0 && std::isfinite(target)))
            {
                throw data_error("classes are balanced by their targets, which are at least 0, but "
                                 "the target of row " +
                                 std::to_string(i) + " in column " + std::to_string(column) +
                                 " is " + std::to_string(target));
            }
            sums[column] += target;
        }
    }
    double all = 0;
    double classes = 0;
    for (const double sum : sums)
    {
        all += sum;
        classes += sum > 0 ? 1 : 0;
    }
    for (double& sum : sums)
    {
        sum = sum > 0 ? all / (classes * sum) : 1;
    }
    return sums;
}

/// Multiplies the targets of each class by its weight. The loss of a row is then weighted for losses that are
/// proportional to the target: `cross_entropy`, `smoothed_cross_entropy` and `focal_loss` of rows with one
/// class. Which target is the largest, and so accuracy, stays; losses are means over rows, not over weights.
/// Errors     data_error unless there is a weight for each class, finite and above 0, and each row has
///            one target that is not 0; then nothing is changed
template <std::floating_point T>
void weigh_classes(data_set<T>& data, std::span<const double> weights)
{
    if (std::ssize(weights) != data.target_size)
    {
        throw data_error("there are " + std::to_string(data.target_size) + " classes, but " +
                         std::to_string(weights.size()) + " weights of classes");
    }
    for (std::size_t column = 0; column < weights.size(); ++column)
    {
        const auto rounded = static_cast<T>(weights[column]);
        if (!(rounded > 0 && std::isfinite(rounded)))
        {
            throw data_error("the weight of class " + std::to_string(column) + " is " +
                             std::to_string(weights[column]) +
                             ", but must be a finite number above 0 of the element type");
        }
    }
    const rows_view<T> targets{data.targets.data(), data.rows, data.target_size};
    for (std::ptrdiff_t i = 0; i < targets.rows; ++i)
    {
        const auto zeros = std::ranges::count(targets.row(i), T(0));
        if (!std::ranges::all_of(targets.row(i), [](T target) { return std::isfinite(target); }))
        {
            throw data_error("a target of row " + std::to_string(i) + " is NaN or infinite");
        }
        if (zeros != targets.columns - 1)
        {
            throw data_error("classes are weighed in rows of one class, but the targets of row " +
                             std::to_string(i) + " have " +
                             std::to_string(targets.columns - zeros) + " numbers that are not 0");
        }
    }
    for (std::ptrdiff_t i = 0; i < targets.rows; ++i)
    {
        for (std::size_t column = 0; column < weights.size(); ++column)
        {
            T& target = targets.row(i)[column];
            target = static_cast<T>(static_cast<double>(target) * weights[column]);
        }
    }
}

} // namespace ctgrad
