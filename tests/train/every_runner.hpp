// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/tensor/tasks.hpp>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

// Runners that are not ours, for the tests.

/// The tasks in the opposite order, in one thread.
struct backwards_runner
{
    void run(std::ptrdiff_t count, const auto& body)
    {
        for (std::ptrdiff_t i = count; i-- > 0;)
        {
            body(i);
        }
    }
};

/// Threads of the standard library, started for each run: each takes the next task that is left.
struct standard_threads
{
    int count = 2;

    void run(std::ptrdiff_t tasks, const auto& body)
    {
        std::atomic<std::ptrdiff_t> next{0};
        std::vector<std::thread> workers;
        for (int i = 0; i < count; ++i)
        {
            workers.emplace_back(
                [&]
                {
                    for (std::ptrdiff_t task = next++; task < tasks; task = next++)
                    {
                        body(task);
                    }
                });
        }
        for (std::thread& worker : workers)
        {
            worker.join();
        }
    }
};
