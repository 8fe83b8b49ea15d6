// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/symbolic/functions.hpp>

namespace ctgrad
{

// Functions that networks live on. All are lowered to e = exp(-|x|), which never overflows, and one
// reciprocal; value and derivatives share both, and neither tail loses digits.

/// 1 / (1 + exp(-x)).
struct sigmoid_operation
{
    static constexpr fixed_string name = "sigmoid";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::exp;
        return 1 / (1 + exp(-x));
    }
    static constexpr auto partials(auto x, auto y)
    {
        return list(y * apply<sigmoid_operation>(-x));
    }
    static constexpr auto lowered(auto x)
    {
        const auto e = exp(-abs(x));
        const auto r = 1 / (1 + e);
        return select(is_negative(x), e * r, r);
    }
    /// Where the result is looked at and not only a factor: to 2 units in the last place.
    static constexpr auto lowered_precisely(auto x)
    {
        const auto e = exp(-abs(x));
        return apply<refined_sigmoid_operation>(select(is_negative(x), e, 1), e, 1 / (1 + e));
    }
};

struct tanh_operation
{
    static constexpr fixed_string name = "tanh";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::tanh;
        return tanh(x);
    }
    static constexpr auto partials(auto, auto y) { return list(1 - y * y); }
    static constexpr auto lowered(auto x)
    {
        const auto exponent = -2 * abs(x);
        return copysign(expm1(exponent) * (1 / (1 + exp(exponent))), x);
    }
    /// See sigmoid_operation. Beside its slope, which needs the exponential, with the same reciprocal.
    static constexpr auto lowered_precisely(auto x, bool beside_slope)
    {
        if (!beside_slope)
        {
            return apply<whole_tanh_operation>(x);
        }
        const auto exponent = -2 * abs(x);
        const auto z = decay_argument(exponent);
        const auto octave = exp_octave(z);
        const auto n = expm1_decay_join(exp_fraction(z, octave), octave);
        const auto r = 1 / (1 + exp(exponent));
        return copysign(apply<refined_tanh_operation>(n, r), x);
    }
};

/// 1 - tanh(x)^2, which is what graphs make of that difference when they are lowered.
struct sech_squared_operation
{
    static constexpr fixed_string name = "sech_squared";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::abs;
        using scalar::exp;
        const auto e = exp(-2 * abs(x));
        return 4 * e / ((1 + e) * (1 + e));
    }
    static constexpr auto lowered(auto x)
    {
        const auto e = exp(-2 * abs(x));
        const auto r = 1 / (1 + e);
        return e * square(2 * r);
    }
};

/// log(1 + exp(x)).
struct softplus_operation
{
    static constexpr fixed_string name = "softplus";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::abs;
        using scalar::exp;
        using scalar::log1p;
        using scalar::maximum;
        return maximum(x, decltype(x)(0)) + log1p(exp(-abs(x)));
    }
    static constexpr auto partials(auto x, auto) { return list(apply<sigmoid_operation>(x)); }
    static constexpr auto lowered(auto x)
    {
        return maximum(x, 0) + apply<log1p_unit_operation>(exp(-abs(x)));
    }
};

/// max(x, 0); its derivative at 0 is 0.
struct relu_operation
{
    static constexpr fixed_string name = "relu";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::maximum;
        return maximum(x, decltype(x)(0));
    }
    static constexpr auto partials(auto x, auto) { return list(where(x > 0, 1, 0)); }
};

struct tanh_softplus_slope_operation;

/// tanh(softplus(x)), the gate of mish; its derivative is tanh_softplus_slope.
struct tanh_softplus_operation
{
    static constexpr fixed_string name = "tanh_softplus";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::tanh;
        return tanh(softplus_operation::value(x));
    }
    static constexpr auto partials(auto x, auto)
    {
        return list(apply<tanh_softplus_slope_operation>(x));
    }
    // With t = exp(x), tanh(log(1 + t)) = n / (n + 2) for n = t (t + 2); for x > 0 multiplied
    // through by e^2, where e = 1 / t.
    static constexpr auto numerator(auto x, auto e)
    {
        return select(is_negative(x), e * (e + 2), 1 + 2 * e);
    }
    static constexpr auto reciprocal_denominator(auto x, auto e)
    {
        return 1 / (numerator(x, e) + select(is_negative(x), 2, 2 * square(e)));
    }
    static constexpr auto lowered(auto x)
    {
        const auto e = exp(-abs(x));
        return numerator(x, e) * reciprocal_denominator(x, e);
    }
};

/// (1 - tanh(softplus(x))^2) sigmoid(x).
struct tanh_softplus_slope_operation
{
    static constexpr fixed_string name = "tanh_softplus_slope";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        using scalar::abs;
        using scalar::exp;
        using scalar::is_negative;
        using scalar::select;
        const auto e = exp(-abs(x));
        const auto negative = is_negative(x);
        const auto num = select(negative, e * (e + 2), 1 + 2 * e);
        const auto den = num + select(negative, decltype(x)(2), 2 * e * e);
        return 4 * (1 + e) * select(negative, e, e * e) / (den * den);
    }
    static constexpr auto partials(auto x, auto y)
    {
        const auto gate = apply<tanh_softplus_operation>(x);
        return list(y * (apply<sigmoid_operation>(-x) - 2 * gate * apply<sigmoid_operation>(x)));
    }
    static constexpr auto lowered(auto x)
    {
        const auto e = exp(-abs(x));
        const auto r = tanh_softplus_operation::reciprocal_denominator(x, e);
        return (4 * (1 + e)) * select(is_negative(x), e, square(e)) * square(r);
    }
};

/// x tanh(softplus(x)), which is what graphs make of that product when they are lowered. With
/// t = exp(x), tanh(softplus(x)) = n / (n + 2) for n = t (t + 2); it is 1 well before x = 40, up to
/// which n is finite.
struct mish_operation
{
    static constexpr fixed_string name = "mish";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        return x * tanh_softplus_operation::value(x);
    }
    static constexpr auto bounded(auto x) { return apply<at_most_operation>(40, x); }
    static constexpr auto numerator(auto t) { return square(t) + 2 * t; }
    static constexpr auto lowered(auto x)
    {
        const auto n = numerator(exp(bounded(x)));
        return apply<above_minus_infinity_operation>(x) * (n * (1 / (n + 2)));
    }
};

/// Its derivative, likewise: n / (n + 2) + 4 x t (t + 1) / (n + 2)^2.
struct mish_slope_operation
{
    static constexpr fixed_string name = "mish_slope";
    static constexpr bool total = true;
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto x)
    {
        return tanh_softplus_operation::value(x) + x * tanh_softplus_slope_operation::value(x);
    }
    static constexpr auto lowered(auto x)
    {
        const auto bounded = mish_operation::bounded(x);
        const auto t = exp(bounded);
        const auto n = mish_operation::numerator(t);
        const auto r = 1 / (n + 2);
        return r * (n + (t + square(t)) * (4 * decay_argument(bounded)) * r);
    }
};

template <symbolic X>
constexpr applied<sigmoid_operation, X> sigmoid(const X& x)
{
    return apply<sigmoid_operation>(x);
}

template <symbolic X>
constexpr applied<tanh_operation, X> tanh(const X& x)
{
    return apply<tanh_operation>(x);
}

template <symbolic X>
constexpr applied<softplus_operation, X> softplus(const X& x)
{
    return apply<softplus_operation>(x);
}

template <symbolic X>
constexpr applied<relu_operation, X> relu(const X& x)
{
    return apply<relu_operation>(x);
}

} // namespace ctgrad
