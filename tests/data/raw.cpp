// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE raw
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "temporary_directory.hpp"

#include <ctgrad/data/raw.hpp>

#include <cstdint>
#include <limits>
#include <vector>

using namespace ctgrad;

namespace
{

template <class Stored>
std::string bytes_of(const std::vector<Stored>& numbers)
{
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Stored)};
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(numbers_are_read_as_they_are, T, element_types)
{
    const temporary_directory directory;
    const std::vector<T> numbers{1, T(-0.1), std::numeric_limits<T>::infinity(), 0, 5, 6};
    for (const auto& path : {directory.write("plain", bytes_of(numbers)),
                             directory.write_packed("packed", bytes_of(numbers))})
    {
        const aligned_buffer<T> read = read_raw<T>(path, 3);
        BOOST_TEST(read.span() == std::span(numbers), boost::test_tools::per_element());
    }
    BOOST_TEST(read_raw<T>(directory.write("empty", ""), 3).size() == 0u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(other_types_become_those_of_the_network, T, element_types)
{
    const temporary_directory directory;
    const auto check = [&]<class Stored>(const std::vector<Stored>& stored)
    {
        const auto path = directory.write("file", "header" + bytes_of(stored));
        const aligned_buffer<T> read = read_raw<T, Stored>(path, 2, 6, 0.5);
        BOOST_REQUIRE(read.size() == stored.size());
        for (std::size_t i = 0; i < stored.size(); ++i)
        {
            BOOST_TEST(read[i] == static_cast<T>(static_cast<double>(stored[i]) * 0.5));
        }
    };
    check(std::vector<std::uint8_t>{0, 1, 200, 255});
    check(std::vector<std::int16_t>{-32768, 32767});
    check(std::vector<std::uint32_t>{1, 1u << 31});
    check(std::vector<float>{0.25f, -1e30f});
    check(std::vector<double>{0.25, -1e30});
}

BOOST_AUTO_TEST_CASE(files_that_are_not_so_are_named)
{
    const temporary_directory directory;
    const auto path = directory.write("raw", std::string(26, 'a'));
    const auto said = [&](const std::string& sentence) { return path.string() + ": " + sentence; };
    BOOST_TEST(message_of<data_error>([&] { read_raw<float>(path, 3); }) ==
               said("expected rows of 3 numbers of 4 bytes, found 2 such rows and 2 bytes"));
    BOOST_TEST(message_of<data_error>([&] { read_raw<float>(path, 3, 2); }) == "");
    BOOST_TEST(message_of<data_error>([&] { read_raw<float>(path, 3, 27); }) ==
               said("expected a header of 27 bytes, found only 26"));
    BOOST_TEST(message_of<data_error>([&] { read_raw<float>(path, 0); }) ==
               said("expected rows of at least 1 number, was asked for rows of 0"));
    const auto large = directory.write("large", bytes_of(std::vector<double>{1, 2, 3, -1e60}));
    BOOST_TEST(names(message_of<data_error>([&] { read_raw<float, double>(large, 2); }),
                     {large.string() + ": expected numbers within the range of the element type",
                      "in row 1, column 1"}));
    BOOST_TEST(names(message_of<data_error>([&] { read_raw<float>(directory.path("none"), 1); }),
                     {"none: cannot be opened"}));
}
