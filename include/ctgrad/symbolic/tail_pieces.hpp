// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/symbolic/pieces.hpp>

namespace ctgrad
{

// Building blocks of exp(-x^2) and exp(-x^2 / 2), and of the tails that they bound: octave and fraction
// as those of every exponential (pieces.hpp), the argument clamped first.

/// |x|, kept where exp(-x^2) is not surely 0.
struct square_argument_operation
{
    static constexpr fixed_string name = "square_argument";
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::square_argument;
        return square_argument(x);
    }
};

/// |x|, kept where exp(-x^2 / 2) is not surely 0.
struct half_square_argument_operation
{
    static constexpr fixed_string name = "half_square_argument";
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::half_square_argument;
        return half_square_argument(x);
    }
};

/// The octave of exp(-a^2) for a square_argument a.
struct minus_square_octave_operation
{
    static constexpr fixed_string name = "minus_square_octave";
    static constexpr int cost = 3;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a)
    {
        using scalar::minus_square_octave;
        return minus_square_octave(a);
    }
};

/// Its fraction, with the rounding error of a^2 taken back, so that the far tail is accurate too.
struct minus_square_fraction_operation
{
    static constexpr fixed_string name = "minus_square_fraction";
    static constexpr int cost = 12;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto octave)
    {
        using scalar::minus_square_fraction;
        return minus_square_fraction(a, octave);
    }
};

/// The octave of exp(-a^2 / 2) for a half_square_argument a.
struct minus_half_square_octave_operation
{
    static constexpr fixed_string name = "minus_half_square_octave";
    static constexpr int cost = 4;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a)
    {
        using scalar::minus_half_square_octave;
        return minus_half_square_octave(a);
    }
};

/// Its fraction, likewise.
struct minus_half_square_fraction_operation
{
    static constexpr fixed_string name = "minus_half_square_fraction";
    static constexpr int cost = 13;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto octave)
    {
        using scalar::minus_half_square_fraction;
        return minus_half_square_fraction(a, octave);
    }
};

/// y * 2^octave for an octave that is not positive.
struct scale_decay_operation
{
    static constexpr fixed_string name = "scale_decay";
    static constexpr int cost = 3;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto y, auto octave)
    {
        using scalar::scale_decay;
        return scale_decay(y, octave);
    }
};

/// What the tail of erfc needs of a division.
struct erfc_position_operation
{
    static constexpr fixed_string name = "erfc_position";
    static constexpr int cost = 5;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::erfc_position;
        return erfc_position(x);
    }
};

/// What the tail of the normal distribution needs of a division.
struct normal_position_operation
{
    static constexpr fixed_string name = "normal_position";
    static constexpr int cost = 5;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::normal_position;
        return normal_position(x);
    }
};

/// erfc(a) but for the octave of exp(-a^2), given its fraction and erfc_position(a).
struct erfc_significand_operation
{
    static constexpr fixed_string name = "erfc_significand";
    static constexpr int cost = 30;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto position, auto fraction)
    {
        using scalar::erfc_significand;
        return erfc_significand(a, position, fraction);
    }
};

/// 1 - Phi(a), likewise; Phi is the distribution function of a standard normal.
struct normal_significand_operation
{
    static constexpr fixed_string name = "normal_significand";
    static constexpr int cost = 30;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto a, auto position, auto fraction)
    {
        using scalar::normal_significand;
        return normal_significand(a, position, fraction);
    }
};

/// exp(x^2 / 2) (1 - Phi(x)) for finite x >= 0, given its normal_position.
struct normal_tail_operation
{
    static constexpr fixed_string name = "normal_tail";
    static constexpr int cost = 18;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x, auto position)
    {
        using scalar::normal_tail;
        return normal_tail(x, position);
    }
};

/// exp(-a^2) for a square_argument a.
constexpr auto exp_minus_square(symbolic auto a)
{
    const auto octave = apply<minus_square_octave_operation>(a);
    return exp_decay_join(apply<minus_square_fraction_operation>(a, octave), octave);
}

/// exp(-a^2 / 2) for a half_square_argument a.
constexpr auto exp_minus_half_square(symbolic auto a)
{
    const auto octave = apply<minus_half_square_octave_operation>(a);
    return exp_decay_join(apply<minus_half_square_fraction_operation>(a, octave), octave);
}

/// A tail times its power, rounded once, for a clamped argument.
template <class Position, class Octave, class Fraction, class Significand>
constexpr auto precise_tail(symbolic auto a)
{
    // The division first: it takes its time.
    const auto position = apply<Position>(a);
    const auto octave = apply<Octave>(a);
    const auto fraction = apply<Fraction>(a, octave);
    return apply<scale_decay_operation>(apply<Significand>(a, position, fraction), octave);
}

} // namespace ctgrad
