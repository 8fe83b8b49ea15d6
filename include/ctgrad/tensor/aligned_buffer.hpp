// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <vector>

namespace ctgrad
{

/// Alignment of every block the library owns: a cache line, and the widest vector register.
inline constexpr std::size_t block_alignment = 64;

namespace detail
{

template <class T>
struct aligned_allocator
{
    using value_type = T;

    aligned_allocator() = default;
    template <class U>
    constexpr aligned_allocator(const aligned_allocator<U>&) noexcept
    {
    }

    T* allocate(std::size_t count)
    {
        if (count > static_cast<std::size_t>(-1) / sizeof(T))
        {
            throw std::bad_array_new_length();
        }
        return static_cast<T*>(
            ::operator new(count * sizeof(T), std::align_val_t{block_alignment}));
    }

    void deallocate(T* block, std::size_t) noexcept
    {
        ::operator delete(block, std::align_val_t{block_alignment});
    }

    friend constexpr bool operator==(const aligned_allocator&, const aligned_allocator&) noexcept
    {
        return true;
    }
};

} // namespace detail

/// A block of elements of fixed length, zero at first, aligned to `block_alignment` bytes.
/// Copying copies the elements; a buffer that was moved from is empty.
template <class T>
class aligned_buffer
{
    static_assert(alignof(T) <= block_alignment);

public:
    using value_type = T;

    aligned_buffer() = default;
    explicit aligned_buffer(std::size_t size) : elements(size) {}

    T* data() noexcept { return elements.data(); }
    const T* data() const noexcept { return elements.data(); }
    std::size_t size() const noexcept { return elements.size(); }
    bool empty() const noexcept { return elements.empty(); }

    T& operator[](std::size_t index) { return elements[index]; }
    const T& operator[](std::size_t index) const { return elements[index]; }

    T* begin() noexcept { return data(); }
    T* end() noexcept { return data() + size(); }
    const T* begin() const noexcept { return data(); }
    const T* end() const noexcept { return data() + size(); }

    std::span<T> span() noexcept { return {data(), size()}; }
    std::span<const T> span() const noexcept { return {data(), size()}; }

private:
    std::vector<T, detail::aligned_allocator<T>> elements;
};

} // namespace ctgrad
