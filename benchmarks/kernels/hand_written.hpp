// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "element_loops.hpp"
#include "hand_written_exponential.hpp"

#include <type_traits>

// The kernels that ctgrad's are measured against: activations and their gradients as a specialist
// writes them by hand, on the same registers and the same polynomials as ctgrad (in double on its
// pieces of elementary functions). Each has one exponential and one division an element, is finite for
// every finite x, has the limit at both infinities, keeps NaN, and loses no digits in either tail. Two
// vectors are computed side by side.

namespace hand_written
{

/// For x < 0 the first, otherwise the second.
template <class T>
CTGRAD_ALWAYS_INLINE two_vectors<T> by_sign(two_vectors<T> x,
                                            std::type_identity_t<two_vectors<T>> negative,
                                            std::type_identity_t<two_vectors<T>> positive)
{
    return select(x < two_vectors<T>(0), negative, positive);
}

/// With e = exp(-|x|) and q = 1 / (1 + e): sigmoid is e q for negative x, otherwise q; as a result to
/// 2 units in the last place.
template <class T>
struct sigmoid
{
    using number = two_vectors<T>;
    using both = both_of<number>;
    using exponential = hand_written::exponential<T>;

    CTGRAD_ALWAYS_INLINE static number value(number x)
    {
        const number e = exponential(decaying(x)).exp();
        return refined_sigmoid(by_sign(x, e, 1), e, number(1) / (number(1) + e));
    }
    CTGRAD_ALWAYS_INLINE static number gradient(number x, number dy)
    {
        const number e = exponential(decaying(x)).exp();
        const number q = number(1) / (number(1) + e);
        return dy * ((e * q) * q);
    }
    CTGRAD_ALWAYS_INLINE static both value_and_derivative(number x)
    {
        const number e = exponential(decaying(x)).exp();
        const number q = number(1) / (number(1) + e);
        return {refined_sigmoid(by_sign(x, e, 1), e, q), (e * q) * q};
    }
};

/// With e = exp(-2|x|): tanh |x| is (1 - e) / (1 + e), as a result to 2 units in the last place, its
/// derivative 4 e / (1 + e)^2.
template <class T>
struct tanh
{
    using number = two_vectors<T>;
    using both = both_of<number>;
    using exponential = hand_written::exponential<T>;

    CTGRAD_ALWAYS_INLINE static exponential of_minus_two(number x)
    {
        const number z = at_least(number(smallest_exponent<T> / 2), minus_abs(x));
        return exponential(z + z);
    }
    CTGRAD_ALWAYS_INLINE static number value(number x)
    {
        return {ctgrad::simd::tanh(x.first), ctgrad::simd::tanh(x.second)};
    }
    CTGRAD_ALWAYS_INLINE static number gradient(number x, number dy)
    {
        const number e = of_minus_two(x).exp();
        const number q = number(2) / (number(1) + e);
        return dy * ((e * q) * q);
    }
    CTGRAD_ALWAYS_INLINE static both value_and_derivative(number x)
    {
        const exponential parts = of_minus_two(x);
        const number e = parts.exp();
        const number q = number(1) / (number(1) + e);
        const number twice = q + q;
        return {copysign(refined_tanh(parts.expm1(), q), x), (e * twice) * twice};
    }
};

/// With e, q as in sigmoid and p = e q: x sigmoid(x), and sigmoid(x) + x p q.
template <class T>
struct swish
{
    using number = two_vectors<T>;
    using both = both_of<number>;
    using exponential = hand_written::exponential<T>;

    /// x from below and from both sides, kept where exp(-|x|) is 0.
    number below;
    number within;
    number e;

    CTGRAD_ALWAYS_INLINE explicit swish(number x)
        : below(at_least(number(smallest_exponent<T>), x)),
          within(at_most(number(-smallest_exponent<T>), below)),
          e(exponential(minus_abs(within)).exp())
    {
    }

    CTGRAD_ALWAYS_INLINE static number value(number x)
    {
        const number z = decaying(x);
        const number e = exponential(z).exp();
        return by_sign(x, z * e, x) / (number(1) + e);
    }
    CTGRAD_ALWAYS_INLINE static number gradient(number x, number dy)
    {
        const swish parts(x);
        const number q = number(1) / (number(1) + parts.e);
        const number p = parts.e * q;
        return dy * multiply_add(p * q, parts.within, by_sign(x, p, q));
    }
    CTGRAD_ALWAYS_INLINE static both value_and_derivative(number x)
    {
        const swish parts(x);
        const number q = number(1) / (number(1) + parts.e);
        const number p = parts.e * q;
        const number s = by_sign(x, p, q);
        return {s * parts.below, multiply_add(p * q, parts.within, s)};
    }
};

/// With a = |x|, g = exp(-a^2 / 2) and m = (1 - Phi(a)) / g: x Phi(x) = max(x, 0) - a m g; the
/// derivative is t = (m - a / sqrt(2 pi)) g for negative x, otherwise 1 - t.
template <class T>
struct gelu
{
    using number = two_vectors<T>;
    using both = both_of<number>;
    using exponential = hand_written::exponential<T>;

    number x;
    number a;
    number g;
    number m;

    CTGRAD_ALWAYS_INLINE explicit gelu(number of)
        : x(of),
          a(at_most(number(sizeof(T) == 4 ? T(15) : T(38.62)), abs(of))),
          g(gaussian(a)),
          m(tail(a))
    {
    }

    CTGRAD_ALWAYS_INLINE static number gaussian(number a)
    {
        if constexpr (sizeof(T) == 8)
        {
            const number k = minus_half_square_octave(a);
            return exp_decay_join(minus_half_square_fraction(a, k), k);
        }
        else
        {
            // The square to twice as many digits as one number has.
            const number half = a * number(-0.5f);
            const number square = a * half;
            return exponential(square, negative_multiply_add(a, half, square)).exp();
        }
    }

    CTGRAD_ALWAYS_INLINE static number tail(number a)
    {
        if constexpr (sizeof(T) == 8)
        {
            return normal_tail(a, normal_position(a));
        }
        else
        {
            const number center(3.60546875f);
            const number sum = a + center;
            const number w = center / sum;
            const number v = w - number(0.5f);
            const number v2 = v * v;
            number even = multiply_add(v2, number(0x1.20e90ap-7f), number(-0x1.c8443ep-7f));
            number odd = multiply_add(v2, number(-0x1.be6e08p-7f), number(0x1.e417ccp-6f));
            for (const float coefficient : {-0x1.7c108ap-7f, 0x1.d9b7e0p-3f, 0x1.8b6e28p-3f})
            {
                even = multiply_add(even, v2, number(coefficient));
            }
            for (const float coefficient : {-0x1.e7c896p-5f, 0x1.e6baeap-4f, 0x1.025cb6p-2f})
            {
                odd = multiply_add(odd, v2, number(coefficient));
            }
            const number bent = multiply_add(odd, v, even);
            const number rough = w * multiply_add(w, bent, number(0x1.c5381cp-4f));
            // The roundings of the sum and of the quotient, taken back.
            const number sum_error = a - (sum - center);
            const number quotient_error = negative_multiply_add(w, sum, center);
            const number slope =
                multiply_add(w, number(2.03f / 3.60546875f), number(0.82f / 3.60546875f));
            return multiply_add(rough * slope, negative_multiply_add(w, sum_error, quotient_error),
                                rough);
        }
    }

    CTGRAD_ALWAYS_INLINE number result() const
    {
        return negative_multiply_add(a, m * g, at_least(number(0), x));
    }
    CTGRAD_ALWAYS_INLINE number derivative() const
    {
        const number t = negative_multiply_add(a, number(T(0.39894228040143267794)), m) * g;
        return by_sign(x, t, number(1) - t);
    }

    CTGRAD_ALWAYS_INLINE static number value(number x) { return gelu(x).result(); }
    CTGRAD_ALWAYS_INLINE static number gradient(number x, number dy)
    {
        return dy * gelu(x).derivative();
    }
    CTGRAD_ALWAYS_INLINE static both value_and_derivative(number x)
    {
        const gelu parts(x);
        return {parts.result(), parts.derivative()};
    }
};

/// x sigmoid(u) with u = c (x + 0.044715 x^3), c = 2 sqrt(2 / pi); e, q, p as in sigmoid of u. The
/// derivative is sigmoid(u) + x u' p q.
template <class T>
struct gelu_tanh
{
    using number = two_vectors<T>;
    using both = both_of<number>;
    using exponential = hand_written::exponential<T>;

    static constexpr T c = T(1.59576912160573071176);
    static constexpr T cubic = T(0.044715) * c;

    /// From here on exp(-|u|) is 0.
    static constexpr T far = sizeof(T) == 4 ? T(10.75) : T(21.6);

    /// x from below and from both sides, kept where exp(-|u|) is 0.
    number below;
    number within;
    number square;
    number e;

    CTGRAD_ALWAYS_INLINE explicit gelu_tanh(number x)
        : below(at_least(number(-far), x)),
          within(at_most(number(far), below)),
          square(within * within)
    {
        const number u = within * multiply_add(square, number(cubic), number(c));
        e = exponential(minus_abs(u)).exp();
    }

    CTGRAD_ALWAYS_INLINE static number value(number x)
    {
        const gelu_tanh parts(x);
        return by_sign(x, parts.below * parts.e, x) / (number(1) + parts.e);
    }
    /// Beside the value there is sigmoid(u) already; alone, another form is shorter: with a = |x|,
    /// t = p (1 - a u' q) for negative x, otherwise 1 - t.
    CTGRAD_ALWAYS_INLINE static number gradient(number x, number dy)
    {
        const number a = at_most(number(far), abs(x));
        const number square = a * a;
        const number e = exponential(a * multiply_add(square, number(-cubic), number(-c))).exp();
        const number q = number(1) / (number(1) + e);
        const number slope = a * multiply_add(square, number(3 * cubic), number(c));
        const number t = negative_multiply_add(slope, q, number(1)) * (e * q);
        return dy * by_sign(x, t, number(1) - t);
    }
    CTGRAD_ALWAYS_INLINE static both value_and_derivative(number x)
    {
        const gelu_tanh parts(x);
        const number q = number(1) / (number(1) + parts.e);
        const number p = parts.e * q;
        const number s = by_sign(x, p, q);
        const number slope = multiply_add(parts.square, number(3 * cubic), number(c));
        return {s * parts.below, multiply_add((p * q) * parts.within, slope, s)};
    }
};

/// With t = exp(x) and n = t (t + 2): tanh(softplus(x)) = n / (n + 2), which is 1 from x = 20 (in double 40) on; its
/// derivative is 4 t (t + 1) / (n + 2)^2.
template <class T>
struct mish
{
    using number = two_vectors<T>;
    using both = both_of<number>;
    using exponential = hand_written::exponential<T>;

    number x;
    number z;
    number t;
    number n;

    CTGRAD_ALWAYS_INLINE explicit mish(number of)
        : x(at_least(number(smallest_exponent<T>), of)),
          z(at_most(number(sizeof(T) == 4 ? T(20) : T(40)), x)),
          t(exponential(z).exp()),
          n(t * (t + number(2)))
    {
    }

    CTGRAD_ALWAYS_INLINE number derivative(number q) const
    {
        const number numerator = multiply_add(t, t, t) * (z * number(4));
        return multiply_add(numerator, q, n) * q;
    }

    CTGRAD_ALWAYS_INLINE static number value(number x)
    {
        const mish parts(x);
        return parts.x * (parts.n / (parts.n + number(2)));
    }
    CTGRAD_ALWAYS_INLINE static number gradient(number x, number dy)
    {
        const mish parts(x);
        return dy * parts.derivative(number(1) / (parts.n + number(2)));
    }
    CTGRAD_ALWAYS_INLINE static both value_and_derivative(number x)
    {
        const mish parts(x);
        const number q = number(1) / (parts.n + number(2));
        return {parts.x * (parts.n * q), parts.derivative(q)};
    }
};

/// What is computed for x > 0 is not used.
template <class T>
struct elu
{
    using number = two_vectors<T>;
    using both = both_of<number>;
    using exponential = hand_written::exponential<T>;

    CTGRAD_ALWAYS_INLINE static exponential parts(number x)
    {
        return exponential(at_least(number(smallest_exponent<T>), x));
    }
    CTGRAD_ALWAYS_INLINE static number value(number x) { return by_sign(x, parts(x).expm1(), x); }
    CTGRAD_ALWAYS_INLINE static number gradient(number x, number dy)
    {
        return select(x > number(0), dy, dy * parts(x).exp());
    }
    CTGRAD_ALWAYS_INLINE static both value_and_derivative(number x)
    {
        const exponential shared = parts(x);
        return {by_sign(x, shared.expm1(), x), select(x > number(0), 1, shared.exp())};
    }
};

template <class T>
struct softplus
{
    using number = two_vectors<T>;
    using both = both_of<number>;
    using exponential = hand_written::exponential<T>;

    CTGRAD_ALWAYS_INLINE static number value(number x)
    {
        return at_least(number(0), x) + log1p_unit(exponential(decaying(x)).exp());
    }
    CTGRAD_ALWAYS_INLINE static number gradient(number x, number dy)
    {
        const number e = exponential(decaying(x)).exp();
        return by_sign(x, dy * e, dy) / (number(1) + e);
    }
    CTGRAD_ALWAYS_INLINE static both value_and_derivative(number x)
    {
        const number e = exponential(decaying(x)).exp();
        const number q = number(1) / (number(1) + e);
        return {at_least(number(0), x) + log1p_unit(e), refined_sigmoid(by_sign(x, e, 1), e, q)};
    }
};

} // namespace hand_written
