// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/simd/panels.hpp>
#include <ctgrad/simd/product_blocks.hpp>
#include <ctgrad/simd/product_tile.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace ctgrad::simd::detail
{

// These functions know their tile but not the shape of the layer, so that all layers of a program
// share them.

/// Rows of x by the part of one panel that belongs to `inputs` inputs, a tile at a time; what is left
/// goes to the next smaller power of two. Begins with the bias, or with y itself if `adds`. If
/// `Fetches`, the memory `ahead`, as much as the part has, is brought into the cache meanwhile.
template <class T, class Arch, bool Fetches, int Rows, int Vectors>
[[gnu::noinline]] void forward_panel(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t rows,
                                     std::ptrdiff_t inputs, const T* panel, const T* ahead,
                                     const T* bias, bool adds, T* y, std::ptrdiff_t y_stride)
{
    using tile = product_tile<T, Arch, Rows, Vectors>;
    using vector = typename tile::vector;
    constexpr fixed_stride<Vectors * vector::size> width;
    // Each tile of rows fetches a vector of each row of the panel; then there is no more to fetch.
    const T* const end_ahead = ahead + width;
    const auto next_ahead = [&] { return ahead < end_ahead ? ahead : panel; };
    for (; rows >= Rows; rows -= Rows)
    {
        tile sums;
        if (adds)
        {
            sums.begin([&](int row, int v) CTGRAD_INLINE_LAMBDA
                       { return vector::load(y + row * y_stride + v * vector::size); });
        }
        else if (bias != nullptr)
        {
            sums.begin([&](int, int v) CTGRAD_INLINE_LAMBDA
                       { return vector::load(bias + v * vector::size); });
        }
        else
        {
            sums.begin([](int, int) CTGRAD_INLINE_LAMBDA { return vector(T(0)); });
        }
        sums.template accumulate<Fetches>(x, x_stride, fixed_stride<1>{}, panel, width, inputs,
                                          next_ahead(), width);
        sums.store(y, y_stride);
        x += Rows * x_stride;
        y += Rows * y_stride;
        ahead += vector::size;
    }
    if constexpr (Rows > 1)
        if (rows > 0)
            forward_panel<T, Arch, Fetches, static_cast<int>(std::bit_floor(Rows - 1u)), Vectors>(
                x, x_stride, rows, inputs, panel, next_ahead(), bias, adds, y, y_stride);
}

/// Places in memory from which a kernel brings as much into the cache as it writes, while it computes.
template <class T, int Places>
using places_ahead = std::array<const T*, static_cast<std::size_t>(Places)>;

/// Sums of a tile of the weights' gradient, and from each place `ahead` as much memory as the tile has
/// numbers: a few lines with every eight rows, as many at once would wait for each other.
template <class Tile, class T, std::size_t Places>
CTGRAD_ALWAYS_INLINE void accumulate_gradient(Tile& sums, int numbers, const T* x,
                                              std::ptrdiff_t x_stride, const T* dz, auto dz_stride,
                                              std::ptrdiff_t rows,
                                              const std::array<const T*, Places>& ahead)
{
    constexpr int line = 64 / static_cast<int>(sizeof(T));
    // Whole rounds of the chains: the order of summation is that without fetching.
    constexpr std::ptrdiff_t step = divide_up(8, Tile::chains) * Tile::chains;
    const std::ptrdiff_t share = (numbers * step / rows / line + 1) * line;
    std::ptrdiff_t fetched = 0;
    for (std::ptrdiff_t row = 0; row < rows; row += step)
    {
        const std::ptrdiff_t end = std::min<std::ptrdiff_t>(numbers, fetched + share);
        for (; fetched < end; fetched += line)
            for (const T* place : ahead)
                prefetch(place + fetched);
        sums.template add_terms<false>(x + row * x_stride, fixed_stride<1>{}, x_stride,
                                       dz + row * dz_stride, dz_stride, std::min(step, rows - row),
                                       x, x_stride);
    }
    sums.join_chains();
}

/// The gradient of the weights of `inputs` inputs, for one panel and a block of rows; added to what is
/// there if `adds`.
template <class T, class Arch, int Rows, int Vectors, int Places>
[[gnu::noinline]] void gradient_panel(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t inputs,
                                      std::ptrdiff_t rows, const T* dz, bool adds, T* dpanel,
                                      places_ahead<T, Places> ahead)
{
    using tile = product_tile<T, Arch, Rows, Vectors>;
    using vector = typename tile::vector;
    constexpr fixed_stride<Vectors * vector::size> width;
    for (; inputs >= Rows; inputs -= Rows)
    {
        tile sums;
        if (adds)
        {
            sums.begin([&](int row, int v) CTGRAD_INLINE_LAMBDA
                       { return vector::load(dpanel + row * width + v * vector::size); });
        }
        else
        {
            sums.begin([](int, int) CTGRAD_INLINE_LAMBDA { return vector(T(0)); });
        }
        if constexpr (Places > 0)
        {
            accumulate_gradient(sums, Rows * width, x, x_stride, dz, width, rows, ahead);
        }
        else
        {
            sums.template accumulate<false>(x, fixed_stride<1>{}, x_stride, dz, width, rows, x,
                                            x_stride);
        }
        sums.store(dpanel, width);
        x += Rows;
        dpanel += Rows * width;
        for (const T*& place : ahead)
            place += Rows * width;
    }
    if constexpr (Rows > 1)
        if (inputs > 0)
            gradient_panel<T, Arch, static_cast<int>(std::bit_floor(Rows - 1u)), Vectors, Places>(
                x, x_stride, inputs, rows, dz, adds, dpanel, ahead);
}

/// Copies the panel's columns of a block of rows of dz side by side: read in place, their long
/// stride would throw each other out of the cache.
template <class T, class Arch, int Vectors>
void pack_columns(const T* dz, std::ptrdiff_t dz_stride, std::ptrdiff_t rows, T* packed)
{
    using vector = batch<T, Arch>;
    for (std::ptrdiff_t row = 0; row < rows; ++row)
        unroll<Vectors>(
            [&]<int V>() CTGRAD_INLINE_LAMBDA
            {
                vector::load(dz + row * dz_stride + V * vector::size)
                    .store(packed + (row * Vectors + V) * vector::size);
            });
}

/// Adds the gradient of the weights of one panel, for a block of rows. If `Fetches`, the next tile of it
/// is brought into the cache meanwhile.
template <class T, class Arch, bool Fetches, int Vectors>
[[gnu::noinline]] void weight_gradient_panel(const T* x, std::ptrdiff_t x_stride,
                                             std::ptrdiff_t inputs, std::ptrdiff_t rows,
                                             const T* dz, std::ptrdiff_t dz_stride, T* dpanel)
{
    constexpr int width = Vectors * batch<T, Arch>::size;
    constexpr int tile = tile_rows<T, Arch>(Vectors);
    alignas(64) T packed[gradient_rows * width];
    pack_columns<T, Arch, Vectors>(dz, dz_stride, rows, packed);
    places_ahead<T, Fetches> ahead{};
    for (const T*& place : ahead)
        place = dpanel + tile * width;
    gradient_panel<T, Arch, tile, Vectors, Fetches>(x, x_stride, inputs, rows, packed, true, dpanel,
                                                    ahead);
}

/// Adds the sums of columns of Vectors vectors; several sums in turn, as in a tile.
template <class T, class Arch, int Vectors>
[[gnu::noinline]] void add_column_sums(const T* dz, std::ptrdiff_t dz_stride, std::ptrdiff_t rows,
                                       T* dbias)
{
    using vector = batch<T, Arch>;
    constexpr int chains = 8 / Vectors;
    vector sums[chains][Vectors];
    unroll<Vectors>(
        [&]<int V>() CTGRAD_INLINE_LAMBDA
        {
            sums[0][V] = vector::load(dbias + V * vector::size);
            unroll<chains - 1>([&]<int Chain>() CTGRAD_INLINE_LAMBDA
                               { sums[Chain + 1][V] = vector(T(0)); });
        });
    const auto add = [&]<int Chain>() CTGRAD_INLINE_LAMBDA
    {
        unroll<Vectors>(
            [&]<int V>() CTGRAD_INLINE_LAMBDA
            {
                sums[Chain][V] =
                    sums[Chain][V] + vector::load(dz + Chain * dz_stride + V * vector::size);
            });
    };
    for (; rows >= chains; rows -= chains)
    {
        unroll<chains>(add);
        dz += chains * dz_stride;
    }
    for (; rows > 0; --rows)
    {
        add.template operator()<0>();
        dz += dz_stride;
    }
    unroll<Vectors>(
        [&]<int V>() CTGRAD_INLINE_LAMBDA
        {
            unroll<chains - 1>([&]<int Chain>() CTGRAD_INLINE_LAMBDA
                               { sums[0][V] = sums[0][V] + sums[Chain + 1][V]; });
            sums[0][V].store(dbias + V * vector::size);
        });
}

/// Calls f<vectors>(first unit) for each panel.
template <class Panels, class F>
CTGRAD_ALWAYS_INLINE void for_each_panel(F&& f)
{
    int unit = 0;
    for (int i = 0; i < Panels::wide_panels; ++i, unit += Panels::panel_width)
        f.template operator()<Panels::vectors>(unit);
    if constexpr (Panels::wide_panels < Panels::panel_count)
        for (int i = Panels::wide_panels; i < Panels::panel_count; ++i)
        {
            f.template operator()<Panels::vectors - 1>(unit);
            unit += Panels::panel_width - Panels::lanes;
        }
}

/// Zero where a row of units has room behind the last panel.
template <class Panels, class T>
void clear_units_beyond(T* y, std::ptrdiff_t y_stride, std::ptrdiff_t rows)
{
    if constexpr (Panels::stored_units < Panels::padded_units)
        for (std::ptrdiff_t row = 0; row < rows; ++row)
            for (int unit = Panels::stored_units; unit < Panels::padded_units;
                 unit += Panels::lanes)
                typename Panels::vector(T(0)).store(y + row * y_stride + unit);
}

} // namespace ctgrad::simd::detail
