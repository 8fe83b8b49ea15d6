// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementary/fast_exponential.hpp>
#include <ctgrad/simd/elementary/power.hpp>

// The fast tier of logarithm.hpp and power.hpp, and softplus.

namespace ctgrad::simd
{

namespace detail
{

/// log1p(f) = f * c(f) on [-1/4, 1/2], and on [0, 1]: 5.2e-5 and 5.7e-5 relative.
inline constexpr double fast_log_coefficients[] = {0.999948751, -0.499980803, 0.33849291,
                                                   -0.257927139, 0.138097484};
inline constexpr double fast_log1p_unit_coefficients[] = {0.999943278, -0.496977802, 0.306300915,
                                                          -0.157427185, 0.0413472913};

/// k * ln 2 + log1p(f) for f in [-1/4, 1/2].
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_log_join(batch<T, Arch> k, batch<T, Arch> f)
{
    constexpr T ln2 = T(0.693147180559945309417);
    return multiply_add(k, batch<T, Arch>(ln2), f * fast_polynomial(f, fast_log_coefficients));
}

/// a^y from a logarithm of one number: its rounding counts up to 130 times.
struct fast_power
{
    template <class T, class Arch>
    CTGRAD_ALWAYS_INLINE batch<T, Arch> operator()(batch<T, Arch> a, batch<T, Arch> y) const
    {
        using number = batch<T, Arch>;
        const auto parts = split(a);
        const number logarithm = log_join(parts.exponent, parts.significand - number(T(1)));
        return fast_exp(y * logarithm);
    }
};

} // namespace detail

/// Natural logarithm.
/// Domain     all reals: -infinity at +-0, NaN below; without AVX-512 subnormal operands count as
///            the smallest normal number
/// Accuracy   8e-5 relative, also beside 1 (docs/elementary.md)
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_log(batch<T, Arch> x)
{
    using number = batch<T, Arch>;
    const number one(T(1));
    if constexpr (detail::is_avx512<Arch>)
    {
        const auto parts = detail::split(x);
        return detail::fast_log_join(parts.exponent, parts.significand - one);
    }
    else
    {
        constexpr T infinity = std::numeric_limits<T>::infinity();
        constexpr T nan = std::numeric_limits<T>::quiet_NaN();
        const auto parts = detail::split_normal(at_least(number(std::numeric_limits<T>::min()), x));
        const number y = detail::fast_log_join(parts.exponent, parts.significand - one);
        const number at_most_zero = select(x == number(T(0)), number(-infinity), number(nan));
        return select(x > number(T(0)), select(x < number(infinity), y, x), at_most_zero);
    }
}

/// log(1 + x) without cancellation.
/// Domain     all reals: -infinity at -1, NaN below
/// Accuracy   8e-5 relative
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_log1p(batch<T, Arch> x)
{
    const auto parts = detail::split_one_plus(x);
    return detail::log1p_limits(detail::fast_log_join(parts.exponent, parts.fraction), x,
                                parts.sum);
}

/// log(1 + e) for e in [0, 1].
/// Domain     [0, 1] and NaN
/// Accuracy   6e-5 relative
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_log1p_unit(batch<T, Arch> e)
{
    return e * detail::fast_polynomial(e, detail::fast_log1p_unit_coefficients);
}

/// log(1 + exp(x)), with relative accuracy in the left tail too.
/// Domain     all reals
/// Accuracy   8e-5 relative
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_softplus(batch<T, Arch> x)
{
    const batch<T, Arch> e = detail::fast_exp_of_decay(fast_decay_argument(minus_abs(x)));
    return at_least(batch<T, Arch>(T(0)), x) + fast_log1p_unit(e);
}

/// x to the power y for real y.
/// Domain     all reals; the special cases of std::pow, but NaN in x or y always stays NaN
/// Accuracy   5e-5 relative
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_pow(batch<T, Arch> x, batch<T, Arch> y)
{
    return detail::power_of<detail::fast_power>(x, y);
}

} // namespace ctgrad::simd
