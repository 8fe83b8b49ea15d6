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
#include <utility>
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
// Other files may begin and end like this one.
struct file_kind
{
    std::string_view what;
    std::string_view start; // 6 bytes
    std::uint16_t version;
};

inline constexpr file_kind parameter_file{"a file of parameters", "ctgrad", 1};
inline constexpr std::size_t sound_file_header = 16; // up to the length of the file
inline constexpr std::size_t sound_file_end = 8;     // the checksum

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

// What such a file begins with; its length is written by the function below.
inline std::string begin_sound_file(const file_kind& kind)
{
    std::string bytes(kind.start);
    append_number(bytes, kind.version);
    append_number(bytes, std::uint64_t{0});
    return bytes;
}

inline void write_sound_file(const std::filesystem::path& path, std::string bytes)
{
    std::string length;
    append_number(length, std::uint64_t{bytes.size() + sound_file_end});
    bytes.replace(sound_file_header - length.size(), length.size(), length);
    append_number(bytes, checksum(bytes));
    write_whole_file(path, bytes);
}

// The contents of a file that begins as its kind does, is as long as it says, and is not damaged.
inline std::string read_sound_file(const std::filesystem::path& path, const file_kind& kind)
{
    opened_file file(path);
    std::string bytes = file.read(sound_file_header);
    if (!bytes.starts_with(kind.start.substr(0, bytes.size())))
    {
        throw file_error(path, "expected " + std::string(kind.what) + ", which begins with " +
                                   in_quotes(kind.start) + ", found something else");
    }
    if (bytes.size() < sound_file_header)
    {
        throw file_error(path, "expected a header of " + std::to_string(sound_file_header) +
                                   " bytes, found " + std::to_string(bytes.size()) +
                                   ": it is truncated");
    }
    byte_reader header{path, bytes};
    header.take(kind.start.size());
    if (const auto version = header.number<std::uint16_t>(); version != kind.version)
    {
        throw file_error(path, "expected version " + std::to_string(kind.version) +
                                   " of the format, found version " + std::to_string(version));
    }
    if (const auto length = header.number<std::uint64_t>(); length != file.length)
    {
        throw file_error(
            path, "expected " + std::to_string(length) + " bytes, as its header says, found " +
                      std::to_string(file.length) +
                      (length > file.length ? ": it is truncated" : ": something follows its end"));
    }

    bytes += file.read(file.length - sound_file_header);
    if (bytes.size() != file.length)
    {
        throw file_error(path, "expected " + std::to_string(file.length) + " bytes, found " +
                                   std::to_string(bytes.size()) + ": it changes while it is read");
    }
    const std::string_view contents =
        std::string_view(bytes).substr(0, bytes.size() - sound_file_end);
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

template <saved_element T>
void append_elements(std::string& bytes, std::span<const T> values)
{
    for (const T value : values)
    {
        append_number(bytes, std::bit_cast<element_word<T>>(value));
    }
}

template <saved_element T>
std::vector<T> take_elements(byte_reader& reader, std::size_t count)
{
    std::vector<T> values(count);
    for (T& value : values)
    {
        value = std::bit_cast<T>(reader.number<element_word<T>>());
    }
    return values;
}

inline void append_tensors(std::string& bytes, std::string_view architecture,
                           std::span<const tensor_record> tensors)
{
    append_text(bytes, architecture);
    append_number(bytes, static_cast<std::uint32_t>(tensors.size()));
    for (const tensor_record& tensor : tensors)
    {
        append_text(bytes, tensor.name);
        append_number(bytes, static_cast<std::uint32_t>(tensor.rows));
        append_number(bytes, static_cast<std::uint32_t>(tensor.columns));
    }
}

// Takes the size of an element, which must be this one.
inline void match_element(byte_reader& reader, std::size_t expected)
{
    if (const auto size = reader.number<std::uint32_t>(); size != expected)
    {
        throw file_error(reader.file, "expected elements of " +
                                          element_name(static_cast<std::uint32_t>(expected)) +
                                          ", found " + element_name(size));
    }
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

    std::string bytes = detail::begin_sound_file(detail::parameter_file);
    detail::append_number(bytes, static_cast<std::uint32_t>(sizeof(T)));
    detail::append_tensors(bytes, architecture, tensors);
    bytes.reserve(bytes.size() + values.size_bytes() + detail::sound_file_end);
    detail::append_elements<T>(bytes, values);
    detail::write_sound_file(path, std::move(bytes));
}

/// Reads the parameters of exactly this network; nothing is returned unless all of it fits.
/// Errors     file_error: it cannot be opened, is foreign, of another version, truncated,
///            continued or damaged; other elements, tensors, shapes or architecture
/// Cost       memory of twice the length of the file, whatever it says of itself
template <saved_element T>
std::vector<T> read_parameter_file(const std::filesystem::path& path, std::string_view architecture,
                                   std::span<const tensor_record> tensors)
{
    const std::string contents = detail::read_sound_file(path, detail::parameter_file);
    detail::byte_reader reader{path, contents};
    reader.take(detail::sound_file_header);
    detail::match_element(reader, sizeof(T));
    detail::match_tensors(reader, architecture, tensors);

    const std::size_t expected = detail::element_count(tensors) * sizeof(T);
    if (reader.bytes.size() != expected)
    {
        throw file_error(path, "expected " + std::to_string(expected) +
                                   " bytes of elements, found " +
                                   std::to_string(reader.bytes.size()));
    }
    return detail::take_elements<T>(reader, expected / sizeof(T));
}

} // namespace ctgrad
