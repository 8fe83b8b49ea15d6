// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/simd/architecture.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

// One register of numbers and the operations that kernels are made of. A wrapper around
// xsimd::batch: argument-dependent lookup then finds this library's functions, and what xsimd lacks
// or does differently on one architecture is mended here.
//
// The registers' own instructions are chosen by the architecture in the type, never by the
// compiler's flags alone: the same function of one architecture has the same body everywhere.

namespace ctgrad::simd
{

namespace detail
{

template <class T>
using bits_of = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <class T>
inline constexpr T sign_bit = -T(0);

/// Read from `Size - count` on, 1 in the first `count` lanes.
template <class T, int Size>
alignas(64) inline constexpr auto ones_then_zeros = []
{
    std::array<T, static_cast<std::size_t>(2 * Size)> made{};
    std::fill_n(made.begin(), Size, T(1));
    return made;
}();

} // namespace detail

/// The result of comparing two batches: one truth value a lane.
template <class T, class Arch = xsimd::default_arch>
struct mask
{
    using native_type = xsimd::batch_bool<T, Arch>;

    native_type native;

    CTGRAD_ALWAYS_INLINE friend mask operator&(mask a, mask b) { return {a.native & b.native}; }
    CTGRAD_ALWAYS_INLINE friend mask operator|(mask a, mask b) { return {a.native | b.native}; }
    CTGRAD_ALWAYS_INLINE friend mask operator!(mask a) { return {~a.native}; }
    CTGRAD_ALWAYS_INLINE friend bool any(mask a) { return xsimd::any(a.native); }
    CTGRAD_ALWAYS_INLINE friend bool all(mask a) { return xsimd::all(a.native); }
};

/// A register of `size` numbers. Operands mix with T, which is broadcast.
/// Domain     all values; NaN stays NaN in every function, infinities go to the limit
template <class T, class Arch = xsimd::default_arch>
struct batch
{
    using value_type = T;
    using arch_type = Arch;
    using native_type = xsimd::batch<T, Arch>;
    using mask_type = mask<T, Arch>;

    static constexpr int size = static_cast<int>(native_type::size);

    native_type native;

    batch() = default;
    CTGRAD_ALWAYS_INLINE batch(T value) : native(value) {}
    CTGRAD_ALWAYS_INLINE explicit batch(native_type value) : native(value) {}

    /// Reads `size` numbers; no alignment needed.
    CTGRAD_ALWAYS_INLINE static batch load(const T* from)
    {
        return batch(native_type::load_unaligned(from));
    }

    CTGRAD_ALWAYS_INLINE void store(T* to) const { native.store_unaligned(to); }

    /// The first `count` (0 to size) lanes. Not by comparing numbers with `count`: converting that makes
    /// one row wait for the one before where the compiler reuses a register.
    CTGRAD_ALWAYS_INLINE static mask_type first_lanes(int count)
    {
#if defined(__AVX512F__)
        if constexpr (detail::is_avx512<Arch>)
            return {typename mask_type::native_type(lanes(count))};
        else
#endif
            return load(detail::ones_then_zeros<T, size>.data() + (size - count)) > batch(T(0));
    }

    /// Reads the first `count` (0 to size) numbers and nothing beyond; the other lanes get `fill`.
    CTGRAD_ALWAYS_INLINE static batch load_partial(const T* from, int count, T fill = T(0))
    {
#if defined(__AVX512F__)
        if constexpr (detail::is_avx512<Arch> && sizeof(T) == 4)
            return batch(native_type(_mm512_mask_loadu_ps(batch(fill).native, lanes(count), from)));
        else if constexpr (detail::is_avx512<Arch>)
            return batch(native_type(_mm512_mask_loadu_pd(batch(fill).native, lanes(count), from)));
        else
#endif
#if defined(__AVX__)
            if constexpr (detail::is_avx<Arch> && sizeof(T) == 4)
        {
            const __m256 wanted = first_lanes(count).native;
            const __m256 got = _mm256_maskload_ps(from, _mm256_castps_si256(wanted));
            return batch(native_type(_mm256_blendv_ps(batch(fill).native, got, wanted)));
        }
        else if constexpr (detail::is_avx<Arch>)
        {
            const __m256d wanted = first_lanes(count).native;
            const __m256d got = _mm256_maskload_pd(from, _mm256_castpd_si256(wanted));
            return batch(native_type(_mm256_blendv_pd(batch(fill).native, got, wanted)));
        }
        else
#endif
        {
            T buffer[size];
            for (int i = 0; i < size; ++i)
                buffer[i] = i < count ? from[i] : fill;
            return load(buffer);
        }
    }

    /// Writes the first `count` (0 to size) lanes and nothing beyond.
    CTGRAD_ALWAYS_INLINE void store_partial(T* to, int count) const
    {
#if defined(__AVX512F__)
        if constexpr (detail::is_avx512<Arch> && sizeof(T) == 4)
            _mm512_mask_storeu_ps(to, lanes(count), native);
        else if constexpr (detail::is_avx512<Arch>)
            _mm512_mask_storeu_pd(to, lanes(count), native);
        else
#endif
#if defined(__AVX__)
            if constexpr (detail::is_avx<Arch> && sizeof(T) == 4)
            _mm256_maskstore_ps(to, _mm256_castps_si256(first_lanes(count).native), native);
        else if constexpr (detail::is_avx<Arch>)
            _mm256_maskstore_pd(to, _mm256_castpd_si256(first_lanes(count).native), native);
        else
#endif
        {
            T buffer[size];
            store(buffer);
            for (int i = 0; i < size; ++i)
                if (i < count)
                    to[i] = buffer[i];
        }
    }

    CTGRAD_ALWAYS_INLINE friend batch operator+(batch a, batch b)
    {
        return batch(a.native + b.native);
    }
    CTGRAD_ALWAYS_INLINE friend batch operator-(batch a, batch b)
    {
        return batch(a.native - b.native);
    }
    CTGRAD_ALWAYS_INLINE friend batch operator*(batch a, batch b)
    {
        return batch(a.native * b.native);
    }
    CTGRAD_ALWAYS_INLINE friend batch operator/(batch a, batch b)
    {
#if defined(__aarch64__)
        // xsimd's own is an estimate with Newton steps.
        if constexpr (detail::is_neon64<Arch> && sizeof(T) == 4)
            return batch(native_type(vdivq_f32(a.native, b.native)));
        else
#endif
            return batch(a.native / b.native);
    }
    CTGRAD_ALWAYS_INLINE friend batch operator-(batch a)
    {
        return batch(a.native ^ batch(detail::sign_bit<T>).native);
    }

    CTGRAD_ALWAYS_INLINE friend mask_type operator<(batch a, batch b)
    {
        return {a.native < b.native};
    }
    CTGRAD_ALWAYS_INLINE friend mask_type operator<=(batch a, batch b)
    {
        return {a.native <= b.native};
    }
    CTGRAD_ALWAYS_INLINE friend mask_type operator>(batch a, batch b)
    {
        return {b.native < a.native};
    }
    CTGRAD_ALWAYS_INLINE friend mask_type operator>=(batch a, batch b)
    {
        return {b.native <= a.native};
    }
    CTGRAD_ALWAYS_INLINE friend mask_type operator==(batch a, batch b)
    {
        return {a.native == b.native};
    }
    // xsimd's own != is false for NaN on some architectures.
    CTGRAD_ALWAYS_INLINE friend mask_type operator!=(batch a, batch b) { return !(a == b); }

    /// a where the mask is true, b elsewhere.
    CTGRAD_ALWAYS_INLINE friend batch select(mask_type where, batch a, batch b)
    {
        return batch(xsimd::select(where.native, a.native, b.native));
    }

    /// a * b + c: one instruction and one rounding where the architecture has it.
    CTGRAD_ALWAYS_INLINE friend batch multiply_add(batch a, batch b, batch c)
    {
#if defined(__AVX512F__)
        if constexpr (detail::is_avx512<Arch> && sizeof(T) == 4)
            return batch(native_type(_mm512_fmadd_ps(a.native, b.native, c.native)));
        else if constexpr (detail::is_avx512<Arch>)
            return batch(native_type(_mm512_fmadd_pd(a.native, b.native, c.native)));
        else
#endif
#if defined(__FMA__)
            if constexpr (detail::is_fma_256<Arch> && sizeof(T) == 4)
            return batch(native_type(_mm256_fmadd_ps(a.native, b.native, c.native)));
        else if constexpr (detail::is_fma_256<Arch>)
            return batch(native_type(_mm256_fmadd_pd(a.native, b.native, c.native)));
        else if constexpr (detail::is_fma_128<Arch> && sizeof(T) == 4)
            return batch(native_type(_mm_fmadd_ps(a.native, b.native, c.native)));
        else if constexpr (detail::is_fma_128<Arch>)
            return batch(native_type(_mm_fmadd_pd(a.native, b.native, c.native)));
        else
#elif defined(__aarch64__)
        if constexpr (detail::is_neon64<Arch> && sizeof(T) == 4)
            return batch(native_type(vfmaq_f32(c.native, a.native, b.native)));
        else if constexpr (detail::is_neon64<Arch>)
            return batch(native_type(vfmaq_f64(c.native, a.native, b.native)));
        else
#endif
            return a * b + c;
    }

    /// c - a * b, like multiply_add.
    CTGRAD_ALWAYS_INLINE friend batch negative_multiply_add(batch a, batch b, batch c)
    {
#if defined(__AVX512F__)
        if constexpr (detail::is_avx512<Arch> && sizeof(T) == 4)
            return batch(native_type(_mm512_fnmadd_ps(a.native, b.native, c.native)));
        else if constexpr (detail::is_avx512<Arch>)
            return batch(native_type(_mm512_fnmadd_pd(a.native, b.native, c.native)));
        else
#endif
#if defined(__FMA__)
            if constexpr (detail::is_fma_256<Arch> && sizeof(T) == 4)
            return batch(native_type(_mm256_fnmadd_ps(a.native, b.native, c.native)));
        else if constexpr (detail::is_fma_256<Arch>)
            return batch(native_type(_mm256_fnmadd_pd(a.native, b.native, c.native)));
        else if constexpr (detail::is_fma_128<Arch> && sizeof(T) == 4)
            return batch(native_type(_mm_fnmadd_ps(a.native, b.native, c.native)));
        else if constexpr (detail::is_fma_128<Arch>)
            return batch(native_type(_mm_fnmadd_pd(a.native, b.native, c.native)));
        else
#elif defined(__aarch64__)
        if constexpr (detail::is_neon64<Arch> && sizeof(T) == 4)
            return batch(native_type(vfmsq_f32(c.native, a.native, b.native)));
        else if constexpr (detail::is_neon64<Arch>)
            return batch(native_type(vfmsq_f64(c.native, a.native, b.native)));
        else
#endif
            return c - a * b;
    }

    CTGRAD_ALWAYS_INLINE friend batch abs(batch a)
    {
        constexpr auto all_but_sign = static_cast<detail::bits_of<T>>(
            ~std::bit_cast<detail::bits_of<T>>(detail::sign_bit<T>));
        return batch(a.native & batch(std::bit_cast<T>(all_but_sign)).native);
    }

    /// -|a|
    CTGRAD_ALWAYS_INLINE friend batch minus_abs(batch a)
    {
        return batch(a.native | batch(detail::sign_bit<T>).native);
    }

    CTGRAD_ALWAYS_INLINE friend batch sqrt(batch a)
    {
        // xsimd's own on NEON is an estimate with Newton steps, like its division.
#if defined(__aarch64__)
        if constexpr (detail::is_neon64<Arch> && sizeof(T) == 4)
            return batch(native_type(vsqrtq_f32(a.native)));
        else if constexpr (detail::is_neon64<Arch>)
            return batch(native_type(vsqrtq_f64(a.native)));
        else
#endif
            return batch(xsimd::sqrt(a.native));
    }

    /// Magnitude of the first, sign bit of the second.
    CTGRAD_ALWAYS_INLINE friend batch copysign(batch magnitude, batch sign)
    {
        const batch bit(detail::sign_bit<T>);
#if defined(__AVX512F__)
        if constexpr (detail::is_avx512<Arch> && sizeof(T) == 4)
            return batch(native_type(_mm512_castsi512_ps(_mm512_ternarylogic_epi32(
                _mm512_castps_si512(bit.native), _mm512_castps_si512(sign.native),
                _mm512_castps_si512(magnitude.native), 0xca))));
        else if constexpr (detail::is_avx512<Arch>)
            return batch(native_type(_mm512_castsi512_pd(_mm512_ternarylogic_epi64(
                _mm512_castpd_si512(bit.native), _mm512_castpd_si512(sign.native),
                _mm512_castpd_si512(magnitude.native), 0xca))));
        else
#endif
            return batch(abs(magnitude).native | (sign.native & bit.native));
    }

    CTGRAD_ALWAYS_INLINE friend mask_type is_nan(batch a) { return a != a; }

    /// The sign bit: true for -0 too, and for a NaN that carries it.
    CTGRAD_ALWAYS_INLINE friend mask_type is_negative(batch a)
    {
#if defined(__AVX512F__)
        if constexpr (detail::is_avx512<Arch> && sizeof(T) == 4)
            return {_mm512_cmplt_epi32_mask(_mm512_castps_si512(a.native), _mm512_setzero_si512())};
        else if constexpr (detail::is_avx512<Arch>)
            return {_mm512_cmplt_epi64_mask(_mm512_castpd_si512(a.native), _mm512_setzero_si512())};
        else
#elif defined(__aarch64__)
        if constexpr (detail::is_neon64<Arch> && sizeof(T) == 4)
            return {vcltzq_s32(vreinterpretq_s32_f32(a.native))};
        else if constexpr (detail::is_neon64<Arch>)
            return {vcltzq_s64(vreinterpretq_s64_f64(a.native))};
        else
#endif
            return copysign(batch(T(1)), a) < batch(T(0));
    }

    /// -1, 0 or 1; the operand itself at -0 and NaN.
    CTGRAD_ALWAYS_INLINE friend batch sign(batch a)
    {
        return select(abs(a) > batch(T(0)), copysign(batch(T(1)), a), a);
    }

    /// The larger; NaN where either is NaN.
    CTGRAD_ALWAYS_INLINE friend batch maximum(batch a, batch b)
    {
        if constexpr (detail::is_neon64<Arch>)
            return batch(xsimd::max(a.native, b.native));
        else
            return select(is_nan(a), a, at_least(a, b));
    }

    /// The smaller; NaN where either is NaN.
    CTGRAD_ALWAYS_INLINE friend batch minimum(batch a, batch b)
    {
        if constexpr (detail::is_neon64<Arch>)
            return batch(xsimd::min(a.native, b.native));
        else
            return select(is_nan(a), a, at_most(a, b));
    }

    /// max(bound, a) in one instruction, for a bound that is not NaN; a NaN in `a` stays. With a bound
    /// that is NaN either may be the result.
    CTGRAD_ALWAYS_INLINE friend batch at_least(batch bound, batch a)
    {
        return batch(xsimd::max(bound.native, a.native));
    }

    /// min(bound, a) in one instruction, for a bound that is not NaN; a NaN in `a` stays.
    CTGRAD_ALWAYS_INLINE friend batch at_most(batch bound, batch a)
    {
        return batch(xsimd::min(bound.native, a.native));
    }

private:
#if defined(__AVX512F__)
    CTGRAD_ALWAYS_INLINE static auto lanes(int count)
    {
        using bits = std::conditional_t<sizeof(T) == 4, __mmask16, __mmask8>;
        return static_cast<bits>((1u << count) - 1u);
    }
#endif
};

} // namespace ctgrad::simd
