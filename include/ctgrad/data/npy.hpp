// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/data/data_set.hpp>
#include <ctgrad/data/error.hpp>
#include <ctgrad/data/gzip.hpp>
#include <ctgrad/data/npy_header.hpp>
#include <ctgrad/data/zip.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>
#include <ctgrad/tensor/matrix_view.hpp>

#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctgrad
{

/// An array of NumPy: its shape, and its numbers in row-major order whatever the file's.
template <std::floating_point T>
struct npy_array
{
    std::vector<std::size_t> shape;
    aligned_buffer<T> values;

    /// What the first extent counts, as rows; of an array without extents its only number.
    rows_view<const T> rows() const
    {
        const std::size_t count = shape.empty() ? 1 : shape[0];
        std::size_t columns = 1;
        for (std::size_t i = 1; i < shape.size(); ++i)
        {
            columns *= shape[i];
        }
        return {values.data(), static_cast<std::ptrdiff_t>(count),
                static_cast<std::ptrdiff_t>(columns)};
    }
};

namespace detail
{

template <class T, class Stored>
aligned_buffer<T> npy_numbers(const std::filesystem::path& path, const npy_header& header,
                              std::string_view bytes, double scale)
{
    static_assert(std::endian::native == std::endian::little);
    const std::size_t found = bytes.size() / sizeof(Stored);
    if (found != header.elements || bytes.size() % sizeof(Stored) != 0)
    {
        throw data_error(path, "expected " + header.shape_text() + " elements of " +
                                   std::to_string(sizeof(Stored)) +
                                   " bytes after the header, found " +
                                   std::to_string(bytes.size()) + " bytes");
    }
    aligned_buffer<T> numbers(header.elements);
    npy_order from(header);
    for (T& number : numbers)
    {
        Stored stored;
        std::memcpy(&stored, bytes.data() + from.next() * sizeof(Stored), sizeof(Stored));
        const double value = static_cast<double>(stored) * scale;
        if (std::isfinite(value) && std::abs(value) > std::numeric_limits<T>::max())
        {
            throw data_error(path, "expected numbers within the range of the element type, found " +
                                       std::to_string(value));
        }
        number = static_cast<T>(value);
    }
    return numbers;
}

/// The array in the contents of an .npy file.
template <class T>
npy_array<T> parse_npy(const std::filesystem::path& path, std::string_view contents, double scale)
{
    npy_header header = parse_npy_header(path, contents);
    const std::string_view bytes = contents.substr(header.size);
    const auto as = [&]<class Stored>(Stored) -> npy_array<T>
    {
        auto numbers = npy_numbers<T, Stored>(path, header, bytes, scale);
        return {std::move(header.shape), std::move(numbers)};
    };
    const std::string_view type = header.type;
    return type == "f4"                   ? as(float{})
           : type == "f8"                 ? as(double{})
           : type == "u1" || type == "b1" ? as(std::uint8_t{})
           : type == "i1"                 ? as(std::int8_t{})
           : type == "u2"                 ? as(std::uint16_t{})
           : type == "i2"                 ? as(std::int16_t{})
           : type == "u4"                 ? as(std::uint32_t{})
           : type == "i4"                 ? as(std::int32_t{})
           : type == "u8"                 ? as(std::uint64_t{})
                                          : as(std::int64_t{});
}

/// Unpacks one array of an archive; errors name both.
template <class T>
npy_array<T> read_npz_entry(const std::filesystem::path& path, const zip_archive& archive,
                            const std::string& name, double scale)
{
    const zip_entry* entry = archive.find(name + ".npy");
    if (entry == nullptr)
    {
        std::string names;
        for (const zip_entry& each : archive.entries())
        {
            names += (names.empty() ? "" : ", ") + each.name;
        }
        throw data_error(path, "expected an array " + name + ".npy, found " +
                                   (names.empty() ? "nothing" : names));
    }
    return parse_npy<T>(path.string() + "/" + entry->name, archive.unpack(*entry), scale);
}

template <class T>
data_set<T> npy_classification(const std::filesystem::path& path, npy_array<T> inputs,
                               const npy_array<double>& labels, int classes)
{
    const rows_view<const double> rows = labels.rows();
    if (rows.columns != 1 || rows.rows != inputs.rows().rows)
    {
        throw data_error(path, "expected " + std::to_string(inputs.rows().rows) +
                                   " labels, one for each row of inputs, found " +
                                   std::to_string(rows.rows) + " rows of " +
                                   std::to_string(rows.columns));
    }
    std::vector<int> row_labels(labels.values.size());
    for (std::size_t row = 0; row < row_labels.size(); ++row)
    {
        const double label = labels.values[row];
        if (!(label >= 0 && label < classes && std::floor(label) == label))
        {
            throw data_error(path, "expected a class, a whole number below " +
                                       std::to_string(classes) + ", found " +
                                       std::to_string(label) + " in row " + std::to_string(row));
        }
        row_labels[row] = static_cast<int>(label);
    }
    return {std::move(inputs.values), std::move(row_labels), classes};
}

template <class T>
data_set<T> npy_regression(const std::filesystem::path& path, npy_array<T> inputs,
                           npy_array<T> targets)
{
    const std::ptrdiff_t rows = inputs.rows().rows;
    if (targets.rows().rows != rows)
    {
        throw data_error(path, "expected " + std::to_string(rows) +
                                   " rows of targets, one for each row of inputs, found " +
                                   std::to_string(targets.rows().rows));
    }
    return {rows, std::move(inputs.values), std::move(targets.values)};
}

} // namespace detail

/// Reads an array that NumPy's `save` wrote, and multiplies it by `scale`. Numbers are little-endian, of
/// the types bool, (u)int8 to (u)int64, float32 or float64; whole ones beyond 2^53 are rounded.
/// Errors     data_error: not such a file; another type; another length than its shape needs; a number
///            out of the range of T
/// Source     numpy.lib.format, versions 1.0, 2.0 and 3.0
template <std::floating_point T = float>
npy_array<T> read_npy(const std::filesystem::path& path, double scale = 1.0)
{
    return detail::parse_npy<T>(path, read_file(path), scale);
}

/// Reads one array of those that NumPy's `savez` or `savez_compressed` wrote.
/// Errors     data_error: not a zip archive; no array of that name; damaged; and as `read_npy`
template <std::floating_point T = float>
npy_array<T> read_npz(const std::filesystem::path& path, const std::string& name,
                      double scale = 1.0)
{
    return detail::read_npz_entry<T>(path, zip_archive(path), name, scale);
}

/// Reads a classification: an array of inputs, a row for each entry of its first extent, and one of as
/// many classes.
/// Errors     data_error: as `read_npy`; not as many labels as rows; a class that is not a whole number
///            of [0, classes)
template <std::floating_point T = float>
data_set<T> load_npy(const std::filesystem::path& inputs_path,
                     const std::filesystem::path& labels_path, int classes,
                     double input_scale = 1.0)
{
    return detail::npy_classification(labels_path, read_npy<T>(inputs_path, input_scale),
                                      read_npy<double>(labels_path), classes);
}

/// Reads a regression, or a classification whose targets are one-hot: arrays of as many rows.
/// Errors     data_error: as `read_npy`; not as many targets as inputs
template <std::floating_point T = float>
data_set<T> load_npy_regression(const std::filesystem::path& inputs_path,
                                const std::filesystem::path& targets_path, double input_scale = 1.0)
{
    return detail::npy_regression(targets_path, read_npy<T>(inputs_path, input_scale),
                                  read_npy<T>(targets_path));
}

/// The same of two arrays of an archive, by their names: `load_npz("digits.npz", "x", "y", 10)`.
/// Errors     data_error: as `read_npz` and `load_npy`
template <std::floating_point T = float>
data_set<T> load_npz(const std::filesystem::path& path, const std::string& inputs,
                     const std::string& labels, int classes, double input_scale = 1.0)
{
    const zip_archive archive(path);
    return detail::npy_classification(path.string() + "/" + labels + ".npy",
                                      detail::read_npz_entry<T>(path, archive, inputs, input_scale),
                                      detail::read_npz_entry<double>(path, archive, labels, 1.0),
                                      classes);
}

/// The same as load_npy_regression, of two arrays of an archive.
/// Errors     data_error: as `read_npz` and `load_npy_regression`
template <std::floating_point T = float>
data_set<T> load_npz_regression(const std::filesystem::path& path, const std::string& inputs,
                                const std::string& targets, double input_scale = 1.0)
{
    const zip_archive archive(path);
    return detail::npy_regression(path.string() + "/" + targets + ".npy",
                                  detail::read_npz_entry<T>(path, archive, inputs, input_scale),
                                  detail::read_npz_entry<T>(path, archive, targets, 1.0));
}

} // namespace ctgrad
