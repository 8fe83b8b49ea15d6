// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/simd/product_tile.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

namespace ctgrad::simd::detail
{

// Vectors of the compiler's own (both compilers have them on every architecture): the shuffles
// of xsimd mean different things on different architectures.
template <class T, int Size>
struct compiler_vector
{
    using type [[gnu::vector_size(sizeof(T) * Size)]] = T;
};

template <class T, int Size>
using lanes_of = typename compiler_vector<T, Size>::type;

/// Result lane i is lane select(i) of a, or of b from Size on.
template <int Size, auto Select, class V>
CTGRAD_ALWAYS_INLINE V shuffle(V a, V b)
{
    return [&]<int... I>(std::integer_sequence<int, I...>) CTGRAD_INLINE_LAMBDA
    {
        return __builtin_shufflevector(a, b, Select(I)...);
    }(std::make_integer_sequence<int, Size>{});
}

template <class T, int Size>
CTGRAD_ALWAYS_INLINE lanes_of<T, 2 * Size> join(lanes_of<T, Size> a, lanes_of<T, Size> b)
{
    return [&]<int... I>(std::integer_sequence<int, I...>) CTGRAD_INLINE_LAMBDA
    { return __builtin_shufflevector(a, b, I...); }(std::make_integer_sequence<int, 2 * Size>{});
}

/// Transposes Size rows of one 16 byte piece each into as many vectors of Size as there are
/// numbers in the piece. The pieces go to the 128-bit lanes, where one instruction a vector and
/// step does the rest.
template <class T, int Size>
struct strip_transpose
{
    static constexpr int piece = 16 / static_cast<int>(sizeof(T));
    using vector = lanes_of<T, Size>;

    // Rows first + piece * j for j = 0, 1 ... Count - 1, side by side.
    template <int First, int Count, class Load>
    CTGRAD_ALWAYS_INLINE static auto gather(Load&& load)
    {
        if constexpr (Count == 1)
            return load(First);
        else
            return join<T, Count / 2 * piece>(gather<First, Count / 2>(load),
                                              gather<First + Count / 2 * piece, Count / 2>(load));
    }

    static constexpr auto low_ones = [](int i)
    { return i / piece * piece + i % piece / 2 + i % 2 * Size; };
    static constexpr auto high_ones = [](int i)
    { return i / piece * piece + piece / 2 + i % piece / 2 + i % 2 * Size; };
    static constexpr auto low_pairs = [](int i) { return i / 4 * 4 + i % 2 + i % 4 / 2 * Size; };
    static constexpr auto high_pairs = [](int i)
    { return i / 4 * 4 + 2 + i % 2 + i % 4 / 2 * Size; };

    /// load(row) gives the piece of a row.
    template <class Load>
    CTGRAD_ALWAYS_INLINE static std::array<vector, piece> transpose(Load&& load)
    {
        constexpr int count = Size / piece;
        if constexpr (piece == 2)
        {
            const vector a = gather<0, count>(load), b = gather<1, count>(load);
            return {shuffle<Size, low_ones>(a, b), shuffle<Size, high_ones>(a, b)};
        }
        else
        {
            static_assert(piece == 4);
            const vector a = gather<0, count>(load), b = gather<1, count>(load);
            const vector c = gather<2, count>(load), d = gather<3, count>(load);
            const vector low_ab = shuffle<Size, low_ones>(a, b);
            const vector high_ab = shuffle<Size, high_ones>(a, b);
            const vector low_cd = shuffle<Size, low_ones>(c, d);
            const vector high_cd = shuffle<Size, high_ones>(c, d);
            return {shuffle<Size, low_pairs>(low_ab, low_cd),
                    shuffle<Size, high_pairs>(low_ab, low_cd),
                    shuffle<Size, low_pairs>(high_ab, high_cd),
                    shuffle<Size, high_pairs>(high_ab, high_cd)};
        }
    }
};

/// Writes columns [0, columns) of Size rows as rows of Size; rows from `rows` on count as zero.
/// Reads whole 16 byte pieces.
template <class T, int Size, bool AllRows>
void transpose_strip(const T* from, std::ptrdiff_t from_stride, int rows, int columns, T* to,
                     std::ptrdiff_t to_stride)
{
    using strip = strip_transpose<T, Size>;
    using piece = lanes_of<T, strip::piece>;
    for (int column = 0; column < columns; column += strip::piece)
    {
        const auto result = strip::transpose(
            [&](int row) CTGRAD_INLINE_LAMBDA
            {
                piece loaded{};
                if (AllRows || row < rows)
                    std::memcpy(&loaded, from + row * from_stride + column, sizeof loaded);
                return loaded;
            });
        unroll<strip::piece>(
            [&]<int I>() CTGRAD_INLINE_LAMBDA
            {
                if (column + I < columns)
                    std::memcpy(to + (column + I) * to_stride, &result[I], sizeof result[I]);
            });
    }
}

/// Where the part of weights begins that follows the units before this one, of Width inputs.
template <class Panels, int Width, class T>
const T* weights_behind(const T* weights, int input, int unit)
{
    return unit < Panels::units ? weights + Panels::offset(input, unit)
                                : weights + Panels::offset(input + Width, 0);
}

/// The weights of units [unit, unit + count) and inputs [input, input + Width) as rows of Width, one
/// for each unit; inputs from `end_input` on count as zero. Parts begin at whole vectors.
template <class Panels, class Vector, int Width, class T>
void transpose_part(const T* weights, int input, int unit, int count, T* to,
                    int end_input = Panels::inputs)
{
    constexpr int block = std::min(Panels::lanes, Vector::size);
    const int end = unit + count;
    while (unit < end)
    {
        const int width = Panels::width_at(unit);
        const int columns = std::min(end, Panels::first_unit_at(unit) + width) - unit;
        for (int i = 0; i < Width; i += block)
        {
            const int rows = std::min(end_input - input - i, block);
            const T* const from =
                weights + Panels::offset(std::min(input + i, end_input - 1), unit);
            if (rows == block)
                transpose_strip<T, block, true>(from, width, rows, columns, to + i, Width);
            else
                transpose_strip<T, block, false>(from, width, rows, columns, to + i, Width);
        }
        unit += columns;
        to += columns * Width;
    }
}

} // namespace ctgrad::simd::detail
