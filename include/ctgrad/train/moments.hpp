// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <limits>

namespace ctgrad::detail
{

/// Mean and variance of numbers that come in parts.
/// Source     Chan, Golub, LeVeque (1983), Algorithms for computing the sample variance
class moments
{
public:
    /// Adds what `for_each(body)` calls `body` with, the same numbers twice.
    void add(const auto& for_each)
    {
        double count = 0;
        double sum = 0;
        for_each(
            [&](double value)
            {
                count += 1;
                sum += value;
            });
        if (count == 0)
        {
            return;
        }
        const double mean = sum / count;
        double squares = 0;
        for_each([&](double value) { squares += (value - mean) * (value - mean); });
        const double all = count_ + count;
        const double gap = mean - mean_;
        squares_ += squares + gap * gap * count_ * count / all;
        mean_ += gap * count / all;
        count_ = all;
    }

    /// NaN without numbers.
    double mean() const { return count_ > 0 ? mean_ : nan; }
    /// Mean square of the distance from the mean.
    double variance() const { return count_ > 0 ? squares_ / count_ : nan; }

private:
    static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

    double count_ = 0;
    double mean_ = 0;
    double squares_ = 0;
};

} // namespace ctgrad::detail
