// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../network/naive.hpp"

#include <ctgrad/data/data_set.hpp>

#include <algorithm>
#include <utility>

/// Rows of inputs and targets between -1 and 1, the same in each run.
template <class T>
ctgrad::data_set<T> random_rows(std::size_t rows, std::size_t inputs, std::size_t targets)
{
    ctgrad::aligned_buffer<T> x(rows * inputs);
    ctgrad::aligned_buffer<T> y(rows * targets);
    std::ranges::copy(numbers_of<T>(x.size(), -1, 1, 1), x.begin());
    std::ranges::copy(numbers_of<T>(y.size(), -1, 1, 2), y.begin());
    return {static_cast<std::ptrdiff_t>(rows), std::move(x), std::move(y)};
}
