// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE dispatch
#include <boost/test/unit_test.hpp>

#include <ctgrad/simd/dispatch.hpp>

#include <array>
#include <vector>

// The rule by which a build is chosen, for machines of all kinds. tests/dispatch/ has whole programs.

using namespace ctgrad;
using enum instruction_set;

namespace
{

constexpr std::array all{sse2, avx2, avx512};

// What a machine whose best instructions are these takes of the builds.
instruction_set chosen(std::span<const instruction_set> builds, instruction_set machine,
                       std::string_view wanted = "")
{
    return builds[detail::choose_build(
        builds, [=](instruction_set one) { return one <= machine; }, wanted)];
}

std::string sentence(std::span<const instruction_set> builds, auto available,
                     std::string_view wanted)
{
    try
    {
        detail::choose_build(builds, available, wanted);
    }
    catch (const dispatch_error& error)
    {
        return error.what();
    }
    return "";
}

} // namespace

BOOST_AUTO_TEST_CASE(the_best_that_the_machine_has)
{
    for (const instruction_set machine : all)
    {
        BOOST_TEST((chosen(all, machine) == machine));
    }
    constexpr std::array backwards{avx512, avx2, sse2};
    BOOST_TEST((chosen(backwards, avx2) == avx2));
    constexpr std::array two{sse2, avx512};
    BOOST_TEST((chosen(two, avx2) == sse2));
    BOOST_TEST((chosen(two, avx512) == avx512));
}

BOOST_AUTO_TEST_CASE(the_one_that_is_asked_for)
{
    for (const instruction_set wanted : all)
    {
        BOOST_TEST((chosen(all, avx512, name_of(wanted)) == wanted));
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_had_is_said)
{
    const auto has_avx2 = [](instruction_set one) { return one <= avx2; };
    BOOST_TEST(
        sentence(all, has_avx2, "avx3") ==
        "ctgrad: CTGRAD_ARCH is \"avx3\", but this program has builds for sse2, avx2, avx512; "
        "see docs/errors.md#instruction-set");
    BOOST_TEST(sentence(all, has_avx2, "avx512") ==
               "ctgrad: CTGRAD_ARCH is \"avx512\", but this machine can run sse2, avx2; "
               "see docs/errors.md#instruction-set");

    const auto has_nothing = [](instruction_set) { return false; };
    constexpr std::array two{avx2, avx512};
    BOOST_TEST(sentence(two, has_nothing, "") ==
               "ctgrad: this machine can run none of the builds for avx2, avx512; "
               "see docs/errors.md#instruction-set");
    BOOST_TEST(sentence(two, has_nothing, "avx2") ==
               "ctgrad: CTGRAD_ARCH is \"avx2\", but this machine can run none of the builds for "
               "avx2, avx512; see docs/errors.md#instruction-set");
    BOOST_TEST(sentence({}, has_avx2, "sse2") != "");
}

#if defined(__x86_64__)

BOOST_AUTO_TEST_CASE(each_set_contains_the_smaller_ones)
{
    BOOST_TEST(is_available(sse2));
    BOOST_TEST((is_available(avx2) || !is_available(avx512)));
#if defined(__AVX2__) && defined(__FMA__) && defined(__BMI2__)
    BOOST_TEST(is_available(avx2)); // or else this test could not run
#endif
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__)
    BOOST_TEST(is_available(avx512));
#endif
}

BOOST_AUTO_TEST_CASE(the_environment_is_asked)
{
    static constexpr int values[]{0, 1, 2};
    static constexpr build_for<int> builds[]{
        {sse2, &values[0]}, {avx2, &values[1]}, {avx512, &values[2]}};

    unsetenv("CTGRAD_ARCH");
    const build_for<int> best = best_build(builds);
    BOOST_TEST(is_available(best.instructions));
    BOOST_TEST(*best.value == static_cast<int>(best.instructions));
    setenv("CTGRAD_ARCH", "", 1);
    BOOST_TEST(*best_build(builds).value == *best.value);
    setenv("CTGRAD_ARCH", "sse2", 1);
    BOOST_TEST(*best_build(builds).value == 0);
    setenv("CTGRAD_ARCH", "SSE2", 1);
    BOOST_CHECK_THROW(best_build(builds), dispatch_error);
}

#endif
