// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/pipeline.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>
#include <ctgrad/train/diagnosis.hpp>
#include <ctgrad/train/moments.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace ctgrad::detail
{

template <class Implementation>
inline constexpr bool is_formula_layer = false;

template <class T, auto Formula, shape In, row_format Format>
inline constexpr bool is_formula_layer<activation_implementation<T, Formula, In, Format>> = true;

/// Units of a formula: elements of a row; of images channels.
template <class Formula>
inline constexpr int unit_count = Formula::output.rank > 1 ? Formula::output.extents[0]
                                                           : Formula::output.size();

/// Calls `body(position, unit)` for each number of some rows in the order in which they lie; not for the
/// padding between them.
template <class T, class Formula>
void for_each_number(std::ptrdiff_t rows, const auto& body)
{
    constexpr placement place{Formula::output, Formula::output_format};
    constexpr int size = place.extents.size();
    constexpr int pixels = place.extents.rank > 1 ? place.pixels() : 1;
    constexpr int units = unit_count<Formula>;
    if constexpr (place.format == row_format::sample_blocks)
    {
        constexpr std::ptrdiff_t block = simd::batch<T>::size;
        for (std::ptrdiff_t first = 0; first < rows; first += block)
        {
            for (int i = 0; i < size; ++i)
            {
                for (std::ptrdiff_t row = 0; row < std::min(block, rows - first); ++row)
                {
                    body(first * size + i * block + row, i / pixels);
                }
            }
        }
    }
    else if constexpr (place.format == row_format::channels_last)
    {
        for (std::ptrdiff_t pixel = 0; pixel < rows * pixels; ++pixel)
        {
            for (int unit = 0; unit < units; ++unit)
            {
                body(pixel * row_stride<T>(units) + unit, unit);
            }
        }
    }
    else
    {
        for (std::ptrdiff_t row = 0; row < rows; ++row)
        {
            for (int i = 0; i < size; ++i)
            {
                body(row * row_stride<T>(size) + i, i / pixels);
            }
        }
    }
}

/// Memory for the slopes of a formula at some rows.
template <class Formula, class T>
class slopes_of_rows
{
public:
    explicit slopes_of_rows(std::ptrdiff_t rows)
        : values_(room(rows)),
          kept_(room(rows)),
          slopes_(room(rows)),
          unused_(stored_parameters<Formula>())
    {
    }

    /// What the layer's own passes make of gradients of 1.
    const T* at(const T* parameters, const T* z, std::ptrdiff_t rows)
    {
        std::copy_n(z, room(rows), values_.begin());
        std::fill_n(slopes_.begin(), room(rows), T(1));
        Formula::forward(parameters, values_.data(), kept_.data(), rows, pass_context{});
        Formula::backward(parameters, kept_.data(), slopes_.data(), unused_.data(), rows);
        return slopes_.data();
    }

    /// Numbers that so many rows take.
    static std::size_t room(std::ptrdiff_t rows)
    {
        return static_cast<std::size_t>(
            numbers_of_rows<T>({Formula::output, Formula::output_format}, rows));
    }

private:
    aligned_buffer<T> values_;
    aligned_buffer<T> kept_;
    aligned_buffer<T> slopes_;
    aligned_buffer<T> unused_;
};

/// What a formula gets, and how steep it is there.
class formula_statistics
{
public:
    template <class Formula, class T>
    void add(const T* parameters, const T* z, std::ptrdiff_t rows, double flat_below)
    {
        if constexpr (Formula::over_row)
        {
            for_each_number<T, Formula>(rows, [&](std::ptrdiff_t at, int)
                                        { pre_activations_.add(static_cast<double>(z[at])); });
        }
        else
        {
            if (units_.empty())
            {
                find_ends<Formula, T>(parameters, flat_below);
            }
            // A whole number of blocks, but few rows, which stay in cache.
            constexpr std::ptrdiff_t some = 16;
            static_assert(some % simd::batch<T>::size == 0);
            slopes_of_rows<Formula, T> memory(some);
            for (std::ptrdiff_t first = 0; first < rows; first += some)
            {
                add_rows<Formula>(memory, parameters, z + memory.room(first),
                                  std::min(some, rows - first), flat_below);
            }
        }
    }

    void write(layer_diagnosis& record, double dead_slope, double saturated_rows) const
    {
        record.mean = pre_activations_.mean();
        record.variance = pre_activations_.variance();
        if (!units_.empty())
        {
            record.dead = share_of([&](const slopes_of& own) { return own.largest <= dead_slope; });
            record.saturated = share_of(
                [&](const slopes_of& own)
                {
                    return own.flat_at_both_ends &&
                           static_cast<double>(own.flat) >=
                               saturated_rows * static_cast<double>(own.all);
                });
        }
    }

private:
    /// Of one unit.
    struct slopes_of
    {
        double largest = 0.0;
        long long flat = 0;
        long long all = 0;
        bool flat_at_both_ends = true;
    };

    template <class Formula, class T>
    void add_rows(slopes_of_rows<Formula, T>& memory, const T* parameters, const T* z,
                  std::ptrdiff_t rows, double flat_below)
    {
        const T* const slopes = memory.at(parameters, z, rows);
        for_each_number<T, Formula>(rows,
                                    [&](std::ptrdiff_t at, int unit)
                                    {
                                        pre_activations_.add(static_cast<double>(z[at]));
                                        slopes_of& own = units_[static_cast<std::size_t>(unit)];
                                        const double size = size_of(slopes[at]);
                                        own.largest = std::max(own.largest, size);
                                        own.flat += size < flat_below ? 1 : 0;
                                        ++own.all;
                                    });
    }

    /// NaN counts as steep.
    static double size_of(auto slope)
    {
        return std::isnan(slope) ? std::numeric_limits<double>::infinity()
                                 : std::abs(static_cast<double>(slope));
    }

    /// Which units are flat far out on both sides, by the values of their parameters.
    template <class Formula, class T>
    void find_ends(const T* parameters, double flat_below)
    {
        units_.resize(static_cast<std::size_t>(unit_count<Formula>));
        slopes_of_rows<Formula, T> memory(1);
        for (const T far : {T(-1e4), T(1e4)})
        {
            const std::vector<T> z(memory.room(1), far);
            const T* const slopes = memory.at(parameters, z.data(), 1);
            for_each_number<T, Formula>(
                1,
                [&](std::ptrdiff_t at, int unit)
                {
                    bool& flat = units_[static_cast<std::size_t>(unit)].flat_at_both_ends;
                    flat = flat && size_of(slopes[at]) < flat_below;
                });
        }
    }

    double share_of(const auto& is_true) const
    {
        return static_cast<double>(std::ranges::count_if(units_, is_true)) /
               static_cast<double>(units_.size());
    }

    moments pre_activations_;
    std::vector<slopes_of> units_;
};

} // namespace ctgrad::detail
