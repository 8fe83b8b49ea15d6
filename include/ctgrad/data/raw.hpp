// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/data/data_set.hpp>
#include <ctgrad/data/gzip.hpp>

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace ctgrad
{

/// Reads a file of nothing but numbers of the type `Stored`, little-endian, packed or not: rows of so many,
/// multiplied by `scale`. `read_raw<float, std::uint8_t>("pixels.bin", 784, 16, 1.0 / 255)` reads bytes
/// behind a header of 16.
/// Errors     data_error: cannot be read; not whole rows; a number out of the range of T
template <std::floating_point T = float, class Stored = T>
    requires(std::is_arithmetic_v<Stored> && !std::same_as<Stored, bool>)
aligned_buffer<T> read_raw(const std::filesystem::path& path, int row_size, std::size_t header = 0,
                           double scale = 1.0)
{
    static_assert(std::endian::native == std::endian::little);
    if (row_size < 1)
    {
        throw data_error(path, "expected rows of at least 1 number, was asked for rows of " +
                                   std::to_string(row_size));
    }
    const std::string contents = read_file(path);
    if (contents.size() < header)
    {
        throw data_error(path, "expected a header of " + std::to_string(header) +
                                   " bytes, found only " + std::to_string(contents.size()));
    }
    const std::size_t bytes = contents.size() - header;
    const std::size_t row_bytes = static_cast<std::size_t>(row_size) * sizeof(Stored);
    if (bytes % row_bytes != 0)
    {
        throw data_error(path, "expected rows of " + std::to_string(row_size) + " numbers of " +
                                   std::to_string(sizeof(Stored)) + " bytes, found " +
                                   std::to_string(bytes / row_bytes) + " such rows and " +
                                   std::to_string(bytes % row_bytes) + " bytes");
    }
    aligned_buffer<T> numbers(bytes / sizeof(Stored));
    for (std::size_t i = 0; i < numbers.size(); ++i)
    {
        Stored stored;
        std::memcpy(&stored, contents.data() + header + i * sizeof(Stored), sizeof(Stored));
        const double value = static_cast<double>(stored) * scale;
        const bool is_finite = std::isfinite(static_cast<double>(stored));
        if (is_finite && !(std::abs(value) <= static_cast<double>(std::numeric_limits<T>::max())))
        {
            const auto columns = static_cast<std::size_t>(row_size);
            throw data_error(path, "expected numbers within the range of the element type, found " +
                                       std::to_string(value) + " in row " +
                                       std::to_string(i / columns) + ", column " +
                                       std::to_string(i % columns));
        }
        numbers[i] = static_cast<T>(value);
    }
    return numbers;
}

} // namespace ctgrad
