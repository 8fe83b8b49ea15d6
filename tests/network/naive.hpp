// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "gradients.hpp"

#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <vector>

/// A network computed number by number in double, as the definition says, beside a bound of how far
/// a computation in T may be away.
template <class T>
class naive_row
{
public:
    static constexpr double unit = std::numeric_limits<T>::epsilon() / 2;

    explicit naive_row(std::span<const T> input)
        : values(input.begin(), input.end()), bounds(input.size(), 0)
    {
    }

    /// The products of a row with weights (and biases) taken from the beginning of `parameters`.
    void dense(std::span<const T>& parameters, std::size_t units, bool bias = true)
    {
        const std::size_t inputs = values.size();
        std::vector<double> sums(units, 0);
        std::vector<double> errors(units, 0);
        // Each product and each of the sums it is part of, whatever their order, is rounded.
        const double rounding = static_cast<double>(inputs + 2) * unit;
        for (std::size_t unit_index = 0; unit_index < units; ++unit_index)
        {
            const double start =
                bias ? static_cast<double>(parameters[units * inputs + unit_index]) : 0.0;
            sums[unit_index] = start;
            errors[unit_index] = rounding * std::abs(start);
            for (std::size_t i = 0; i < inputs; ++i)
            {
                const double weight = parameters[unit_index * inputs + i];
                sums[unit_index] += weight * values[i];
                errors[unit_index] +=
                    std::abs(weight) * (bounds[i] + rounding * (std::abs(values[i]) + bounds[i]));
            }
        }
        parameters = parameters.subspan(units * inputs + (bias ? units : 0));
        values = sums;
        bounds = errors;
    }

    /// A function of each element, nowhere steeper than `slope`, computed to 8 units in the last
    /// place of a number of at least `scale`.
    void apply(const std::function<double(double)>& function, double slope, double scale = 0)
    {
        for (std::size_t i = 0; i < values.size(); ++i)
        {
            const double x = values[i];
            values[i] = function(x);
            bounds[i] = slope * bounds[i] +
                        16 * unit * std::max({std::abs(values[i]), scale, unit * std::abs(x)});
        }
    }

    void softmax()
    {
        double sum = 0;
        double worst = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
        {
            sum += std::exp(values[i]);
            worst = std::max({worst, bounds[i], 8 * unit * std::abs(values[i])});
        }
        for (std::size_t i = 0; i < values.size(); ++i)
        {
            values[i] = std::exp(values[i]) / sum;
            bounds[i] = values[i] * (2 * worst + (16 + static_cast<double>(values.size())) * unit);
        }
    }

    /// Whether a row computed in T is within the bounds.
    bool agrees_with(std::span<const T> row) const
    {
        bool agrees = row.size() == values.size();
        for (std::size_t i = 0; agrees && i < row.size(); ++i)
        {
            agrees = std::abs(static_cast<double>(row[i]) - values[i]) <= bounds[i];
        }
        return agrees;
    }

    /// The largest bound in units of the largest value: a test with a wide one says nothing.
    double relative_bound() const
    {
        double bound = 0;
        double size = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
        {
            bound = std::max(bound, bounds[i]);
            size = std::max(size, std::abs(values[i]));
        }
        return bound / size;
    }

private:
    std::vector<double> values;
    std::vector<double> bounds;
};

/// The same numbers in T.
template <class T>
std::vector<T> numbers_of(std::size_t count, double low, double high, unsigned origin)
{
    const auto doubles = numbers(count, low, high, origin);
    std::vector<T> values(count);
    std::transform(doubles.begin(), doubles.end(), values.begin(),
                   [](double value) { return static_cast<T>(value); });
    return values;
}
