// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/data/batches.hpp>
#include <ctgrad/data/error.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>
#include <ctgrad/tensor/matrix_view.hpp>
#include <ctgrad/tensor/random.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ctgrad
{

/// One row for each label, with 1 in the column of its class and 0 elsewhere.
/// Errors     data_error for a label outside [0, classes)
template <std::floating_point T>
aligned_buffer<T> one_hot(std::span<const int> labels, int classes)
{
    const auto columns = static_cast<std::size_t>(classes < 0 ? 0 : classes);
    aligned_buffer<T> rows(labels.size() * columns);
    for (std::size_t i = 0; i < labels.size(); ++i)
    {
        if (labels[i] < 0 || labels[i] >= classes)
        {
            throw data_error("the label of row " + std::to_string(i) + " is " +
                             std::to_string(labels[i]) + ", but there are " +
                             std::to_string(classes) + " classes (from 0)");
        }
        rows[i * columns + static_cast<std::size_t>(labels[i])] = T(1);
    }
    return rows;
}

/// Examples to learn from or to test with: row i of `inputs` belongs to row i of `targets`, both
/// without gaps. For a classification `labels` keeps the class of each row and `targets` is its
/// one-hot form; otherwise `labels` is empty.
template <std::floating_point T>
struct data_set
{
    std::ptrdiff_t rows = 0;
    std::ptrdiff_t input_size = 0;
    std::ptrdiff_t target_size = 0;
    aligned_buffer<T> inputs;
    aligned_buffer<T> targets;
    std::vector<int> labels;

    data_set() = default;

    /// `row_count` rows; the sizes of a row follow from the lengths of the buffers.
    /// Errors     data_error when a length is not a multiple of the number of rows
    data_set(std::ptrdiff_t row_count, aligned_buffer<T> input_rows, aligned_buffer<T> target_rows)
        : rows(row_count),
          input_size(row_size("inputs", row_count, input_rows.size())),
          target_size(row_size("targets", row_count, target_rows.size())),
          inputs(std::move(input_rows)),
          targets(std::move(target_rows))
    {
    }

    /// A classification: a row for each label.
    /// Errors     data_error for a label outside [0, classes), and as above
    data_set(aligned_buffer<T> input_rows, std::vector<int> row_labels, int classes)
        : data_set(std::ssize(row_labels), std::move(input_rows), one_hot<T>(row_labels, classes))
    {
        target_size = classes;
        labels = std::move(row_labels);
    }

    rows_view<const T> input_view() const { return {inputs.data(), rows, input_size}; }
    rows_view<const T> target_view() const { return {targets.data(), rows, target_size}; }

    /// A new set of the rows with these indices, in this order.
    data_set select(std::span<const std::ptrdiff_t> indices) const
    {
        data_set chosen;
        chosen.rows = std::ssize(indices);
        chosen.input_size = input_size;
        chosen.target_size = target_size;
        chosen.inputs = selected(input_view(), indices);
        chosen.targets = selected(target_view(), indices);
        if (!labels.empty())
        {
            chosen.labels.reserve(indices.size());
            for (const std::ptrdiff_t index : indices)
            {
                chosen.labels.push_back(labels[static_cast<std::size_t>(index)]);
            }
        }
        return chosen;
    }

    /// Two sets that together hold each row once, in an order chosen by the seed: `count` rows
    /// in the first and the others in the second.
    /// Errors     data_error when there are not so many rows
    std::pair<data_set, data_set> split(std::integral auto count, seed origin) const
    {
        if (std::cmp_less(count, 0) || std::cmp_greater(count, rows))
        {
            throw data_error("cannot split off " + std::to_string(count) + " rows of " +
                             std::to_string(rows));
        }
        const shuffled_order order(rows, origin);
        const auto first = static_cast<std::size_t>(count);
        return {select(order.indices().first(first)), select(order.indices().subspan(first))};
    }

    /// The same with a fraction of the rows, in [0, 1] and rounded to whole rows, in the first.
    std::pair<data_set, data_set> split(std::floating_point auto fraction, seed origin) const
    {
        if (!(fraction >= 0 && fraction <= 1))
        {
            throw data_error("the fraction to split off is " + std::to_string(fraction) +
                             ", but must be from 0 to 1");
        }
        return split(static_cast<std::ptrdiff_t>(
                         static_cast<double>(fraction) * static_cast<double>(rows) + 0.5),
                     origin);
    }

private:
    static std::ptrdiff_t row_size(const char* what, std::ptrdiff_t row_count, std::size_t length)
    {
        const std::ptrdiff_t size =
            row_count > 0 ? static_cast<std::ptrdiff_t>(length) / row_count : 0;
        if (row_count < 0 || size * row_count != static_cast<std::ptrdiff_t>(length))
        {
            throw data_error("the " + std::string(what) + " hold " + std::to_string(length) +
                             " numbers, which is not a whole number for each of " +
                             std::to_string(row_count) + " rows");
        }
        return size;
    }

    static aligned_buffer<T> selected(rows_view<const T> from,
                                      std::span<const std::ptrdiff_t> indices)
    {
        aligned_buffer<T> to(indices.size() * static_cast<std::size_t>(from.columns));
        gather(from, indices, rows_view<T>{to.data(), std::ssize(indices), from.columns});
        return to;
    }
};

} // namespace ctgrad
