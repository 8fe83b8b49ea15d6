// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ios>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace ctgrad
{

/// A file that cannot be written or read, or that is not the one that was expected: one sentence
/// that names the file, what was expected and what was found.
class file_error : public std::runtime_error
{
public:
    file_error(const std::filesystem::path& file, const std::string& sentence)
        : std::runtime_error(file.string() + ": " + sentence)
    {
    }
};

namespace detail
{

// FNV-1a. A changed byte always changes it, because each step can be undone.
constexpr std::uint64_t checksum(std::string_view bytes)
{
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char byte : bytes)
    {
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
    }
    return hash;
}

template <std::unsigned_integral Word>
void append_number(std::string& bytes, Word word)
{
    for (std::size_t i = 0; i < sizeof(Word); ++i)
    {
        bytes += static_cast<char>(static_cast<std::uint64_t>(word) >> 8 * i & 0xff);
    }
}

inline void append_text(std::string& bytes, std::string_view text)
{
    append_number(bytes, static_cast<std::uint32_t>(text.size()));
    bytes += text;
}

// Takes from the beginning of `bytes` what was appended, and nothing beyond their end.
struct byte_reader
{
    const std::filesystem::path& file;
    std::string_view bytes;

    std::string_view take(std::size_t count)
    {
        if (count > bytes.size())
        {
            throw file_error(file, "expected " + std::to_string(count) + " more bytes, found " +
                                       std::to_string(bytes.size()) + ": it contradicts itself");
        }
        const std::string_view taken = bytes.substr(0, count);
        bytes.remove_prefix(count);
        return taken;
    }

    template <std::unsigned_integral Word>
    Word number()
    {
        const std::string_view taken = take(sizeof(Word));
        std::uint64_t word = 0;
        for (std::size_t i = sizeof(Word); i-- > 0;)
        {
            word = word << 8 | static_cast<unsigned char>(taken[i]);
        }
        return static_cast<Word>(word);
    }

    std::string_view text() { return take(number<std::uint32_t>()); }
};

// The file appears with all these bytes or stays as it was: they are written beside it, under
// another name, which then replaces it.
inline void write_whole_file(const std::filesystem::path& path, std::string_view bytes)
{
    std::random_device device;
    std::filesystem::path beside = path;
    beside += ".part" + std::to_string(device());

    errno = 0;
    std::ofstream file(beside, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    std::error_code error;
    if (file)
    {
        std::filesystem::rename(beside, path, error);
    }
    else
    {
        error.assign(errno != 0 ? errno : EIO, std::generic_category());
    }
    if (error)
    {
        std::error_code ignored;
        std::filesystem::remove(beside, ignored);
        throw file_error(path, "cannot be written: " + error.message());
    }
}

// A file opened for reading, and its length.
struct opened_file
{
    std::filesystem::path path;
    std::uintmax_t length = 0;
    std::ifstream stream = {};

    explicit opened_file(const std::filesystem::path& location) : path(location)
    {
        std::error_code error;
        length = std::filesystem::file_size(path, error); // an error for a directory or a device
        errno = 0;
        if (!error)
        {
            stream.open(path, std::ios::binary);
            error.assign(stream ? 0 : errno != 0 ? errno : EIO, std::generic_category());
        }
        if (error)
        {
            throw file_error(path, "cannot be opened: " + error.message());
        }
    }

    // The next `count` bytes, or as many as there are.
    std::string read(std::uintmax_t count)
    {
        std::string bytes(static_cast<std::size_t>(count), '\0');
        stream.read(bytes.data(), static_cast<std::streamsize>(count));
        bytes.resize(static_cast<std::size_t>(stream.gcount()));
        return bytes;
    }
};

} // namespace detail

} // namespace ctgrad
