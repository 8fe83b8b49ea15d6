// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE gzip
#include <boost/test/unit_test.hpp>

#include "temporary_directory.hpp"

#include <ctgrad/data/gzip.hpp>

#include <random>
#include <string>

using ctgrad::data_error;
using ctgrad::read_file;

namespace
{

// Bytes that do not pack, so that packed files are as long as plain ones.
std::string noise(std::size_t size)
{
    std::mt19937 engine(1);
    std::string bytes(size, '\0');
    for (char& byte : bytes)
    {
        byte = static_cast<char>(engine() & 0xff);
    }
    return bytes;
}

} // namespace

BOOST_AUTO_TEST_CASE(plain_and_packed_files_give_the_same)
{
    const temporary_directory directory;
    for (const std::size_t size : {0u, 1u, 2u, 100u, 65535u, 65536u, 65537u, 131072u, 1000000u})
    {
        const std::string contents = noise(size);
        BOOST_TEST((read_file(directory.write("plain", contents)) == contents));
        BOOST_TEST((read_file(directory.write_packed("packed", contents)) == contents));
    }
}

BOOST_AUTO_TEST_CASE(a_missing_file_and_a_directory_are_named)
{
    const temporary_directory directory;
    const auto missing = directory.path("missing");
    BOOST_TEST(message_of<data_error>([&] { read_file(missing); }) ==
               missing.string() + ": cannot be opened: No such file or directory");
    BOOST_TEST(message_of<data_error>([&] { read_file(directory.path()); }) ==
               directory.path().string() + ": cannot be read: Is a directory");
}

BOOST_AUTO_TEST_CASE(a_packed_file_cut_anywhere_is_an_error)
{
    const temporary_directory directory;
    const auto path = directory.write_packed("packed", noise(300));
    const auto whole = std::filesystem::file_size(path);
    for (auto size = whole - 1; size >= 2; --size) // one byte alone is a plain file
    {
        std::filesystem::resize_file(path, size);
        BOOST_TEST(names(message_of<data_error>([&] { read_file(path); }),
                         {path.string(), "the packed data ends too early"}));
    }
}

BOOST_AUTO_TEST_CASE(a_damaged_packed_file_is_an_error)
{
    const temporary_directory directory;
    const std::string good = [&]
    {
        const auto path = directory.write_packed("packed", noise(300));
        std::ifstream file(path, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(file), {});
    }();
    for (std::size_t i = 10; i < good.size(); ++i) // behind the header
    {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 0x10);
        // Or nothing is lost: deflate has a few bits without a meaning.
        const auto path = directory.write("bad", bad);
        std::string contents;
        const std::string message = message_of<data_error>([&] { contents = read_file(path); });
        BOOST_TEST((!message.empty() || contents == noise(300)));
    }
    std::string bad = good;
    bad[bad.size() - 5] = static_cast<char>(bad[bad.size() - 5] ^ 1);
    BOOST_TEST(names(message_of<data_error>([&] { read_file(directory.write("bad", bad)); }),
                     {"the packed data is damaged: ", "incorrect data check"}));
}
