// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/data/error.hpp>
#include <ctgrad/tensor/matrix_view.hpp>
#include <ctgrad/tensor/random.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace ctgrad
{

/// The order in which an epoch visits the rows of a data set. It depends on the seed and on the
/// number of the epoch only, so that training can be taken up again at any epoch.
class shuffled_order
{
public:
    /// The order of epoch 0.
    shuffled_order(std::ptrdiff_t rows, seed origin)
        : start(origin), order(static_cast<std::size_t>(rows))
    {
        shuffle(0);
    }

    /// Changes to the order of an epoch; allocates nothing.
    void shuffle(std::uint64_t epoch)
    {
        std::iota(order.begin(), order.end(), std::ptrdiff_t{0});
        random_engine engine(derived_seed(start, epoch).value);
        for (std::size_t left = order.size(); left > 1; --left)
        {
            std::swap(order[left - 1], order[draw_below(engine, left)]);
        }
    }

    /// All rows in order.
    std::span<const std::ptrdiff_t> indices() const { return order; }

    /// How many batches of `size` rows there are; the last may be shorter.
    std::ptrdiff_t batches(std::ptrdiff_t size) const
    {
        return (std::ssize(order) + size - 1) / size;
    }

    /// The rows of batch `index`.
    std::span<const std::ptrdiff_t> batch(std::ptrdiff_t index, std::ptrdiff_t size) const
    {
        const std::ptrdiff_t first = index * size;
        const std::ptrdiff_t count = std::min(size, std::ssize(order) - first);
        return indices().subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
    }

private:
    seed start;
    std::vector<std::ptrdiff_t> order;
};

/// Copies the rows of `from` with these indices, in this order, to the first rows of `to`.
/// The indices must be rows of `from`: they are not checked.
/// Errors     data_error when `to` has another width or too few rows
template <class T>
void gather(std::type_identity_t<rows_view<const T>> from, std::span<const std::ptrdiff_t> indices,
            rows_view<T> to)
{
    if (from.columns != to.columns || std::ssize(indices) > to.rows)
    {
        throw data_error("cannot gather " + std::to_string(indices.size()) + " rows of " +
                         std::to_string(from.columns) + " into " + std::to_string(to.rows) +
                         " rows of " + std::to_string(to.columns));
    }
    for (std::size_t i = 0; i < indices.size(); ++i)
    {
        std::copy_n(from.data + indices[i] * from.stride, from.columns,
                    to.data + static_cast<std::ptrdiff_t>(i) * to.stride);
    }
}

} // namespace ctgrad
