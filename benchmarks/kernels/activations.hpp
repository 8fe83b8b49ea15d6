// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "agreement.hpp"
#include "copy.hpp"
#include "formulas.hpp"
#include "hand_written.hpp"
#include "run.hpp"
#include "scalar.hpp"
#include "with_xsimd.hpp"

#include <benchmark/benchmark.h>
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>

#include <map>
#include <random>
#include <span>
#include <string>

// Activation functions and their gradients: ctgrad's kernels, made from a textbook's formula, beside
// hand-written SIMD kernels on the same elementary functions and on xsimd's own, plain scalar loops,
// and copies of as many arrays. Before anything is timed, all results are compared; a difference
// ends the program with an error. Names: function/form/length/contestant.

namespace activations
{

enum class form
{
    forward,
    backward,
    fused
};

/// The arrays of one length, which all contestants share.
template <class T>
struct arrays
{
    using value_type = T;

    explicit arrays(std::size_t length) : storage(4 * (length + shift)), size(length)
    {
        std::mt19937 generator(1);
        std::normal_distribution<T> pre_activation(0, 3);
        for (std::size_t i = 0; i < length; ++i)
        {
            in()[i] = pre_activation(generator);
            dy()[i] = pre_activation(generator);
        }
    }

    std::span<T> part(std::size_t k)
    {
        return std::span<T>(storage.data(), storage.size()).subspan(k * (size + shift), size);
    }
    std::span<T> in() { return part(0); }
    std::span<T> dy() { return part(1); }
    std::span<T> first() { return part(2); }
    std::span<T> second() { return part(3); }

    // Not a multiple of 4 KiB apart: stores would hold up loads from the same place in a page.
    static constexpr std::size_t shift = 320 / sizeof(T);
    ctgrad::aligned_buffer<T> storage;
    std::size_t size;
};

template <class T>
arrays<T>& arrays_of(std::size_t length)
{
    static std::map<std::size_t, arrays<T>> all;
    return all.try_emplace(length, length).first->second;
}

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

template <class Contestant, class T>
void measure(benchmark::State& state, form wanted, std::size_t length)
{
    arrays<T>& a = arrays_of<T>(length);
    for (auto _ : state)
    {
        Contestant::run(wanted, a);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(length));
}

/// Checks one function and registers its measurements. Returns whether all contestants agree.
template <auto Formula, template <class> class ByHand, template <class> class WithXsimd,
          template <class> class Scalar, class T>
bool enter(const std::string& name)
{
    using ours = ctgrad_contestant<Formula>;
    using hand = hand_contestant<ByHand<T>>;
    using with_xsimd = hand_contestant<with_xsimd::with_gradient<WithXsimd<T>>>;
    using scalar = scalar_contestant<Scalar<T>>;
    using copy = hand_contestant<hand_written::copy<T>>;
    bool agree = true;
    for (const form wanted : forms)
    {
        const std::string form_name = name + '/' + form_names[static_cast<int>(wanted)];
        const auto check = [&]<class Other>(const char* other, const agreement::standard& standard)
        {
            agree = agreement::same_results<ours, Other, arrays<T>>(form_name + ", " + other,
                                                                    wanted, standard) &&
                    agree;
        };
        check.template operator()<hand>("hand-written", agreement::everywhere<T>);
        check.template operator()<with_xsimd>("with xsimd's own functions", agreement::near_zero);
        check.template operator()<scalar>("scalar", agreement::near_zero);
        for (const std::size_t length : lengths)
        {
            const std::string row = form_name + '/' + std::to_string(length) + '/';
            const auto add = [&](const char* contestant, auto function)
            {
                benchmark::RegisterBenchmark((row + contestant).c_str(), function, wanted, length)
                    ->Unit(benchmark::kMicrosecond);
            };
            add("ctgrad", measure<ours, T>);
            add("hand", measure<hand, T>);
            add("xsimd", measure<with_xsimd, T>);
            add("scalar", measure<scalar, T>);
            add("copy", measure<copy, T>);
        }
    }
    return agree;
}

/// All functions in one element type.
template <class T>
bool enter_all()
{
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
