// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <string>
#include <thread>
#include <vector>

// The error of functions of one float over all floats, against a reference in double.

namespace accuracy
{

/// One implementation of a function, for whole arrays; `z` is the second argument of pow. Several
/// outputs stand one behind the other in `y`, `count` numbers each.
struct contestant
{
    const char* name;
    void (*run)(const float* x, const float* z, float* y, std::size_t count);
};

/// Where an output has zeros beside the origin, so that its terms cancel.
struct interval
{
    double low;
    double high;
};

struct function
{
    std::string name;
    /// As that of a contestant.
    std::function<void(const double* x, const double* z, double* y, std::size_t count)> exact;
    std::vector<contestant> contestants;
    bool has_two_arguments = false;
    std::size_t outputs = 1;
    /// For each output; empty where none is known.
    std::vector<std::vector<interval>> crossings = {};
};

/// What is exact in whole arrays, from a function of numbers.
inline auto each(double (*exact)(double, double))
{
    return [exact](const double* x, const double* z, double* y, std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i)
        {
            y[i] = exact(x[i], z[i]);
        }
    };
}

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
    /// Beside zeros: over |x| where that is more than 1.
    worst absolute;
    /// NaN where the function has a value, or the other way round.
    std::uint64_t wrong_nan = 0;
    std::uint64_t wrong_sign_of_zero = 0;

    void add(const report& other)
    {
        ulps.add(other.ulps.error, other.ulps.x);
        relative.add(other.relative.error, other.relative.x);
        absolute.add(other.absolute.error, other.absolute.x);
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
        : measured_(measured), reports_(measured.contestants.size() * measured.outputs)
    {
    }

    void add_block(std::uint64_t first, std::uint64_t stride)
    {
        for (std::size_t i = 0; i < size; ++i)
        {
            x_[i] = std::bit_cast<float>(static_cast<std::uint32_t>(first + i * stride));
            z_[i] = measured_.has_two_arguments ? second_argument(x_[i], first + i * stride) : 0;
            wide_x_[i] = static_cast<double>(x_[i]);
            wide_z_[i] = static_cast<double>(z_[i]);
        }
        measured_.exact(wide_x_.data(), wide_z_.data(), exact_.data(), size);
        for (std::size_t output = 0; output < measured_.outputs; ++output)
        {
            weigh(output);
        }
        for (std::size_t k = 0; k < measured_.contestants.size(); ++k)
        {
            measured_.contestants[k].run(x_.data(), z_.data(), y_.data(), size);
            for (std::size_t output = 0; output < measured_.outputs; ++output)
            {
                compare(reports_[k * measured_.outputs + output], output * size, has_zeros(output));
            }
        }
    }

    const std::vector<report>& reports() const { return reports_; }

    static constexpr std::size_t size = 4096;
    /// Below it the fast tier gives 0.
    static constexpr double smallest = 0x1.8p-125;

private:
    /// What errors of the block are multiplied with.
    void weigh(std::size_t output)
    {
        const bool crosses = has_zeros(output);
        for (std::size_t i = 0; i < size; ++i)
        {
            const std::size_t k = output * size + i;
            const double a = std::abs(exact_[k]);
            const double argument = std::abs(wide_x_[i]);
            inverse_ulp_[k] = crosses ? 0 : inverse_ulp(a);
            inverse_size_[k] = !crosses && a >= smallest && argument >= smallest ? 1 / a : 0;
            inverse_argument_[k] = crosses ? 1 / std::max(argument, 1.0) : 0;
        }
    }

    bool has_zeros(std::size_t output) const
    {
        if (measured_.crossings.empty())
        {
            return false;
        }
        const auto [low, high] = std::minmax(wide_x_.front(), wide_x_.back());
        for (const interval& zeros : measured_.crossings[output])
        {
            if (high >= zeros.low && low <= zeros.high)
            {
                return true;
            }
        }
        return false;
    }

    void compare(report& result, std::size_t from, bool crosses)
    {
        // Loops without branches, each of one kind of number, which compilers vectorise. What is not a
        // number is special, and looked at again.
        int special = 0;
        for (std::size_t i = 0; i < size; ++i)
        {
            const double exact = exact_[from + i];
            const double difference = std::abs(static_cast<double>(y_[from + i]) - exact);
            const bool finite = difference < 1e300;
            const float rounded = static_cast<float>(exact);
            const bool same =
                std::bit_cast<std::int32_t>(y_[from + i]) == std::bit_cast<std::int32_t>(rounded);
            errors_[i] = finite ? difference : 0.0;
            special |= static_cast<int>(!same) & static_cast<int>(!finite | (exact == 0));
        }
        const double ulps = crosses ? 0 : largest_product(inverse_ulp_.data() + from);
        const double relative = crosses ? 0 : largest_product(inverse_size_.data() + from);
        const double absolute = crosses ? largest_product(inverse_argument_.data() + from) : 0;
        if (special != 0 || ulps > result.ulps.error || relative > result.relative.error ||
            absolute > result.absolute.error)
        {
            for (std::size_t i = 0; i < size; ++i)
            {
                add(result, from + i, x_[i]);
            }
        }
    }

    /// Of the errors with their weights. Neither is negative, so that their bits have the order of
    /// their sizes.
    double largest_product(const double* weights) const
    {
        std::int64_t largest = 0;
        for (std::size_t i = 0; i < size; ++i)
        {
            largest = std::max(largest, std::bit_cast<std::int64_t>(errors_[i] * weights[i]));
        }
        return std::bit_cast<double>(largest);
    }

    void add(report& result, std::size_t i, float x) const
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
        // Infinity counts as 2^128: one too early, at the edge, is as wrong as it is.
        const double result_size = std::isinf(got) ? std::copysign(0x1p128, got) : double(got);
        const double error = std::isinf(exact) ? HUGE_VAL : std::abs(result_size - exact);
        const auto weighed = [&](const std::vector<double>& weights)
        { return weights[i] > 0 ? error * weights[i] : 0; };
        result.ulps.add(weighed(inverse_ulp_), x);
        result.relative.add(weighed(inverse_size_), x);
        result.absolute.add(weighed(inverse_argument_), x);
    }

    const function& measured_;
    std::vector<report> reports_;
    std::vector<float> x_ = std::vector<float>(size);
    std::vector<float> z_ = std::vector<float>(size);
    std::vector<double> wide_x_ = std::vector<double>(size);
    std::vector<double> wide_z_ = std::vector<double>(size);
    std::vector<float> y_ = std::vector<float>(measured_.outputs * size);
    std::vector<double> exact_ = std::vector<double>(measured_.outputs * size);
    std::vector<double> errors_ = std::vector<double>(size);
    std::vector<double> inverse_ulp_ = exact_;
    std::vector<double> inverse_size_ = exact_;
    std::vector<double> inverse_argument_ = exact_;
};

/// A report for each contestant, and for each of its outputs, over every `stride`-th float, on all
/// processors.
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
    std::vector<report> result(measured.contestants.size() * measured.outputs);
    for (const measurement& part : parts)
    {
        for (std::size_t k = 0; k < result.size(); ++k)
        {
            result[k].add(part.reports()[k]);
        }
    }
    return result;
}

/// Nanoseconds for all outputs of one number, from the first level cache: the best of several medians.
inline double time_of(const contestant& measured, std::size_t outputs = 1)
{
    using clock = std::chrono::steady_clock;
    constexpr std::size_t size = 2048;
    std::vector<float> x(size);
    std::vector<float> z(size);
    std::vector<float> y(outputs * size);
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

/// What the command line says: PROGRAM [STRIDE [NAME]].
struct request
{
    std::uint64_t stride = 1;
    std::string name;

    request(int count, char** arguments)
    {
        if (count > 1)
        {
            stride = std::max<std::uint64_t>(std::strtoull(arguments[1], nullptr, 10), 1);
        }
        name = count > 2 ? arguments[2] : "";
    }

    bool wants(const std::string& function) const { return name.empty() || name == function; }

    /// The last lines above a page's table.
    void print_origin() const
    {
        if (stride == 1)
        {
            std::puts("Over all 2^32 floats.");
        }
        else
        {
            std::printf("Over every %lluth float.\n", static_cast<unsigned long long>(stride));
        }
        std::puts("Made by `./dev accuracy`.\n");
    }
};

} // namespace accuracy
