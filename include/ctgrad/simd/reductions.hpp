// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/batch.hpp>
#include <ctgrad/symbolic/reductions.hpp>

#include <limits>
#include <utility>

// What reductions over a row do with vectors.
namespace ctgrad::simd
{

namespace detail
{

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE auto register_of(batch<T, Arch> x)
{
    return static_cast<typename batch<T, Arch>::native_type::register_type>(x.native);
}

/// The larger lanes; NaN where either is NaN.
template <class Register>
CTGRAD_ALWAYS_INLINE Register larger(Register a, Register b)
{
    return ((a > b) | (a != a)) ? a : b;
}

/// The halves of a register against each other, until it has 128 bits.
template <class Register, int... I>
CTGRAD_ALWAYS_INLINE auto larger_halves(Register lanes, std::integer_sequence<int, I...>)
{
    return larger(__builtin_shufflevector(lanes, lanes, I...),
                  __builtin_shufflevector(lanes, lanes, (I + int(sizeof...(I)))...));
}

template <class Register>
CTGRAD_ALWAYS_INLINE auto largest_lane(Register lanes)
{
    constexpr auto count = static_cast<int>(sizeof(lanes) / sizeof(lanes[0]));
    if constexpr (sizeof(lanes) > 16)
    {
        return largest_lane(larger_halves(lanes, std::make_integer_sequence<int, count / 2>{}));
    }
    else if constexpr (count == 4)
    {
        lanes = larger(lanes, __builtin_shufflevector(lanes, lanes, 2, 3, 0, 1));
        return larger(lanes, __builtin_shufflevector(lanes, lanes, 1, 0, 3, 2))[0];
    }
    else
    {
        return larger(lanes, __builtin_shufflevector(lanes, lanes, 1, 0))[0];
    }
}

} // namespace detail

/// The sum of all lanes, in an order that depends on the architecture.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE T reduce_add(batch<T, Arch> a)
{
#if defined(__AVX512F__)
    // xsimd 8.1 needs AVX512DQ for its own.
    if constexpr (detail::is_avx512<Arch> && sizeof(T) == 4)
        return _mm512_reduce_add_ps(a.native);
    else if constexpr (detail::is_avx512<Arch>)
        return _mm512_reduce_add_pd(a.native);
    else
#endif
        if constexpr (requires { hadd(a.native); })
        return hadd(a.native);
    else // newer xsimd
        return reduce_add(a.native);
}

/// The largest lane; NaN if one is NaN.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE T reduce_max(batch<T, Arch> a)
{
    return detail::largest_lane(detail::register_of(a));
}

/// The smallest lane; NaN if one is NaN.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE T reduce_min(batch<T, Arch> a)
{
    return -reduce_max(-a);
}

/// What a reduction of nothing is.
template <class T>
constexpr T identity_of(reduction kind)
{
    constexpr T infinity = std::numeric_limits<T>::infinity();
    return kind == reduction::sum ? T(0) : kind == reduction::max ? -infinity : infinity;
}

/// A total and one more value, lane by lane. The value comes first: whether it is NaN is known before
/// the total is.
template <reduction Kind, class Batch>
CTGRAD_ALWAYS_INLINE Batch combine(Batch total, Batch value)
{
    if constexpr (Kind == reduction::sum)
    {
        return total + value;
    }
    else if constexpr (Kind == reduction::max)
    {
        return maximum(value, total);
    }
    else
    {
        return minimum(value, total);
    }
}

/// All lanes to one value.
template <reduction Kind, class T, class Arch>
CTGRAD_ALWAYS_INLINE T reduce(batch<T, Arch> x)
{
    if constexpr (Kind == reduction::sum)
    {
        return reduce_add(x);
    }
    else if constexpr (Kind == reduction::max)
    {
        return reduce_max(x);
    }
    else
    {
        return reduce_min(x);
    }
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE T first_lane(batch<T, Arch> x)
{
    return detail::register_of(x)[0];
}

} // namespace ctgrad::simd
