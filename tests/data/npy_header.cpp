// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE npy_header
#include <boost/test/unit_test.hpp>

#include "numpy_files.hpp"
#include "temporary_directory.hpp"

#include <ctgrad/data/npy_header.hpp>

using namespace ctgrad;
using namespace std::string_literals;

namespace
{

using shape_type = std::vector<std::size_t>;

// A file of version 1.0 with this dictionary and nothing behind it.
std::string npy(std::string_view dictionary)
{
    return "\x93NUMPY\1\0"s + static_cast<char>(dictionary.size() & 0xff) +
           static_cast<char>(dictionary.size() >> 8) + std::string(dictionary);
}

detail::npy_header header_of(std::string_view contents)
{
    return detail::parse_npy_header("a.npy", contents);
}

std::string error_of(std::string_view contents)
{
    return message_of<data_error>([&] { header_of(contents); });
}

std::vector<std::size_t> order_of(shape_type shape, bool is_fortran)
{
    detail::npy_header header;
    header.shape = shape;
    header.is_fortran = is_fortran;
    std::size_t count = 1;
    for (const std::size_t extent : shape)
    {
        count *= extent;
    }
    detail::npy_order order(header);
    std::vector<std::size_t> places;
    places.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
    {
        places.push_back(order.next());
    }
    return places;
}

} // namespace

BOOST_AUTO_TEST_CASE(headers_of_numpy_are_read)
{
    const auto check = [](std::string_view hex, std::string_view type, bool is_fortran,
                          const shape_type& shape, std::size_t size)
    {
        const detail::npy_header header = header_of(numpy_files::bytes_of(hex));
        BOOST_TEST(header.type == type);
        BOOST_TEST(header.is_fortran == is_fortran);
        BOOST_TEST(header.shape == shape, boost::test_tools::per_element());
        BOOST_TEST(header.size == size);
    };
    check(numpy_files::float_rows_hex, "f4", false, {2, 3}, 128);
    check(numpy_files::fortran_rows_hex, "i2", true, {2, 3}, 128);
    check(numpy_files::labels_hex, "i8", false, {3}, 128);
    check(numpy_files::doubles_version_2_hex, "f8", false, {2}, 128);
    check(numpy_files::bytes_version_3_hex, "u1", false, {1, 1, 2}, 128);
    check(numpy_files::number_hex, "f8", false, {}, 128);
}

BOOST_AUTO_TEST_CASE(a_dictionary_may_be_written_otherwise)
{
    for (const std::string_view text :
         {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
          "{\"shape\":(2,3,),\"descr\":\"<f4\",\"fortran_order\":False}",
          "  { 'shape' : ( 2L , 3L ) , 'fortran_order' : False , 'descr' : '<f4' , }  \n"})
    {
        const detail::npy_header header = header_of(npy(text));
        BOOST_TEST(header.type == "f4");
        BOOST_TEST(header.elements == 6u);
        BOOST_TEST(!header.is_fortran);
        BOOST_TEST(header.size == text.size() + 10);
    }
}

BOOST_AUTO_TEST_CASE(a_dictionary_cut_or_changed_anywhere_is_an_error_or_another)
{
    const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    for (std::size_t size = 0; size < good.size(); ++size)
    {
        BOOST_TEST(names(error_of(npy(good.substr(0, size))),
                         {"a.npy: expected a NumPy header such as", "found"}));
        for (const char character : {'\0', ' ', '\'', '(', ')', ',', '9', 'x', '\xff'})
        {
            std::string bad = good;
            bad[size] = character;
            const std::string message = error_of(npy(bad));
            BOOST_TEST((message.empty() || message.starts_with("a.npy: expected ")));
        }
    }
    BOOST_TEST(error_of(npy("{'descr': '<f4', 'shape': (2,), }")) ==
               "a.npy: expected a NumPy header such as {'descr': '<f4', 'fortran_order': False, "
               "'shape': (3, 4), }, found \"{'descr': '<f4', 'shape': (2,), }\"");
    for (const std::string_view bad :
         {"{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3), }",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (1234567890123456789,), }",
          "{'descr': '<f4', 'fortran_order': False, 'shape': 2, }",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1, }",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x", "", "{}", "{{"})
    {
        BOOST_TEST(names(error_of(npy(bad)), {"expected a NumPy header such as"}));
    }
}

BOOST_AUTO_TEST_CASE(other_files_are_named)
{
    BOOST_TEST(error_of("") == "a.npy: expected a NumPy file, which begins with the bytes 0x93 and "
                               "NUMPY; found something else");
    BOOST_TEST(names(error_of("1,2,3\n4,5,6\n"), {"expected a NumPy file"}));
    BOOST_TEST(error_of("\x93NUMPY\4\0\0\0\0\0"s) ==
               "a.npy: expected a NumPy file of version 1.0, 2.0 or 3.0, found version 4.0");
    BOOST_TEST(names(error_of("\x93NUMPY\0\0\0\0\0\0"s), {"found version 0.0"}));
    BOOST_TEST(names(error_of("\x93NUMPY\1\1\0\0\0\0"s), {"found version 1.1"}));
    BOOST_TEST(error_of("\x93NUMPY\1\0\x76\0{'descr"s) ==
               "a.npy: expected a NumPy header of 128 bytes, found only 17");
    const std::string good = numpy_files::bytes_of(numpy_files::number_hex);
    BOOST_TEST(error_of(good.substr(0, 127)) ==
               "a.npy: expected a NumPy header of 128 bytes, found only 127");
    BOOST_TEST(error_of(good.substr(0, 128)) == "");
    BOOST_TEST(names(error_of("\x93NUMPY\2\0\x76\0\0"s), {"expected a NumPy header of"}));
    BOOST_TEST(names(error_of("\x93NUMPY\2\0\xff\xff\xff\xff"s),
                     {"expected a NumPy header of 4294967307 bytes, found only 12"}));
}

BOOST_AUTO_TEST_CASE(other_types_are_named)
{
    const auto error_of_type = [](const std::string& type)
    { return error_of(npy("{'descr': " + type + ", 'fortran_order': False, 'shape': (2,), }")); };
    BOOST_TEST(error_of_type("'>f4'") ==
               "a.npy: expected elements of the types <f4, <f8, |b1, |u1, |i1, <u2, <i2, <u4, <i4, "
               "<u8 or <i8, found >f4");
    for (const std::string bad : {"<f2", "<c8", "<U5", "|O", "|S1", "<M8[ns]", "|f4", "|i4", "<",
                                  "f4", "<f44", ">i8", "=f4"})
    {
        BOOST_TEST(error_of_type("'" + bad + "'").ends_with("found " + bad));
    }
    BOOST_TEST(error_of_type("[('a', '<f4'), ('b', '<i8')]").ends_with("found a record"));
    BOOST_TEST(error_of_type("''").ends_with("found a record"));
    for (const std::string good :
         {"<f4", "<f8", "|b1", "|u1", "<u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8"})
    {
        BOOST_TEST(error_of_type("'" + good + "'") == "");
    }
}

BOOST_AUTO_TEST_CASE(shapes_that_overflow_are_an_error)
{
    const auto error_of_shape = [](const std::string& shape)
    { return error_of(npy("{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }")); };
    BOOST_TEST(error_of_shape("(4294967296, 4294967296)") ==
               "a.npy: expected an array that fits into memory, found one of 4294967296 x "
               "4294967296 elements");
    // No elements, but rows of more than there can be.
    BOOST_TEST(names(error_of_shape("(0, 4294967296, 4294967296)"), {"fits into memory"}));
    BOOST_TEST(names(error_of_shape("(4294967296, 0, 4294967296)"), {"fits into memory"}));
    BOOST_TEST(error_of_shape("(0, 4294967296)") == "");
    BOOST_TEST(
        header_of(npy("{'descr': '<f8', 'fortran_order': True, 'shape': (0, 7), }")).elements ==
        0u);
}

BOOST_AUTO_TEST_CASE(fortran_order_is_that_of_the_first_extent)
{
    const auto check = [](const shape_type& shape)
    {
        const std::vector<std::size_t> places = order_of(shape, true);
        std::size_t at = 0;
        for (std::size_t i = 0; i < shape[0]; ++i)
        {
            for (std::size_t j = 0; j < shape[1]; ++j)
            {
                for (std::size_t k = 0; k < shape[2]; ++k)
                {
                    BOOST_TEST(places[at++] == i + shape[0] * (j + shape[1] * k));
                }
            }
        }
        BOOST_TEST(at == places.size());
    };
    check({2, 3, 4});
    check({1, 1, 1});
    check({5, 1, 2});
    check({1, 4, 1});
    const shape_type rows_of_two{0, 3, 1, 4, 2, 5};
    BOOST_TEST(order_of({3, 2}, true) == rows_of_two, boost::test_tools::per_element());
    const shape_type as_they_are{0, 1, 2, 3, 4, 5};
    BOOST_TEST(order_of({3, 2}, false) == as_they_are, boost::test_tools::per_element());
    BOOST_TEST(order_of({6}, true) == as_they_are, boost::test_tools::per_element());
    BOOST_TEST(order_of({}, true).size() == 1u);
}
