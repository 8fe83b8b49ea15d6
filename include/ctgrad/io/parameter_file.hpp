// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/io/binary_file.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace ctgrad
{

/// Name and shape of a tensor in a file of parameters.
struct tensor_record
{
    std::string name;
    int rows = 0;
    int columns = 0;
};

/// What a file of parameters can hold.
template <class T>
concept saved_element = std::same_as<T, float> || std::same_as<T, double>;

namespace detail
{

// The format, all numbers little-endian, a text as its uint32 length and its characters:
//      6 bytes   "ctgrad"
//      uint16    version of the format
//      uint64    length of the file in bytes
//      uint32    bytes of an element: 4 is float32, 8 is float64
//      text      architecture
//      uint32    number of tensors
//      text, uint32, uint32    of each tensor the name, the rows and the columns
//      the elements of the tensors, one tensor after the other, each row-major
//      uint64    checksum of everything before
inline constexpr std::string_view parameter_file_start = "ctgrad";
inline constexpr std::uint16_t parameter_file_version = 1;
inline constexpr std::size_t parameter_file_header = 16; // up to the length of the file
inline constexpr std::size_t parameter_file_end = 8;     // the checksum

template <saved_element T>
using element_word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

inline std::string element_name(std::uint32_t size)
{
    return size == 4 ? "float32" : size == 8 ? "float64" : std::to_string(size) + " bytes each";
}

inline std::string shape_name(std::int64_t rows, std::int64_t columns)
{
    return std::to_string(rows) + " x " + std::to_string(columns);
}

inline std::string in_quotes(std::string_view text)
{
    std::string quoted(1, '"');
    quoted += text;
    quoted += '"';
    return quoted;
}

inline std::size_t element_count(std::span<const tensor_record> tensors)
{
    std::size_t count = 0;
    for (const tensor_record& tensor : tensors)
    {
        count += static_cast<std::size_t>(tensor.rows) * static_cast<std::size_t>(tensor.columns);
    }
    return count;
}

// The contents of a file that begins as ours do, is as long as it says, and is not damaged.
inline std::string read_sound_file(const std::filesystem::path& path)
{
    opened_file file(path);
    std::string bytes = file.read(parameter_file_header);
    if (!bytes.starts_with(parameter_file_start.substr(0, bytes.size())))
    {
        throw file_error(path, "expected a file of parameters, which begins with " +
                                   in_quotes(parameter_file_start) + ", found something else");
    }
    if (bytes.size() < parameter_file_header)
    {
        throw file_error(path, "expected a header of " + std::to_string(parameter_file_header) +
                                   " bytes, found " + std::to_string(bytes.size()) +
                                   ": it is truncated");
    }
    byte_reader header{path, bytes};
    header.take(parameter_file_start.size());
    if (const auto version = header.number<std::uint16_t>(); version != parameter_file_version)
    {
        throw file_error(path, "expected version " + std::to_string(parameter_file_version) +
                                   " of the format, found version " + std::to_string(version));
    }
    if (const auto length = header.number<std::uint64_t>(); length != file.length)
    {
        throw file_error(
            path, "expected " + std::to_string(length) + " bytes, as its header says, found " +
                      std::to_string(file.length) +
                      (length > file.length ? ": it is truncated" : ": something follows its end"));
    }

    bytes += file.read(file.length - parameter_file_header);
    if (bytes.size() != file.length)
    {
        throw file_error(path, "expected " + std::to_string(file.length) + " bytes, found " +
                                   std::to_string(bytes.size()) + ": it changes while it is read");
    }
    const std::string_view contents =
        std::string_view(bytes).substr(0, bytes.size() - parameter_file_end);
    byte_reader end{path, std::string_view(bytes).substr(contents.size())};
    if (const auto expected = end.number<std::uint64_t>(), found = checksum(contents);
        expected != found)
    {
        throw file_error(path, "expected the checksum " + std::to_string(expected) + ", found " +
                                   std::to_string(found) + ": it is damaged");
    }
    bytes.resize(contents.size());
    return bytes;
}

// Takes the description of the tensors, which must be this one.
inline void match_tensors(byte_reader& reader, std::string_view architecture,
                          std::span<const tensor_record> tensors)
{
    const std::filesystem::path& path = reader.file;
    const std::string_view saved = reader.text();
    const std::string origin = "; the file was saved from " + in_quotes(saved);

    const auto count = reader.number<std::uint32_t>();
    if (count != tensors.size())
    {
        throw file_error(path, "expected " + std::to_string(tensors.size()) + " tensors, found " +
                                   std::to_string(count) + ": the saved network is too " +
                                   (count < tensors.size() ? "small" : "large") + origin);
    }
    for (const tensor_record& tensor : tensors)
    {
        const std::string_view name = reader.text();
        if (name != tensor.name)
        {
            throw file_error(path, "expected the tensor " + in_quotes(tensor.name) + ", found " +
                                       in_quotes(name) + origin);
        }
        const auto rows = reader.number<std::uint32_t>();
        const auto columns = reader.number<std::uint32_t>();
        if (rows != static_cast<std::uint32_t>(tensor.rows) ||
            columns != static_cast<std::uint32_t>(tensor.columns))
        {
            throw file_error(path, "expected " + in_quotes(name) + " to be " +
                                       shape_name(tensor.rows, tensor.columns) + ", found " +
                                       shape_name(rows, columns) + origin);
        }
    }
    if (saved != architecture)
    {
        throw file_error(path, "expected the parameters of " + in_quotes(architecture) +
                                   ", found those of " + in_quotes(saved));
    }
}

} // namespace detail

/// Writes parameters exactly, so that reading gives the same bits. The file appears complete or
/// not at all.
/// Errors     file_error: it cannot be written; more or fewer values than the tensors hold
template <saved_element T>
void write_parameter_file(const std::filesystem::path& path, std::string_view architecture,
                          std::span<const tensor_record> tensors,
                          std::span<const std::type_identity_t<T>> values)
{
    if (const std::size_t expected = detail::element_count(tensors); values.size() != expected)
    {
        throw file_error(path, "expected " + std::to_string(expected) +
                                   " values for its tensors, found " +
                                   std::to_string(values.size()));
    }

    std::string body;
    detail::append_number(body, static_cast<std::uint32_t>(sizeof(T)));
    detail::append_text(body, architecture);
    detail::append_number(body, static_cast<std::uint32_t>(tensors.size()));
    for (const tensor_record& tensor : tensors)
    {
        detail::append_text(body, tensor.name);
        detail::append_number(body, static_cast<std::uint32_t>(tensor.rows));
        detail::append_number(body, static_cast<std::uint32_t>(tensor.columns));
    }

    std::string bytes(detail::parameter_file_start);
    const std::uint64_t length = detail::parameter_file_header + body.size() + values.size_bytes() +
                                 detail::parameter_file_end;
    bytes.reserve(length);
    detail::append_number(bytes, detail::parameter_file_version);
    detail::append_number(bytes, length);
    bytes += body;
    for (const T value : values)
    {
        detail::append_number(bytes, std::bit_cast<detail::element_word<T>>(value));
    }
    detail::append_number(bytes, detail::checksum(bytes));
    detail::write_whole_file(path, bytes);
}

/// Reads the parameters of exactly this network; nothing is returned unless all of it fits.
/// Errors     file_error: it cannot be opened, is foreign, of another version, truncated,
///            continued or damaged; other elements, tensors, shapes or architecture
/// Cost       memory of twice the length of the file, whatever it says of itself
template <saved_element T>
std::vector<T> read_parameter_file(const std::filesystem::path& path, std::string_view architecture,
                                   std::span<const tensor_record> tensors)
{
    const std::string contents = detail::read_sound_file(path);
    detail::byte_reader reader{path, contents};
    reader.take(detail::parameter_file_header);
    if (const auto size = reader.number<std::uint32_t>(); size != sizeof(T))
    {
        throw file_error(path, "expected elements of " + detail::element_name(sizeof(T)) +
                                   ", found " + detail::element_name(size));
    }
    detail::match_tensors(reader, architecture, tensors);

    const std::size_t expected = detail::element_count(tensors) * sizeof(T);
    if (reader.bytes.size() != expected)
    {
        throw file_error(path, "expected " + std::to_string(expected) +
                                   " bytes of elements, found " +
                                   std::to_string(reader.bytes.size()));
    }
    std::vector<T> values(expected / sizeof(T));
    for (T& value : values)
    {
        value = std::bit_cast<T>(reader.number<detail::element_word<T>>());
    }
    return values;
}

} // namespace ctgrad
