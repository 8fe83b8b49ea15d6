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

using vector = ctgrad::simd::batch<float>;

template <class Half>
struct two
{
    Half first;
    Half second;
};

using condition = two<decltype(vector() < vector())>;

struct number : two<vector>
{
    static constexpr int size = 2 * vector::size;

    number() = default;
    CTGRAD_ALWAYS_INLINE number(float value) : two{vector(value), vector(value)} {}
    CTGRAD_ALWAYS_INLINE number(vector a, vector b) : two{a, b} {}

    CTGRAD_ALWAYS_INLINE static number load(const float* from)
    {
        return {vector::load(from), vector::load(from + vector::size)};
    }
    CTGRAD_ALWAYS_INLINE void store(float* to) const
    {
        first.store(to);
        second.store(to + vector::size);
    }
    CTGRAD_ALWAYS_INLINE static number load_partial(const float* from, int count, float fill = 0)
    {
        return count < vector::size
                   ? number{vector::load_partial(from, count, fill), vector(fill)}
                   : number{vector::load(from),
                            vector::load_partial(from + vector::size, count - vector::size, fill)};
    }
    CTGRAD_ALWAYS_INLINE static condition first_lanes(int count)
    {
        return {vector::first_lanes(std::min(count, vector::size)),
                vector::first_lanes(std::max(count - vector::size, 0))};
    }
    CTGRAD_ALWAYS_INLINE void store_partial(float* to, int count) const
    {
        if (count < vector::size)
        {
            return first.store_partial(to, count);
        }
        first.store(to);
        second.store_partial(to + vector::size, count - vector::size);
    }
};

CTGRAD_ALWAYS_INLINE number operator+(number a, number b)
{
    return {a.first + b.first, a.second + b.second};
}
CTGRAD_ALWAYS_INLINE number operator-(number a, number b)
{
    return {a.first - b.first, a.second - b.second};
}
CTGRAD_ALWAYS_INLINE number operator*(number a, number b)
{
    return {a.first * b.first, a.second * b.second};
}
CTGRAD_ALWAYS_INLINE number operator/(number a, number b)
{
    return {a.first / b.first, a.second / b.second};
}
CTGRAD_ALWAYS_INLINE condition operator<(number a, number b)
{
    return {a.first < b.first, a.second < b.second};
}
CTGRAD_ALWAYS_INLINE condition operator>(number a, number b)
{
    return {a.first > b.first, a.second > b.second};
}
CTGRAD_ALWAYS_INLINE number multiply_add(number a, number b, number c)
{
    return {multiply_add(a.first, b.first, c.first), multiply_add(a.second, b.second, c.second)};
}
CTGRAD_ALWAYS_INLINE number negative_multiply_add(number a, number b, number c)
{
    return {negative_multiply_add(a.first, b.first, c.first),
            negative_multiply_add(a.second, b.second, c.second)};
}
CTGRAD_ALWAYS_INLINE number at_least(number bound, number x)
{
    return {at_least(bound.first, x.first), at_least(bound.second, x.second)};
}
CTGRAD_ALWAYS_INLINE number at_most(number bound, number x)
{
    return {at_most(bound.first, x.first), at_most(bound.second, x.second)};
}
CTGRAD_ALWAYS_INLINE number select(condition chosen, number a, number b)
{
    return {select(chosen.first, a.first, b.first), select(chosen.second, a.second, b.second)};
}
CTGRAD_ALWAYS_INLINE number copysign(number magnitude, number sign)
{
    return {copysign(magnitude.first, sign.first), copysign(magnitude.second, sign.second)};
}
CTGRAD_ALWAYS_INLINE number refined_sigmoid(number n, number e, number r)
{
    return {refined_sigmoid(n.first, e.first, r.first),
            refined_sigmoid(n.second, e.second, r.second)};
}
CTGRAD_ALWAYS_INLINE number refined_tanh(number n, number r)
{
    return {refined_tanh(n.first, r.first), refined_tanh(n.second, r.second)};
}
CTGRAD_ALWAYS_INLINE float reduce_add(number x) { return reduce_add(x.first + x.second); }
CTGRAD_ALWAYS_INLINE float reduce_max(number x) { return reduce_max(at_least(x.first, x.second)); }
CTGRAD_ALWAYS_INLINE number abs(number x) { return {abs(x.first), abs(x.second)}; }
CTGRAD_ALWAYS_INLINE vector minus_magnitude(vector x)
{
    return vector(x.native | vector(-0.0f).native);
}
CTGRAD_ALWAYS_INLINE number minus_magnitude(number x)
{
    return {minus_magnitude(x.first), minus_magnitude(x.second)};
}
CTGRAD_ALWAYS_INLINE number power_of_two(number k)
{
    return {power_of_two(k.first), power_of_two(k.second)};
}
CTGRAD_ALWAYS_INLINE number exp_join(number fraction, number octave)
{
    return {exp_join(fraction.first, octave.first), exp_join(fraction.second, octave.second)};
}
CTGRAD_ALWAYS_INLINE number log1p_unit(number x)
{
    return {log1p_unit(x.first), log1p_unit(x.second)};
}

} // namespace hand_written
