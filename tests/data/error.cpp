// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE error
#include <boost/test/unit_test.hpp>

#include <ctgrad/data/error.hpp>

#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_CASE(the_message_begins_with_the_file)
{
    const ctgrad::data_error error(std::filesystem::path("a/b.csv"), "expected 3, found 4");
    BOOST_TEST(std::string(error.what()) == "a/b.csv: expected 3, found 4");
    BOOST_TEST(std::string(ctgrad::data_error("no rows").what()) == "no rows");
    BOOST_CHECK_THROW(throw error, std::runtime_error);
}
