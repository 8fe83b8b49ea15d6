// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/batch.hpp>
#include <ctgrad/symbolic/reductions.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
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

/// The larger lanes, of numbers: one instruction.
template <class Register>
CTGRAD_ALWAYS_INLINE Register larger(Register a, Register b)
{
    return a > b ? a : b;
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

/// The length of a row, at most 2^52, as a number. Not by the processor's conversion of integers: that
/// keeps a part of the register it writes, and where compilers take one that the row before has used,
/// rows wait for one another.
template <class T>
CTGRAD_ALWAYS_INLINE T length_as(std::ptrdiff_t length)
{
    const auto bits = std::bit_cast<std::uint64_t>(0x1p52) + static_cast<std::uint64_t>(length);
    return static_cast<T>(std::bit_cast<double>(bits) - 0x1p52);
}

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

/// The largest lane, of numbers.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE T reduce_max(batch<T, Arch> a)
{
#if defined(__aarch64__)
    if constexpr (detail::is_neon64<Arch> && sizeof(T) == 4)
        return vmaxvq_f32(a.native);
    else if constexpr (detail::is_neon64<Arch>)
        return vmaxvq_f64(a.native);
    else
#endif
        return detail::largest_lane(detail::register_of(a));
}

/// The smallest lane, of numbers.
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

/// What a reduction has come to, lane by lane, in the vectors of a row seen so far. The larger of two
/// numbers is one instruction; that there was a NaN is remembered beside it, where it holds up nothing,
/// unless it may be missed.
template <reduction Kind, class Batch, bool MayMissNan = false>
class row_total
{
public:
    using value_type = typename Batch::value_type;

    /// Of no vector.
    CTGRAD_ALWAYS_INLINE row_total()
        : total_(identity_of<value_type>(Kind)), are_numbers_(Batch::first_lanes(Batch::size))
    {
    }
    /// Of one vector.
    CTGRAD_ALWAYS_INLINE explicit row_total(Batch first)
        : total_(first), are_numbers_(first == first)
    {
    }

    CTGRAD_ALWAYS_INLINE void add(Batch value)
    {
        take(value);
        if constexpr (watches_for_nan)
        {
            are_numbers_ = are_numbers_ & (value == value);
        }
    }

    /// Adds a * b, for a sum.
    CTGRAD_ALWAYS_INLINE void add_product(Batch a, Batch b)
    {
        static_assert(Kind == reduction::sum);
        total_ = multiply_add(a, b, total_);
    }

    /// Adds what other vectors of the row have come to.
    CTGRAD_ALWAYS_INLINE void add(const row_total& other)
    {
        take(other.total_);
        if constexpr (watches_for_nan)
        {
            are_numbers_ = are_numbers_ & other.are_numbers_;
        }
    }

    /// All lanes as one value.
    CTGRAD_ALWAYS_INLINE value_type result() const
    {
        if constexpr (Kind == reduction::sum)
        {
            return reduce_add(total_);
        }
        else
        {
            const value_type found =
                Kind == reduction::max ? reduce_max(total_) : reduce_min(total_);
            return watches_for_nan && !all(are_numbers_)
                       ? std::numeric_limits<value_type>::quiet_NaN()
                       : found;
        }
    }

private:
    static constexpr bool watches_for_nan = Kind != reduction::sum && !MayMissNan;

    CTGRAD_ALWAYS_INLINE void take(Batch value)
    {
        if constexpr (Kind == reduction::sum)
        {
            total_ = total_ + value;
        }
        else
        {
            total_ = Kind == reduction::max ? at_least(total_, value) : at_most(total_, value);
        }
    }

    Batch total_;
    typename Batch::mask_type are_numbers_;
};

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE T first_lane(batch<T, Arch> x)
{
    return detail::register_of(x)[0];
}

} // namespace ctgrad::simd
