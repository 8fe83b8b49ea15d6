// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/data/data_set.hpp>

#include <cmath>
#include <limits>

namespace ctgrad
{

/// A shift and a scale for each column of some rows, (x - offset) / scale: fitted to a training set, applied
/// to whatever the network sees. NaN stays NaN.
/// Cost       allocates when it is made, not when it is applied; computes in double
class column_scaling
{
public:
    /// Errors     data_error unless there is a scale for each offset, all finite, and no scale is 0
    column_scaling(std::vector<double> offsets, std::vector<double> scales)
        : offsets_(std::move(offsets)), scales_(std::move(scales))
    {
        if (offsets_.size() != scales_.size())
        {
            throw data_error("a scaling of columns needs as many scales as offsets, but has " +
                             std::to_string(scales_.size()) + " and " +
                             std::to_string(offsets_.size()));
        }
        for (std::size_t column = 0; column < scales_.size(); ++column)
        {
            if (!std::isfinite(offsets_[column]) || !std::isfinite(scales_[column]) ||
                scales_[column] == 0)
            {
                throw data_error("column " + std::to_string(column) +
                                 " cannot be scaled: its offset would be " +
                                 std::to_string(offsets_[column]) + " and its scale " +
                                 std::to_string(scales_[column]));
            }
        }
    }

    std::ptrdiff_t columns() const { return std::ssize(offsets_); }

    /// To be kept beside the network's weights.
    std::span<const double> offsets() const { return offsets_; }
    std::span<const double> scales() const { return scales_; }

    /// Scales rows where they lie.
    /// Errors     data_error when they have another number of columns
    template <std::floating_point T>
    void apply(rows_view<T> rows) const
    {
        for_each_number(rows, [](T number, double offset, double scale)
                        { return (static_cast<double>(number) - offset) / scale; });
    }

    /// The same for rows that follow each other, such as one that is to be predicted, or the steps of a
    /// sequence.
    /// Errors     data_error unless it is a whole number of rows
    template <std::floating_point T>
    void apply(std::span<T> rows) const
    {
        apply(rows_in(rows));
    }

    /// The same for the inputs of a data set.
    template <std::floating_point T>
    void apply(data_set<T>& data) const
    {
        apply(rows_view<T>{data.inputs.data(), data.rows, data.input_size});
    }

    /// The way back: x * scale + offset, as for the predictions of targets that were scaled.
    /// Errors     those of `apply`
    template <std::floating_point T>
    void invert(rows_view<T> rows) const
    {
        for_each_number(rows, [](T number, double offset, double scale)
                        { return static_cast<double>(number) * scale + offset; });
    }

    template <std::floating_point T>
    void invert(std::span<T> rows) const
    {
        invert(rows_in(rows));
    }

    template <std::floating_point T>
    void invert(data_set<T>& data) const
    {
        invert(rows_view<T>{data.inputs.data(), data.rows, data.input_size});
    }

private:
    template <class T>
    void for_each_number(rows_view<T> rows, const auto& changed) const
    {
        if (rows.columns != columns())
        {
            throw data_error("a scaling of " + std::to_string(columns()) +
                             " columns cannot be applied to rows of " +
                             std::to_string(rows.columns));
        }
        for (std::ptrdiff_t i = 0; i < rows.rows; ++i)
        {
            const std::span<T> row = rows.row(i);
            for (std::size_t column = 0; column < row.size(); ++column)
            {
                row[column] =
                    static_cast<T>(changed(row[column], offsets_[column], scales_[column]));
            }
        }
    }

    template <class T>
    rows_view<T> rows_in(std::span<T> numbers) const
    {
        const std::ptrdiff_t count = columns() > 0 ? std::ssize(numbers) / columns() : 0;
        if (count * columns() != std::ssize(numbers))
        {
            throw data_error("a scaling of " + std::to_string(columns()) +
                             " columns cannot be applied to " + std::to_string(numbers.size()) +
                             " numbers, which are not whole rows");
        }
        return {numbers.data(), count, columns()};
    }

    std::vector<double> offsets_;
    std::vector<double> scales_;
};

namespace detail
{

/// What is known of the numbers of a column that are not NaN.
struct column_facts
{
    double least = std::numeric_limits<double>::infinity();
    double largest = -std::numeric_limits<double>::infinity();
    double sum = 0;
    std::ptrdiff_t count = 0;

    /// Also if there is not even one.
    bool is_constant() const { return !(least < largest); }
    double constant() const { return count > 0 ? least : 0; }
};

template <class T>
std::vector<column_facts> facts_of_columns(rows_view<T> rows)
{
    if (rows.rows < 1)
    {
        throw data_error("a scaling of columns is fitted to rows, but there are none");
    }
    std::vector<column_facts> all(static_cast<std::size_t>(rows.columns));
    for (std::ptrdiff_t i = 0; i < rows.rows; ++i)
    {
        for (std::size_t column = 0; column < all.size(); ++column)
        {
            const auto number = static_cast<double>(rows.row(i)[column]);
            if (std::isinf(number))
            {
                throw data_error(
                    "row " + std::to_string(i) + " is infinite in column " +
                    std::to_string(column) +
                    ", but a scaling needs finite numbers, or NaN for what is missing");
            }
            if (!std::isnan(number))
            {
                column_facts& facts = all[column];
                facts.least = std::min(facts.least, number);
                facts.largest = std::max(facts.largest, number);
                facts.sum += number;
                ++facts.count;
            }
        }
    }
    return all;
}

} // namespace detail

/// Makes the mean of each column 0 and its standard deviation 1 (that of the rows themselves: a mean over
/// all of them). NaN counts as missing: it is left out here, and stays. What never varies becomes 0.
/// Errors     data_error for no rows, for infinite numbers, and for columns whose deviation is infinite or 0
///            as it is rounded
/// Source     Chan, Golub, LeVeque (1983), Algorithms for computing the sample variance, the corrected
///            two-pass algorithm
template <std::floating_point T>
column_scaling standardiser_of(rows_view<T> rows)
{
    const std::vector<detail::column_facts> facts = detail::facts_of_columns(rows);
    std::vector<double> means(facts.size());
    std::vector<double> deviations(facts.size());
    for (std::size_t column = 0; column < facts.size(); ++column)
    {
        means[column] = facts[column].is_constant()
                            ? facts[column].constant()
                            : facts[column].sum / static_cast<double>(facts[column].count);
    }

    // Differences from a mean that is rounded, and what their sum would be without that.
    std::vector<double> sums(facts.size());
    std::vector<double> squares(facts.size());
    for (std::ptrdiff_t i = 0; i < rows.rows; ++i)
    {
        for (std::size_t column = 0; column < facts.size(); ++column)
        {
            const double distance = static_cast<double>(rows.row(i)[column]) - means[column];
            sums[column] += std::isnan(distance) ? 0 : distance;
            squares[column] += std::isnan(distance) ? 0 : distance * distance;
        }
    }
    for (std::size_t column = 0; column < facts.size(); ++column)
    {
        const auto count = static_cast<double>(facts[column].count);
        deviations[column] =
            facts[column].is_constant()
                ? 1
                : std::sqrt((squares[column] - sums[column] * sums[column] / count) / count);
    }
    return {std::move(means), std::move(deviations)};
}

/// The same by the inputs of a training set.
template <std::floating_point T>
column_scaling standardiser_of(const data_set<T>& training)
{
    return standardiser_of(training.input_view());
}

/// Makes the least number of each column 0 and its largest 1; otherwise as `standardiser_of`.
template <std::floating_point T>
column_scaling unit_scaler_of(rows_view<T> rows)
{
    const std::vector<detail::column_facts> facts = detail::facts_of_columns(rows);
    std::vector<double> offsets;
    std::vector<double> ranges;
    for (const detail::column_facts& column : facts)
    {
        offsets.push_back(column.is_constant() ? column.constant() : column.least);
        ranges.push_back(column.is_constant() ? 1 : column.largest - column.least);
    }
    return {std::move(offsets), std::move(ranges)};
}

/// The same by the inputs of a training set.
template <std::floating_point T>
column_scaling unit_scaler_of(const data_set<T>& training)
{
    return unit_scaler_of(training.input_view());
}

} // namespace ctgrad
