// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

// One program that has the same model for several processors: which build of it is taken is decided
// when the program runs. docs/dispatch.md says how such builds are made. This header is for the part
// of the program that every processor runs, so it includes nothing that computes.

namespace ctgrad
{

/// What a build may use, the least first: what compilers do with -march=x86-64, x86-64-v3 (AVX2 and
/// FMA) and x86-64-v4 (AVX-512).
enum class instruction_set
{
    sse2,
    avx2,
    avx512
};

/// The name by which the environment variable CTGRAD_ARCH asks for it.
constexpr std::string_view name_of(instruction_set instructions)
{
    switch (instructions)
    {
    case instruction_set::sse2:
        return "sse2";
    case instruction_set::avx2:
        return "avx2";
    case instruction_set::avx512:
        return "avx512";
    }
    return "unknown";
}

/// Whether this machine can run such a build: the processor has all its instructions, and the
/// operating system keeps the registers.
inline bool is_available(instruction_set instructions) noexcept
{
#if defined(__x86_64__)
    // Not xsimd's own list, which asks neither the operating system nor for what else compilers use at
    // these levels, such as BMI2. __builtin_cpu_init makes it right before main too.
    __builtin_cpu_init();
    switch (instructions)
    {
    case instruction_set::sse2:
        return true; // there is no x86-64 without
    case instruction_set::avx2:
        return __builtin_cpu_supports("x86-64-v3") != 0;
    case instruction_set::avx512:
        return __builtin_cpu_supports("x86-64-v4") != 0;
    }
#else
    static_cast<void>(instructions);
#endif
    return false;
}

/// No build can be chosen: CTGRAD_ARCH asks for one that does not exist or that this machine cannot
/// run, or there is none that it can.
class dispatch_error : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// What a program has for one set of instructions, such as a table of functions.
template <class T>
struct build_for
{
    instruction_set instructions;
    const T* value;
};

namespace detail
{

inline constexpr const char* dispatch_variable = "CTGRAD_ARCH";

// The index of the build to take: the one that was asked for, or else the best of those available.
inline std::size_t choose_build(std::span<const instruction_set> builds, auto available,
                                std::string_view wanted)
{
    std::size_t best = builds.size();
    std::string all;
    std::string possible;
    bool exists = false;
    for (std::size_t i = 0; i < builds.size(); ++i)
    {
        const std::string_view name = name_of(builds[i]);
        exists = exists || name == wanted;
        all += all.empty() ? "" : ", ";
        all += name;
        if (!available(builds[i]))
        {
            continue;
        }
        if (name == wanted)
        {
            return i;
        }
        possible += possible.empty() ? "" : ", ";
        possible += name;
        if (best == builds.size() || builds[i] > builds[best])
        {
            best = i;
        }
    }
    if (wanted.empty() && best < builds.size())
    {
        return best;
    }
    const std::string asked =
        "ctgrad: " + std::string(dispatch_variable) + " is \"" + std::string(wanted) + "\", but ";
    const std::string see = "; see docs/errors.md#instruction-set";
    if (!wanted.empty() && !exists)
    {
        throw dispatch_error(asked + "this program has builds for " + all + see);
    }
    const std::string can = possible.empty() ? "none of the builds for " + all : possible;
    throw dispatch_error((wanted.empty() ? "ctgrad: " : asked) + "this machine can run " + can +
                         see);
}

} // namespace detail

/// The build to use: that for the best instructions which this machine has, or the one that the
/// environment variable CTGRAD_ARCH names (sse2, avx2, avx512), if it is set and not empty.
/// Errors     throws dispatch_error, which says what there is to choose from
/// Cost       asks processor and environment at each call: keep the result
template <class T, std::size_t Count>
build_for<T> best_build(const build_for<T> (&builds)[Count])
{
    instruction_set sets[Count];
    for (std::size_t i = 0; i < Count; ++i)
    {
        sets[i] = builds[i].instructions;
    }
    const char* const wanted = std::getenv(detail::dispatch_variable);
    return builds[detail::choose_build(sets, is_available, wanted != nullptr ? wanted : "")];
}

} // namespace ctgrad
