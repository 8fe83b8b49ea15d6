// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE bounded_string
#include <boost/test/unit_test.hpp>

#include <ctgrad/core/bounded_string.hpp>

#include <limits>
#include <string>

using namespace ctgrad;

BOOST_AUTO_TEST_CASE(the_compiler_builds_it)
{
    static_assert(bounded_string<8>("ab") + "cd" == "abcd");
    static_assert("ab" + bounded_string<8>("cd") == "abcd");
    static_assert(bounded_string<8>("abcd").substr(1) == "bcd");
    static_assert(bounded_string<8>("abcd").substr(1, 2) == "bc");
    static_assert(bounded_string<8>(3, '-').append(2, '+') == "---++");
    static_assert(bounded_string<8>("abcd").front() == 'a');
    static_assert(bounded_string<8>().empty() && !bounded_string<8>("a").empty());
    static_assert(bounded_string<8>("ab") != "abc");
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_left_out)
{
    static_assert(bounded_string<3>("abcd") == "abc");
    static_assert(bounded_string<3>("ab") + "cd" == "abc");
    static_assert(bounded_string<3>(5, 'a') == "aaa");
    static_assert((bounded_string<3>("abcd") + "e").size() == 3);
    static_assert(bounded_string<0>("a").empty());
}

BOOST_AUTO_TEST_CASE(whole_numbers_have_all_their_digits)
{
    static_assert(decimal(0) == "0");
    static_assert(decimal(-7) == "-7");
    static_assert(decimal(1234567890) == "1234567890");
    for (const long long number : {std::numeric_limits<long long>::min(),
                                   std::numeric_limits<long long>::max(), 10LL, -10LL})
    {
        BOOST_TEST(std::string(decimal(number).view()) == std::to_string(number));
    }
}
