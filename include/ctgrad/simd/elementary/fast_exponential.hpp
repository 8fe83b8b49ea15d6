// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementary/estimates.hpp>
#include <ctgrad/simd/elementary/exponential.hpp>
#include <ctgrad/simd/rounding.hpp>

// The fast tier of exponential.hpp: the same pieces with fewer terms. Relative errors are stated for
// float and double, whose polynomials are the same; results below 2^-125 (2^-1021) become 0.

namespace ctgrad::simd
{

namespace detail
{

template <class T>
struct fast_exponential_constants;

template <>
struct fast_exponential_constants<float>
{
    // The octave of the smallest argument is one whose power of two has all bits 0.
    static constexpr float smallest = -87.3f;
    static constexpr float smallest_decay = -88.3f;
    static constexpr float square = 9.39f;       // its square is -smallest_decay
    static constexpr float half_square = 13.28f; // half of its square is
};

template <>
struct fast_exponential_constants<double>
{
    static constexpr double smallest = -708.3;
    static constexpr double smallest_decay = -709.3;
    static constexpr double square = 26.63;
    static constexpr double half_square = 37.66;
};

/// expm1(r) = r + r^2 * c(r) for |r| <= ln(2)/2, with a relative error of 2.1e-5.
inline constexpr double fast_expm1_coefficients[] = {0.500016594, 0.167497943, 0.041609901};

/// A polynomial whose coefficients are the same for all types.
template <std::size_t Count, class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_polynomial(batch<T, Arch> x,
                                                    const double (&coefficients)[Count])
{
    batch<T, Arch> sum(static_cast<T>(coefficients[Count - 1]));
    [&]<std::size_t... I>(std::index_sequence<I...>) CTGRAD_INLINE_LAMBDA
    {
        ((sum = multiply_add(sum, x, batch<T, Arch>(static_cast<T>(coefficients[Count - 2 - I])))),
         ...);
    }(std::make_index_sequence<Count - 1>{});
    return sum;
}

/// exp of what is never large, but for the clamping of the argument.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_exp_of_decay(batch<T, Arch> x);

} // namespace detail

/// x kept where exp(x) is neither 0 nor infinite: what the other fast pieces take.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_exp_argument(batch<T, Arch> x)
{
    return at_least(batch<T, Arch>(detail::fast_exponential_constants<T>::smallest),
                    at_most(batch<T, Arch>(detail::exponential_constants<T>::largest), x));
}

/// The same for an x that is never large.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_decay_argument(batch<T, Arch> x)
{
    return at_least(batch<T, Arch>(detail::fast_exponential_constants<T>::smallest_decay), x);
}

/// exp(x - k * ln 2) - 1 for k = exp_octave(x).
/// Accuracy   2.1e-5 relative
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_exp_fraction(batch<T, Arch> x, batch<T, Arch> k)
{
    constexpr T ln2 = T(0.693147180559945309417);
    const batch<T, Arch> r = negative_multiply_add(k, batch<T, Arch>(ln2), x);
    return multiply_add(r * r, detail::fast_polynomial(r, detail::fast_expm1_coefficients), r);
}

/// exp from its pieces: 2^(k-1) * (1 + p), doubled.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_exp_join(batch<T, Arch> p, batch<T, Arch> k)
{
    const batch<T, Arch> one(T(1));
    const batch<T, Arch> half = (one + p) * power_of_two(k - one);
    return half + half;
}

/// The same for k <= 100.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_exp_decay_join(batch<T, Arch> p, batch<T, Arch> k)
{
    return (batch<T, Arch>(T(1)) + p) * power_of_two(k);
}

/// expm1 from the same pieces, but for the sign of 0.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_expm1_join(batch<T, Arch> p, batch<T, Arch> k)
{
    const batch<T, Arch> scale = power_of_two(k - batch<T, Arch>(T(1)));
    const batch<T, Arch> half = multiply_add(scale, p, scale - batch<T, Arch>(T(0.5)));
    return half + half;
}

/// The same for k <= 0.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_expm1_decay_join(batch<T, Arch> p, batch<T, Arch> k)
{
    const batch<T, Arch> scale = power_of_two(k);
    return multiply_add(scale, p, scale - batch<T, Arch>(T(1)));
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> detail::fast_exp_of_decay(batch<T, Arch> x)
{
    const batch<T, Arch> k = exp_octave(x);
    return fast_exp_decay_join(fast_exp_fraction(x, k), k);
}

/// Exponential function.
/// Domain     all reals
/// Accuracy   2e-5 relative (docs/elementary.md)
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_exp(batch<T, Arch> x)
{
    const batch<T, Arch> z = fast_exp_argument(x);
    const batch<T, Arch> k = exp_octave(z);
    return fast_exp_join(fast_exp_fraction(z, k), k);
}

/// exp(x) - 1 without cancellation.
/// Domain     all reals
/// Accuracy   2.1e-5 relative
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_expm1(batch<T, Arch> x)
{
    const batch<T, Arch> z = fast_exp_argument(x);
    const batch<T, Arch> k = exp_octave(z);
    return copysign(fast_expm1_join(fast_exp_fraction(z, k), k), x);
}

/// Hyperbolic tangent.
/// Domain     all reals
/// Accuracy   3e-5 relative, with an estimated reciprocal 1e-4
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_tanh(batch<T, Arch> x)
{
    const batch<T, Arch> half = minus_abs(x);
    const batch<T, Arch> z = fast_decay_argument(half + half);
    const batch<T, Arch> k = exp_octave(z);
    const batch<T, Arch> e = fast_expm1_decay_join(fast_exp_fraction(z, k), k);
    return copysign(fast_divide(e, e + batch<T, Arch>(T(2))), x);
}

/// 1 / (1 + exp(-x)), with relative accuracy in the left tail too.
/// Domain     all reals
/// Accuracy   3e-5 relative, with an estimated reciprocal 1e-4
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_sigmoid(batch<T, Arch> x)
{
    const batch<T, Arch> one(T(1));
    const batch<T, Arch> e = detail::fast_exp_of_decay(fast_decay_argument(minus_abs(x)));
    return fast_divide(select(is_negative(x), e, one), one + e);
}

/// |x| kept where exp(-x^2) is not 0.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_square_argument(batch<T, Arch> x)
{
    return at_most(batch<T, Arch>(detail::fast_exponential_constants<T>::square), abs(x));
}

/// |x| kept where exp(-x^2 / 2) is not 0.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_half_square_argument(batch<T, Arch> x)
{
    return at_most(batch<T, Arch>(detail::fast_exponential_constants<T>::half_square), abs(x));
}

/// exp(-a^2 - k * ln 2) - 1 for a = fast_square_argument(x) and k = minus_square_octave(a).
/// Accuracy   that of exp(-a^2) is 4e-5 relative
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_minus_square_fraction(batch<T, Arch> a, batch<T, Arch> k)
{
    return fast_exp_fraction(a * -a, k);
}

/// exp(-a^2 / 2 - k * ln 2) - 1 for a = fast_half_square_argument(x) and
/// k = minus_half_square_octave(a), likewise.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_minus_half_square_fraction(batch<T, Arch> a,
                                                                    batch<T, Arch> k)
{
    return fast_exp_fraction(a * (a * batch<T, Arch>(T(-0.5))), k);
}

} // namespace ctgrad::simd
