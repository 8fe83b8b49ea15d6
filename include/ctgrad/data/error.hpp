// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace ctgrad
{

/// Data that cannot be read, or sizes that do not belong together: one sentence that names the
/// file, what was expected and what was found.
class data_error : public std::runtime_error
{
public:
    explicit data_error(const std::string& sentence) : std::runtime_error(sentence) {}

    data_error(const std::filesystem::path& file, const std::string& sentence)
        : std::runtime_error(file.string() + ": " + sentence)
    {
    }
};

} // namespace ctgrad
