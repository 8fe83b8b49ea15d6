// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace ctgrad
{

/// Something that runs tasks: `run(count, body)` calls `body(i)` once for each i from 0 to count - 1,
/// in any order and on any threads, and returns when all are done. Bodies do not throw.
/// They must find the floating-point modes of the caller (tensor/flush_denormals.hpp).
template <class Type>
concept task_runner = requires(Type& runner, std::ptrdiff_t count, void (&body)(std::ptrdiff_t)) {
    runner.run(count, body);
};

/// Runs one task after the other, in the thread that asks for it.
struct one_thread
{
    static constexpr void run(std::ptrdiff_t count, const auto& body)
    {
        for (std::ptrdiff_t i = 0; i < count; ++i)
        {
            body(i);
        }
    }
};

} // namespace ctgrad
