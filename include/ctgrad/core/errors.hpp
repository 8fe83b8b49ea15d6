// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdexcept>
#include <string>

namespace ctgrad
{

/// Arrays whose lengths do not fit together.
class size_error : public std::invalid_argument
{
public:
    using std::invalid_argument::invalid_argument;
};

namespace detail
{

[[noreturn]] inline void throw_size_error(const char* what, std::size_t expected, std::size_t found)
{
    throw size_error("ctgrad: " + std::string(what) + " must have " + std::to_string(expected) +
                     " elements like the first input, but has " + std::to_string(found));
}

} // namespace detail

} // namespace ctgrad
