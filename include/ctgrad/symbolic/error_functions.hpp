// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/symbolic/functions.hpp>
#include <ctgrad/symbolic/tail_pieces.hpp>

namespace ctgrad
{

inline constexpr double two_over_sqrt_pi = 1.12837916709551257390;
inline constexpr double one_over_sqrt_two_pi = 0.39894228040143267794;

struct erf_operation
{
    static constexpr fixed_string name = "erf";
    static constexpr int cost = 25;
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::erf;
        return erf(x);
    }
    static constexpr auto partials(auto x, auto)
    {
        return list(two_over_sqrt_pi * exp(-square(x)));
    }
};

/// 1 - erf(x), accurate in the right tail too.
struct erfc_operation
{
    static constexpr fixed_string name = "erfc";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::erfc;
        return erfc(x);
    }
    static constexpr auto partials(auto x, auto)
    {
        return list(-two_over_sqrt_pi * exp(-square(x)));
    }
    static constexpr auto lowered(auto x)
    {
        const auto tail = precise_tail<erfc_position_operation, minus_square_octave_operation,
                                       minus_square_fraction_operation, erfc_significand_operation>(
            apply<square_argument_operation>(x));
        return select(is_negative(x), 2 - tail, tail);
    }
};

/// Distribution function of a standard normal, (1 + erf(x / sqrt 2)) / 2, accurate in both tails.
struct normal_cdf_operation
{
    static constexpr fixed_string name = "normal_cdf";
    static constexpr bool total = true;
    static constexpr fixed_string latex = "\\Phi";
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::erfc;
        return 0.5 * erfc(-0.70710678118654752440 * x);
    }
    static constexpr auto partials(auto x, auto)
    {
        return list(one_over_sqrt_two_pi * exp(-0.5 * square(x)));
    }
    static constexpr auto lowered(auto x)
    {
        const auto tail = upper_tail(apply<half_square_argument_operation>(x));
        return select(is_negative(x), tail, 1 - tail);
    }
    /// 1 - Phi(a).
    static constexpr auto upper_tail(auto a)
    {
        // The division first: it takes its time.
        const auto position = apply<normal_position_operation>(a);
        const auto power = exp_minus_half_square(a);
        return apply<normal_tail_operation>(a, position) * power;
    }
    /// Where the result is looked at and not only a factor: to 2 units in the last place.
    static constexpr auto lowered_precisely(auto x)
    {
        const auto tail =
            precise_tail<normal_position_operation, minus_half_square_octave_operation,
                         minus_half_square_fraction_operation, normal_significand_operation>(
                apply<half_square_argument_operation>(x));
        return select(is_negative(x), tail, 1 - tail);
    }
};

/// x Phi(x), which is what graphs make of that product when they are lowered: max(x, 0) less
/// |x| (1 - Phi(|x|)).
struct gelu_operation
{
    static constexpr fixed_string name = "gelu";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        return x * normal_cdf_operation::value(x);
    }
    static constexpr auto lowered(auto x)
    {
        const auto a = apply<half_square_argument_operation>(x);
        const auto less = a * normal_cdf_operation::upper_tail(a);
        return apply<at_least_operation>(0, x) - less;
    }
};

/// Its derivative Phi(x) + x Phi'(x), likewise: those at x and at -x add up to 1.
struct gelu_slope_operation
{
    static constexpr fixed_string name = "gelu_slope";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::exp;
        return normal_cdf_operation::value(x) + x * (one_over_sqrt_two_pi * exp(-0.5 * x * x));
    }
    static constexpr auto lowered(auto x)
    {
        const auto a = apply<half_square_argument_operation>(x);
        const auto position = apply<normal_position_operation>(a);
        const auto power = exp_minus_half_square(a);
        const auto negative =
            (apply<normal_tail_operation>(a, position) - one_over_sqrt_two_pi * a) * power;
        return select(is_negative(x), negative, 1 - negative);
    }
};

template <symbolic X>
constexpr applied<erf_operation, X> erf(const X& x)
{
    return apply<erf_operation>(x);
}

template <symbolic X>
constexpr applied<erfc_operation, X> erfc(const X& x)
{
    return apply<erfc_operation>(x);
}

template <symbolic X>
constexpr applied<normal_cdf_operation, X> normal_cdf(const X& x)
{
    return apply<normal_cdf_operation>(x);
}

} // namespace ctgrad
