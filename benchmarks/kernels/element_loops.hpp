// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "two_vectors.hpp"

#include <cstddef>

// What is written by hand of two vectors, over arrays of any length, without a scalar loop at the end.

namespace hand_written
{

template <class Number>
struct both_of
{
    Number value;
    Number derivative;
};

/// Calls `whole` with the place of each full register and `rest` with that of an incomplete one.
template <int Width>
CTGRAD_ALWAYS_INLINE void for_each_register(std::ptrdiff_t length, auto whole, auto rest)
{
    constexpr std::ptrdiff_t width = Width;
    std::ptrdiff_t at = 0;
    for (; at + width <= length; at += width)
    {
        whole(at);
    }
    if (at < length)
    {
        rest(at, static_cast<int>(length - at));
    }
}

template <class Function, class T>
[[gnu::noinline]] void forward(const T* in, T* out, std::ptrdiff_t length)
{
    using number = typename Function::number;
    for_each_register<number::size>(
        length, [=](std::ptrdiff_t at) CTGRAD_INLINE_LAMBDA
        { Function::value(number::load(in + at)).store(out + at); },
        [=](std::ptrdiff_t at, int count) CTGRAD_INLINE_LAMBDA
        { Function::value(number::load_partial(in + at, count)).store_partial(out + at, count); });
}

template <class Function, class T>
[[gnu::noinline]] void backward(const T* in, const T* dout, T* din, std::ptrdiff_t length)
{
    using number = typename Function::number;
    for_each_register<number::size>(
        length, [=](std::ptrdiff_t at) CTGRAD_INLINE_LAMBDA
        { Function::gradient(number::load(in + at), number::load(dout + at)).store(din + at); },
        [=](std::ptrdiff_t at, int count) CTGRAD_INLINE_LAMBDA
        {
            Function::gradient(number::load_partial(in + at, count),
                               number::load_partial(dout + at, count))
                .store_partial(din + at, count);
        });
}

template <class Function, class T>
[[gnu::noinline]] void value_and_derivative(const T* in, T* out, T* dout, std::ptrdiff_t length)
{
    using number = typename Function::number;
    for_each_register<number::size>(
        length,
        [=](std::ptrdiff_t at) CTGRAD_INLINE_LAMBDA
        {
            const auto result = Function::value_and_derivative(number::load(in + at));
            result.value.store(out + at);
            result.derivative.store(dout + at);
        },
        [=](std::ptrdiff_t at, int count) CTGRAD_INLINE_LAMBDA
        {
            const auto result =
                Function::value_and_derivative(number::load_partial(in + at, count));
            result.value.store_partial(out + at, count);
            result.derivative.store_partial(dout + at, count);
        });
}

} // namespace hand_written
