// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/batch.hpp>

#include <type_traits>

namespace ctgrad::simd
{

/// How many vector registers an architecture has, as far as its vectors tell.
template <class T, class Arch>
constexpr int vector_registers()
{
#if defined(__aarch64__)
    return 32;
#else
    return sizeof(T) * batch<T, Arch>::size == 64 ? 32 : 16;
#endif
}

namespace detail
{

// With no more units than half a vector of 512 bits, vectors of 256 bits do the same work in
// half the time, or on no more ports.
template <class T, int Units, class Arch>
constexpr bool half_vectors_suffice =
    sizeof(T) * batch<T, Arch>::size == 64 && 2 * Units <= batch<T, Arch>::size &&
    xsimd::fma3<xsimd::avx2>::supported();

// What leaves a tile of sums (product_tile.hpp) its best proportions.
template <class T, class Arch>
constexpr int most_panel_vectors()
{
    if (vector_registers<T, Arch>() == 32)
        return 4;
    return has_fused_multiply_add<Arch> ? 2 : 3;
}

constexpr int divide_up(int a, int b) { return (a + b - 1) / b; }

} // namespace detail

/// The registers for so many units: no wider than they need.
template <class T, int Units, class Arch = xsimd::default_arch>
using arch_for_units = std::conditional_t<detail::half_vectors_suffice<T, Units, Arch>,
                                          xsimd::fma3<xsimd::avx2>, Arch>;

/// Where the weights of a linear map lie in memory: in panels of a few vectors of units, each
/// panel holding its part of all inputs, as the kernels read them.
/// The units are dealt out evenly: the first `wide_panels` panels hold `vectors` vectors, the
/// others one vector less, so that no panel is narrow and no vector is padding only.
/// Layout     [panel][input][unit within the panel]; lanes without a unit are zero and stay so
/// Rows       of `padded_units`, which depends on Units alone, for whatever has a value per unit
template <class T, int Inputs, int Units, class Arch = xsimd::default_arch>
struct panels
{
    static_assert(Inputs >= 1 && Units >= 1);

    using value_type = T;
    using arch = arch_for_units<T, Units, Arch>;
    using vector = batch<T, arch>;

    static constexpr int inputs = Inputs;
    static constexpr int units = Units;

    /// Numbers in a vector of a panel; half of batch<T, Arch> where there are only a few units.
    static constexpr int lanes = vector::size;

    /// Width of rows of units (bias, outputs, their gradients): a multiple of batch<T, Arch>.
    static constexpr int padded_units =
        detail::divide_up(Units, batch<T, Arch>::size) * batch<T, Arch>::size;

    static constexpr int unit_vectors = detail::divide_up(Units, lanes);
    static constexpr int stored_units = unit_vectors * lanes;

    static constexpr int most_vectors = detail::most_panel_vectors<T, arch>();
    static constexpr int panel_count = detail::divide_up(unit_vectors, most_vectors);
    static constexpr int vectors = detail::divide_up(unit_vectors, panel_count);
    static constexpr int wide_panels = unit_vectors - panel_count * (vectors - 1);
    static constexpr int panel_width = vectors * lanes;

    /// Numbers in the whole block, a multiple of batch<T, Arch>.
    static constexpr int size =
        detail::divide_up(Inputs * stored_units, batch<T, Arch>::size) * batch<T, Arch>::size;

    /// Width of the panel that holds this unit: the distance from one input to the next.
    static constexpr int width_at(int unit)
    {
        return unit < wide_panels * panel_width ? panel_width : panel_width - lanes;
    }

    /// The first unit of the panel that holds this one.
    static constexpr int first_unit_at(int unit)
    {
        const int before = unit < wide_panels * panel_width ? 0 : wide_panels * panel_width;
        return unit - (unit - before) % width_at(unit);
    }

    /// Position of one weight; units up to `stored_units` may be asked for.
    static constexpr int offset(int input, int unit)
    {
        const int first = first_unit_at(unit);
        return first * Inputs + input * width_at(unit) + (unit - first);
    }
};

} // namespace ctgrad::simd
