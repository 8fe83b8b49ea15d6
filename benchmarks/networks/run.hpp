// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../kernels/run.hpp"
#include "agreement.hpp"

#include <ctgrad/simd/panels.hpp>
#include <ctgrad/tensor/flush_denormals.hpp>

#include <functional>

// What the programs about networks have in common. Names: what/network/detail/contestant.

/// What the core can multiply and add from registers alone.
inline void fma_peak(benchmark::State& state)
{
    using vector = ctgrad::simd::batch<float>;
    constexpr int chains =
        ctgrad::simd::vector_registers<float, xsimd::default_arch>() == 32 ? 24 : 12;
    vector sums[chains];
    for (int i = 0; i < chains; ++i)
    {
        sums[i] = vector(static_cast<float>(i));
    }
    vector factor(0.999f);
    vector term(0.001f);
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

/// ctgrad first: the others are compared with it.
inline std::vector<contestant> sorted_contestants()
{
    std::vector<contestant> all = contestants();
    std::ranges::sort(all, {}, [](const contestant& one)
                      { return std::pair(one.name != "ctgrad", one.name); });
    return all;
}

/// Times `body`; denormals are flushed to zero for everyone.
inline void run_body(benchmark::State& state, const std::function<void()>& body, double flops,
                     int rows)
{
    const ctgrad::flush_denormals flushed;
    for (auto _ : state)
    {
        body();
    }
    state.SetItemsProcessed(state.iterations() * rows);
    state.counters["flops"] =
        benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

/// Registers `body`. The time of threads that a library might start counts too.
inline void time_it(const std::string& name, double flops, int rows, std::function<void()> body)
{
    benchmark::RegisterBenchmark(name.c_str(), run_body, std::move(body), flops, rows)
        ->Unit(benchmark::kMicrosecond)
        ->MeasureProcessCPUTime();
}

inline int run_networks(int argc, char** argv, bool agree)
{
    for (const contestant& one : contestants())
    {
        benchmark::AddCustomContext(one.name, one.version);
    }
    benchmark::RegisterBenchmark("peak", fma_peak)
        ->Unit(benchmark::kMicrosecond)
        ->MeasureProcessCPUTime();
    return run_benchmarks(argc, argv, agree);
}
