// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../message_of.hpp"

#include <ctgrad/tensor/matrix_view.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <vector>

/// Random predictions of few different values, so that many are equal, and one-hot targets; rows lie
/// apart, with NaN in between.
template <class T>
class scored_rows
{
public:
    scored_rows(std::ptrdiff_t row_count, std::ptrdiff_t column_count, unsigned seed,
                double nan_share = 0.05)
        : rows(row_count),
          columns(column_count),
          outputs(static_cast<std::size_t>(rows * stride()), std::numeric_limits<T>::quiet_NaN()),
          wanted(outputs)
    {
        std::mt19937 engine(seed);
        const auto below = [&](std::ptrdiff_t bound)
        { return std::uniform_int_distribution<std::ptrdiff_t>(0, bound - 1)(engine); };
        for (std::ptrdiff_t row = 0; row < rows; ++row)
        {
            const std::ptrdiff_t hot = below(columns);
            for (std::ptrdiff_t column = 0; column < columns; ++column)
            {
                const auto at = static_cast<std::size_t>(row * stride() + column);
                const bool is_nan = std::bernoulli_distribution(nan_share / 2)(engine);
                outputs[at] =
                    is_nan ? std::numeric_limits<T>::quiet_NaN() : static_cast<T>(below(9) - 4) / 4;
                wanted[at] = column == hot ? T(1) : T(0);
            }
        }
    }

    ctgrad::rows_view<const T> predictions() const
    {
        return {outputs.data(), rows, columns, stride()};
    }
    ctgrad::rows_view<const T> targets() const { return {wanted.data(), rows, columns, stride()}; }

    int target_class(std::ptrdiff_t row) const
    {
        int found = 0;
        while (targets()(row, found) != T(1))
        {
            ++found;
        }
        return found;
    }

    /// How many columns of a row have a larger prediction than this one, or an equal one before it; -1
    /// if there is a NaN in the row.
    int place(std::ptrdiff_t row, int column) const
    {
        int before = 0;
        for (int other = 0; other < columns; ++other)
        {
            const T its = predictions()(row, other);
            if (std::isnan(its))
            {
                return -1;
            }
            before += its > predictions()(row, column) ||
                      (other < column && its == predictions()(row, column));
        }
        return before;
    }

    int predicted_class(std::ptrdiff_t row) const
    {
        for (int column = 0; column < columns; ++column)
        {
            if (place(row, column) == 0)
            {
                return column;
            }
        }
        return -1;
    }

private:
    std::ptrdiff_t stride() const { return columns + 2; }

    std::ptrdiff_t rows;
    std::ptrdiff_t columns;
    std::vector<T> outputs;
    std::vector<T> wanted;
};
