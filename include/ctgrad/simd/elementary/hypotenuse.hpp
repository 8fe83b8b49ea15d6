// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/batch.hpp>

namespace ctgrad::simd
{

namespace detail
{

template <class T>
struct hypotenuse_constants;

/// Between the bounds squares neither overflow nor lose digits; beyond, a power of two brings numbers
/// there.
template <>
struct hypotenuse_constants<float>
{
    static constexpr float small = 0x1p-50f;
    static constexpr float large = 0x1p60f;
    static constexpr float up = 0x1p100f;
    static constexpr float down = 0x1p-68f;
};

template <>
struct hypotenuse_constants<double>
{
    static constexpr double small = 0x1p-450;
    static constexpr double large = 0x1p500;
    static constexpr double up = 0x1p700;
    static constexpr double down = 0x1p-600;
};

} // namespace detail

/// sqrt(a^2 + b^2) without overflow of the squares.
/// Domain     all reals; NaN stays NaN, even beside an infinity
/// Accuracy   1.25 ULP float, 1.25 ULP double (tests/simd/hypotenuse.cpp)
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> hypot(batch<T, Arch> a, batch<T, Arch> b)
{
    using constants = detail::hypotenuse_constants<T>;
    using vector = batch<T, Arch>;
    const vector x = abs(a);
    const vector y = abs(b);
    const vector larger = maximum(x, y);
    const auto is_small = larger < vector(constants::small);
    const auto is_large = vector(constants::large) < larger;
    const vector one(T(1));
    const vector scale =
        select(is_large, vector(constants::down), select(is_small, vector(constants::up), one));
    const vector inverse = select(is_large, vector(1 / constants::down),
                                  select(is_small, vector(1 / constants::up), one));
    const vector u = x * scale;
    const vector v = y * scale;
    return sqrt(multiply_add(u, u, v * v)) * inverse;
}

} // namespace ctgrad::simd
