// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "hand_written.hpp"

#include <cmath>
#include <limits>

// Formulas over a row as a specialist writes them by hand: as few passes as the sums need, what is
// dear kept in the array of the result, two vectors side by side, sums in registers of their own,
// and lanes behind the end of a row filled with what changes nothing.

namespace hand_written
{

using ctgrad::simd::length_as;
using number = two_vectors<float>;

/// Calls `body(load, store)` for each two vectors of a row; `load(from, fill)` and `store(to, value)`
/// take care of the end.
CTGRAD_ALWAYS_INLINE void for_each_part(std::ptrdiff_t length, auto body)
{
    std::ptrdiff_t at = 0;
    for (; at + number::size <= length; at += number::size)
    {
        body([=](const float* from, float) CTGRAD_INLINE_LAMBDA { return number::load(from + at); },
             [=](float* to, number value) CTGRAD_INLINE_LAMBDA { value.store(to + at); });
    }
    if (at < length)
    {
        const int count = static_cast<int>(length - at);
        body([=](const float* from, float fill) CTGRAD_INLINE_LAMBDA
             { return number::load_partial(from + at, count, fill); },
             [=](float* to, number value) CTGRAD_INLINE_LAMBDA
             { value.store_partial(to + at, count); });
    }
}

/// The same four vectors at a time where there is little to do; `body(load, store, k)` adds up in
/// registers of its own for k = 0 and 1.
CTGRAD_ALWAYS_INLINE void for_each_two_parts(std::ptrdiff_t length, auto body)
{
    std::ptrdiff_t at = 0;
    const auto whole = [&](std::ptrdiff_t from_here, int k) CTGRAD_INLINE_LAMBDA
    {
        body([=](const float* from, float) CTGRAD_INLINE_LAMBDA
             { return number::load(from + from_here); },
             [=](float* to, number value) CTGRAD_INLINE_LAMBDA { value.store(to + from_here); }, k);
    };
    for (; at + 2 * number::size <= length; at += 2 * number::size)
    {
        whole(at, 0);
        whole(at + number::size, 1);
    }
    for_each_part(length - at,
                  [&](auto load, auto store) CTGRAD_INLINE_LAMBDA
                  {
                      body([&](const float* from, float fill) CTGRAD_INLINE_LAMBDA
                           { return load(from + at, fill); },
                           [&](float* to, number value) CTGRAD_INLINE_LAMBDA
                           { store(to + at, value); }, 0);
                  });
}

inline constexpr float nothing = -std::numeric_limits<float>::infinity();

CTGRAD_ALWAYS_INLINE float largest_of(const float* x, std::ptrdiff_t length)
{
    number first(nothing);
    number second(nothing);
    std::ptrdiff_t at = 0;
    for (; at + 2 * number::size <= length; at += 2 * number::size)
    {
        first = at_least(first, number::load(x + at));
        second = at_least(second, number::load(x + at + number::size));
    }
    for_each_part(length - at, [&](auto load, auto) CTGRAD_INLINE_LAMBDA
                  { first = at_least(first, load(x + at, nothing)); });
    return reduce_max(at_least(first, second));
}

CTGRAD_ALWAYS_INLINE float mean_of(const float* x, std::ptrdiff_t length)
{
    number first(0);
    number second(0);
    std::ptrdiff_t at = 0;
    for (; at + 2 * number::size <= length; at += 2 * number::size)
    {
        first = first + number::load(x + at);
        second = second + number::load(x + at + number::size);
    }
    for_each_part(length - at,
                  [&](auto load, auto) CTGRAD_INLINE_LAMBDA { first = first + load(x + at, 0); });
    return reduce_add(first + second) / length_as<float>(length);
}

/// Whether two vectors hold the row: then all of it stays in registers.
CTGRAD_ALWAYS_INLINE bool is_short(std::ptrdiff_t length) { return length <= number::size; }

CTGRAD_ALWAYS_INLINE number load_row(const float* from, std::ptrdiff_t length, float fill)
{
    return number::load_partial(from, static_cast<int>(length), fill);
}

CTGRAD_ALWAYS_INLINE void store_row(float* to, std::ptrdiff_t length, number value)
{
    value.store_partial(to, static_cast<int>(length));
}

/// The row as it is for exponentials, which are slow where they all but vanish: filled with one of
/// its elements.
CTGRAD_ALWAYS_INLINE number load_logits(const float* from, std::ptrdiff_t length)
{
    return load_row(from, length, from[0]);
}

/// 0 behind the end of the row.
CTGRAD_ALWAYS_INLINE number of_row(number value, std::ptrdiff_t length)
{
    return select(number::first_lanes(static_cast<int>(length)), value, number(0));
}

/// exp(x - largest)
CTGRAD_ALWAYS_INLINE number shifted_power(number x, number largest)
{
    return exponential<float>(at_least(number(smallest_exponent<float>), x - largest)).exp();
}

struct softmax
{
    static void forward(const float* x, float* y, std::ptrdiff_t length)
    {
        if (is_short(length))
        {
            const number row = load_logits(x, length);
            const number e = of_row(shifted_power(row, number(reduce_max(row))), length);
            return store_row(y, length, e * number(1 / reduce_add(e)));
        }
        const number largest(largest_of(x, length));
        number sum(0);
        for_each_part(length,
                      [&](auto load, auto store) CTGRAD_INLINE_LAMBDA
                      {
                          const number e = shifted_power(load(x, nothing), largest);
                          store(y, e);
                          sum = sum + e;
                      });
        const number scale(1 / reduce_add(sum));
        for_each_part(length, [&](auto load, auto store) CTGRAD_INLINE_LAMBDA
                      { store(y, load(y, 0) * scale); });
    }
    static void backward(const float* x, const float* dy, float* dx, std::ptrdiff_t length)
    {
        if (is_short(length))
        {
            const number row = load_logits(x, length);
            const number d = load_row(dy, length, 0);
            const number e = of_row(shifted_power(row, number(reduce_max(row))), length);
            const float scale = 1 / reduce_add(e);
            const number shift(scale * reduce_add(e * d));
            return store_row(dx, length, e * number(scale) * (d - shift));
        }
        const number largest(largest_of(x, length));
        number sum(0);
        number product(0);
        for_each_part(length,
                      [&](auto load, auto store) CTGRAD_INLINE_LAMBDA
                      {
                          const number e = shifted_power(load(x, nothing), largest);
                          store(dx, e);
                          sum = sum + e;
                          product = multiply_add(e, load(dy, 0), product);
                      });
        const float scale = 1 / reduce_add(sum);
        const number shift(scale * reduce_add(product));
        for_each_part(length, [&](auto load, auto store) CTGRAD_INLINE_LAMBDA
                      { store(dx, load(dx, 0) * number(scale) * (load(dy, 0) - shift)); });
    }
};

struct log_softmax
{
    static void forward(const float* x, float* y, std::ptrdiff_t length)
    {
        if (is_short(length))
        {
            const number row = load_logits(x, length);
            const float most = reduce_max(row);
            const float sum = reduce_add(of_row(shifted_power(row, number(most)), length));
            return store_row(y, length, row - number(most + std::log(sum)));
        }
        const float largest = largest_of(x, length);
        number sum(0);
        for_each_part(length, [&](auto load, auto) CTGRAD_INLINE_LAMBDA
                      { sum = sum + shifted_power(load(x, nothing), number(largest)); });
        const number shift(largest + std::log(reduce_add(sum)));
        for_each_part(length, [&](auto load, auto store) CTGRAD_INLINE_LAMBDA
                      { store(y, load(x, 0) - shift); });
    }
    static void backward(const float* x, const float* dy, float* dx, std::ptrdiff_t length)
    {
        if (is_short(length))
        {
            const number row = load_logits(x, length);
            const number d = load_row(dy, length, 0);
            const number e = of_row(shifted_power(row, number(reduce_max(row))), length);
            const number scale(reduce_add(d) / reduce_add(e));
            return store_row(dx, length, negative_multiply_add(e, scale, d));
        }
        const number largest(largest_of(x, length));
        number sum(0);
        number incoming(0);
        for_each_part(length,
                      [&](auto load, auto store) CTGRAD_INLINE_LAMBDA
                      {
                          const number e = shifted_power(load(x, nothing), largest);
                          store(dx, e);
                          sum = sum + e;
                          incoming = incoming + load(dy, 0);
                      });
        const number scale(reduce_add(incoming) / reduce_add(sum));
        for_each_part(length, [&](auto load, auto store) CTGRAD_INLINE_LAMBDA
                      { store(dx, negative_multiply_add(load(dx, 0), scale, load(dy, 0))); });
    }
};

struct layer_norm
{
    static constexpr float epsilon = 1e-5f;

    static void forward(const float* x, float* y, std::ptrdiff_t length)
    {
        if (is_short(length))
        {
            const float n = length_as<float>(length);
            const float mean = reduce_add(load_row(x, length, 0)) / n;
            const number c = load_row(x, length, mean) - number(mean);
            const float variance = reduce_add(c * c) / n;
            return store_row(y, length, c * number(1 / std::sqrt(variance + epsilon)));
        }
        const float mean = mean_of(x, length);
        number squares[2] = {0, 0};
        for_each_two_parts(length,
                           [&](auto load, auto, int k) CTGRAD_INLINE_LAMBDA
                           {
                               const number c = load(x, mean) - number(mean);
                               squares[k] = multiply_add(c, c, squares[k]);
                           });
        const float variance = reduce_add(squares[0] + squares[1]) / length_as<float>(length);
        const number scale(1 / std::sqrt(variance + epsilon));
        for_each_two_parts(length, [&](auto load, auto store, int) CTGRAD_INLINE_LAMBDA
                           { store(y, (load(x, 0) - number(mean)) * scale); });
    }
    static void backward(const float* x, const float* dy, float* dx, std::ptrdiff_t length)
    {
        if (is_short(length))
        {
            const float count = length_as<float>(length);
            const float center = reduce_add(load_row(x, length, 0)) / count;
            const number c = load_row(x, length, center) - number(center);
            const number d = load_row(dy, length, 0);
            const float factor = 1 / std::sqrt(reduce_add(c * c) / count + epsilon);
            const number bend(reduce_add(c * d) * factor * factor / count);
            const number centered = d - number(reduce_add(d) / count);
            return store_row(dx, length, negative_multiply_add(c, bend, centered) * number(factor));
        }
        const float n = length_as<float>(length);
        const float mean = mean_of(x, length);
        number squares[2] = {0, 0};
        number product[2] = {0, 0};
        number incoming[2] = {0, 0};
        for_each_two_parts(length,
                           [&](auto load, auto, int k) CTGRAD_INLINE_LAMBDA
                           {
                               const number c = load(x, mean) - number(mean);
                               const number d = load(dy, 0);
                               squares[k] = multiply_add(c, c, squares[k]);
                               product[k] = multiply_add(c, d, product[k]);
                               incoming[k] = incoming[k] + d;
                           });
        const float scale = 1 / std::sqrt(reduce_add(squares[0] + squares[1]) / n + epsilon);
        const number slope(reduce_add(product[0] + product[1]) * scale * scale / n);
        const number shift(reduce_add(incoming[0] + incoming[1]) / n);
        for_each_two_parts(length,
                           [&](auto load, auto store, int) CTGRAD_INLINE_LAMBDA
                           {
                               const number c = load(x, 0) - number(mean);
                               const number centered = load(dy, 0) - shift;
                               store(dx, negative_multiply_add(c, slope, centered) * number(scale));
                           });
    }
};

/// Of logits with target probabilities.
struct cross_entropy
{
    static float value(const float* z, const float* target, std::ptrdiff_t length)
    {
        if (is_short(length))
        {
            const number row = load_logits(z, length);
            const number t = load_row(target, length, 0);
            const float most = reduce_max(row);
            const number e = of_row(shifted_power(row, number(most)), length);
            const float logarithm = std::log(reduce_add(e));
            return reduce_add(t) * (most + logarithm) - reduce_add(t * row);
        }
        const float largest = largest_of(z, length);
        number sum(0);
        number total(0);
        number product(0);
        for_each_part(length,
                      [&](auto load, auto) CTGRAD_INLINE_LAMBDA
                      {
                          const number t = load(target, 0);
                          sum = sum + shifted_power(load(z, nothing), number(largest));
                          total = total + t;
                          product = multiply_add(t, load(z, 0), product);
                      });
        return reduce_add(total) * (largest + std::log(reduce_add(sum))) - reduce_add(product);
    }
    static void gradient(const float* z, const float* target, float incoming, float* dz,
                         std::ptrdiff_t length)
    {
        if (is_short(length))
        {
            const number row = load_logits(z, length);
            const number t = load_row(target, length, 0);
            const number e = of_row(shifted_power(row, number(reduce_max(row))), length);
            const number slope(incoming * reduce_add(t) / reduce_add(e));
            return store_row(dz, length, e * slope - number(incoming) * t);
        }
        const number largest(largest_of(z, length));
        number sum(0);
        number total(0);
        for_each_part(length,
                      [&](auto load, auto store) CTGRAD_INLINE_LAMBDA
                      {
                          const number e = shifted_power(load(z, nothing), largest);
                          store(dz, e);
                          sum = sum + e;
                          total = total + load(target, 0);
                      });
        const number scale(incoming * reduce_add(total) / reduce_add(sum));
        const number factor(incoming);
        for_each_part(length, [&](auto load, auto store) CTGRAD_INLINE_LAMBDA
                      { store(dz, load(dz, 0) * scale - factor * load(target, 0)); });
    }
};

} // namespace hand_written
