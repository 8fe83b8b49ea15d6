// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementary/error_function.hpp>
#include <ctgrad/simd/elementary/fast_exponential.hpp>

// The fast tier of error_function.hpp, of the same shapes.

namespace ctgrad::simd
{

namespace detail
{

template <class T>
struct fast_erf_constants;

/// -log(erfc(a)) / a, for the error relative to erf: 3.2e-5 and 7.2e-7. From the bound on erf is 1.
template <>
struct fast_erf_constants<float>
{
    static constexpr float bound = 4.1f;
    static constexpr double coefficients[] = {1.12834349, 0.637681827, 0.0985235914, -0.0148350671};
};

template <>
struct fast_erf_constants<double>
{
    static constexpr double bound = 5.95;
    static constexpr double coefficients[] = {1.12837998, 0.636570112, 0.103235118, -0.0206537804,
                                              0.00207670404};
};

/// c of the tails w * (limit + w * c(w - 1/2)): 6.6e-6 and 4.9e-6 relative. Their positions are
/// those of float.
inline constexpr double fast_erfc_tail_coefficients[] = {0.38290622,  0.504975469,   0.472850502,
                                                         0.254906861, -0.0168776187, -0.103861352};
inline constexpr double fast_normal_tail_coefficients[] = {
    0.193079451, 0.25232299, 0.231514519, 0.118089216, -0.0149376694, -0.0510104685};

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_tail_position(batch<T, Arch> a, float center)
{
    const batch<T, Arch> middle(static_cast<T>(center));
    return fast_divide(middle, a + middle);
}

template <std::size_t Count, class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_tail(batch<T, Arch> w, float limit,
                                              const double (&coefficients)[Count])
{
    const batch<T, Arch> bent = fast_polynomial(w - batch<T, Arch>(T(0.5)), coefficients);
    return w * multiply_add(w, bent, batch<T, Arch>(static_cast<T>(limit)));
}

} // namespace detail

/// Error function.
/// Domain     all reals
/// Accuracy   6e-5 relative (docs/elementary.md)
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_erf(batch<T, Arch> x)
{
    using constants = detail::fast_erf_constants<T>;
    const batch<T, Arch> a = at_most(batch<T, Arch>(constants::bound), abs(x));
    const batch<T, Arch> g = -(a * detail::fast_polynomial(a, constants::coefficients));
    const batch<T, Arch> k = exp_octave(g);
    return copysign(fast_expm1_decay_join(fast_exp_fraction(g, k), k), x);
}

/// Where a lies between 0 and infinity, as fast_erfc_tail needs it.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_erfc_position(batch<T, Arch> a)
{
    return detail::fast_tail_position(a, detail::erfc_tail_constants<float>::center);
}

/// exp(a^2) * erfc(a) for position = fast_erfc_position(a).
/// Domain     finite a >= 0, and NaN
/// Accuracy   1e-5 relative, with an estimated reciprocal 2e-4
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_erfc_tail(batch<T, Arch>, batch<T, Arch> position)
{
    return detail::fast_tail(position, detail::erfc_tail_constants<float>::limit,
                             detail::fast_erfc_tail_coefficients);
}

/// The same for fast_normal_tail.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_normal_position(batch<T, Arch> a)
{
    return detail::fast_tail_position(a, detail::normal_tail_constants<float>::center);
}

/// exp(a^2 / 2) * (1 - Phi(a)) for position = fast_normal_position(a).
/// Domain     finite a >= 0, and NaN
/// Accuracy   1e-5 relative, with an estimated reciprocal 2e-4
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_normal_tail(batch<T, Arch>, batch<T, Arch> position)
{
    return detail::fast_tail(position, detail::normal_tail_constants<float>::limit,
                             detail::fast_normal_tail_coefficients);
}

/// 1 - erf(x), with relative accuracy in the right tail too.
/// Domain     all reals
/// Accuracy   4e-5 relative, with an estimated reciprocal 2e-4
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_erfc(batch<T, Arch> x)
{
    const batch<T, Arch> a = fast_square_argument(x);
    const batch<T, Arch> k = minus_square_octave(a);
    const batch<T, Arch> power = fast_exp_decay_join(fast_minus_square_fraction(a, k), k);
    const batch<T, Arch> tail = fast_erfc_tail(a, fast_erfc_position(a)) * power;
    return select(is_negative(x), batch<T, Arch>(T(2)) - tail, tail);
}

/// Distribution function of a standard normal, with relative accuracy in the left tail too.
/// Domain     all reals
/// Accuracy   4e-5 relative, with an estimated reciprocal 2e-4
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_normal_cdf(batch<T, Arch> x)
{
    const batch<T, Arch> a = fast_half_square_argument(x);
    const batch<T, Arch> k = minus_half_square_octave(a);
    const batch<T, Arch> power = fast_exp_decay_join(fast_minus_half_square_fraction(a, k), k);
    const batch<T, Arch> tail = fast_normal_tail(a, fast_normal_position(a)) * power;
    return select(is_negative(x), tail, batch<T, Arch>(T(1)) - tail);
}

} // namespace ctgrad::simd
