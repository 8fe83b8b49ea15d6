// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <cstddef>

namespace ctgrad
{

/// Threads that share the work of `fit`, `evaluate` and `predict`: their last argument. They are those
/// of oneTBB, which starts them once for the whole program; a program with them links with it.
class threads
{
public:
    /// So many, the caller's among them; without a number, as many as there are cores.
    explicit threads(int count = tbb::info::default_concurrency()) : arena_(count) {}

    int count() const { return arena_.max_concurrency(); }

    /// Calls `body(i)` for each i below `count`, with the floating-point modes of the caller.
    void run(std::ptrdiff_t count, const auto& body)
    {
        if (count == 1)
        {
            body(0);
            return;
        }
        using context = tbb::task_group_context;
        context modes(context::isolated, context::default_traits | context::fp_settings);
        arena_.execute(
            [&]
            {
                // Thread and task go together from one call to the next, where that can be: what a
                // task left in the thread's cache is there again.
                tbb::parallel_for(std::ptrdiff_t(0), count, body, tbb::static_partitioner{}, modes);
            });
    }

private:
    tbb::task_arena arena_;
};

} // namespace ctgrad
