// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>

#include <cstddef>

namespace ctgrad::detail
{

/// Calls with buffers, which are on the stack up to a megabyte; otherwise each thread has its own.
template <class Buffers>
CTGRAD_ALWAYS_INLINE void with_buffers(const auto& body)
{
    if constexpr (sizeof(Buffers) <= (std::size_t{1} << 20))
    {
        Buffers buffers;
        body(buffers);
    }
    else
    {
        static thread_local Buffers buffers;
        body(buffers);
    }
}

} // namespace ctgrad::detail
