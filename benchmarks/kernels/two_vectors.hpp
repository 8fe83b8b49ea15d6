// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementary.hpp>
#include <ctgrad/simd/reductions.hpp>
#include <ctgrad/simd/rounding.hpp>

#include <algorithm>

// Two SIMD vectors as one number. An activation is one long chain of dependent operations; a
// specialist computes two vectors side by side, so that the processor need not wait for each result.

namespace hand_written
{

template <class Half>
struct two
{
    Half first;
    Half second;
};

template <class T>
struct two_vectors : two<ctgrad::simd::batch<T>>
{
    using value_type = T;
    using vector = ctgrad::simd::batch<T>;
    using condition = two<typename vector::mask_type>;

    static constexpr int size = 2 * vector::size;

    two_vectors() = default;
    CTGRAD_ALWAYS_INLINE two_vectors(T value) : two<vector>{vector(value), vector(value)} {}
    CTGRAD_ALWAYS_INLINE two_vectors(vector a, vector b) : two<vector>{a, b} {}

    CTGRAD_ALWAYS_INLINE static two_vectors load(const T* from)
    {
        return {vector::load(from), vector::load(from + vector::size)};
    }
    CTGRAD_ALWAYS_INLINE void store(T* to) const
    {
        this->first.store(to);
        this->second.store(to + vector::size);
    }
    CTGRAD_ALWAYS_INLINE static two_vectors load_partial(const T* from, int count, T fill = 0)
    {
        return count < vector::size
                   ? two_vectors{vector::load_partial(from, count, fill), vector(fill)}
                   : two_vectors{
                         vector::load(from),
                         vector::load_partial(from + vector::size, count - vector::size, fill)};
    }
    CTGRAD_ALWAYS_INLINE static condition first_lanes(int count)
    {
        return {vector::first_lanes(std::min(count, vector::size)),
                vector::first_lanes(std::max(count - vector::size, 0))};
    }
    CTGRAD_ALWAYS_INLINE void store_partial(T* to, int count) const
    {
        if (count < vector::size)
        {
            return this->first.store_partial(to, count);
        }
        this->first.store(to);
        this->second.store_partial(to + vector::size, count - vector::size);
    }

    CTGRAD_ALWAYS_INLINE friend two_vectors operator+(two_vectors a, two_vectors b)
    {
        return {a.first + b.first, a.second + b.second};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors operator-(two_vectors a, two_vectors b)
    {
        return {a.first - b.first, a.second - b.second};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors operator*(two_vectors a, two_vectors b)
    {
        return {a.first * b.first, a.second * b.second};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors operator/(two_vectors a, two_vectors b)
    {
        return {a.first / b.first, a.second / b.second};
    }
    CTGRAD_ALWAYS_INLINE friend condition operator<(two_vectors a, two_vectors b)
    {
        return {a.first < b.first, a.second < b.second};
    }
    CTGRAD_ALWAYS_INLINE friend condition operator>(two_vectors a, two_vectors b)
    {
        return {a.first > b.first, a.second > b.second};
    }
    CTGRAD_ALWAYS_INLINE friend condition is_nan(two_vectors x)
    {
        return {is_nan(x.first), is_nan(x.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors multiply_add(two_vectors a, two_vectors b,
                                                         two_vectors c)
    {
        return {multiply_add(a.first, b.first, c.first),
                multiply_add(a.second, b.second, c.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors negative_multiply_add(two_vectors a, two_vectors b,
                                                                  two_vectors c)
    {
        return {negative_multiply_add(a.first, b.first, c.first),
                negative_multiply_add(a.second, b.second, c.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors at_least(two_vectors bound, two_vectors x)
    {
        return {at_least(bound.first, x.first), at_least(bound.second, x.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors at_most(two_vectors bound, two_vectors x)
    {
        return {at_most(bound.first, x.first), at_most(bound.second, x.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors select(condition chosen, two_vectors a, two_vectors b)
    {
        return {select(chosen.first, a.first, b.first), select(chosen.second, a.second, b.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors copysign(two_vectors magnitude, two_vectors sign)
    {
        return {copysign(magnitude.first, sign.first), copysign(magnitude.second, sign.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors abs(two_vectors x)
    {
        return {abs(x.first), abs(x.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors minus_abs(two_vectors x)
    {
        return {minus_abs(x.first), minus_abs(x.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors refined_sigmoid(two_vectors n, two_vectors e,
                                                            two_vectors r)
    {
        return {refined_sigmoid(n.first, e.first, r.first),
                refined_sigmoid(n.second, e.second, r.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors refined_tanh(two_vectors n, two_vectors r)
    {
        return {refined_tanh(n.first, r.first), refined_tanh(n.second, r.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors power_of_two(two_vectors k)
    {
        return {power_of_two(k.first), power_of_two(k.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors exp_octave(two_vectors x)
    {
        return {exp_octave(x.first), exp_octave(x.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors exp_fraction(two_vectors x, two_vectors k)
    {
        return {exp_fraction(x.first, k.first), exp_fraction(x.second, k.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors minus_half_square_octave(two_vectors a)
    {
        return {minus_half_square_octave(a.first), minus_half_square_octave(a.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors minus_half_square_fraction(two_vectors a, two_vectors k)
    {
        return {minus_half_square_fraction(a.first, k.first),
                minus_half_square_fraction(a.second, k.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors exp_decay_join(two_vectors fraction, two_vectors octave)
    {
        return {exp_decay_join(fraction.first, octave.first),
                exp_decay_join(fraction.second, octave.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors log1p_unit(two_vectors x)
    {
        return {log1p_unit(x.first), log1p_unit(x.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors normal_position(two_vectors a)
    {
        return {normal_position(a.first), normal_position(a.second)};
    }
    CTGRAD_ALWAYS_INLINE friend two_vectors normal_tail(two_vectors a, two_vectors position)
    {
        return {normal_tail(a.first, position.first), normal_tail(a.second, position.second)};
    }
    CTGRAD_ALWAYS_INLINE friend T reduce_add(two_vectors x)
    {
        return reduce_add(x.first + x.second);
    }
    CTGRAD_ALWAYS_INLINE friend T reduce_max(two_vectors x)
    {
        return reduce_max(at_least(x.first, x.second));
    }
};

} // namespace hand_written
