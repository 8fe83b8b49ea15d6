// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE parameter_file
#include <boost/test/unit_test.hpp>

#include "../data/temporary_directory.hpp"
#include "../element_types.hpp"

#include <ctgrad/io/parameter_file.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

using namespace ctgrad;

namespace
{

const std::string architecture = "input{3}, dense{2}, swish";
const std::vector<tensor_record> tensors{{"dense weight", 2, 3}, {"dense bias", 1, 2}};

// The bits of any number come back, so these are the ones that arithmetic would change.
template <class T>
std::vector<T> values()
{
    using limits = std::numeric_limits<T>;
    using word = detail::element_word<T>;
    const auto quiet = std::bit_cast<word>(limits::quiet_NaN());
    const auto signalling = std::bit_cast<word>(limits::signaling_NaN());
    return {T(0.1),
            -T(0),
            limits::denorm_min(),
            -limits::infinity(),
            limits::max(),
            std::bit_cast<T>(static_cast<word>(quiet | 0x1234)),
            std::bit_cast<T>(static_cast<word>(signalling | 0x4321)),
            std::bit_cast<T>(static_cast<word>(~word{0}))};
}

template <class T>
std::vector<detail::element_word<T>> bits(const std::vector<T>& numbers)
{
    std::vector<detail::element_word<T>> words;
    for (const T& number : numbers)
    {
        words.push_back(std::bit_cast<detail::element_word<T>>(number));
    }
    return words;
}

std::string contents(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// A saved file to damage, and what reading it says.
struct saved_file
{
    temporary_directory directory;
    std::filesystem::path path = directory.path("model");
    std::string bytes;

    saved_file()
    {
        write_parameter_file<float>(path, architecture, tensors, values<float>());
        bytes = contents(path);
    }

    template <class T = float>
    std::string message(const std::string& expected_architecture = architecture,
                        const std::vector<tensor_record>& expected = tensors) const
    {
        const std::string text = message_of<file_error>(
            [&] { read_parameter_file<T>(path, expected_architecture, expected); });
        const std::string start = path.string() + ": ";
        BOOST_TEST((text.empty() || text.starts_with(start)));
        return text.substr(std::min(text.size(), start.size()));
    }

    std::string message_with(const std::string& other) const
    {
        directory.write("model", other);
        return message();
    }

    // The file with other bytes at a place, and the checksum that belongs to them.
    std::string forged(std::size_t place, const std::string& other) const
    {
        std::string changed = bytes.substr(0, bytes.size() - 8);
        changed.replace(place, other.size(), other);
        detail::append_number(changed, detail::checksum(changed));
        return changed;
    }
};

const std::string origin = "; the file was saved from \"input{3}, dense{2}, swish\"";

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(every_bit_comes_back, T, element_types)
{
    const temporary_directory directory;
    const auto path = directory.path("model");
    write_parameter_file<T>(path, architecture, tensors, values<T>());
    const std::vector<T> read = read_parameter_file<T>(path, architecture, tensors);
    BOOST_TEST(bits(read) == bits(values<T>()), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_network_without_parameters_has_a_file_too)
{
    const temporary_directory directory;
    const auto path = directory.path("model");
    write_parameter_file<float>(path, "", {}, {});
    BOOST_TEST(read_parameter_file<float>(path, "", {}).empty());
    BOOST_TEST(std::filesystem::file_size(path) == 36u);
}

BOOST_AUTO_TEST_CASE(the_format_stays_the_same_from_release_to_release)
{
    const temporary_directory directory;
    const auto path = directory.path("model");
    const std::vector<tensor_record> one{{"w", 1, 2}};
    write_parameter_file<float>(path, "net", one, std::vector<float>{1, -2});
    const std::string expected("ctgrad\1\0\x3c\0\0\0\0\0\0\0"
                               "\4\0\0\0\3\0\0\0net\1\0\0\0"
                               "\1\0\0\0w\1\0\0\0\2\0\0\0"
                               "\0\0\x80\x3f\0\0\0\xc0",
                               52);
    BOOST_TEST(contents(path).substr(0, 52) == expected);
    BOOST_TEST(contents(path).size() == 0x3cu);
}

BOOST_AUTO_TEST_CASE(writing_checks_the_number_of_values)
{
    const temporary_directory directory;
    const auto path = directory.path("model");
    const std::vector<float> seven(7);
    BOOST_TEST(message_of<file_error>(
                   [&] { write_parameter_file<float>(path, architecture, tensors, seven); }) ==
               path.string() + ": expected 8 values for its tensors, found 7");
    BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(a_file_of_another_kind_is_named)
{
    const saved_file file;
    for (const std::string text : {"x", "ctgrab", "PK\3\4 something longer than the header"})
    {
        BOOST_TEST(file.message_with(text) == "expected a file of parameters, which begins with "
                                              "\"ctgrad\", found something else");
    }
    std::string later = file.bytes;
    later[6] = 2;
    BOOST_TEST(file.message_with(later) == "expected version 1 of the format, found version 2");

    std::filesystem::remove(file.path);
    BOOST_TEST(file.message() == "cannot be opened: No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_truncated_or_continued_file_is_named)
{
    const saved_file file;
    const std::string length = std::to_string(file.bytes.size());
    BOOST_TEST(file.message_with("") == "expected a header of 16 bytes, found 0: it is truncated");
    BOOST_TEST(file.message_with(file.bytes.substr(0, 15)) ==
               "expected a header of 16 bytes, found 15: it is truncated");
    BOOST_TEST(file.message_with(file.bytes.substr(0, 100)) ==
               "expected " + length + " bytes, as its header says, found 100: it is truncated");
    BOOST_TEST(file.message_with(file.bytes + "x") ==
               "expected " + length + " bytes, as its header says, found " +
                   std::to_string(file.bytes.size() + 1) + ": something follows its end");
}

BOOST_AUTO_TEST_CASE(another_network_is_named)
{
    const saved_file file;
    BOOST_TEST(file.message() == "");
    BOOST_TEST(file.message<double>() == "expected elements of float64, found float32");
    BOOST_TEST(file.message(architecture, {tensors[0]}) ==
               "expected 1 tensors, found 2: the saved network is too large" + origin);
    BOOST_TEST(file.message(architecture, {tensors[0], tensors[1], {"more", 1, 1}}) ==
               "expected 3 tensors, found 2: the saved network is too small" + origin);
    BOOST_TEST(file.message(architecture, {tensors[0], {"beta", 1, 2}}) ==
               "expected the tensor \"beta\", found \"dense bias\"" + origin);
    BOOST_TEST(file.message(architecture, {{"dense weight", 3, 2}, tensors[1]}) ==
               "expected \"dense weight\" to be 3 x 2, found 2 x 3" + origin);
    BOOST_TEST(file.message(architecture, {{"dense weight", 2, 4}, tensors[1]}) ==
               "expected \"dense weight\" to be 2 x 4, found 2 x 3" + origin);
    BOOST_TEST(file.message("input{3}, dense{2}, relu") ==
               "expected the parameters of \"input{3}, dense{2}, relu\", found those of "
               "\"input{3}, dense{2}, swish\"");
}

BOOST_AUTO_TEST_CASE(a_file_cut_at_any_byte_is_an_error)
{
    const saved_file file;
    for (std::size_t size = 0; size < file.bytes.size(); ++size)
    {
        BOOST_TEST(names(file.message_with(file.bytes.substr(0, size)), {"it is truncated"}));
    }
}

BOOST_AUTO_TEST_CASE(any_changed_bit_is_an_error)
{
    const saved_file file;
    for (std::size_t place = 0; place < file.bytes.size(); ++place)
    {
        for (int bit = 0; bit < 8; ++bit)
        {
            std::string damaged = file.bytes;
            damaged[place] = static_cast<char>(damaged[place] ^ (1 << bit));
            const std::string message = file.message_with(damaged);
            BOOST_TEST(message != "");
            BOOST_TEST((place < 16 || names(message, {"expected the checksum", "it is damaged"})));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_forged_file_is_an_error_too)
{
    // With the right checksum: any 4 bytes behind the header as the largest numbers, and as zero.
    const saved_file file;
    const std::size_t elements = file.bytes.size() - 8 - 4 * values<float>().size();
    for (std::size_t place = 16; place + 4 <= elements; ++place)
    {
        for (const std::string& other :
             {std::string(4, '\xff'), std::string("\xff\xff\xff\x7f"), std::string(4, '\0')})
        {
            const std::string changed = file.forged(place, other);
            BOOST_TEST((changed == file.bytes || file.message_with(changed) != ""));
        }
    }
}

BOOST_AUTO_TEST_CASE(more_or_fewer_elements_than_the_shapes_say_are_an_error)
{
    const saved_file file;
    for (const std::size_t count : {28u, 31u, 33u, 36u})
    {
        std::string changed = file.bytes.substr(0, 8);
        detail::append_number(changed, std::uint64_t{file.bytes.size() - 32 + count});
        changed += file.bytes.substr(16, file.bytes.size() - 16 - 32 - 8) + std::string(count, 'a');
        detail::append_number(changed, detail::checksum(changed));
        BOOST_TEST(file.message_with(changed) ==
                   "expected 32 bytes of elements, found " + std::to_string(count));
    }
}

BOOST_AUTO_TEST_CASE(a_file_shorter_than_its_parts_is_an_error)
{
    for (std::size_t length = 16; length < 60; ++length)
    {
        const saved_file file;
        std::string cut = file.bytes.substr(0, 8);
        detail::append_number(cut, std::uint64_t{length});
        cut += file.bytes.substr(16);
        cut.resize(length < 24 ? length : length - 8);
        if (length >= 24)
        {
            detail::append_number(cut, detail::checksum(cut));
        }
        BOOST_TEST(file.message_with(cut) != "");
    }
}
