// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/panels.hpp>
#include <ctgrad/simd/product_tile.hpp>

#include <tuple>
#include <type_traits>

// Parts of matrices that stay in the cache while they are used, with the rows that a network takes at
// once. Sizes for 1 to 2 MB of second-level cache.

namespace ctgrad::simd::detail
{

/// Inputs that are multiplied before the next ones are looked at, so that many rows of so many stay
/// in the second level of the cache: all of them, or equal parts.
template <int Inputs>
constexpr int input_block = divide_up(Inputs, divide_up(Inputs, 1024));

/// Whether the weights are too many for the second level of the cache, so that asking for them
/// early pays; otherwise it costs a few percent.
template <class Panels>
constexpr bool is_far = Panels::size * static_cast<int>(sizeof(typename Panels::value_type)) >
                        (1 << 20);

/// Rows whose gradients of weights are added up at once.
constexpr int gradient_rows = 128;

/// How many arrays, of as many as an update of the weights reads, are to be asked for early: all or none.
template <class Panels, class Arrays>
constexpr int places_to_fetch = []
{
    constexpr int arrays = static_cast<int>(std::tuple_size_v<std::remove_cvref_t<Arrays>>);
    constexpr int bytes = Panels::size * static_cast<int>(sizeof(typename Panels::value_type));
    return arrays * bytes > (1 << 20) ? arrays : 0;
}();

/// Numbers of a part of the weights' gradient, 16 KB of them, to stay in the first level of the cache.
template <class T>
constexpr int gradient_numbers = 16384 / static_cast<int>(sizeof(T));

/// Inputs whose gradients of weights are given on at once, for a panel of so many vectors: whole
/// tiles, which sum up in the same order as tiles of a whole matrix.
template <class T, class Arch, int Vectors>
constexpr int gradient_part = gradient_numbers<T> / (Vectors * batch<T, Arch>::size) /
                              tile_rows<T, Arch>(Vectors) * tile_rows<T, Arch>(Vectors);

/// Units of a part of weights that is transposed at once: 32 KB of them, to stay in the first level of
/// the cache. Of weights that come from afar as many as lie together in memory, so that they can be
/// asked for early.
template <class Panels, class Transposed>
constexpr int transposed_block = []
{
    constexpr int numbers = 32768 / static_cast<int>(sizeof(typename Panels::value_type));
    if (is_far<Panels> && Panels::panel_width >= 64)
        return Panels::panel_width;
    return numbers / Transposed::panel_width / Panels::lanes * Panels::lanes;
}();

} // namespace ctgrad::simd::detail
