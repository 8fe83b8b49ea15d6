// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "activation_arrays.hpp"
#include "agreement.hpp"
#include "copy.hpp"
#include "differentiator.hpp"
#include "formulas.hpp"
#include "hand_written.hpp"
#include "run.hpp"
#include "scalar.hpp"
#include "with_xsimd.hpp"

#include <benchmark/benchmark.h>
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/symbolic/tier.hpp>

#include <span>
#include <string>

// Activation functions and their gradients: ctgrad's kernels, made from a textbook's formula, in both
// tiers, beside hand-written SIMD kernels on the same elementary functions and on xsimd's own, plain
// scalar loops, copies of as many arrays, and what has entered from rivals/. Before anything is timed,
// all results are compared; a difference ends the program with an error. Names:
// function/form/length/contestant.

namespace activations
{

template <auto Formula>
struct ctgrad_contestant
{
    template <class T>
    static void run(form wanted, arrays<T>& a)
    {
        const std::span<const T> in = a.in();
        switch (wanted)
        {
        case form::forward:
            return ctgrad::forward<Formula>(in, a.first());
        case form::backward:
            return ctgrad::backward<Formula>(in, std::span<const T>(a.dy()), a.first());
        case form::fused:
            return ctgrad::value_and_derivative<Formula>(in, a.first(), a.second());
        }
    }
};

template <class Function>
struct hand_contestant
{
    template <class T>
    static void run(form wanted, arrays<T>& a)
    {
        const auto length = static_cast<std::ptrdiff_t>(a.size);
        const T* in = a.in().data();
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
    template <class T>
    static void run(form wanted, arrays<T>& a)
    {
        const auto length = static_cast<std::ptrdiff_t>(a.size);
        const T* in = a.in().data();
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

inline constexpr form forms[] = {form::forward, form::backward, form::fused};
inline constexpr const char* form_names[] = {"forward", "backward", "fused"};
/// In the first level cache, and many times the size of the second.
inline constexpr std::size_t lengths[] = {4'096, 4'194'304};

template <class T, class Contestant>
void measure(benchmark::State& state, Contestant contestant, form wanted, std::size_t length)
{
    arrays<T>& a = arrays_of<T>(length);
    for (auto _ : state)
    {
        contestant(wanted, a);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(length));
}

/// A contestant as an object of its own type, so that calls of it are seen through.
template <class Contestant, class T>
inline constexpr auto run = [](form wanted, arrays<T>& a) { Contestant::run(wanted, a); };

/// Checks one function and registers its measurements. Returns whether all contestants agree.
template <auto Formula, template <class> class ByHand, template <class> class WithXsimd,
          template <class> class Scalar, class T>
bool enter(const std::string& name)
{
    const auto ours = run<ctgrad_contestant<Formula>, T>;
    const auto fast = run<ctgrad_contestant<ctgrad::fast(Formula)>, T>;
    const auto hand = run<hand_contestant<ByHand<T>>, T>;
    const auto with_xsimd = run<hand_contestant<with_xsimd::with_gradient<WithXsimd<T>>>, T>;
    const auto scalar = run<scalar_contestant<Scalar<T>>, T>;
    const auto copy = run<hand_contestant<hand_written::copy<T>>, T>;
    bool agree = true;
    for (const form wanted : forms)
    {
        const std::string form_name = name + '/' + form_names[static_cast<int>(wanted)];
        const auto add = [&](const std::string& contestant, auto function)
        {
            for (const std::size_t length : lengths)
            {
                const std::string row = form_name + '/' + std::to_string(length) + '/' + contestant;
                benchmark::RegisterBenchmark(row.c_str(), measure<T, decltype(function)>, function,
                                             wanted, length)
                    ->Unit(benchmark::kMicrosecond);
            }
        };
        const auto add_checked =
            [&](const std::string& contestant, auto function, const agreement::standard& standard)
        {
            agree = agreement::same_results<arrays<T>>(form_name + ", " + contestant, ours,
                                                       function, wanted, standard) &&
                    agree;
            add(contestant, function);
        };
        add("ctgrad", ours);
        add("copy", copy);
        add_checked("fast", fast, agreement::fast_tier<T>);
        add_checked("hand", hand, agreement::everywhere<T>);
        add_checked("xsimd", with_xsimd, agreement::near_zero);
        add_checked("scalar", scalar, agreement::near_zero);
        for (const differentiator<T>& other : differentiators<T>())
        {
            const auto entered = other.kernels.find(name);
            if (wanted != form::forward && entered != other.kernels.end())
            {
                // From the textbook's formulas too.
                add_checked(other.name, entered->second, agreement::near_zero);
            }
        }
    }
    return agree;
}

/// All functions in one element type.
template <class T>
bool enter_all()
{
    for (const differentiator<T>& other : differentiators<T>())
    {
        benchmark::AddCustomContext(other.name, other.version);
    }
    bool agree = true;
    agree = enter<formulas::sigmoid, hand_written::sigmoid, with_xsimd::sigmoid, plain::sigmoid, T>(
                "sigmoid") &&
            agree;
    agree = enter<formulas::tanh, hand_written::tanh, with_xsimd::tanh, plain::tanh, T>("tanh") &&
            agree;
    agree =
        enter<formulas::swish, hand_written::swish, with_xsimd::swish, plain::swish, T>("swish") &&
        agree;
    agree = enter<formulas::gelu, hand_written::gelu, with_xsimd::gelu, plain::gelu, T>("gelu") &&
            agree;
    agree = enter<formulas::gelu_tanh, hand_written::gelu_tanh, with_xsimd::gelu_tanh,
                  plain::gelu_tanh, T>("gelu_tanh") &&
            agree;
    agree = enter<formulas::mish, hand_written::mish, with_xsimd::mish, plain::mish, T>("mish") &&
            agree;
    agree = enter<formulas::elu, hand_written::elu, with_xsimd::elu, plain::elu, T>("elu") && agree;
    agree =
        enter<formulas::softplus, hand_written::softplus, with_xsimd::softplus, plain::softplus, T>(
            "softplus") &&
        agree;
    return agree;
}

} // namespace activations
