// SPDX-License-Identifier: BSL-1.0
#pragma once

// g++ 12 takes the operand that its AVX-512 intrinsics leave open on purpose for a mistake.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <xsimd/xsimd.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include <type_traits>

// What the registers of an architecture can do. The only place that includes xsimd.

namespace ctgrad::simd
{

namespace detail
{

template <class Arch>
inline constexpr bool is_avx512 = std::is_base_of_v<xsimd::avx512f, Arch>;

template <class Arch>
inline constexpr bool is_avx = std::is_base_of_v<xsimd::avx, Arch>;

/// Whether the architecture multiplies and adds 128-bit registers in one instruction.
template <class Arch>
inline constexpr bool is_fma_128 = std::is_base_of_v<xsimd::fma3<xsimd::sse4_2>, Arch>;

/// The same for 256-bit registers: the fma3 architectures, and all that extend avx2.
template <class Arch>
inline constexpr bool is_fma_256 =
    std::is_base_of_v<xsimd::fma3<xsimd::avx>, Arch> ||
    (std::is_base_of_v<xsimd::avx2, Arch> && !std::is_same_v<xsimd::avx2, Arch>);

template <class Arch>
inline constexpr bool is_neon64 = std::is_base_of_v<xsimd::neon64, Arch>;

/// Whether multiply_add rounds once.
template <class Arch>
inline constexpr bool has_fused_multiply_add =
    is_avx512<Arch> || is_fma_256<Arch> || is_fma_128<Arch> || is_neon64<Arch>;

/// Whether xsimd's nearbyint is one instruction.
template <class Arch>
inline constexpr bool has_rounding =
    is_avx512<Arch> || is_avx<Arch> || std::is_base_of_v<xsimd::sse4_1, Arch>;

/// How many vectors the registers hold.
template <class Arch>
inline constexpr int register_count = is_avx512<Arch> || is_neon64<Arch> ? 32 : 16;

} // namespace detail

/// The architecture for a value that all lanes share: registers of 512 bits divide and take roots
/// slowly. 256 bits, not 128: xsimd has no multiply-add of 128 bits in a build for AVX; and without
/// any the register stays as it is.
template <class Arch>
using arch_for_one_value =
    std::conditional_t<detail::is_avx512<Arch> && xsimd::fma3<xsimd::avx2>::supported(),
                       xsimd::fma3<xsimd::avx2>, Arch>;

} // namespace ctgrad::simd
