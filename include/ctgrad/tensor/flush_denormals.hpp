// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64) || defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace ctgrad
{

namespace detail
{

// The register with the floating-point modes of the running thread; `flags` in it only record
// what happened and are not modes.
#if defined(__x86_64__) || defined(_M_X64) || defined(__SSE2__)
struct floating_point_control
{
    using word = unsigned int;
    static constexpr word flags = 0x003f;
    static constexpr word flush = 0x8040; // results to zero (FTZ), operands as zero (DAZ)
    static word read() noexcept { return _mm_getcsr(); }
    static void write(word value) noexcept { _mm_setcsr(value); }
};
#elif defined(__aarch64__) && defined(__GNUC__)
struct floating_point_control
{
    using word = std::uint64_t;
    static constexpr word flags = 0;             // they have a register of their own
    static constexpr word flush = word{1} << 24; // FZ
    static word read() noexcept
    {
        word value;
        __asm__ volatile("mrs %0, fpcr" : "=r"(value));
        return value;
    }
    static void write(word value) noexcept
    {
        __asm__ volatile("msr fpcr, %0" : : "r"(value) : "memory");
    }
};
#else
struct floating_point_control
{
    using word = unsigned int;
    static constexpr word flags = 0;
    static constexpr word flush = 0;
    static word read() noexcept { return 0; }
    static void write(word) noexcept {}
};
#endif

} // namespace detail

/// While an object of this type lives, its thread computes with denormal numbers as zeros; then
/// the modes the thread had before hold again, whatever was changed in between. Exception flags
/// raised meanwhile stay raised, as after any arithmetic. Other threads are not touched.
/// Why        moments of dead units decay into denormals, which cost over 100 cycles each
/// Portable   x86 with SSE2 and AArch64; elsewhere it does nothing (`supported` says which)
class [[nodiscard]] flush_denormals
{
    using control = detail::floating_point_control;

public:
    static constexpr bool supported = control::flush != 0;

    flush_denormals() noexcept : caller(control::read())
    {
        control::write(caller | control::flush);
    }

    ~flush_denormals()
    {
        control::write((caller & ~control::flags) | (control::read() & control::flags));
    }

    flush_denormals(const flush_denormals&) = delete;
    flush_denormals& operator=(const flush_denormals&) = delete;

private:
    control::word caller;
};

} // namespace ctgrad
