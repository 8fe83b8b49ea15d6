// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/panel_transpose.hpp>
#include <ctgrad/simd/product_tile.hpp>
#include <ctgrad/simd/window_shape.hpp>

#include <cstddef>
#include <cstring>

namespace ctgrad::simd::detail
{

// These functions know their tile and the distance of neighbours, but neither extents nor channels
// nor, where the samples are in the lanes, filters: all of that is numbers, and layers share them.

/// The rows of an output and the terms at each position, as distances in memory. The sum is over taps
/// from top to bottom, and two loops within; with samples in the lanes the inner one is over taps from
/// left to right. Distances of weights are counted in inputs of the panel.
struct window_walk
{
    window_rows rows;
    window_rows columns; // for sample_tiles only
    std::ptrdiff_t x_row, y_row;
    int middle, inner;
    std::ptrdiff_t x_middle, x_inner;
    std::ptrdiff_t weight_tap, weight_middle, weight_inner;
};

/// Samples in the lanes: tiles of Filters x Positions along rows, from position `first` on. Neighbours
/// are XStep pixels apart in x and YStep in y; a panel of weights is `width` wide. Of the zeros beside an
/// image, those that a whole tile meets are left out.
template <class T, class Arch, int Filters, int Positions, int XStep, int YStep>
[[gnu::noinline]] void sample_tiles(const window_walk& walk, const T* x, const T* weights,
                                    std::ptrdiff_t width, const T* bias, T* y,
                                    std::ptrdiff_t y_plane, int first, int tiles)
{
    using vector = batch<T, Arch>;
    constexpr int x_step = XStep * vector::size;
    constexpr int y_step = YStep * vector::size;
    const int end = first + tiles * Positions;
    for (int row = 0; row < walk.rows.count; ++row)
    {
        const int_range taps = walk.rows.taps_at(row, row);
        for (int position = first; position < end; position += Positions)
        {
            const int_range inner = walk.columns.taps_at(position, position + Positions - 1);
            const T* const x_tile = x + position * x_step + inner.begin * walk.x_inner;
            const T* const w_tile = weights + inner.begin * walk.weight_inner * width;
            T* const y_tile = y + row * walk.y_row + position * y_step;
            product_tile<T, Arch, Filters, Positions, tile_chains(Filters, Positions), x_step> sums;
            if (bias != nullptr)
                sums.begin([&](int filter, int) CTGRAD_INLINE_LAMBDA
                           { return vector(bias[filter]); });
            else
                sums.begin([](int, int) CTGRAD_INLINE_LAMBDA { return vector(T(0)); });
            for (int tap = taps.begin; tap < taps.end; ++tap)
                for (int i = 0; i < walk.middle; ++i)
                    sums.template add_terms<false>(
                        w_tile + (tap * walk.weight_tap + i * walk.weight_middle) * width,
                        fixed_stride<1>{}, walk.weight_inner * width,
                        x_tile + walk.rows.met_by(row, tap) * walk.x_row + i * walk.x_middle,
                        walk.x_inner, inner.size(), nullptr, fixed_stride<0>{});
            sums.join_chains();
            unroll<Filters * Positions>(
                [&]<int I>() CTGRAD_INLINE_LAMBDA
                {
                    sums.sums[0][I / Positions][I % Positions].store(
                        y_tile + I / Positions * y_plane + I % Positions * y_step);
                });
        }
    }
}

/// Filters in the lanes: tiles of Positions x Vectors along rows, of a panel Width wide. Neighbours
/// are XStep numbers apart in x and y_step in y.
template <class T, class Arch, int Positions, int Vectors, int XStep, int Width>
[[gnu::noinline]] void filter_tiles(const window_walk& walk, const T* x, const T* weights,
                                    const T* bias, T* y, std::ptrdiff_t y_step, int tiles)
{
    using vector = batch<T, Arch>;
    for (int row = 0; row < walk.rows.count; ++row)
    {
        const int_range taps = walk.rows.taps_at(row, row);
        for (int tile = 0; tile < tiles; ++tile)
        {
            const T* const x_tile = x + tile * Positions * XStep;
            product_tile<T, Arch, Positions, Vectors> sums;
            if (bias != nullptr)
                sums.begin([&](int, int v) CTGRAD_INLINE_LAMBDA
                           { return vector::load(bias + v * vector::size); });
            else
                sums.begin([](int, int) CTGRAD_INLINE_LAMBDA { return vector(T(0)); });
            for (int tap = taps.begin; tap < taps.end; ++tap)
                for (int i = 0; i < walk.middle; ++i)
                    sums.template add_terms<false>(
                        x_tile + walk.rows.met_by(row, tap) * walk.x_row + i * walk.x_middle,
                        fixed_stride<XStep>{}, fixed_stride<1>{},
                        weights + (tap * walk.weight_tap + i * walk.weight_middle) * Width,
                        fixed_stride<Width>{}, walk.inner, nullptr, fixed_stride<0>{});
            sums.join_chains();
            sums.store(y + row * walk.y_row + tile * Positions * y_step, y_step);
        }
    }
}

/// Adds the sums of the lanes of `count` vectors, a multiple of the lanes, each to one number.
template <class T, class Arch>
[[gnu::noinline]] void add_lane_sums(const T* vectors, std::ptrdiff_t count, T* to)
{
    using vector = batch<T, Arch>;
    constexpr int size = vector::size;
    using strip = strip_transpose<T, size>;
    using piece = lanes_of<T, strip::piece>;
    for (; count > 0; count -= size)
    {
        lanes_of<T, size> sum{};
        for (int column = 0; column < size; column += strip::piece)
        {
            const auto columns = strip::transpose(
                [&](int row) CTGRAD_INLINE_LAMBDA
                {
                    piece loaded;
                    std::memcpy(&loaded, vectors + row * size + column, sizeof loaded);
                    return loaded;
                });
            unroll<strip::piece>([&]<int I>() CTGRAD_INLINE_LAMBDA { sum += columns[I]; });
        }
        T sums[size];
        std::memcpy(sums, &sum, sizeof sum);
        (vector::load(to) + vector::load(sums)).store(to);
        vectors += size * size;
        to += size;
    }
}

// Steps from position to position are no constants in the next two: what the compiler sees to be
// needed at the next position too it keeps in registers, where there is no room.

/// Samples in the lanes: adds the gradients of the weights of Filters filters and of Taps neighbours
/// of one channel, TapStep pixels apart, each a vector whose lanes are to be added up at the end.
template <class T, class Arch, int Filters, int Taps, int TapStep>
[[gnu::noinline]] void sample_gradient_tile(const T* x, std::ptrdiff_t x_row, std::ptrdiff_t x_step,
                                            const T* dy, std::ptrdiff_t dy_plane, int rows,
                                            int positions, T* dweights, std::ptrdiff_t tap_stride)
{
    using vector = batch<T, Arch>;
    constexpr int size = vector::size;
    vector sums[Taps][Filters];
    unroll<Taps * Filters>(
        [&]<int I>() CTGRAD_INLINE_LAMBDA
        {
            sums[I / Filters][I % Filters] =
                vector::load(dweights + I / Filters * tap_stride + I % Filters * size);
        });
    for (int row = 0; row < rows; ++row)
    {
        const T* x_at = x + row * x_row;
        for (int position = 0; position < positions; ++position)
        {
            vector taps[Taps];
            unroll<Taps>([&]<int Tap>() CTGRAD_INLINE_LAMBDA
                         { taps[Tap] = vector::load(x_at + Tap * TapStep * size); });
            unroll<Filters>(
                [&]<int Filter>() CTGRAD_INLINE_LAMBDA
                {
                    const vector gradient = vector::load(dy + Filter * dy_plane);
                    unroll<Taps>(
                        [&]<int Tap>() CTGRAD_INLINE_LAMBDA
                        {
                            vector& sum = sums[Tap][Filter];
                            sum = multiply_add(gradient, taps[Tap], sum);
                        });
                });
            x_at += x_step;
            dy += size;
        }
    }
    unroll<Taps * Filters>(
        [&]<int I>() CTGRAD_INLINE_LAMBDA
        {
            sums[I / Filters][I % Filters].store(dweights + I / Filters * tap_stride +
                                                 I % Filters * size);
        });
}

/// Filters in the lanes: adds the gradients of the weights of tiles of neighbouring inputs.
template <class T, class Arch, int Inputs, int Vectors, int Width>
[[gnu::noinline]] void filter_gradient_tiles(const T* x, std::ptrdiff_t x_row,
                                             std::ptrdiff_t x_step, const T* dy,
                                             std::ptrdiff_t dy_row, std::ptrdiff_t dy_step,
                                             int rows, int positions, T* dweights, int tiles)
{
    using vector = batch<T, Arch>;
    for (int tile = 0; tile < tiles; ++tile)
    {
        product_tile<T, Arch, Inputs, Vectors> sums;
        sums.begin([&](int input, int v) CTGRAD_INLINE_LAMBDA
                   { return vector::load(dweights + input * Width + v * vector::size); });
        for (int row = 0; row < rows; ++row)
            sums.template add_terms<false>(x + row * x_row, fixed_stride<1>{}, x_step,
                                           dy + row * dy_row, dy_step, positions, nullptr,
                                           fixed_stride<0>{});
        sums.join_chains();
        sums.store(dweights, fixed_stride<Width>{});
        x += Inputs;
        dweights += Inputs * Width;
    }
}

/// Samples in the lanes: adds the sums of planes of `count` vectors, each to one number.
template <class T, class Arch>
[[gnu::noinline]] void add_plane_sums(const T* planes, int count, int filters, T* sums)
{
    using vector = batch<T, Arch>;
    constexpr int chains = 8;
    for (int filter = 0; filter < filters; ++filter)
    {
        vector partial[chains];
        unroll<chains>([&]<int Chain>() CTGRAD_INLINE_LAMBDA { partial[Chain] = vector(T(0)); });
        int left = count;
        for (; left >= chains; left -= chains)
        {
            unroll<chains>(
                [&]<int Chain>() CTGRAD_INLINE_LAMBDA
                { partial[Chain] = partial[Chain] + vector::load(planes + Chain * vector::size); });
            planes += chains * vector::size;
        }
        for (; left > 0; --left)
        {
            partial[0] = partial[0] + vector::load(planes);
            planes += vector::size;
        }
        unroll<chains - 1>([&]<int Chain>() CTGRAD_INLINE_LAMBDA
                           { partial[0] = partial[0] + partial[Chain + 1]; });
        T lanes[vector::size];
        partial[0].store(lanes);
        for (const T lane : lanes)
            sums[filter] += lane;
    }
}

} // namespace ctgrad::simd::detail
