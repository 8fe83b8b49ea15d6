// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/data/error.hpp>

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

namespace ctgrad
{

/// The contents of a file, unpacked if it is gzip (by its first bytes, not by its name).
/// Errors     data_error when it cannot be opened or read, or when packed data is cut or damaged
inline std::string read_file(const std::filesystem::path& path)
{
    struct closer
    {
        void operator()(gzFile file) const { gzclose(file); }
    };

    errno = 0;
    const std::unique_ptr<gzFile_s, closer> file(gzopen(path.string().c_str(), "rb"));
    if (file == nullptr)
    {
        throw data_error(path, std::string("cannot be opened: ") +
                                   std::strerror(errno != 0 ? errno : ENOMEM));
    }
    gzbuffer(file.get(), 1u << 17);

    std::string contents;
    std::size_t size = 0;
    for (;;)
    {
        if (size == contents.size())
        {
            contents.resize(std::max<std::size_t>(1u << 16, 2 * size));
        }
        const std::size_t room = std::min<std::size_t>(contents.size() - size, INT_MAX);
        const int count = gzread(file.get(), contents.data() + size, static_cast<unsigned>(room));

        // A cut stream is told only by the state afterwards: the data until there counts as read.
        int state = Z_OK;
        const char* const explanation = gzerror(file.get(), &state);
        if (count < 0 || state == Z_BUF_ERROR)
        {
            throw data_error(path, state == Z_BUF_ERROR ? "the packed data ends too early"
                                   : state == Z_ERRNO
                                       ? std::string("cannot be read: ") + std::strerror(errno)
                                       : std::string("the packed data is damaged: ") + explanation);
        }
        if (count == 0)
        {
            contents.resize(size);
            return contents;
        }
        size += static_cast<std::size_t>(count);
    }
}

} // namespace ctgrad
