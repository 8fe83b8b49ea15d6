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

/// Calls `body(position, unit)` for each number of some rows, which may have padding between them.
template <class T, class Formula>
void for_each_number(std::ptrdiff_t rows, const auto& body)
{
    constexpr placement place{Formula::output, Formula::output_format};
    constexpr int size = place.extents.size();
    constexpr int channels = place.channels();
    constexpr int pixels = place.pixels();
    constexpr std::ptrdiff_t block = simd::batch<T>::size;
    for (std::ptrdiff_t row = 0; row < rows; ++row)
    {
        for (int i = 0; i < size; ++i)
        {
            const int channel = i / pixels;
            const int unit = place.extents.rank > 1 ? channel : i;
            switch (place.format)
            {
            case row_format::rows:
                body(row * row_stride<T>(size) + i, unit);
                break;
            case row_format::sample_blocks:
                body((row / block * size + i) * block + row % block, unit);
                break;
            case row_format::channels_last:
                body((row * pixels + i % pixels) * row_stride<T>(channels) + channel, unit);
                break;
            }
        }
    }
}

/// The slopes of a formula at some rows: what the layer's own passes make of gradients of 1.
template <class Formula, class T>
aligned_buffer<T> slopes_at(const T* parameters, const T* z, std::ptrdiff_t rows)
{
    const auto numbers = static_cast<std::size_t>(
        numbers_of_rows<T>({Formula::output, Formula::output_format}, rows));
    aligned_buffer<T> values(numbers);
    aligned_buffer<T> kept(numbers);
    aligned_buffer<T> slopes(numbers);
    aligned_buffer<T> unused(static_cast<std::size_t>(stored_parameters<Formula>()));
    std::copy_n(z, numbers, values.begin());
    std::ranges::fill(slopes, T(1));
    Formula::forward(parameters, values.data(), kept.data(), rows, pass_context{});
    Formula::backward(parameters, kept.data(), slopes.data(), unused.data(), rows);
    return slopes;
}

/// What a formula gets, and how steep it is there.
class formula_statistics
{
public:
    template <class Formula, class T>
    void add(const T* parameters, const T* z, std::ptrdiff_t rows, double flat_below)
    {
        pre_activations_.add(
            [&](const auto& add)
            {
                for_each_number<T, Formula>(rows, [&](std::ptrdiff_t at, int)
                                            { add(static_cast<double>(z[at])); });
            });
        if constexpr (!Formula::over_row)
        {
            if (units_.empty())
            {
                find_ends<Formula, T>(parameters, flat_below);
            }
            const aligned_buffer<T> slopes = slopes_at<Formula>(parameters, z, rows);
            for_each_number<T, Formula>(rows,
                                        [&](std::ptrdiff_t at, int unit)
                                        {
                                            slopes_of& own = units_[static_cast<std::size_t>(unit)];
                                            const double size = size_of(slopes.data()[at]);
                                            own.largest = std::max(own.largest, size);
                                            own.flat += size < flat_below ? 1 : 0;
                                            ++own.all;
                                        });
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
        constexpr placement place{Formula::output, Formula::output_format};
        for (const T far : {T(-1e4), T(1e4)})
        {
            aligned_buffer<T> z(static_cast<std::size_t>(numbers_of_rows<T>(place, 1)));
            std::ranges::fill(z, far);
            const aligned_buffer<T> slopes = slopes_at<Formula>(parameters, z.data(), 1);
            for_each_number<T, Formula>(1,
                                        [&](std::ptrdiff_t at, int unit)
                                        {
                                            slopes_of& own = units_[static_cast<std::size_t>(unit)];
                                            own.flat_at_both_ends =
                                                own.flat_at_both_ends &&
                                                size_of(slopes.data()[at]) < flat_below;
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
