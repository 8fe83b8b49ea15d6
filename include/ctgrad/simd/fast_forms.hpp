// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementary/fast.hpp>
#include <ctgrad/simd/rounding.hpp>
#include <ctgrad/symbolic/tail_pieces.hpp>
#include <ctgrad/symbolic/tier.hpp>

// What batches compute for `fast_form<Operation>`, found by argument-dependent lookup.

namespace ctgrad::simd
{

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(divide_operation, batch<T, Arch> a, batch<T, Arch> b)
{
    return fast_divide(a, b);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(sqrt_operation, batch<T, Arch> x)
{
    return fast_sqrt(x);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(exp_argument_operation, batch<T, Arch> x)
{
    return fast_exp_argument(x);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(decay_argument_operation, batch<T, Arch> x)
{
    return fast_decay_argument(x);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(exp_fraction_operation, batch<T, Arch> x,
                                               batch<T, Arch> k)
{
    return fast_exp_fraction(x, k);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(exp_join_operation, batch<T, Arch> p,
                                               batch<T, Arch> k)
{
    return fast_exp_join(p, k);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(exp_decay_join_operation, batch<T, Arch> p,
                                               batch<T, Arch> k)
{
    return fast_exp_decay_join(p, k);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(expm1_join_operation, batch<T, Arch> p,
                                               batch<T, Arch> k)
{
    return fast_expm1_join(p, k);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(expm1_decay_join_operation, batch<T, Arch> p,
                                               batch<T, Arch> k)
{
    return fast_expm1_decay_join(p, k);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(log_operation, batch<T, Arch> x)
{
    return fast_log(x);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(log1p_operation, batch<T, Arch> x)
{
    return fast_log1p(x);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(log1p_unit_operation, batch<T, Arch> x)
{
    return fast_log1p_unit(x);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(pow_operation, batch<T, Arch> x, batch<T, Arch> y)
{
    return fast_pow(x, y);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(sin_operation, batch<T, Arch> x)
{
    return fast_sin(x);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(cos_operation, batch<T, Arch> x)
{
    return fast_cos(x);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(sin_of_product_operation, batch<T, Arch> a,
                                               batch<T, Arch> b)
{
    return fast_sin_of_product(a, b);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(cos_of_product_operation, batch<T, Arch> a,
                                               batch<T, Arch> b)
{
    return fast_cos_of_product(a, b);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(atan_operation, batch<T, Arch> x)
{
    return fast_atan(x);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(erf_operation, batch<T, Arch> x)
{
    return fast_erf(x);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(square_argument_operation, batch<T, Arch> x)
{
    return fast_square_argument(x);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(half_square_argument_operation, batch<T, Arch> x)
{
    return fast_half_square_argument(x);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(minus_square_fraction_operation, batch<T, Arch> a,
                                               batch<T, Arch> k)
{
    return fast_minus_square_fraction(a, k);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(minus_half_square_fraction_operation,
                                               batch<T, Arch> a, batch<T, Arch> k)
{
    return fast_minus_half_square_fraction(a, k);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(scale_decay_operation, batch<T, Arch> y,
                                               batch<T, Arch> k)
{
    return y * power_of_two(k);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(erfc_position_operation, batch<T, Arch> x)
{
    return fast_erfc_position(x);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(normal_position_operation, batch<T, Arch> x)
{
    return fast_normal_position(x);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(erfc_significand_operation, batch<T, Arch> a,
                                               batch<T, Arch> w, batch<T, Arch> p)
{
    const batch<T, Arch> tail = fast_erfc_tail(a, w);
    return multiply_add(tail, p, tail);
}

template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> fast_value(normal_tail_operation, batch<T, Arch> a,
                                               batch<T, Arch> w)
{
    return fast_normal_tail(a, w);
}

} // namespace ctgrad::simd
