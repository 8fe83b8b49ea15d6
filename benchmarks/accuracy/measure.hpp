// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

// The error of functions of one float over all floats, against a reference in double: glibc's
// functions are right to 1 unit of double, which is 2e-9 of the last place of a float.

namespace accuracy
{

/// One implementation of a function, for whole arrays; `z` is the second argument of pow.
struct contestant
{
    const char* name;
    void (*run)(const float* x, const float* z, float* y, std::size_t count);
};

struct function
{
    std::string name;
    double (*exact)(double, double);
    std::vector<contestant> contestants;
    bool has_two_arguments = false;
};

/// The largest error of one kind and its argument.
struct worst
{
    double error = -1;
    float x = 0;

    void add(double other, float at)
    {
        if (!(other <= error))
        {
            error = other;
            x = at;
        }
    }
};

struct report
{
    /// In units of the last place that a float has at the exact result.
    worst ulps;
    /// Relative to the exact result, where that and the argument are at least 2^-125.
    worst relative;
    /// NaN where the function has a value, or the other way round.
    std::uint64_t wrong_nan = 0;
    std::uint64_t wrong_sign_of_zero = 0;

    void add(const report& other)
    {
        ulps.add(other.ulps.error, other.ulps.x);
        relative.add(other.relative.error, other.relative.x);
        wrong_nan += other.wrong_nan;
        wrong_sign_of_zero += other.wrong_sign_of_zero;
    }
};

/// 1 over the unit in the last place of a float at a finite `size`; no branch, so that compilers
/// vectorise what calls it.
inline double inverse_ulp(double size)
{
    constexpr std::uint64_t smallest = 1023 - 126;
    const std::uint64_t exponent = std::bit_cast<std::uint64_t>(size) >> 52 & 0x7ff;
    const std::uint64_t bounded = exponent < smallest ? smallest : exponent;
    return std::bit_cast<double>((1023 + 23 + 1023 - bounded) << 52);
}

/// An exponent for each base: such that the result is of any size, or a small whole or half number.
inline float second_argument(float x, std::uint64_t index)
{
    std::uint64_t hash = (index + 1) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ hash >> 31) * 0xbf58476d1ce4e5b9u;
    const double uniform = static_cast<double>(hash >> 11) * 0x1p-53;
    if (hash % 4 == 0)
    {
        return static_cast<float>(static_cast<int>(hash >> 8 & 127) - 64) / 2;
    }
    const double octaves = std::log2(std::abs(static_cast<double>(x)));
    return static_cast<float>((uniform * 290 - 155) / (octaves == 0 ? 1 : octaves));
}

class measurement
{
public:
    explicit measurement(const function& measured)
        : measured_(measured), reports_(measured.contestants.size())
    {
    }

    void add_block(std::uint64_t first, std::uint64_t stride)
    {
        for (std::size_t i = 0; i < size; ++i)
        {
            x_[i] = std::bit_cast<float>(static_cast<std::uint32_t>(first + i * stride));
            z_[i] = measured_.has_two_arguments ? second_argument(x_[i], first + i * stride) : 0;
            exact_[i] = measured_.exact(static_cast<double>(x_[i]), static_cast<double>(z_[i]));
        }
        for (std::size_t i = 0; i < size; ++i)
        {
            const double a = std::abs(exact_[i]);
            inverse_ulp_[i] = inverse_ulp(a);
            inverse_size_[i] = a >= smallest && std::abs(x_[i]) >= smallest ? 1 / a : 0;
        }
        for (std::size_t k = 0; k < reports_.size(); ++k)
        {
            measured_.contestants[k].run(x_.data(), z_.data(), y_.data(), size);
            compare(reports_[k]);
        }
    }

    const std::vector<report>& reports() const { return reports_; }

    static constexpr std::size_t size = 4096;
    /// Below it the fast tier gives 0.
    static constexpr double smallest = 0x1.8p-125;

private:
    void compare(report& result)
    {
        // A first pass without branches, which compilers vectorise: errors are not negative, so that
        // their bits are in the order of their sizes. What is not a number goes to the second.
        std::uint64_t ulps = 0;
        std::uint64_t relative = 0;
        std::uint64_t special = 0;
        for (std::size_t i = 0; i < size; ++i)
        {
            const float rounded = static_cast<float>(exact_[i]);
            const bool same =
                std::bit_cast<std::uint32_t>(y_[i]) == std::bit_cast<std::uint32_t>(rounded);
            const double difference = std::abs(static_cast<double>(y_[i]) - exact_[i]);
            const bool finite = difference < 1e300;
            const double error = finite ? difference : 0.0;
            special |= same || (finite && exact_[i] != 0) ? 0 : 1;
            ulps = std::max(ulps, std::bit_cast<std::uint64_t>(error * inverse_ulp_[i]));
            relative = std::max(relative, std::bit_cast<std::uint64_t>(error * inverse_size_[i]));
        }
        if (special != 0 || std::bit_cast<double>(ulps) > result.ulps.error ||
            std::bit_cast<double>(relative) > result.relative.error)
        {
            for (std::size_t i = 0; i < size; ++i)
            {
                add(result, i);
            }
        }
    }

    void add(report& result, std::size_t i) const
    {
        const float got = y_[i];
        const double exact = exact_[i];
        if (std::isnan(got) || std::isnan(exact))
        {
            result.wrong_nan += std::isnan(got) != std::isnan(exact) ? 1 : 0;
            return;
        }
        if (exact == 0 && got == 0)
        {
            result.wrong_sign_of_zero += std::signbit(got) != std::signbit(exact) ? 1 : 0;
        }
        constexpr double beyond = 0x1.fffffcp127;
        if (std::isinf(got) && (got > 0 ? exact > beyond : exact < -beyond))
        {
            return;
        }
        const double error = std::isinf(exact) || std::isinf(got)
                                 ? HUGE_VAL
                                 : std::abs(static_cast<double>(got) - exact);
        result.ulps.add(error * inverse_ulp_[i], x_[i]);
        result.relative.add(inverse_size_[i] > 0 ? error * inverse_size_[i] : 0, x_[i]);
    }

    const function& measured_;
    std::vector<report> reports_;
    std::vector<float> x_ = std::vector<float>(size);
    std::vector<float> z_ = std::vector<float>(size);
    std::vector<float> y_ = std::vector<float>(size);
    std::vector<double> exact_ = std::vector<double>(size);
    std::vector<double> inverse_ulp_ = std::vector<double>(size);
    std::vector<double> inverse_size_ = std::vector<double>(size);
};

/// A report for each contestant over every `stride`-th float, on all processors.
inline std::vector<report> measure(const function& measured, std::uint64_t stride)
{
    const std::uint64_t block = measurement::size * stride;
    std::atomic<std::uint64_t> next = 0;
    std::vector<measurement> parts(std::max(1u, std::thread::hardware_concurrency()),
                                   measurement(measured));
    {
        std::vector<std::jthread> threads;
        for (measurement& part : parts)
        {
            threads.emplace_back(
                [&]
                {
                    for (std::uint64_t first = next.fetch_add(block); first < 1ull << 32;
                         first = next.fetch_add(block))
                    {
                        part.add_block(first, stride);
                    }
                });
        }
    }
    std::vector<report> result(measured.contestants.size());
    for (const measurement& part : parts)
    {
        for (std::size_t k = 0; k < result.size(); ++k)
        {
            result[k].add(part.reports()[k]);
        }
    }
    return result;
}

/// Nanoseconds for each number, from the first level cache: the best of several medians.
inline double time_of(const contestant& measured)
{
    using clock = std::chrono::steady_clock;
    constexpr std::size_t size = 2048;
    std::vector<float> x(size);
    std::vector<float> z(size);
    std::vector<float> y(size);
    for (std::size_t i = 0; i < size; ++i)
    {
        x[i] = static_cast<float>((i * 1103 + 1) % size) * (9.0f / size) + 0.01f;
        z[i] = 1 - x[i] / 3;
    }
    double best = HUGE_VAL;
    for (int round = 0; round < 5; ++round)
    {
        std::vector<double> times;
        for (int repetition = 0; repetition < 31; ++repetition)
        {
            const auto start = clock::now();
            for (int i = 0; i < 20; ++i)
            {
                measured.run(x.data(), z.data(), y.data(), size);
            }
            const std::chrono::duration<double, std::nano> taken = clock::now() - start;
            times.push_back(taken.count() / 20 / size);
        }
        std::nth_element(times.begin(), times.begin() + 15, times.end());
        best = std::min(best, times[15]);
    }
    return best;
}

} // namespace accuracy
