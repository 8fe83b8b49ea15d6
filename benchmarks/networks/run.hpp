// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../kernels/peak.hpp"
#include "../kernels/run.hpp"
#include "agreement.hpp"

#include <ctgrad/tensor/flush_denormals.hpp>

#include <functional>

// What the programs about networks have in common. Names: what/network/detail/contestant.

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
    benchmark::RegisterBenchmark("peak", fma_peak<float>)
        ->Unit(benchmark::kMicrosecond)
        ->MeasureProcessCPUTime();
    return run_benchmarks(argc, argv, agree);
}
