// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

namespace ctgrad
{

/// A string that can be a template argument: `variable<"x">`.
/// Its members are public because the language asks that of template arguments (structural types).
template <std::size_t N>
struct fixed_string
{
    /// The characters with the terminating zero.
    char characters[N]{};

    /// Copies a string literal.
    constexpr fixed_string(const char (&text)[N])
    {
        for (std::size_t i = 0; i < N; ++i)
            characters[i] = text[i];
    }

    /// The characters without the terminating zero.
    constexpr std::string_view view() const { return {characters, N - 1}; }
};

/// Strings of different lengths have different types and compare unequal.
template <std::size_t N, std::size_t M>
constexpr bool operator==(const fixed_string<N>& a, const fixed_string<M>& b)
{
    return a.view() == b.view();
}

} // namespace ctgrad
