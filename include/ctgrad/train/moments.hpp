// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <limits>

namespace ctgrad::detail
{

/// Mean and variance of numbers that come one by one, of their distances from the first: what is
/// subtracted in the end is about as large as the variance, however large the mean.
class moments
{
public:
    void add(double value)
    {
        first_ = count_ == 0 ? value : first_;
        const double distance = value - first_;
        count_ += 1;
        sum_ += distance;
        squares_ += distance * distance;
    }

    /// NaN without numbers.
    double mean() const { return count_ > 0 ? first_ + sum_ / count_ : nan; }

    /// Mean square of the distance from the mean.
    double variance() const
    {
        const double mean = sum_ / count_;
        const double variance = squares_ / count_ - mean * mean;
        return count_ == 0 ? nan : variance < 0 ? 0 : variance;
    }

private:
    static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

    double first_ = 0;
    double count_ = 0;
    double sum_ = 0;
    double squares_ = 0;
};

} // namespace ctgrad::detail
