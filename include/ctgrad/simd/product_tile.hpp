// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/simd/panels.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace ctgrad::simd::detail
{

/// A stride known to the compiler.
template <int N>
using fixed_stride = std::integral_constant<std::ptrdiff_t, N>;

/// Asks for a line of memory, which may be beyond any array, into the second level of the cache.
CTGRAD_ALWAYS_INLINE void prefetch(const void* line) { __builtin_prefetch(line, 0, 2); }

// Calls f<0>(), f<1>() ... of an always inlined lambda. The index is a template argument and not
// a value: values would be objects in memory to sanitizers, which takes minutes to compile.
template <int Count, class F>
CTGRAD_ALWAYS_INLINE void unroll(F&& f)
{
    [&]<int... I>(std::integer_sequence<int, I...>) CTGRAD_INLINE_LAMBDA
    { (f.template operator()<I>(), ...); }(std::make_integer_sequence<int, Count>{});
}

/// Rows of a tile for a panel of so many vectors: the sums, one row of the panel and a broadcast
/// fill the registers. Of 16, one is left free: clang schedules broadcasts early, and spilled a
/// sum in every round of 4 x 3, at half the speed; without fused multiply-add the products need
/// a register too. On NEON g++ loads all rows' numbers early, so a few more are left free.
template <class T, class Arch>
constexpr int tile_rows(int vectors)
{
    if (is_neon64<Arch>)
        return vectors == 1 ? 14 : vectors == 2 ? 10 : vectors == 3 ? 7 : 5;
    if (vector_registers<T, Arch>() == 32)
        return vectors == 1 ? 16 : vectors == 2 ? 12 : vectors == 3 ? 8 : 6;
    if (has_fused_multiply_add<Arch>)
        return vectors == 1 ? 10 : 6;
    return vectors == 1 ? 8 : vectors == 2 ? 4 : 3;
}

/// A sum waits for its predecessor: small tiles run several sums in turn.
constexpr int tile_chains(int rows, int vectors)
{
    return rows * vectors >= 8 ? 1 : divide_up(8, rows * vectors);
}

/// The same for one row of a small layer, where adding up the chains takes a visible time.
constexpr int row_chains(int inputs, int vectors)
{
    const int most = inputs < 8 ? 1 : inputs < 32 ? 2 : 4;
    return std::min(most, tile_chains(1, vectors));
}

/// Block of sums, Rows x Vectors, that stays in registers: sum(row, vector) += a(row, k) *
/// b(k, vector) over k. It is the inner loop of the product and of both its gradients. Vectors of b
/// begin `Distance` numbers apart.
template <class T, class Arch, int Rows, int Vectors, int Chains = tile_chains(Rows, Vectors),
          int Distance = batch<T, Arch>::size>
struct product_tile
{
    using vector = batch<T, Arch>;

    static constexpr int chains = Chains;

    vector sums[chains][Rows][Vectors];

    /// Begins with initial(row, vector).
    template <class F>
    CTGRAD_ALWAYS_INLINE void begin(F&& initial)
    {
        unroll<Rows * Vectors>(
            [&]<int I>() CTGRAD_INLINE_LAMBDA
            { sums[0][I / Vectors][I % Vectors] = initial(I / Vectors, I % Vectors); });
        unroll<(chains - 1) * Rows * Vectors>(
            [&]<int I>() CTGRAD_INLINE_LAMBDA
            { sums[1 + I / (Rows * Vectors)][I / Vectors % Rows][I % Vectors] = vector(T(0)); });
    }

    /// a(row, k) = a[row * row_stride + k * step], b(k, vector) = b + k * b_stride + vector * Distance.
    /// Strides are numbers or, better, constants. If `Fetches`, the memory `ahead` is brought into the
    /// cache meanwhile, one line for each k.
    template <bool Fetches, class RowStride, class Step, class PanelStride, class AheadStride>
    CTGRAD_ALWAYS_INLINE void accumulate(const T* a, RowStride row_stride, Step step, const T* b,
                                         PanelStride b_stride, std::ptrdiff_t count, const T* ahead,
                                         AheadStride ahead_stride)
    {
        add_terms<Fetches>(a, row_stride, step, b, b_stride, count, ahead, ahead_stride);
        join_chains();
    }

    /// The same for a part of the terms. After the last part the chains are to be joined.
    template <bool Fetches, class RowStride, class Step, class PanelStride, class AheadStride>
    CTGRAD_ALWAYS_INLINE void add_terms(const T* a, RowStride row_stride, Step step, const T* b,
                                        PanelStride b_stride, std::ptrdiff_t count, const T* ahead,
                                        AheadStride ahead_stride)
    {
        for (; count >= chains; count -= chains)
        {
            unroll<chains>(
                [&]<int Chain>() CTGRAD_INLINE_LAMBDA
                {
                    if constexpr (Fetches)
                        prefetch(ahead + Chain * ahead_stride);
                    add<Chain>(a + Chain * step, row_stride, b + Chain * b_stride);
                });
            a += chains * step;
            b += chains * b_stride;
            if constexpr (Fetches)
                ahead += chains * ahead_stride;
        }
        if constexpr (chains > 1)
        {
            for (; count > 0; --count)
            {
                add<0>(a, row_stride, b);
                a += step;
                b += b_stride;
            }
        }
    }

    CTGRAD_ALWAYS_INLINE void join_chains()
    {
        unroll<(chains - 1) * Rows * Vectors>(
            [&]<int I>() CTGRAD_INLINE_LAMBDA
            {
                vector& sum = sums[0][I / Vectors % Rows][I % Vectors];
                sum = sum + sums[1 + I / (Rows * Vectors)][I / Vectors % Rows][I % Vectors];
            });
    }

    template <class Stride>
    CTGRAD_ALWAYS_INLINE void store(T* to, Stride stride) const
    {
        unroll<Rows * Vectors>(
            [&]<int I>() CTGRAD_INLINE_LAMBDA
            {
                sums[0][I / Vectors][I % Vectors].store(to + I / Vectors * stride +
                                                        I % Vectors * vector::size);
            });
    }

private:
    template <int Chain, class RowStride>
    CTGRAD_ALWAYS_INLINE void add(const T* a, RowStride row_stride, const T* b)
    {
        vector right[Vectors];
        unroll<Vectors>([&]<int V>() CTGRAD_INLINE_LAMBDA
                        { right[V] = vector::load(b + V * Distance); });
        unroll<Rows>(
            [&]<int Row>() CTGRAD_INLINE_LAMBDA
            {
                const vector left(a[Row * row_stride]);
                unroll<Vectors>(
                    [&]<int V>() CTGRAD_INLINE_LAMBDA
                    { sums[Chain][Row][V] = multiply_add(left, right[V], sums[Chain][Row][V]); });
            });
    }
};

} // namespace ctgrad::simd::detail
