// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/data/data_set.hpp>
#include <ctgrad/data/error.hpp>
#include <ctgrad/data/gzip.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctgrad
{

/// The contents of an IDX file of bytes: its dimensions, and the elements in row-major order.
struct idx_file
{
    std::vector<std::size_t> dimensions;
    std::string contents;
    std::size_t header_size = 0;

    std::string_view elements() const { return std::string_view(contents).substr(header_size); }
};

/// Reads an IDX file of unsigned bytes, the format of MNIST and its relatives, packed or not.
/// Errors     data_error: not IDX, other element type, other length than its dimensions need
inline idx_file read_idx(const std::filesystem::path& path)
{
    idx_file file{{}, read_file(path)};
    const auto byte = [&](std::size_t i)
    { return std::uint32_t{static_cast<unsigned char>(file.contents[i])}; };

    const std::size_t length = file.contents.size();
    if (length < 4 || byte(0) != 0 || byte(1) != 0 || byte(3) == 0)
    {
        throw data_error(path, "expected an IDX file, which begins with the bytes 0, 0, type and "
                               "number of dimensions; found something else");
    }
    if (byte(2) != 8)
    {
        throw data_error(path, "expected IDX elements of type 8 (unsigned bytes), found type " +
                                   std::to_string(byte(2)));
    }
    file.header_size = 4 + 4 * std::size_t{byte(3)};
    if (length < file.header_size)
    {
        throw data_error(path, "expected an IDX header of " + std::to_string(file.header_size) +
                                   " bytes, found only " + std::to_string(length));
    }

    const std::size_t found = length - file.header_size;
    std::size_t expected = 1;
    bool countable = true; // false: more than any file holds
    std::string shape;
    for (std::size_t i = 4; i < file.header_size; i += 4)
    {
        const std::size_t size = byte(i) << 24 | byte(i + 1) << 16 | byte(i + 2) << 8 | byte(i + 3);
        file.dimensions.push_back(size);
        shape += (i == 4 ? "" : " x ") + std::to_string(size);
        countable = countable && (size == 0 || expected <= static_cast<std::size_t>(-1) / size);
        expected *= size;
    }
    if (!countable || expected != found)
    {
        throw data_error(path, "expected " + shape + " bytes after the header, found " +
                                   std::to_string(found));
    }
    return file;
}

/// Reads images and their labels, IDX files of bytes, packed or not: a row for each image, its
/// values scaled from 0..255 to [0, 1].
/// Errors     data_error: as `read_idx`; other dimensions; not as many labels as images; a label
///            outside [0, classes)
template <std::floating_point T = float>
data_set<T> load_idx(const std::filesystem::path& images_path,
                     const std::filesystem::path& labels_path, int classes)
{
    const idx_file images = read_idx(images_path);
    if (images.dimensions.size() < 2)
    {
        throw data_error(images_path, "expected images, with 2 dimensions or more; found 1");
    }
    const idx_file labels = read_idx(labels_path);
    if (labels.dimensions.size() != 1)
    {
        throw data_error(labels_path, "expected labels, with 1 dimension; found " +
                                          std::to_string(labels.dimensions.size()));
    }
    if (labels.dimensions[0] != images.dimensions[0])
    {
        throw data_error(labels_path, "expected " + std::to_string(images.dimensions[0]) +
                                          " labels, one for each image of " + images_path.string() +
                                          "; found " + std::to_string(labels.dimensions[0]));
    }

    std::vector<int> row_labels;
    row_labels.reserve(labels.elements().size());
    for (const char element : labels.elements())
    {
        const int label = static_cast<unsigned char>(element);
        if (label >= classes)
        {
            throw data_error(labels_path, "expected labels below " + std::to_string(classes) +
                                              ", found " + std::to_string(label) + " at image " +
                                              std::to_string(row_labels.size()));
        }
        row_labels.push_back(label);
    }

    aligned_buffer<T> inputs(images.elements().size());
    std::transform(images.elements().begin(), images.elements().end(), inputs.begin(),
                   [](char pixel)
                   { return static_cast<T>(static_cast<unsigned char>(pixel)) / 255; });
    return {std::move(inputs), std::move(row_labels), classes};
}

} // namespace ctgrad
