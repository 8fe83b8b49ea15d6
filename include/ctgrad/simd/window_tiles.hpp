// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/simd/panels.hpp>

#include <algorithm>

namespace ctgrad::simd::detail
{

/// How a tile of sums divides two extents; what is left of either gets a smaller tile.
struct tile_size
{
    int rows;
    int vectors;
};

/// What a tile takes for one term, in quarters of a multiply-add: those of its sums, of which eight
/// hide each other's latency, or its loads; and a little for each load, above all for vectors.
constexpr int tile_cost(int rows, int vectors)
{
    if (rows == 0 || vectors == 0)
        return 0;
    return 4 * std::max({rows * vectors, rows + vectors, 8}) + rows + 2 * vectors;
}

/// The tile that does rows x vectors fastest and fits the registers: its sums, its vectors, a
/// broadcast, and where there are only 16 another, as clang schedules broadcasts early.
template <class T, class Arch>
constexpr tile_size best_tile(int rows, int vectors)
{
    constexpr int registers = vector_registers<T, Arch>();
    constexpr int most = registers == 32 ? 32 : has_fused_multiply_add<Arch> ? 15 : 14;
    tile_size best{1, 1};
    int least = -1;
    for (int v = std::min(vectors, most); v >= 1; --v)
        for (int r = std::min(rows, most); r >= 1; --r)
        {
            if (r * v + v + 1 > most)
                continue;
            const int cost =
                (vectors / v) * ((rows / r) * tile_cost(r, v) + tile_cost(rows % r, v)) +
                (rows / r) * tile_cost(r, vectors % v) + tile_cost(rows % r, vectors % v);
            if (least < 0 || cost < least)
            {
                least = cost;
                best = {r, v};
            }
        }
    return best;
}

/// The same for gradients of weights, where sums are loaded and stored for every few rows of dy: fewer
/// filters leave room in the cache for more rows, so all taps of a row come first, if they fit.
template <class T, class Arch>
constexpr tile_size gradient_tile(int filters, int taps)
{
    constexpr int registers = vector_registers<T, Arch>();
    // Without fused multiply-add a product needs one.
    constexpr int usable = has_fused_multiply_add<Arch> ? registers : registers - 1;
    const int most = (usable - 1) / taps - 1;
    if (most < 3)
        return best_tile<T, Arch>(filters, taps);
    const int tiles = divide_up(filters, most);
    return {divide_up(filters, tiles), taps};
}

/// Calls f<size>(first, tiles) for the whole tiles of `Count`, and for what is left.
template <int Count, int Size, class F>
CTGRAD_ALWAYS_INLINE void for_tiles(F&& f)
{
    if constexpr (Count >= Size)
        f.template operator()<Size>(0, Count / Size);
    if constexpr (Count % Size != 0)
        f.template operator()<Count % Size>(Count / Size * Size, 1);
}

} // namespace ctgrad::simd::detail
