// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>

#include <cstddef>
#include <cstdint>

// Where in a row a vector of elements is, and how its arrays are read and written there.

namespace ctgrad::simd
{

template <class Batch>
struct whole_vector
{
    using value_type = typename Batch::value_type;

    std::ptrdiff_t at;

    CTGRAD_ALWAYS_INLINE Batch load(const value_type* row) const { return Batch::load(row + at); }

    /// Asks for what comes a page later, which may be behind the end of the row: processors look ahead
    /// by themselves, but not beyond a page, and where much is computed of each element not far enough.
    CTGRAD_ALWAYS_INLINE void ask_ahead(const value_type* row) const
    {
        constexpr std::uintptr_t page = 4096;
        const auto here = reinterpret_cast<std::uintptr_t>(row + at);
        __builtin_prefetch(reinterpret_cast<const void*>(here + page));
    }
    CTGRAD_ALWAYS_INLINE void store(value_type* row, Batch value) const { value.store(row + at); }
};

/// The end of a row: only the first `lanes` (0 to the size of a batch) are of it.
template <class Batch>
struct incomplete_vector
{
    using value_type = typename Batch::value_type;

    std::ptrdiff_t at;
    int lanes;

    CTGRAD_ALWAYS_INLINE Batch load(const value_type* row) const
    {
        return Batch::load_partial(row + at, lanes);
    }
    CTGRAD_ALWAYS_INLINE void store(value_type* row, Batch value) const
    {
        value.store_partial(row + at, lanes);
    }
};

} // namespace ctgrad::simd
