// SPDX-License-Identifier: BSL-1.0
// Activation functions and their gradients: ctgrad's kernels, made from a textbook's formula, beside
// hand-written SIMD kernels and plain scalar loops. Before anything is timed, all results are
// compared; a difference ends the program with an error. Names: function/form/length/contestant.

#include "agreement.hpp"
#include "formulas.hpp"
#include "hand_written.hpp"
#include "run.hpp"
#include "scalar.hpp"

#include <benchmark/benchmark.h>
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>

#include <cstdio>
#include <map>
#include <random>
#include <string>

namespace
{

enum class form
{
    forward,
    backward,
    fused
};

/// The arrays of one length, which all contestants share.
struct arrays
{
    explicit arrays(std::size_t length) : storage(4 * (length + shift)), size(length)
    {
        std::mt19937 generator(1);
        std::normal_distribution<float> pre_activation(0, 3);
        for (std::size_t i = 0; i < length; ++i)
        {
            in()[i] = pre_activation(generator);
            dy()[i] = pre_activation(generator);
        }
    }

    std::span<float> part(std::size_t k)
    {
        return std::span<float>(storage.data(), storage.size()).subspan(k * (size + shift), size);
    }
    std::span<float> in() { return part(0); }
    std::span<float> dy() { return part(1); }
    std::span<float> first() { return part(2); }
    std::span<float> second() { return part(3); }

    // Not a multiple of 4 KiB apart: stores would hold up loads from the same place in a page.
    static constexpr std::size_t shift = 80;
    ctgrad::aligned_buffer<float> storage;
    std::size_t size;
};

arrays& arrays_of(std::size_t length)
{
    static std::map<std::size_t, arrays> all;
    return all.try_emplace(length, length).first->second;
}

template <auto Formula>
struct ctgrad_contestant
{
    static void run(form wanted, arrays& a)
    {
        const std::span<const float> in = a.in();
        switch (wanted)
        {
        case form::forward:
            return ctgrad::forward<Formula>(in, a.first());
        case form::backward:
            return ctgrad::backward<Formula>(in, std::span<const float>(a.dy()), a.first());
        case form::fused:
            return ctgrad::value_and_derivative<Formula>(in, a.first(), a.second());
        }
    }
};

template <class Function>
struct hand_contestant
{
    static void run(form wanted, arrays& a)
    {
        const auto length = static_cast<std::ptrdiff_t>(a.size);
        const float* in = a.in().data();
        switch (wanted)
        {
        case form::forward:
            return hand_written::forward<Function>(in, a.first().data(), length);
        case form::backward:
            return hand_written::backward<Function>(in, a.dy().data(), a.first().data(), length);
        case form::fused:
            return hand_written::value_and_derivative<Function>(in, a.first().data(),
                                                                a.second().data(), length);
        }
    }
};

template <class Function>
struct scalar_contestant
{
    static void run(form wanted, arrays& a)
    {
        const auto length = static_cast<std::ptrdiff_t>(a.size);
        const float* in = a.in().data();
        switch (wanted)
        {
        case form::forward:
            return plain::forward<Function>(in, a.first().data(), length);
        case form::backward:
            return plain::backward<Function>(in, a.dy().data(), a.first().data(), length);
        case form::fused:
            return plain::value_and_derivative<Function>(in, a.first().data(), a.second().data(),
                                                         length);
        }
    }
};

constexpr form forms[] = {form::forward, form::backward, form::fused};
constexpr const char* form_names[] = {"forward", "backward", "fused"};
constexpr std::size_t lengths[] = {4'096, 4'194'304};

template <class Contestant>
void measure(benchmark::State& state, form wanted, std::size_t length)
{
    arrays& a = arrays_of(length);
    for (auto _ : state)
    {
        Contestant::run(wanted, a);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(length));
}

/// Checks one function and registers its measurements. Returns whether all contestants agree.
template <auto Formula, class ByHand, class Scalar>
bool enter(const std::string& name)
{
    using ours = ctgrad_contestant<Formula>;
    using hand = hand_contestant<ByHand>;
    using scalar = scalar_contestant<Scalar>;
    bool agree = true;
    for (const form wanted : forms)
    {
        const std::string form_name = name + '/' + form_names[static_cast<int>(wanted)];
        agree = agreement::same_results<ours, hand, arrays>(form_name + ", hand-written", wanted,
                                                            agreement::everywhere) &&
                agree;
        agree = agreement::same_results<ours, scalar, arrays>(form_name + ", scalar", wanted,
                                                              agreement::near_zero) &&
                agree;
        for (const std::size_t length : lengths)
        {
            const std::string row = form_name + '/' + std::to_string(length) + '/';
            const auto add = [&](const char* contestant, auto function)
            {
                benchmark::RegisterBenchmark((row + contestant).c_str(), function, wanted, length)
                    ->Unit(benchmark::kMicrosecond);
            };
            add("ctgrad", measure<ours>);
            add("hand", measure<hand>);
            add("scalar", measure<scalar>);
        }
    }
    return agree;
}

} // namespace

int main(int argc, char** argv)
{
    bool agree = enter<formulas::sigmoid, hand_written::sigmoid, plain::sigmoid>("sigmoid");
    agree = enter<formulas::tanh, hand_written::tanh, plain::tanh>("tanh") && agree;
    agree = enter<formulas::swish, hand_written::swish, plain::swish>("swish") && agree;
    agree = enter<formulas::gelu, hand_written::gelu, plain::gelu>("gelu") && agree;
    agree =
        enter<formulas::gelu_tanh, hand_written::gelu_tanh, plain::gelu_tanh>("gelu_tanh") && agree;
    agree = enter<formulas::mish, hand_written::mish, plain::mish>("mish") && agree;
    agree = enter<formulas::elu, hand_written::elu, plain::elu>("elu") && agree;
    agree = enter<formulas::softplus, hand_written::softplus, plain::softplus>("softplus") && agree;
    return run_benchmarks(argc, argv, agree);
}
