// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/data/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ctgrad::detail
{

/// What the header of an .npy file says.
struct npy_header
{
    /// Of an element, without its byte order: f4.
    std::string type;
    bool is_fortran = false;
    std::vector<std::size_t> shape;
    /// Product of the extents, which does not overflow.
    std::size_t elements = 1;
    /// Bytes in front of the numbers.
    std::size_t size = 0;

    std::string shape_text() const
    {
        std::string text;
        for (const std::size_t extent : shape)
        {
            text += (text.empty() ? "" : " x ") + std::to_string(extent);
        }
        return text.empty() ? "1" : text;
    }
};

/// Reads the dictionary of a header, a literal of Python: nothing where it is something else.
class npy_dictionary
{
public:
    explicit npy_dictionary(std::string_view text) : rest_(text) {}

    /// The type of a record is a list, and left empty here.
    std::optional<npy_header> read()
    {
        npy_header header;
        std::array<bool, 3> has{};
        if (!take('{'))
        {
            return {};
        }
        while (!take('}'))
        {
            const std::optional<std::string_view> key = read_string();
            if (!key || !take(':'))
            {
                return {};
            }
            if (*key == "descr")
            {
                if (is_next('['))
                {
                    return npy_header{};
                }
                const std::optional<std::string_view> type = read_string();
                if (!type)
                {
                    return {};
                }
                header.type = *type;
                has[0] = true;
            }
            else if (*key == "fortran_order")
            {
                header.is_fortran = take("True");
                has[1] = header.is_fortran || take("False");
            }
            else if (*key == "shape")
            {
                has[2] = read_shape(header.shape);
            }
            else
            {
                return {};
            }
            if (!take(',') && !is_next('}'))
            {
                return {};
            }
        }
        skip_blanks();
        const bool is_whole = has[0] && has[1] && has[2] && rest_.empty();
        return is_whole ? std::optional(header) : std::nullopt;
    }

private:
    void skip_blanks()
    {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n"), rest_.size()));
    }

    bool is_next(char character)
    {
        skip_blanks();
        return rest_.starts_with(character);
    }

    bool take(char character)
    {
        const bool found = is_next(character);
        rest_.remove_prefix(found ? 1 : 0);
        return found;
    }

    bool take(std::string_view word)
    {
        skip_blanks();
        const bool found = rest_.starts_with(word);
        rest_.remove_prefix(found ? word.size() : 0);
        return found;
    }

    std::optional<std::string_view> read_string()
    {
        const char quote = is_next('"') ? '"' : '\'';
        if (!take(quote))
        {
            return {};
        }
        const std::size_t end = rest_.find(quote);
        if (end == std::string_view::npos)
        {
            return {};
        }
        const std::string_view text = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return text;
    }

    bool read_shape(std::vector<std::size_t>& shape)
    {
        if (!take('('))
        {
            return false;
        }
        while (!take(')'))
        {
            skip_blanks();
            const std::size_t digits =
                std::min(rest_.find_first_not_of("0123456789"), rest_.size());
            if (digits == 0 || digits > 18)
            {
                return false;
            }
            std::size_t extent = 0;
            for (const char digit : rest_.substr(0, digits))
            {
                extent = 10 * extent + static_cast<std::size_t>(digit - '0');
            }
            shape.push_back(extent);
            rest_.remove_prefix(digits);
            take('L'); // as Python 2 wrote them
            if (!take(',') && !is_next(')'))
            {
                return false;
            }
        }
        return true;
    }

    std::string_view rest_;
};

/// Errors     data_error: not an .npy file; a header that is cut, or not as it should be; a type that
///            is not known; a shape of more elements than there can be
inline npy_header parse_npy_header(const std::filesystem::path& path, std::string_view contents)
{
    const auto byte = [&](std::size_t i)
    { return std::size_t{static_cast<unsigned char>(contents[i])}; };
    if (contents.size() < 10 || !contents.starts_with("\x93NUMPY"))
    {
        throw data_error(path, "expected a NumPy file, which begins with the bytes 0x93 and NUMPY; "
                               "found something else");
    }
    if (byte(6) < 1 || byte(6) > 3 || byte(7) != 0)
    {
        throw data_error(path, "expected a NumPy file of version 1.0, 2.0 or 3.0, found version " +
                                   std::to_string(byte(6)) + "." + std::to_string(byte(7)));
    }
    const std::size_t start = byte(6) == 1 ? 10 : 12;
    std::size_t length = byte(8) | byte(9) << 8;
    if (start == 12 && contents.size() >= start)
    {
        length |= byte(10) << 16 | byte(11) << 24;
    }
    if (contents.size() < start || contents.size() - start < length)
    {
        throw data_error(path, "expected a NumPy header of " + std::to_string(start + length) +
                                   " bytes, found only " + std::to_string(contents.size()));
    }
    const std::string_view text = contents.substr(start, length);
    std::optional<npy_header> header = npy_dictionary(text).read();
    if (!header)
    {
        throw data_error(path, "expected a NumPy header such as {'descr': '<f4', 'fortran_order': "
                               "False, 'shape': (3, 4), }, found \"" +
                                   std::string(text.substr(0, 80)) + "\"");
    }
    header->size = start + length;

    constexpr std::array<std::string_view, 11> known{"f4", "f8", "b1", "u1", "i1", "u2",
                                                     "i2", "u4", "i4", "u8", "i8"};
    const std::string found = header->type.empty() ? "a record" : header->type;
    const std::string order = found.substr(0, 1);
    header->type = found.substr(1);
    const bool has_bytes = order == "<" || (order == "|" && found.ends_with('1'));
    if (!has_bytes || std::ranges::find(known, header->type) == known.end())
    {
        throw data_error(path, "expected elements of the types <f4, <f8, |b1, |u1, |i1, <u2, <i2, "
                               "<u4, <i4, <u8 or <i8, found " +
                                   found);
    }

    // Without those that are 0: what is left is the size of a row in any case.
    std::size_t product = 1;
    for (const std::size_t extent : header->shape)
    {
        constexpr std::size_t most = std::numeric_limits<std::ptrdiff_t>::max() / 8;
        if (extent != 0 && product > most / extent)
        {
            throw data_error(path, "expected an array that fits into memory, found one of " +
                                       header->shape_text() + " elements");
        }
        product *= std::max<std::size_t>(extent, 1);
        header->elements *= extent;
    }
    return *header;
}

/// Where the elements of an array lie in its file, in row-major order.
class npy_order
{
public:
    explicit npy_order(const npy_header& header)
        : shape_(header.is_fortran ? header.shape : std::vector<std::size_t>{}),
          index_(shape_.size())
    {
    }

    std::size_t next()
    {
        const std::size_t here = at_;
        if (shape_.size() < 2)
        {
            ++at_;
            return here;
        }
        // One further in the last extent; from its end to its beginning and one further in the one before.
        std::size_t stride = 1;
        for (std::size_t i = 0; i + 1 < shape_.size(); ++i)
        {
            stride *= shape_[i];
        }
        for (std::size_t i = shape_.size(); i-- > 0;)
        {
            at_ += stride;
            if (++index_[i] < shape_[i])
            {
                break;
            }
            at_ -= shape_[i] * stride;
            index_[i] = 0;
            stride /= i > 0 ? shape_[i - 1] : 1;
        }
        return here;
    }

private:
    std::vector<std::size_t> shape_;
    std::vector<std::size_t> index_;
    std::size_t at_ = 0;
};

} // namespace ctgrad::detail
