// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/errors.hpp>
#include <ctgrad/data/error.hpp>
#include <ctgrad/tensor/matrix_view.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace ctgrad
{

/// How well one class is found. What is divided by nothing is 0 for a class that occurs, in the targets
/// or in the predictions, and NaN for others.
struct class_scores
{
    /// Share of the rows predicted as this class that are of it.
    double precision = std::numeric_limits<double>::quiet_NaN();
    /// Share of the rows of this class that are predicted as it.
    double recall = std::numeric_limits<double>::quiet_NaN();
    /// Harmonic mean of both.
    double f1 = std::numeric_limits<double>::quiet_NaN();
};

namespace detail
{

void require_same_shape(const char* what, const auto& predictions, const auto& targets,
                        std::ptrdiff_t least_columns = 1)
{
    const auto name = [](const auto& view)
    { return std::to_string(view.rows) + " rows of " + std::to_string(view.columns); };
    if (predictions.rows != targets.rows || predictions.columns != targets.columns)
    {
        throw size_error("ctgrad: " + std::string(what) +
                         " needs a target for each prediction, but " + "has " + name(predictions) +
                         " predictions and " + name(targets) + " targets");
    }
    if (predictions.columns < least_columns && predictions.rows > 0)
    {
        throw size_error("ctgrad: " + std::string(what) + " needs rows of at least " +
                         std::to_string(least_columns) + ", but has " + name(predictions));
    }
}

[[noreturn]] inline void target_is_not_a_number(std::ptrdiff_t row)
{
    throw data_error("the target of row " + std::to_string(row) + " is NaN");
}

/// The column of the largest number, the first of equal ones; of a single column whether it is above
/// the threshold. -1 if there is a NaN, or nothing.
template <class T>
int class_of(std::span<T> row, double threshold)
{
    if (row.empty() || std::ranges::any_of(row, [](T number) { return std::isnan(number); }))
    {
        return -1;
    }
    if (row.size() == 1)
    {
        return static_cast<double>(row[0]) > threshold ? 1 : 0;
    }
    return static_cast<int>(std::ranges::max_element(row) - row.begin());
}

/// Calls with the classes of the target and of the prediction of each row, the latter -1 if it is NaN.
void for_each_class(auto predictions, auto targets, double threshold, const auto& body)
{
    for (std::ptrdiff_t row = 0; row < predictions.rows; ++row)
    {
        const int wanted = class_of(targets.row(row), 0.5);
        if (wanted < 0)
        {
            target_is_not_a_number(row);
        }
        body(wanted, class_of(predictions.row(row), threshold));
    }
}

} // namespace detail

/// How many rows of each class were predicted as which. The class of a row is the column of its largest
/// number, the first of equal ones. A prediction with a NaN is of no class: it is wrong for accuracy
/// and recall, and does not count for precision.
class confusion_matrix
{
public:
    /// No rows yet.
    /// Errors     throws size_error for less than one class
    explicit confusion_matrix(int classes) : classes_(classes)
    {
        if (classes < 1)
        {
            throw size_error("ctgrad: a confusion matrix needs at least one class, but has " +
                             std::to_string(classes));
        }
        counts_.resize(static_cast<std::size_t>(classes) * (static_cast<std::size_t>(classes) + 1));
    }

    /// Counts rows of predictions and targets. A single column has two classes: predictions above the
    /// threshold, which suits logits, and targets above 0.5 are of class 1.
    /// Errors     throws size_error when the shapes differ or have no columns, data_error for a target
    ///            that is NaN
    template <class P, class T>
    confusion_matrix(rows_view<P> predictions, rows_view<T> targets, double threshold = 0.0)
        : confusion_matrix(static_cast<int>(predictions.columns == 1 ? 2 : predictions.columns))
    {
        detail::require_same_shape("a confusion matrix", predictions, targets);
        detail::for_each_class(predictions, targets, threshold, [&](int target, int predicted)
                               { ++counts_[index(target, predicted)]; });
    }

    /// Counts one row more; `predicted` is -1 for none of the classes.
    /// Errors     throws size_error for a class that does not exist
    void add(int target, int predicted)
    {
        if (target < 0 || target >= classes_ || predicted < -1 || predicted >= classes_)
        {
            throw size_error("ctgrad: a confusion matrix of " + std::to_string(classes_) +
                             " classes cannot count class " + std::to_string(target) +
                             " predicted as " + std::to_string(predicted));
        }
        ++counts_[index(target, predicted)];
    }

    int classes() const { return classes_; }

    /// Rows of class `target` that were predicted as `predicted`; -1 is none of the classes.
    std::ptrdiff_t operator()(int target, int predicted) const
    {
        return counts_[index(target, predicted)];
    }

    std::ptrdiff_t rows() const
    {
        std::ptrdiff_t sum = 0;
        for (const std::ptrdiff_t count : counts_)
        {
            sum += count;
        }
        return sum;
    }

    /// Share of the rows that were predicted as what they are; NaN without rows.
    double accuracy() const
    {
        std::ptrdiff_t right = 0;
        for (int each = 0; each < classes_; ++each)
        {
            right += (*this)(each, each);
        }
        return static_cast<double>(right) / static_cast<double>(rows());
    }

    /// Precision, recall and F1 of one class.
    class_scores scores(int of) const
    {
        std::ptrdiff_t wanted = (*this)(of, -1);
        std::ptrdiff_t predicted = 0;
        for (int other = 0; other < classes_; ++other)
        {
            wanted += (*this)(of, other);
            predicted += (*this)(other, of);
        }
        if (wanted + predicted == 0)
        {
            return {};
        }
        const auto right = static_cast<double>((*this)(of, of));
        const auto share = [&](std::ptrdiff_t all)
        { return all == 0 ? 0.0 : right / static_cast<double>(all); };
        return {share(predicted), share(wanted), 2 * share(wanted + predicted)};
    }

    /// Mean of the scores of all classes that occur in the targets or in the predictions, each with the
    /// same weight; NaN without rows.
    class_scores macro_mean() const
    {
        class_scores sum{0.0, 0.0, 0.0};
        int occurring = 0;
        for (int each = 0; each < classes_; ++each)
        {
            const class_scores some = scores(each);
            if (!std::isnan(some.f1))
            {
                sum = {sum.precision + some.precision, sum.recall + some.recall, sum.f1 + some.f1};
                ++occurring;
            }
        }
        return {sum.precision / occurring, sum.recall / occurring, sum.f1 / occurring};
    }

private:
    std::size_t index(int target, int predicted) const
    {
        return static_cast<std::size_t>(target) * (static_cast<std::size_t>(classes_) + 1) +
               static_cast<std::size_t>(predicted + 1);
    }

    int classes_ = 0;
    /// For each target: those predicted as none, then as each class.
    std::vector<std::ptrdiff_t> counts_;
};

namespace detail
{

inline std::string at_the_right(const std::string& text, std::size_t width)
{
    return std::string(width - std::min(width, text.size()), ' ') + text;
}

inline std::string three_digits(double share)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3f", share);
    return std::isnan(share) ? "-" : text.data();
}

} // namespace detail

/// A table: a row for each target, with its recall, and a column for each prediction, with its precision
/// and F1; a column for those of no class if there are any. Below it the accuracy and the means.
inline std::string to_string(const confusion_matrix& matrix)
{
    const std::size_t width =
        2 + std::max(std::to_string(matrix.rows()).size(), detail::three_digits(0).size() + 1);
    std::vector<int> columns;
    columns.reserve(static_cast<std::size_t>(matrix.classes()) + 1);
    bool has_none = false;
    for (int each = 0; each < matrix.classes(); ++each)
    {
        columns.push_back(each);
        has_none = has_none || matrix(each, -1) > 0;
    }
    if (has_none)
    {
        columns.push_back(-1);
    }

    std::string text;
    const auto add_line = [&](const std::string& name, const auto& cell, const std::string& last)
    {
        text += detail::at_the_right(name, std::string("precision").size());
        for (const int column : columns)
        {
            text += detail::at_the_right(cell(column), width);
        }
        text += last.empty() ? "" : detail::at_the_right(last, width);
        text += '\n';
    };
    const auto name_of = [](int column) { return column < 0 ? "none" : std::to_string(column); };
    const auto score_line = [&](const std::string& name, double class_scores::* score)
    {
        add_line(
            name, [&](int column)
            { return column < 0 ? "-" : detail::three_digits(matrix.scores(column).*score); }, "");
    };
    add_line("target", name_of, "recall");
    for (int target = 0; target < matrix.classes(); ++target)
    {
        add_line(
            std::to_string(target),
            [&](int column) { return std::to_string(matrix(target, column)); },
            detail::three_digits(matrix.scores(target).recall));
    }
    score_line("precision", &class_scores::precision);
    score_line("F1", &class_scores::f1);
    const class_scores mean = matrix.macro_mean();
    return text + "accuracy " + detail::three_digits(matrix.accuracy()) +
           "; mean over the classes: precision " + detail::three_digits(mean.precision) +
           ", recall " + detail::three_digits(mean.recall) + ", F1 " +
           detail::three_digits(mean.f1) + "\n";
}

inline std::ostream& operator<<(std::ostream& stream, const confusion_matrix& matrix)
{
    return stream << to_string(matrix);
}

} // namespace ctgrad
