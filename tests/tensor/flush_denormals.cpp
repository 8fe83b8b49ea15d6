// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE flush_denormals
#include <boost/test/unit_test.hpp>

#include <ctgrad/tensor/flush_denormals.hpp>

#include <atomic>
#include <bit>
#include <cfenv>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <thread>

using ctgrad::flush_denormals;

namespace
{

using control = ctgrad::detail::floating_point_control;

// Through volatile, so that nothing is computed by the compiler or moved across the scope.
volatile float smallest_normal = std::numeric_limits<float>::min();
volatile float denormal = std::numeric_limits<float>::denorm_min();
volatile float half = 0.5f;
volatile float many = 0x1p100f;
volatile float result = 0;

// The bits, because a comparison within the scope would itself take a denormal as zero.
std::uint32_t halved_normal()
{
    result = smallest_normal * half;
    return std::bit_cast<std::uint32_t>(float(result));
}

std::uint32_t raised_denormal()
{
    result = denormal * many;
    return std::bit_cast<std::uint32_t>(float(result));
}

// Puts back what a test changed, whatever happens in it.
struct keep_environment
{
    std::fenv_t environment;
    keep_environment() { std::fegetenv(&environment); }
    ~keep_environment() { std::fesetenv(&environment); }
};

} // namespace

BOOST_AUTO_TEST_CASE(denormals_are_zero_within_the_scope_only)
{
    BOOST_TEST(halved_normal() > 0);
    BOOST_TEST(raised_denormal() > 0);
    {
        const flush_denormals scope;
        BOOST_TEST((halved_normal() == 0) == flush_denormals::supported);
        BOOST_TEST((raised_denormal() == 0) == flush_denormals::supported);
    }
    BOOST_TEST(halved_normal() > 0);
    BOOST_TEST(raised_denormal() > 0);
}

BOOST_AUTO_TEST_CASE(modes_are_restored_exactly)
{
    const keep_environment restore;
    for (const int rounding : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO})
    {
        std::fesetround(rounding);
        const auto before = control::read();
        {
            const flush_denormals scope;
            BOOST_TEST(std::fegetround() == rounding);
            BOOST_TEST((control::read() & control::flush) == control::flush);
            std::fesetround(FE_DOWNWARD);
        }
        BOOST_TEST((control::read() & ~control::flags) == (before & ~control::flags));
    }
}

BOOST_AUTO_TEST_CASE(an_exception_restores_them_too)
{
    const auto before = control::read() & ~control::flags;
    try
    {
        const flush_denormals scope;
        throw std::runtime_error("");
    }
    catch (const std::runtime_error&)
    {
        BOOST_TEST((control::read() & ~control::flags) == before);
    }
    BOOST_TEST(halved_normal() > 0);
}

BOOST_AUTO_TEST_CASE(scopes_nest)
{
    const flush_denormals outer;
    {
        const flush_denormals inner;
    }
    BOOST_TEST((halved_normal() == 0) == flush_denormals::supported);
}

BOOST_AUTO_TEST_CASE(flags_of_the_caller_and_of_the_scope_stay_raised)
{
    const keep_environment restore;
    volatile float zero = 0;
    volatile float one = 1;

    std::feclearexcept(FE_ALL_EXCEPT);
    result = one / zero;
    {
        const flush_denormals scope;
        result = zero / zero;
    }
    BOOST_TEST(std::fetestexcept(FE_DIVBYZERO) != 0);
    BOOST_TEST(std::fetestexcept(FE_INVALID) != 0);
    BOOST_TEST(std::fetestexcept(FE_OVERFLOW) == 0);
}

BOOST_AUTO_TEST_CASE(a_scope_in_another_thread_changes_nothing_here)
{
    std::atomic<bool> opened = false;
    std::atomic<bool> measured = false;
    std::thread other(
        [&]
        {
            const flush_denormals scope;
            opened = true;
            opened.notify_one();
            measured.wait(false);
        });
    opened.wait(false);
    const std::uint32_t here = halved_normal();
    measured = true;
    measured.notify_one();
    other.join();
    BOOST_TEST(here > 0);
}
