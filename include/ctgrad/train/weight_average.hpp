// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>

#include <algorithm>
#include <span>

namespace ctgrad
{

namespace detail
{

inline constexpr variable<"average"> average_so_far;
inline constexpr variable<"weight"> averaged_weight;
inline constexpr parameter<"decay"> average_decay{0.999};
using average_program = program<averaged_weight + average_decay*(average_so_far - averaged_weight)>;

} // namespace detail

/// Exponential moving average of weights, which often is better than the last of them. It begins with the
/// first weights that it gets; then average = decay average + (1 - decay) weight.
/// Source     Polyak, Juditsky (1992); Tarvainen, Valpola (2017)
template <class T>
class weight_average
{
public:
    /// For so many weights.
    weight_average(double decay, std::size_t size) : decay_(static_cast<T>(decay)), average_(size)
    {
    }

    void add(std::span<const T> weights)
    {
        if (!has_begun_)
        {
            has_begun_ = true;
            std::ranges::copy(weights, average_.begin());
            return;
        }
        detail::run_program<detail::average_program, T, aliasing::exact>(
            {weights.data(), average_.data()}, {average_.data()}, &decay_,
            static_cast<std::ptrdiff_t>(weights.size()));
    }

    bool has_begun() const { return has_begun_; }

    /// Goes on with an average that was put back.
    void resume() { has_begun_ = true; }
    std::span<T> values() { return average_.span(); }

    /// Gives the average and takes the weights, or the other way round.
    void exchange(std::span<T> weights)
    {
        std::swap_ranges(weights.begin(), weights.end(), average_.begin());
    }

private:
    T decay_;
    bool has_begun_ = false;
    aligned_buffer<T> average_;
};

} // namespace ctgrad
