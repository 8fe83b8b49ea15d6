// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

// Every operator new of a program that includes this counts, in all threads. For one source file of it.

namespace
{

std::atomic<long> allocations{0};
std::atomic<std::size_t> allocated_bytes{0};

void* allocate(std::size_t size, std::size_t alignment)
{
    ++allocations;
    allocated_bytes += size;
    void* const block =
        std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (block == nullptr)
    {
        throw std::bad_alloc();
    }
    return block;
}

} // namespace

// The forms that the others call. Inlined, g++ takes free for a mistake here.
[[gnu::noinline]] void* operator new(std::size_t size)
{
    return allocate(size, alignof(std::max_align_t));
}

[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment)
{
    return allocate(size, static_cast<std::size_t>(alignment));
}

[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t, std::align_val_t) noexcept
{
    std::free(block);
}
