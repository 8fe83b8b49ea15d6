// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE fixed_string
#include <boost/test/unit_test.hpp>

#include <ctgrad/core/fixed_string.hpp>

#include <type_traits>

using ctgrad::fixed_string;

namespace
{

template <fixed_string Name>
struct named
{
    static constexpr auto name = Name;
};

} // namespace

BOOST_AUTO_TEST_CASE(is_a_template_argument_by_deduction)
{
    static_assert(std::is_same_v<named<"beta">, named<"beta">>);
    static_assert(!std::is_same_v<named<"beta">, named<"bet">>);
    static_assert(!std::is_same_v<named<"beta">, named<"zeta">>);
    BOOST_TEST(named<"beta">::name.view() == "beta");
}

BOOST_AUTO_TEST_CASE(views_its_characters_without_the_terminator)
{
    static_assert(fixed_string{""}.view().empty());
    static_assert(fixed_string{"x"}.view() == "x");
    static_assert(fixed_string{"learning rate"}.view().size() == 13);
}

BOOST_AUTO_TEST_CASE(compares_over_different_lengths)
{
    static_assert(fixed_string{"x"} == fixed_string{"x"});
    static_assert(fixed_string{"x"} != fixed_string{"y"});
    static_assert(fixed_string{"x"} != fixed_string{"xx"});
}
