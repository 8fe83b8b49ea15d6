// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/simd/panels.hpp>

#include <bit>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace ctgrad::simd::detail
{

template <int N>
using constant = std::integral_constant<std::ptrdiff_t, N>;

// Calls f(constant<0>), f(constant<1>) ...; f is an always inlined lambda.
template <int Count, class F>
CTGRAD_ALWAYS_INLINE constexpr void unroll(F&& f)
{
    [&]<int... I>(std::integer_sequence<int, I...>) CTGRAD_INLINE_LAMBDA
    { (f(constant<I>{}), ...); }(std::make_integer_sequence<int, Count>{});
}

/// Rows of a tile for a panel of so many vectors: sums, one row of the panel and a broadcast
/// fill the registers.
template <class T, class Arch>
constexpr int tile_rows(int vectors)
{
    if (vector_registers<T, Arch>() == 32)
        return vectors == 1 ? 16 : vectors == 2 ? 12 : vectors == 3 ? 8 : 6;
    return vectors == 1 ? 10 : vectors == 2 ? 6 : 4;
}

/// Block of sums, Rows x Vectors, that stays in registers: sum(row, vector) += a(row, k) *
/// b(k, vector) over k. It is the inner loop of the product and of both its gradients.
template <class T, class Arch, int Rows, int Vectors>
struct product_tile
{
    using vector = batch<T, Arch>;

    // A sum waits for its predecessor: small tiles run several sums in turn.
    static constexpr int chains
        = Rows * Vectors >= 8 ? 1 : (8 + Rows * Vectors - 1) / (Rows * Vectors);

    vector sums[chains][Rows][Vectors];

    template <class F>
    CTGRAD_ALWAYS_INLINE static void for_each(F&& f)
    {
        unroll<Rows>([&](auto row) CTGRAD_INLINE_LAMBDA
        {
            unroll<Vectors>([&](auto v) CTGRAD_INLINE_LAMBDA { f(row, v); });
        });
    }

    /// Begins with initial(row, vector).
    template <class F>
    CTGRAD_ALWAYS_INLINE explicit product_tile(F&& initial)
    {
        for_each([&](auto row, auto v) CTGRAD_INLINE_LAMBDA
        {
            sums[0][row][v] = initial(row, v);
            unroll<chains - 1>([&](auto chain) CTGRAD_INLINE_LAMBDA
            {
                sums[chain + 1][row][v] = vector(T(0));
            });
        });
    }

    /// a(row, k) = a[row * row_stride + k * step], b(k, vector) = b + k * b_stride + vector.
    /// Strides are numbers or, better, constants.
    template <class RowStride, class Step, class PanelStride>
    CTGRAD_ALWAYS_INLINE void accumulate(const T* a, RowStride row_stride, Step step, const T* b,
                                         PanelStride b_stride, std::ptrdiff_t count)
    {
        std::ptrdiff_t k = 0;
        for (; k + chains <= count; k += chains)
        {
            unroll<chains>([&](auto chain) CTGRAD_INLINE_LAMBDA
            {
                add<chain>(a + chain * step, row_stride, b + chain * b_stride);
            });
            a += chains * step;
            b += chains * b_stride;
        }
        if constexpr (chains > 1)
        {
            for (; k < count; ++k)
            {
                add<0>(a, row_stride, b);
                a += step;
                b += b_stride;
            }
            for_each([&](auto row, auto v) CTGRAD_INLINE_LAMBDA
            {
                unroll<chains - 1>([&](auto chain) CTGRAD_INLINE_LAMBDA
                {
                    sums[0][row][v] = sums[0][row][v] + sums[chain + 1][row][v];
                });
            });
        }
    }

    template <class Stride>
    CTGRAD_ALWAYS_INLINE void store(T* to, Stride stride) const
    {
        for_each([&](auto row, auto v) CTGRAD_INLINE_LAMBDA
        {
            sums[0][row][v].store(to + row * stride + v * vector::size);
        });
    }

private:
    template <std::ptrdiff_t Chain, class RowStride>
    CTGRAD_ALWAYS_INLINE void add(const T* a, RowStride row_stride, const T* b)
    {
        vector right[Vectors];
        unroll<Vectors>([&](auto v) CTGRAD_INLINE_LAMBDA
        {
            right[v] = vector::load(b + v * vector::size);
        });
        unroll<Rows>([&](auto row) CTGRAD_INLINE_LAMBDA
        {
            const vector left(a[row * row_stride]);
            unroll<Vectors>([&](auto v) CTGRAD_INLINE_LAMBDA
            {
                sums[Chain][row][v] = multiply_add(left, right[v], sums[Chain][row][v]);
            });
        });
    }
};

} // namespace ctgrad::simd::detail
