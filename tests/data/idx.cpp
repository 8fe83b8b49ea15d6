// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE idx
#include <boost/test/unit_test.hpp>

#include "temporary_directory.hpp"

#include <ctgrad/data/idx.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

using namespace ctgrad;

namespace
{

std::string idx(std::initializer_list<std::uint32_t> dimensions, std::string_view elements,
                char type = 8)
{
    std::string file{'\0', '\0', type, static_cast<char>(dimensions.size())};
    for (const std::uint32_t size : dimensions)
    {
        for (const int shift : {24, 16, 8, 0})
        {
            file += static_cast<char>(size >> shift & 0xff);
        }
    }
    return file.append(elements);
}

// Three images of 2 x 2.
const std::string images = idx({3, 2, 2}, {"\0\xff\x01\x02\x03\x04\x05\x06\x07\x08\x09\x80", 12});
const std::string labels = idx({3}, {"\2\0\1", 3});

} // namespace

BOOST_AUTO_TEST_CASE(plain_and_packed_files_give_scaled_images_and_classes)
{
    const temporary_directory directory;
    const auto check = [](const data_set<float>& data)
    {
        BOOST_TEST(data.rows == 3);
        BOOST_TEST(data.input_size == 4);
        BOOST_TEST(data.target_size == 3);
        BOOST_TEST(data.input_view()(0, 0) == 0.0f);
        BOOST_TEST(data.input_view()(0, 1) == 1.0f);
        BOOST_TEST(data.input_view()(1, 3) == 6.0f / 255.0f);
        BOOST_TEST(data.input_view()(2, 3) == 128.0f / 255.0f);
        const std::vector<int> expected{2, 0, 1};
        BOOST_TEST(data.labels == expected, boost::test_tools::per_element());
        BOOST_TEST(data.target_view()(0, 2) == 1.0f);
    };
    check(load_idx(directory.write("images", images), directory.write("labels", labels), 3));
    check(load_idx(directory.write_packed("images.gz", images),
                   directory.write_packed("labels.gz", labels), 3));
    const auto doubles = load_idx<double>(directory.path("images"), directory.path("labels"), 10);
    BOOST_TEST(doubles.target_size == 10);
    BOOST_TEST(doubles.input_view()(1, 3) == 6.0 / 255.0);
}

BOOST_AUTO_TEST_CASE(a_file_cut_anywhere_or_too_long_is_an_error)
{
    const temporary_directory directory;
    const auto good_labels = directory.write("labels", labels);
    for (std::size_t size = 0; size < images.size(); ++size)
    {
        const auto cut = directory.write("cut", images.substr(0, size));
        BOOST_TEST(names(message_of<data_error>([&] { load_idx(cut, good_labels, 3); }),
                         {cut.string() + ": expected", "found"}));
    }
    const auto cut = directory.write("cut", images.substr(0, images.size() - 1));
    BOOST_TEST(message_of<data_error>([&] { load_idx(cut, good_labels, 3); }) ==
               cut.string() + ": expected 3 x 2 x 2 bytes after the header, found 11");
    const auto header = directory.write("cut", images.substr(0, 9));
    BOOST_TEST(message_of<data_error>([&] { load_idx(header, good_labels, 3); }) ==
               header.string() + ": expected an IDX header of 16 bytes, found only 9");
    const auto longer = directory.write("longer", images + '\0');
    BOOST_TEST(message_of<data_error>([&] { load_idx(longer, good_labels, 3); }) ==
               longer.string() + ": expected 3 x 2 x 2 bytes after the header, found 13");
}

BOOST_AUTO_TEST_CASE(another_format_or_element_type_is_an_error)
{
    const temporary_directory directory;
    const auto text = directory.write("text", "1,2,3\n");
    BOOST_TEST(
        names(message_of<data_error>([&] { read_idx(text); }), {"text: expected an IDX file"}));
    const auto none = directory.write("none", idx({}, "1"));
    BOOST_TEST(
        names(message_of<data_error>([&] { read_idx(none); }), {"none: expected an IDX file"}));
    const auto floats = directory.write("floats", idx({1}, "abcd", 13));
    BOOST_TEST(message_of<data_error>([&] { read_idx(floats); }) ==
               floats.string() +
                   ": expected IDX elements of type 8 (unsigned bytes), found type 13");
}

BOOST_AUTO_TEST_CASE(dimensions_whose_product_overflows_are_an_error)
{
    const temporary_directory directory;
    // 2^32 * 2^32 elements modulo 2^64 are none, as many as the first file holds.
    for (const std::string_view elements : {std::string_view(), std::string_view("abcd")})
    {
        const auto path = directory.write("huge", idx({1u << 31, 1u << 31, 4}, elements));
        BOOST_TEST(names(message_of<data_error>([&] { read_idx(path); }),
                         {"expected 2147483648 x 2147483648 x 4 bytes"}));
    }
}

BOOST_AUTO_TEST_CASE(dimensions_use_all_their_bytes)
{
    const temporary_directory directory;
    const idx_file large =
        read_idx(directory.write("a", idx({0x010203, 2}, std::string(132102, 'a'))));
    BOOST_TEST(large.dimensions[0] == 0x010203u);
    BOOST_TEST(large.dimensions[1] == 2u);
    BOOST_TEST(large.elements().size() == 132102u);
    BOOST_TEST(read_idx(directory.write("b", idx({0, 28, 28}, ""))).elements().empty());
    BOOST_CHECK_THROW(read_idx(directory.write("c", idx({0, 28, 28}, "a"))), data_error);
}

BOOST_AUTO_TEST_CASE(images_and_labels_must_belong_together)
{
    const temporary_directory directory;
    const auto good_images = directory.write("images", images);
    const auto good_labels = directory.write("labels", labels);

    const auto fewer = directory.write("fewer", idx({2}, "\1\1"));
    BOOST_TEST(message_of<data_error>([&] { load_idx(good_images, fewer, 3); }) ==
               fewer.string() + ": expected 3 labels, one for each image of " +
                   good_images.string() + "; found 2");
    BOOST_TEST(message_of<data_error>([&] { load_idx(good_labels, good_labels, 3); }) ==
               good_labels.string() + ": expected images, with 2 dimensions or more; found 1");
    BOOST_TEST(message_of<data_error>([&] { load_idx(good_images, good_images, 3); }) ==
               good_images.string() + ": expected labels, with 1 dimension; found 3");
    BOOST_TEST(message_of<data_error>([&] { load_idx(good_images, good_labels, 2); }) ==
               good_labels.string() + ": expected labels below 2, found 2 at image 0");
}
