// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/functions.hpp>

namespace ctgrad
{

inline constexpr double two_over_sqrt_pi = 1.12837916709551257390;
inline constexpr double one_over_sqrt_two_pi = 0.39894228040143267794;

struct erf_operation
{
    static constexpr fixed_string name = "erf";
    static constexpr bool total = true;
    static constexpr auto value(auto x)
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
    static constexpr auto value(auto x)
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
        const auto tail = apply<erfc_tail_operation>(abs(x)) * apply<exp_minus_square_operation>(x);
        return select(is_negative(x), 2 - tail, tail);
    }
};

/// Distribution function of a standard normal, (1 + erf(x / sqrt 2)) / 2, accurate in both tails.
struct normal_cdf_operation
{
    static constexpr fixed_string name = "normal_cdf";
    static constexpr bool total = true;
    static constexpr fixed_string latex = "\\Phi";
    static constexpr auto value(auto x)
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
        const auto tail =
            apply<normal_tail_operation>(abs(x)) * apply<exp_minus_half_square_operation>(x);
        return select(is_negative(x), tail, 1 - tail);
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
