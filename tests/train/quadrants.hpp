// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../network/naive.hpp"

#include <ctgrad/data/data_set.hpp>

#include <algorithm>
#include <utility>
#include <vector>

/// Points in a square; the class is whether both coordinates have the same sign.
template <class T>
ctgrad::data_set<T> quadrants(std::size_t rows, unsigned origin = 1)
{
    ctgrad::aligned_buffer<T> inputs(rows * 2);
    std::ranges::copy(numbers_of<T>(rows * 2, -1, 1, origin), inputs.begin());
    std::vector<int> labels(rows);
    for (std::size_t row = 0; row < rows; ++row)
    {
        labels[row] = inputs[2 * row] * inputs[2 * row + 1] > 0 ? 1 : 0;
    }
    return {std::move(inputs), std::move(labels), 2};
}
