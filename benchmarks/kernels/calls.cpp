// SPDX-License-Identifier: BSL-1.0
// What a call costs on few elements: ctgrad's kernels beside hand-written ones with a masked end, and
// beside a call that does nothing. Names: function/form/length/contestant.

#include "formulas.hpp"
#include "hand_written.hpp"
#include "run.hpp"

#include <benchmark/benchmark.h>
#include <ctgrad/simd/elementwise.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace
{

struct numbers
{
    alignas(64) std::array<float, 64> in{};
    alignas(64) std::array<float, 64> dy{};
    alignas(64) std::array<float, 64> out{};
};

numbers& all_numbers()
{
    static numbers all = []
    {
        numbers made;
        for (std::size_t i = 0; i < made.in.size(); ++i)
        {
            made.in[i] = static_cast<float>(i % 9) - 4;
            made.dy[i] = static_cast<float>(i % 5) - 2;
        }
        return made;
    }();
    return all;
}

/// `run` gets arrays of which the compiler knows neither the length nor the place.
template <class Run>
void measure(benchmark::State& state, std::size_t length, Run run)
{
    const float* in = all_numbers().in.data();
    const float* dy = all_numbers().dy.data();
    float* out = all_numbers().out.data();
    for (auto _ : state)
    {
        benchmark::DoNotOptimize(length);
        benchmark::DoNotOptimize(in);
        benchmark::DoNotOptimize(dy);
        benchmark::DoNotOptimize(out);
        run(std::span(in, length), std::span(dy, length), std::span(out, length));
        benchmark::ClobberMemory();
    }
}

[[gnu::noinline]] void do_nothing(const float* in, const float* dy, float* out,
                                  std::ptrdiff_t length)
{
    asm volatile("" : : "r"(in), "r"(dy), "r"(out), "r"(length));
}

bool agree(const std::string& name, std::size_t length, auto ours, auto hand)
{
    numbers& all = all_numbers();
    const std::span<const float> in(all.in.data(), length);
    const std::span<const float> dy(all.dy.data(), length);
    std::array<float, 64> first{};
    std::array<float, 64> second{};
    ours(in, dy, std::span(first.data(), length));
    hand(in, dy, std::span(second.data(), length));
    const bool same = std::ranges::equal(first, second, [](float a, float b)
                                         { return std::abs(a - b) <= 1e-6f * (1 + std::abs(a)); });
    if (!same)
    {
        std::fprintf(stderr, "%s: the results of %zu elements differ\n", name.c_str(), length);
    }
    return same;
}

/// Enters ctgrad's and the hand-written kernel in one form at all lengths.
bool enter_form(const std::string& name, auto ours, auto hand)
{
    const auto nothing = [](auto in, auto dy, auto out)
    { do_nothing(in.data(), dy.data(), out.data(), static_cast<std::ptrdiff_t>(in.size())); };
    bool same = true;
    for (const std::size_t length : {1u, 7u, 16u, 33u, 64u})
    {
        same = agree(name, length, ours, hand) && same;
        const auto add = [&](const char* contestant, auto run)
        {
            benchmark::RegisterBenchmark(
                (name + '/' + std::to_string(length) + '/' + contestant).c_str(),
                measure<decltype(run)>, length, run)
                ->Unit(benchmark::kNanosecond);
        };
        add("ctgrad", ours);
        add("hand", hand);
        add("nothing", nothing);
    }
    return same;
}

template <auto Formula, class Hand>
bool enter(const std::string& name)
{
    const auto length_of = [](auto in) { return static_cast<std::ptrdiff_t>(in.size()); };
    const bool forward = enter_form(
        name + "/forward", [](auto in, auto, auto out) { ctgrad::forward<Formula>(in, out); },
        [=](auto in, auto, auto out)
        { hand_written::forward<Hand>(in.data(), out.data(), length_of(in)); });
    const bool backward = enter_form(
        name + "/backward", [](auto in, auto dy, auto out)
        { ctgrad::backward<Formula>(in, dy, out); }, [=](auto in, auto dy, auto out)
        { hand_written::backward<Hand>(in.data(), dy.data(), out.data(), length_of(in)); });
    return forward && backward;
}

struct relu
{
    using number = hand_written::two_vectors<float>;

    CTGRAD_ALWAYS_INLINE static number value(number x) { return at_least(0, x); }
    /// NaN stays.
    CTGRAD_ALWAYS_INLINE static number gradient(number x, number dy)
    {
        return select(x > 0, dy, select(is_nan(x), x, 0));
    }
};

} // namespace

int main(int argc, char** argv)
{
    bool same = enter<formulas::relu, relu>("relu");
    same = enter<formulas::swish, hand_written::swish<float>>("swish") && same;
    same = enter<formulas::gelu, hand_written::gelu<float>>("gelu") && same;
    return run_benchmarks(argc, argv, same);
}
