// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../message_of.hpp"

#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <ios>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

/// A directory for the files of one test, with a name of its own, removed with all it holds.
class temporary_directory
{
public:
    temporary_directory()
    {
        std::random_device device;
        do
        {
            location = std::filesystem::temp_directory_path() /
                       ("ctgrad-test-" + std::to_string(device()) + "-" + std::to_string(device()));
        } while (!std::filesystem::create_directory(location));
    }

    ~temporary_directory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(location, ignored);
    }

    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    std::filesystem::path path(std::string_view name = "") const { return location / name; }

    /// Writes a file and returns its path.
    std::filesystem::path write(std::string_view name, std::string_view contents) const
    {
        std::ofstream file(path(name), std::ios::binary);
        file.write(contents.data(), static_cast<std::streamsize>(contents.size()));
        file.close();
        if (!file)
        {
            throw std::runtime_error("cannot write " + path(name).string());
        }
        return path(name);
    }

    /// Writes a file packed with gzip and returns its path.
    std::filesystem::path write_packed(std::string_view name, std::string_view contents) const
    {
        const gzFile file = gzopen(path(name).string().c_str(), "wb");
        gzwrite(file, contents.data(), static_cast<unsigned>(contents.size()));
        if (gzclose(file) != Z_OK)
        {
            throw std::runtime_error("cannot write " + path(name).string());
        }
        return path(name);
    }

private:
    std::filesystem::path location;
};

/// Whether a message contains each of these parts.
inline bool names(std::string_view message, std::initializer_list<std::string_view> parts)
{
    for (const std::string_view part : parts)
    {
        if (message.find(part) == std::string_view::npos)
        {
            return false;
        }
    }
    return true;
}
