// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../networks/contestant.hpp"

#include <xsimd/xsimd.hpp>

#include <algorithm>
#include <cmath>

// What has to be written by hand around a library that only multiplies matrices: element-wise loops
// with xsimd's functions, as the documentation of xsimd shows them.

namespace by_hand
{

using batch = xsimd::batch<float, xsimd::default_arch>;

/// Calls `vector(i)` for whole vectors and `single(i)` for the elements behind them.
template <class Vector, class Single>
void each(std::size_t count, Vector vector, Single single)
{
    std::size_t i = 0;
    for (; i + batch::size <= count; i += batch::size)
    {
        vector(i);
    }
    for (; i < count; ++i)
    {
        single(i);
    }
}

/// Values of the activation in place of z; slopes, if wanted, to an array of their own.
inline void activate(activation kind, float* z, float* slopes, std::size_t count)
{
    const auto apply = [=](auto at, std::size_t i)
    {
        using value = decltype(at);
        using std::exp;
        using std::max;
        using std::tanh;
        using xsimd::exp;
        using xsimd::max;
        using xsimd::tanh;
        const auto store = [](const value& from, float* to)
        {
            if constexpr (std::is_same_v<value, float>)
            {
                *to = from;
            }
            else
            {
                from.store_unaligned(to);
            }
        };
        if (kind == activation::relu)
        {
            store(max(at, value(0.0f)), z + i);
        }
        else if (kind == activation::tanh)
        {
            store(tanh(at), z + i);
        }
        else
        {
            const value sigmoid = value(1.0f) / (value(1.0f) + exp(-at));
            const value y = at * sigmoid;
            store(y, z + i);
            if (slopes)
            {
                store(sigmoid + y * (value(1.0f) - sigmoid), slopes + i);
            }
        }
    };
    each(
        count, [&](std::size_t i) { apply(batch::load_unaligned(z + i), i); },
        [&](std::size_t i) { apply(z[i], i); });
}

/// z += biases for each row, then the activation.
inline void add_biases(float* z, const float* biases, std::size_t rows, std::size_t units)
{
    for (std::size_t row = 0; row < rows; ++row)
    {
        for (std::size_t i = 0; i < units; ++i)
        {
            z[row * units + i] += biases[i];
        }
    }
}

/// dy *= slopes.
inline void multiply(float* dy, const float* slopes, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
    {
        dy[i] *= slopes[i];
    }
}

/// Sums over the rows.
inline void sum_rows(const float* dy, float* sums, std::size_t rows, std::size_t units)
{
    std::fill_n(sums, units, 0.0f);
    for (std::size_t row = 0; row < rows; ++row)
    {
        for (std::size_t i = 0; i < units; ++i)
        {
            sums[i] += dy[row * units + i];
        }
    }
}

/// Mean softmax cross-entropy; the gradient takes the place of the logits.
inline float cross_entropy(float* logits, const float* targets, std::size_t rows,
                           std::size_t classes)
{
    double loss = 0;
    const float factor = 1 / static_cast<float>(rows);
    for (std::size_t row = 0; row < rows; ++row)
    {
        float* const z = logits + row * classes;
        const float* const target = targets + row * classes;
        const float largest = *std::max_element(z, z + classes);
        float sum = 0;
        float right = 0;
        for (std::size_t i = 0; i < classes; ++i)
        {
            right += target[i] * (z[i] - largest);
            z[i] = std::exp(z[i] - largest);
            sum += z[i];
        }
        for (std::size_t i = 0; i < classes; ++i)
        {
            z[i] = factor * (z[i] / sum - target[i]);
        }
        loss += double(std::log(sum) - right);
    }
    return static_cast<float>(loss / static_cast<double>(rows));
}

/// Steps of an optimiser over arrays of parameters; the moments are kept for all of them together.
class updates
{
public:
    updates(update_kind kind, std::size_t size) : kind_(kind)
    {
        if (kind == update_kind::adam)
        {
            first_.resize(size);
            second_.resize(size);
        }
    }

    /// Once before the arrays of a step.
    void begin_step()
    {
        ++step_;
        const double beta1 = 1 - std::pow(double(settings::beta1), step_);
        const double beta2 = 1 - std::pow(double(settings::beta2), step_);
        rate_ = static_cast<float>(double(settings::adam_rate) / beta1);
        scale_ = static_cast<float>(1 / std::sqrt(beta2));
        used_ = 0;
    }

    /// The next array, in the same order in each step.
    void apply(float* weights, const float* gradients, std::size_t size)
    {
        if (kind_ == update_kind::sgd)
        {
            for (std::size_t i = 0; i < size; ++i)
            {
                weights[i] -= settings::sgd_rate * gradients[i];
            }
            return;
        }
        float* const first = first_.data() + used_;
        float* const second = second_.data() + used_;
        used_ += size;
        each(
            size,
            [&](std::size_t i)
            {
                const batch g = batch::load_unaligned(gradients + i);
                const batch m =
                    settings::beta1 * batch::load_unaligned(first + i) + (1 - settings::beta1) * g;
                const batch v = settings::beta2 * batch::load_unaligned(second + i) +
                                (1 - settings::beta2) * g * g;
                const batch w = batch::load_unaligned(weights + i) -
                                rate_ * m / (sqrt(v) * scale_ + settings::epsilon);
                m.store_unaligned(first + i);
                v.store_unaligned(second + i);
                w.store_unaligned(weights + i);
            },
            [&](std::size_t i)
            {
                const float g = gradients[i];
                first[i] = settings::beta1 * first[i] + (1 - settings::beta1) * g;
                second[i] = settings::beta2 * second[i] + (1 - settings::beta2) * g * g;
                weights[i] -=
                    rate_ * first[i] / (std::sqrt(second[i]) * scale_ + settings::epsilon);
            });
    }

private:
    update_kind kind_;
    int step_ = 0;
    float rate_ = 0;
    float scale_ = 0;
    std::size_t used_ = 0;
    aligned_numbers first_;
    aligned_numbers second_;
};

} // namespace by_hand
