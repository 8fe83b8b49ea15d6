// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE simd_slots
#include <boost/test/unit_test.hpp>

#include "lanes.hpp"

#include <ctgrad/simd/slots.hpp>

#include <tuple>
#include <type_traits>

using namespace ctgrad_test;
using ctgrad::simd::arch_for_one_value;
using ctgrad::simd::slots_of;
using ctgrad::simd::spread;

namespace
{

// Registers of a row: those that evaluation takes, and shorter ones if there are any.
using arch = xsimd::default_arch;
using shorter = std::conditional_t<xsimd::sse2::supported(), xsimd::sse2, arch>;

template <class T, class RowArch>
void check_spread()
{
    using number = batch<T, RowArch>;
    for (T value : interesting_values<T>())
    {
        check_same(spread<arch>(number(value)), value, value);
        const auto condition = spread<arch>(number(value) > number(T(1)));
        check_same(select(condition, batch<T>(T(5)), batch<T>(T(-3))), value > 1 ? T(5) : T(-3),
                   value);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(one_value_is_spread_over_all_lanes, T, element_types)
{
    check_spread<T, arch>();
    check_spread<T, arch_for_one_value<arch>>();
    check_spread<T, shorter>();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(values_and_conditions_have_places_of_their_own, T, element_types)
{
    slots_of<batch<T>, 2, false> slots;
    slots.put(0, batch<T>(T(1)));
    slots.put(1, batch<T>(T(2)));
    slots.put(1, slots.values[0] < slots.values[1]);
    slots.put(0, slots.values[0] > slots.values[1]);
    check_same(slots.values[0], T(1), T(1));
    check_same(slots.values[1], T(2), T(2));
    BOOST_TEST(all(slots.masks[1]));
    BOOST_TEST(!any(slots.masks[0]));
}

} // namespace
