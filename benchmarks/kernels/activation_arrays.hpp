// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/tensor/aligned_buffer.hpp>

#include <cstddef>
#include <map>
#include <random>
#include <span>

// What is asked of an activation, and the arrays that all contestants share.

namespace activations
{

enum class form
{
    forward,
    backward,
    fused
};

/// The arrays of one length, which all contestants share.
template <class T>
struct arrays
{
    using value_type = T;

    explicit arrays(std::size_t length) : storage(4 * (length + shift)), size(length)
    {
        std::mt19937 generator(1);
        std::normal_distribution<T> pre_activation(0, 3);
        for (std::size_t i = 0; i < length; ++i)
        {
            in()[i] = pre_activation(generator);
            dy()[i] = pre_activation(generator);
        }
    }

    std::span<T> part(std::size_t k)
    {
        return std::span<T>(storage.data(), storage.size()).subspan(k * (size + shift), size);
    }
    std::span<T> in() { return part(0); }
    std::span<T> dy() { return part(1); }
    std::span<T> first() { return part(2); }
    std::span<T> second() { return part(3); }

    // Not a multiple of 4 KiB apart: stores would hold up loads from the same place in a page.
    static constexpr std::size_t shift = 320 / sizeof(T);
    ctgrad::aligned_buffer<T> storage;
    std::size_t size;
};

template <class T>
arrays<T>& arrays_of(std::size_t length)
{
    static std::map<std::size_t, arrays<T>> all;
    return all.try_emplace(length, length).first->second;
}

} // namespace activations
