// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/shape.hpp>
#include <ctgrad/data/error.hpp>
#include <ctgrad/tensor/random.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>

namespace ctgrad
{

// Random changes of a row of inputs, for `.augment` of the options of training, alone or one after the
// other: [](std::span<float> row, split_mix_engine& engine) { shift(row, engine); mirror(row, engine); }

namespace detail
{

/// Extents of an image: channels (1 if there are only two), rows and columns.
struct image_extents
{
    std::ptrdiff_t channels;
    std::ptrdiff_t rows;
    std::ptrdiff_t columns;

    /// Errors     data_error unless it is the shape of an image with so many numbers
    image_extents(const shape& image, std::size_t numbers)
    {
        const std::size_t first = image.rank == 3 ? 1 : 0;
        channels = image.rank == 3 ? image.extents[0] : 1;
        rows = image.extents[first];
        columns = image.extents[first + 1];
        if (image.rank < 2 || image.rank > 3 || !image.is_positive())
        {
            throw data_error("an image has the shape (rows, columns) or (channels, rows, columns), "
                             "all at least 1");
        }
        if (static_cast<std::size_t>(image.size()) != numbers)
        {
            throw data_error("an image of " + std::to_string(channels) + " x " +
                             std::to_string(rows) + " x " + std::to_string(columns) +
                             " cannot be made of the " + std::to_string(numbers) +
                             " inputs of a row");
        }
    }
};

} // namespace detail

/// Shifts an image by up to `most` pixels in each direction, evenly: `random_shift{shape(28, 28), 2}`.
/// Errors     data_error when the row is not such an image, or for a negative `most`
struct random_shift
{
    shape image;
    int most = 1;
    /// Of the pixels that come in: what the background is.
    double fill = 0.0;

    template <std::floating_point T, engine_of_64_bits Engine>
    void operator()(std::span<T> row, Engine& engine) const
    {
        if (most < 0)
        {
            throw data_error("an image cannot be shifted by up to " + std::to_string(most) +
                             " pixels");
        }
        const auto distance = [&]
        {
            const auto choices = 2 * static_cast<std::uint64_t>(most) + 1;
            return static_cast<std::ptrdiff_t>(draw_below(engine, choices)) - most;
        };
        const std::ptrdiff_t down = distance();
        const std::ptrdiff_t right = distance();
        shift(row, down, right);
    }

    /// The same by so many pixels; what leaves the image is lost.
    template <std::floating_point T>
    void shift(std::span<T> row, std::ptrdiff_t down, std::ptrdiff_t right) const
    {
        const detail::image_extents extents(image, row.size());
        if (down == 0 && right == 0)
        {
            return;
        }
        const auto [channels, rows, columns] = extents;
        const std::ptrdiff_t kept = std::max<std::ptrdiff_t>(columns - std::abs(right), 0);
        for (std::ptrdiff_t channel = 0; channel < channels; ++channel)
        {
            T* const pixels = row.data() + channel * rows * columns;
            for (std::ptrdiff_t i = 0; i < rows; ++i)
            {
                // From the side that the image moves to, so that what is read has not been written.
                const std::ptrdiff_t y = down > 0 ? rows - 1 - i : i;
                const std::ptrdiff_t from_y = y - down;
                T* const to = pixels + y * columns;
                if (from_y < 0 || from_y >= rows || kept == 0)
                {
                    std::fill_n(to, columns, static_cast<T>(fill));
                    continue;
                }
                const T* const from = pixels + from_y * columns;
                if (right > 0)
                {
                    std::copy_backward(from, from + kept, to + columns);
                    std::fill_n(to, columns - kept, static_cast<T>(fill));
                }
                else
                {
                    std::copy(from - right, from - right + kept, to);
                    std::fill_n(to + kept, columns - kept, static_cast<T>(fill));
                }
            }
        }
    }
};

/// Exchanges left and right of every second image, at random: `random_mirror{shape(3, 32, 32)}`.
/// Errors     data_error when the row is not such an image
struct random_mirror
{
    shape image;

    template <std::floating_point T, engine_of_64_bits Engine>
    void operator()(std::span<T> row, Engine& engine) const
    {
        const detail::image_extents extents(image, row.size());
        if (draw_below(engine, 2) == 0)
        {
            return;
        }
        for (std::ptrdiff_t i = 0; i < extents.channels * extents.rows; ++i)
        {
            T* const line = row.data() + i * extents.columns;
            std::reverse(line, line + extents.columns);
        }
    }
};

/// Adds normally distributed numbers to a row: `gaussian_noise{0.1}`.
struct gaussian_noise
{
    double standard_deviation = 0.1;

    template <std::floating_point T, engine_of_64_bits Engine>
    void operator()(std::span<T> row, Engine& engine) const
    {
        std::array<T, 64> room;
        for (std::size_t first = 0; first < row.size(); first += room.size())
        {
            const std::span<T> some = row.subspan(first, std::min(row.size() - first, room.size()));
            const std::span<T> noise = std::span<T>(room).first(some.size());
            fill_normal(noise, T(0), static_cast<T>(standard_deviation), engine);
            std::transform(some.begin(), some.end(), noise.begin(), some.begin(), std::plus<>{});
        }
    }
};

} // namespace ctgrad
