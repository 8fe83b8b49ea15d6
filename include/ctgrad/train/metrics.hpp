// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/train/confusion_matrix.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

// How good predictions are, as numbers. All take rows of predictions and as many rows of targets with
// as many columns, and throw size_error when the shapes differ. What a set of rows does not say, such as
// anything about no rows, is NaN.

namespace ctgrad
{

/// Share of the rows whose largest prediction is that of the target; a row with a NaN is wrong. With a
/// single column, predictions above the threshold and targets above 0.5 are of the class 1.
/// Shapes     (rows, classes)
/// Errors     throws size_error when the shapes differ, data_error for a target that is NaN
template <class P, class T>
double accuracy(rows_view<P> predictions, rows_view<T> targets, double threshold = 0.0)
{
    detail::require_same_shape("accuracy", predictions, targets);
    std::ptrdiff_t right = 0;
    detail::for_each_class(predictions, targets, threshold, [&](int target, int predicted)
                           { right += target == predicted ? 1 : 0; });
    return static_cast<double>(right) / static_cast<double>(predictions.rows);
}

/// Share of the rows of which the target's class is among the k largest predictions; of equal ones the
/// first is the larger, so that k = 1 is `accuracy`. A row with a NaN is wrong.
/// Shapes     (rows, classes), with two classes or more
/// Errors     throws size_error when the shapes differ, data_error for a target that is NaN
template <class P, class T>
double top_k_accuracy(rows_view<P> predictions, rows_view<T> targets, int k)
{
    detail::require_same_shape("top-k accuracy", predictions, targets, 2);
    std::ptrdiff_t right = 0;
    for (std::ptrdiff_t row = 0; row < predictions.rows; ++row)
    {
        const int wanted = detail::class_of(targets.row(row), 0.5);
        if (wanted < 0)
        {
            detail::target_is_not_a_number(row);
        }
        if (detail::class_of(predictions.row(row), 0.0) < 0)
        {
            continue;
        }
        std::ptrdiff_t larger = 0;
        for (std::ptrdiff_t other = 0; other < predictions.columns; ++other)
        {
            const auto its = predictions(row, other);
            const auto own = predictions(row, wanted);
            larger += its > own || (its == own && other < wanted) ? 1 : 0;
        }
        right += larger < k ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(predictions.rows);
}

/// Area under the receiver operating characteristic of one column: how probable it is that a row whose
/// target there is above 0.5 has a larger prediction than one whose target is not, where equal ones
/// count half. NaN when all rows are of one kind, or a prediction is NaN.
/// Shapes     (rows, columns)
/// Errors     throws size_error when the shapes differ or there is no such column, data_error for a
///            target that is NaN
/// Cost       sorts the rows
/// Source     Hanley, McNeil (1982), The meaning and use of the area under a ROC curve
template <class P, class T>
double roc_auc(rows_view<P> predictions, rows_view<T> targets, std::ptrdiff_t column = 0)
{
    detail::require_same_shape("the area under a ROC curve", predictions, targets);
    if (column < 0 || column >= predictions.columns)
    {
        throw size_error("ctgrad: predictions of " + std::to_string(predictions.columns) +
                         " columns have no column " + std::to_string(column));
    }
    struct scored
    {
        double score;
        bool positive;
    };
    std::vector<scored> all;
    all.reserve(static_cast<std::size_t>(predictions.rows));
    bool is_known = true;
    for (std::ptrdiff_t row = 0; row < predictions.rows; ++row)
    {
        if (std::isnan(targets(row, column)))
        {
            detail::target_is_not_a_number(row);
        }
        all.push_back({static_cast<double>(predictions(row, column)), targets(row, column) > 0.5});
        is_known = is_known && !std::isnan(all.back().score);
    }
    if (!is_known)
    {
        return std::numeric_limits<double>::quiet_NaN();
    }
    std::ranges::sort(all, {}, &scored::score);
    // Pairs in order, those of equal numbers counted half; halves are exact.
    double in_order = 0.0;
    double negatives = 0.0;
    double positives = 0.0;
    for (auto first = all.begin(); first != all.end();)
    {
        double equal_negatives = 0.0;
        double equal_positives = 0.0;
        const double score = first->score;
        for (; first != all.end() && first->score == score; ++first)
        {
            (first->positive ? equal_positives : equal_negatives) += 1.0;
        }
        in_order += equal_positives * (negatives + 0.5 * equal_negatives);
        negatives += equal_negatives;
        positives += equal_positives;
    }
    return in_order / (negatives * positives);
}

/// Coefficient of determination, 1 - squares of the errors / squares of the targets around their mean, of
/// each column, and the mean over the columns. 1 is exact, 0 as good as the mean of the targets. NaN
/// where a column's targets are all equal.
/// Shapes     (rows, columns)
/// Errors     throws size_error when the shapes differ
template <class P, class T>
double r_squared(rows_view<P> predictions, rows_view<T> targets)
{
    detail::require_same_shape("the coefficient of determination", predictions, targets);
    double sum = 0.0;
    for (std::ptrdiff_t column = 0; column < targets.columns; ++column)
    {
        const auto target = [&](std::ptrdiff_t row)
        { return static_cast<double>(targets(row, column)); };
        // Around the first target, so that equal ones have exactly no variance.
        double mean = 0.0;
        for (std::ptrdiff_t row = 0; row < targets.rows; ++row)
        {
            mean += (target(row) - target(0)) / static_cast<double>(targets.rows);
        }
        double errors = 0.0;
        double variation = 0.0;
        for (std::ptrdiff_t row = 0; row < targets.rows; ++row)
        {
            const double error = target(row) - static_cast<double>(predictions(row, column));
            const double difference = target(row) - target(0) - mean;
            errors += error * error;
            variation += difference * difference;
        }
        sum += variation > 0 ? 1.0 - errors / variation : std::numeric_limits<double>::quiet_NaN();
    }
    return sum / static_cast<double>(targets.columns);
}

} // namespace ctgrad
