// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/row_format.hpp>
#include <ctgrad/simd/elementwise.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace ctgrad::detail
{

/// Where the numbers of each channel lie in rows of one format: at positions of `width` numbers side by
/// side, whole vectors. In blocks of samples a position has a number of one channel for each sample, and
/// each channel is a group; otherwise it has a number of each channel, and all are one group. Of flat rows
/// each number is a channel.
template <class T, placement In>
struct channel_runs
{
    static constexpr bool by_samples = In.format == row_format::sample_blocks;
    static constexpr int channels = In.extents.is_flat() ? In.extents.size() : In.channels();
    /// Numbers of a channel in each row.
    static constexpr int pixels = In.extents.size() / channels;
    static constexpr int width = by_samples ? simd::batch<T>::size : row_stride<T>(channels);
    static constexpr int groups = by_samples ? channels : 1;

    /// A number for each lane of a position.
    struct numbers
    {
        alignas(64) T of_lane[width];
    };

    /// Those of a tensor, one for each channel.
    static void take(const T* tensor, int group, numbers& to)
    {
        if constexpr (by_samples)
        {
            std::fill_n(to.of_lane, width, tensor[group]);
        }
        else
        {
            std::fill_n(std::copy_n(tensor, channels, to.of_lane), width - channels, T(0));
        }
    }

    /// The other way round; lanes of samples have the same number.
    static void put(const numbers& from, int group, T* tensor)
    {
        std::copy_n(from.of_lane, channels / groups, tensor + group);
    }

    /// Adds them to those that are there.
    static void add(const numbers& from, int group, T* tensor)
    {
        for (int i = 0; i < channels / groups; ++i)
        {
            tensor[group + i] += from.of_lane[i];
        }
    }

    /// Calls with the place of each position of a group.
    CTGRAD_ALWAYS_INLINE static void for_each_position(std::ptrdiff_t rows, int group,
                                                       const auto& body)
    {
        for_each_run(rows, group,
                     [&](std::ptrdiff_t first, std::ptrdiff_t positions, int) CTGRAD_INLINE_LAMBDA
                     {
                         for (std::ptrdiff_t i = 0; i < positions; ++i)
                         {
                             body(first + i * width);
                         }
                     });
    }

    /// Runs a program at one position, given a place for each of its variables.
    template <class Program, fixed_string... Names>
    CTGRAD_ALWAYS_INLINE static void run(const std::array<const T*, sizeof...(Names)>& places,
                                         const pointers_to_outputs<Program, T>& outputs)
    {
        pointers_to_inputs<Program, T> inputs{};
        std::size_t next = 0;
        const auto take = [&]<fixed_string Name>() CTGRAD_INLINE_LAMBDA
        {
            constexpr int index = Program::variables.find(Name.view());
            if constexpr (index >= 0)
            {
                inputs[std::size_t{index}] = places[next];
            }
            ++next;
        };
        (take.template operator()<Names>(), ...);
        simd::evaluator<Program, T, aliasing::exact>(inputs, outputs, nullptr).run(width);
    }

    /// Sums that are added up at the same time. A sum has to wait for itself, so there are several of each,
    /// unless a position has as many vectors.
    template <std::size_t Count>
    struct sums
    {
        static constexpr int parts = std::max(4 * simd::batch<T>::size / width, 1);
        static constexpr std::size_t count = Count;

        std::array<numbers, Count> total;
        std::array<std::array<numbers, Count>, std::size_t{parts}> some;
    };

    /// Sums over all positions of a group, and those of samples over their lanes: `body(place, numbers)` adds to
    /// as many numbers as there are sums.
    template <class Sums>
    CTGRAD_ALWAYS_INLINE static void add_up(std::ptrdiff_t rows, int group, Sums& all,
                                            const auto& body)
    {
        all.total = {};
        for_each_run(
            rows, group,
            [&](std::ptrdiff_t first, std::ptrdiff_t positions, int lanes) CTGRAD_INLINE_LAMBDA
            {
                all.some = {};
                const std::ptrdiff_t whole = positions - positions % Sums::parts;
                for (std::ptrdiff_t i = 0; i < whole; i += Sums::parts)
                {
                    for (int k = 0; k < Sums::parts; ++k)
                    {
                        body(first + (i + k) * width, all.some[static_cast<std::size_t>(k)]);
                    }
                }
                for (std::ptrdiff_t i = whole; i < positions; ++i)
                {
                    body(first + i * width, all.some[0]);
                }
                add_parts(all, lanes);
            });
        if constexpr (by_samples)
        {
            for (numbers& sum : all.total)
            {
                T of_all_lanes = 0;
                for (const T number : sum.of_lane)
                {
                    of_all_lanes += number;
                }
                std::fill_n(sum.of_lane, width, of_all_lanes);
            }
        }
    }

private:
    /// Calls with the place of a run of positions, how many they are, and how many numbers of each are of
    /// rows: the last block of samples may have fewer than there is room for.
    CTGRAD_ALWAYS_INLINE static void for_each_run(std::ptrdiff_t rows, int group, const auto& body)
    {
        // In pieces, so that sums are of sums, which keeps their errors small.
        constexpr std::ptrdiff_t piece = 256;
        const auto run_pieces = [&](std::ptrdiff_t begin, std::ptrdiff_t positions, int lanes)
                                    CTGRAD_INLINE_LAMBDA
        {
            for (std::ptrdiff_t first = 0; first < positions; first += piece)
            {
                body(begin + first * width, std::min(piece, positions - first), lanes);
            }
        };
        if constexpr (by_samples)
        {
            for (std::ptrdiff_t row = 0; row < rows; row += width)
            {
                run_pieces(row * In.extents.size() + group * std::ptrdiff_t{pixels} * width,
                           std::ptrdiff_t{pixels},
                           static_cast<int>(std::min<std::ptrdiff_t>(width, rows - row)));
            }
        }
        else
        {
            run_pieces(0, rows * pixels, width);
        }
    }

    /// Adds the numbers of the first lanes.
    template <class Sums>
    static void add_parts(Sums& all, int lanes)
    {
        for (const auto& part : all.some)
        {
            for (std::size_t k = 0; k < Sums::count; ++k)
            {
                for (int lane = 0; lane < lanes; ++lane)
                {
                    all.total[k].of_lane[lane] += part[k].of_lane[lane];
                }
            }
        }
    }
};

} // namespace ctgrad::detail
