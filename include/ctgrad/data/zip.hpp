// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/data/error.hpp>
#include <ctgrad/data/gzip.hpp>

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ctgrad
{

/// A file of a zip archive, as the directory at the archive's end has it.
struct zip_entry
{
    std::string name;
    std::uint32_t flags = 0;
    std::uint32_t method = 0;
    std::uint32_t checksum = 0;
    std::size_t packed_size = 0;
    std::size_t size = 0;
    /// Where its own header begins.
    std::size_t offset = 0;
};

/// A zip archive in memory. Files in it are stored or deflated; archives over 4 GiB (zip64), encrypted
/// ones and those in several parts are not understood.
class zip_archive
{
public:
    /// Reads an archive and its directory.
    /// Errors     data_error: not a zip archive; a directory that is cut or damaged
    explicit zip_archive(const std::filesystem::path& path)
        : path_(path), contents_(read_file(path))
    {
        const std::size_t end = find_end();
        const std::size_t count = number(end + 10, 2);
        const std::size_t size = number(end + 12, 4);
        std::size_t at = number(end + 16, 4);
        if (number(end + 4, 2) != 0 || count == 0xffff || size == 0xffffffff || at == 0xffffffff)
        {
            throw data_error(path_, "expected a zip archive in one part and of less than 4 GiB, "
                                    "found another");
        }
        if (at > end || size > end - at)
        {
            damaged("a directory before its end");
        }
        for (std::size_t i = 0; i < count; ++i)
        {
            at = add_entry(at, end);
        }
    }

    const std::vector<zip_entry>& entries() const { return entries_; }

    /// The entry of that name, the last if there are several; null if there is none.
    const zip_entry* find(std::string_view name) const
    {
        const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                        [&](const zip_entry& each) { return each.name == name; });
        return found == entries_.rend() ? nullptr : &*found;
    }

    /// The contents of an entry, unpacked.
    /// Errors     data_error: encrypted, packed in another way, cut or damaged
    std::string unpack(const zip_entry& entry) const
    {
        const std::string quoted = "\"" + entry.name + "\"";
        if ((entry.flags & 1u) != 0 || (entry.method != 0 && entry.method != 8))
        {
            throw data_error(path_, "expected " + quoted + " to be stored or deflated, found " +
                                        ((entry.flags & 1u) != 0
                                             ? "it encrypted"
                                             : "method " + std::to_string(entry.method)));
        }
        require(entry.offset, 30, contents_.size(), "the header of " + quoted);
        if (number(entry.offset, 4) != 0x04034b50)
        {
            damaged("the header of " + quoted);
        }
        const std::size_t data =
            entry.offset + 30 + number(entry.offset + 26, 2) + number(entry.offset + 28, 2);
        require(data, entry.packed_size, contents_.size(), "the contents of " + quoted);
        const std::string_view packed = std::string_view(contents_).substr(data, entry.packed_size);
        std::string unpacked = entry.method == 0 ? std::string(packed) : inflated(packed, entry);
        const auto checksum = crc32(0, reinterpret_cast<const Bytef*>(unpacked.data()),
                                    static_cast<uInt>(unpacked.size()));
        if (unpacked.size() != entry.size || checksum != entry.checksum)
        {
            damaged("the contents of " + quoted);
        }
        return unpacked;
    }

private:
    [[noreturn]] void damaged(const std::string& expected) const
    {
        throw data_error(path_, "expected " + expected + " in the zip archive, found it damaged");
    }

    /// A little-endian number of so many bytes, which are there.
    std::size_t number(std::size_t at, std::size_t bytes) const
    {
        std::size_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i)
        {
            value |= std::size_t{static_cast<unsigned char>(contents_[at + i])} << (8 * i);
        }
        return value;
    }

    void require(std::size_t at, std::size_t size, std::size_t end, const std::string& what) const
    {
        if (at > end || size > end - at)
        {
            damaged(what);
        }
    }

    /// The record at the end, behind which there is only a comment of the length that it says.
    std::size_t find_end() const
    {
        constexpr std::size_t record = 22;
        constexpr std::size_t longest_comment = 0xffff;
        for (std::size_t comment = 0;
             comment <= longest_comment && contents_.size() >= record + comment; ++comment)
        {
            const std::size_t at = contents_.size() - record - comment;
            if (number(at, 4) == 0x06054b50 && number(at + 20, 2) == comment)
            {
                return at;
            }
        }
        throw data_error(path_, "expected a zip archive, which ends with a directory; found "
                                "something else");
    }

    std::size_t add_entry(std::size_t at, std::size_t end)
    {
        constexpr std::size_t header = 46;
        const std::string what = "entry " + std::to_string(entries_.size()) + " of the directory";
        require(at, header, end, what);
        const std::size_t name_size = number(at + 28, 2);
        const std::size_t size = header + name_size + number(at + 30, 2) + number(at + 32, 2);
        require(at, size, end, what);
        if (number(at, 4) != 0x02014b50)
        {
            damaged(what);
        }
        entries_.push_back({
            .name = contents_.substr(at + header, name_size),
            .flags = static_cast<std::uint32_t>(number(at + 8, 2)),
            .method = static_cast<std::uint32_t>(number(at + 10, 2)),
            .checksum = static_cast<std::uint32_t>(number(at + 16, 4)),
            .packed_size = number(at + 20, 4),
            .size = number(at + 24, 4),
            .offset = number(at + 42, 4),
        });
        return at + size;
    }

    /// What deflate made of so many bytes; shorter when it ends too early, empty when it is damaged.
    static std::string inflated(std::string_view packed, const zip_entry& entry)
    {
        // No more than deflate can pack: a damaged size must not take all memory.
        constexpr std::size_t best_ratio = 1032;
        if (entry.size / best_ratio > packed.size())
        {
            return {};
        }
        std::string unpacked(entry.size, '\0');
        z_stream stream{};
        if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        {
            return {};
        }
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
        stream.avail_in = static_cast<uInt>(packed.size());
        stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
        stream.avail_out = static_cast<uInt>(unpacked.size());
        const int state = inflate(&stream, Z_FINISH);
        unpacked.resize(state == Z_STREAM_END ? unpacked.size() - stream.avail_out : 0);
        inflateEnd(&stream);
        return unpacked;
    }

    std::filesystem::path path_;
    std::string contents_;
    std::vector<zip_entry> entries_;
};

} // namespace ctgrad
