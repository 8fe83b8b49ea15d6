// SPDX-License-Identifier: BSL-1.0
// What a call through the table of a build costs beside a direct one, in nanoseconds, and what each
// set of instructions takes for one row. `direct` and `table` are the same function of this file.
#include "networks.hpp"

#include <ctgrad/simd/dispatch.hpp>

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

using namespace networks_of_benchmark;

extern "C" const network_functions networks_sse2, networks_avx2, networks_avx512;

namespace
{

using function = void (*)(const float*, float*) noexcept;

template <class Network>
void direct(benchmark::State& state)
{
    const std::vector<float> in(Network::input_size, 0.5f);
    std::vector<float> out(Network::output_size);
    for (auto _ : state)
    {
        predict<Network>(in.data(), out.data());
        benchmark::ClobberMemory();
    }
}

template <class Network>
void through(benchmark::State& state, function called)
{
    benchmark::DoNotOptimize(called);
    const std::vector<float> in(Network::input_size, 0.5f);
    std::vector<float> out(Network::output_size);
    for (auto _ : state)
    {
        called(in.data(), out.data());
        benchmark::ClobberMemory();
    }
}

using enum instruction_set;
constexpr build_for<network_functions> builds[]{
    {sse2, &networks_sse2}, {avx2, &networks_avx2}, {avx512, &networks_avx512}};

// As a program would write it: chosen once, looked up at each call.
const network_functions& best()
{
    static const network_functions& only = *best_build(builds).value;
    return only;
}

template <class Network>
void chosen(benchmark::State& state, function network_functions::* member)
{
    const std::vector<float> in(Network::input_size, 0.5f);
    std::vector<float> out(Network::output_size);
    for (auto _ : state)
    {
        (best().*member)(in.data(), out.data());
        benchmark::ClobberMemory();
    }
}

template <class Network>
void add(const std::string& name, function network_functions::* member)
{
    using benchmark::RegisterBenchmark;
    RegisterBenchmark((name + "/direct").c_str(), direct<Network>);
    RegisterBenchmark((name + "/table").c_str(), through<Network>, &predict<Network>);
    RegisterBenchmark((name + "/chosen").c_str(), chosen<Network>, member);
    for (const auto& [instructions, value] : builds)
    {
        if (is_available(instructions))
        {
            const std::string build = name + "/" + std::string(name_of(instructions));
            RegisterBenchmark(build.c_str(), through<Network>, value->*member);
        }
    }
}

} // namespace

int main(int argc, char** argv)
{
    add<tiny>("1-8-8-1", &network_functions::tiny);
    add<large>("784-128-10", &network_functions::large);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
