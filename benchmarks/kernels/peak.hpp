// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <benchmark/benchmark.h>
#include <ctgrad/simd/panels.hpp>

#include <utility>

/// What the core can multiply and add from registers alone: the roof of all products.
template <class T = float>
void fma_peak(benchmark::State& state)
{
    using vector = ctgrad::simd::batch<T>;
    constexpr int chains = ctgrad::simd::vector_registers<T, xsimd::default_arch>() == 32 ? 24 : 12;
    vector sums[chains];
    for (int i = 0; i < chains; ++i)
    {
        sums[i] = vector(static_cast<T>(i));
    }
    vector factor(T(0.999));
    vector term(T(0.001));
    constexpr int repeats = 1000;
    for (auto _ : state)
    {
        benchmark::DoNotOptimize(factor);
        benchmark::DoNotOptimize(term);
        for (int r = 0; r < repeats; ++r)
        {
            [&]<int... I>(std::integer_sequence<int, I...>)
            {
                ((sums[I] = multiply_add(sums[I], factor, term)), ...);
            }(std::make_integer_sequence<int, chains>{});
        }
    }
    for (vector& sum : sums)
    {
        benchmark::DoNotOptimize(sum);
    }
    state.counters["flops"] = benchmark::Counter(2.0 * repeats * chains * vector::size,
                                                 benchmark::Counter::kIsIterationInvariantRate);
}
