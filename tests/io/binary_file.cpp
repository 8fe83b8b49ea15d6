// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE binary_file
#include <boost/test/unit_test.hpp>

#include "../data/temporary_directory.hpp"

#include <ctgrad/io/binary_file.hpp>

#include <cstdint>
#include <iterator>
#include <string>

using namespace ctgrad;

static_assert(detail::checksum("") == 0xcbf29ce484222325u);
static_assert(detail::checksum("a") == 0xaf63dc4c8601ec8cu);      // of the authors' test suite
static_assert(detail::checksum("foobar") == 0x85944171f73967e8u); // likewise

namespace
{

std::ptrdiff_t files_in(const temporary_directory& directory)
{
    return std::distance(std::filesystem::directory_iterator(directory.path()), {});
}

} // namespace

BOOST_AUTO_TEST_CASE(numbers_are_little_endian_and_come_back)
{
    std::string bytes;
    detail::append_number(bytes, std::uint16_t{0x0102});
    detail::append_number(bytes, std::uint32_t{0x83040506});
    detail::append_number(bytes, std::uint64_t{0x8708090a0b0c0d0e});
    detail::append_text(bytes, "abc");
    BOOST_TEST(bytes == std::string("\x02\x01\x06\x05\x04\x83\x0e\x0d\x0c\x0b\x0a\x09\x08\x87"
                                    "\x03\0\0\0abc",
                                    21));

    const std::filesystem::path path = "name";
    detail::byte_reader reader{path, bytes};
    BOOST_TEST(reader.number<std::uint16_t>() == 0x0102u);
    BOOST_TEST(reader.number<std::uint32_t>() == 0x83040506u);
    BOOST_TEST(reader.number<std::uint64_t>() == 0x8708090a0b0c0d0eu);
    BOOST_TEST(reader.text() == "abc");
    BOOST_TEST(message_of<file_error>([&] { reader.number<std::uint16_t>(); }) ==
               "name: expected 2 more bytes, found 0: it contradicts itself");
}

BOOST_AUTO_TEST_CASE(a_text_longer_than_the_file_is_refused)
{
    const std::filesystem::path path = "name";
    std::string bytes;
    detail::append_number(bytes, std::uint32_t{0xffffffff});
    detail::byte_reader reader{path, bytes};
    BOOST_CHECK_THROW(reader.text(), file_error);
}

BOOST_AUTO_TEST_CASE(writing_replaces_the_file_and_leaves_nothing_else)
{
    const temporary_directory directory;
    const auto path = directory.write("a", "before");
    detail::write_whole_file(path, "afterwards");
    detail::opened_file file(path);
    BOOST_TEST(file.length == 10u);
    BOOST_TEST(file.read(5) == "after");
    BOOST_TEST(file.read(100) == "wards");
    BOOST_TEST(files_in(directory) == 1);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_an_error_and_leaves_nothing)
{
    const temporary_directory directory;
    const auto nowhere = directory.path("missing") / "a";
    BOOST_TEST(message_of<file_error>([&] { detail::write_whole_file(nowhere, "text"); }) ==
               nowhere.string() + ": cannot be written: No such file or directory");

    const auto taken = directory.path("taken");
    std::filesystem::create_directory(taken);
    BOOST_TEST(message_of<file_error>([&] { detail::write_whole_file(taken, "text"); }) ==
               taken.string() + ": cannot be written: Is a directory");
    BOOST_TEST(files_in(directory) == 1);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_opened_is_an_error)
{
    const temporary_directory directory;
    const auto missing = directory.path("missing");
    BOOST_TEST(message_of<file_error>([&] { detail::opened_file{missing}; }) ==
               missing.string() + ": cannot be opened: No such file or directory");
    BOOST_TEST(message_of<file_error>([&] { detail::opened_file{directory.path()}; }) ==
               directory.path().string() + ": cannot be opened: Is a directory");
}
