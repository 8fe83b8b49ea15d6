// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <benchmark/benchmark.h>
#include <ctgrad/simd/batch.hpp>

#include <cstdio>

/// Times what is registered, if all contestants agree; returns the program's exit code.
inline int run_benchmarks(int argc, char** argv, bool agree)
{
    if (!agree)
    {
        std::fprintf(stderr, "the contestants do not agree: nothing is timed\n");
        return 1;
    }
#if defined(__clang__)
    benchmark::AddCustomContext("compiler", "clang " __clang_version__);
#else
    benchmark::AddCustomContext("compiler", "g++ " __VERSION__);
#endif
    benchmark::AddCustomContext("simd", xsimd::default_arch::name());
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
    {
        return 1;
    }
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
