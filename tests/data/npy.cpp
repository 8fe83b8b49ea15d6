// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE npy
#include <boost/test/unit_test.hpp>

#include "numpy_files.hpp"
#include "temporary_directory.hpp"

#include <ctgrad/data/npy.hpp>

#include <bit>
#include <cmath>

using namespace ctgrad;

namespace
{

using numpy_files::bytes_of;
using shape_type = std::vector<std::size_t>;

constexpr double infinity = std::numeric_limits<double>::infinity();

// The bytes of a file of version 1.0.
template <class Stored>
std::string npy(std::string_view type, std::string_view shape, const std::vector<Stored>& numbers,
                bool is_fortran = false)
{
    const std::string dictionary = "{'descr': '" + std::string(type) +
                                   "', 'fortran_order': " + (is_fortran ? "True" : "False") +
                                   ", 'shape': " + std::string(shape) + ", }\n";
    std::string file("\x93NUMPY\1\0", 8);
    file += static_cast<char>(dictionary.size());
    file += '\0';
    file += dictionary;
    return file.append(reinterpret_cast<const char*>(numbers.data()),
                       numbers.size() * sizeof(Stored));
}

template <class T>
void check(const npy_array<T>& found, const shape_type& shape, const std::vector<T>& values)
{
    BOOST_TEST(found.shape == shape, boost::test_tools::per_element());
    BOOST_TEST(found.values.span() == values, boost::test_tools::per_element());
}

std::string error_of(const temporary_directory& directory, std::string_view contents)
{
    const auto path = directory.write("bad.npy", contents);
    const std::string message = message_of<data_error>([&] { read_npy(path); });
    const std::string start = path.string() + ": ";
    BOOST_TEST((message.empty() || message.starts_with(start + "expected ")));
    return message.empty() ? message : message.substr(start.size());
}

} // namespace

BOOST_AUTO_TEST_CASE(arrays_of_numpy_are_read)
{
    const temporary_directory directory;
    const auto write = [&](std::string_view hex)
    { return directory.write("a.npy", bytes_of(hex)); };
    check<double>(read_npy<double>(write(numpy_files::float_rows_hex)), {2, 3},
                  {0, 1, -2, 0.5, 1e30f, infinity});
    check<float>(read_npy(write(numpy_files::float_rows_hex)), {2, 3},
                 {0, 1, -2, 0.5f, 1e30f, std::numeric_limits<float>::infinity()});
    check<float>(read_npy(write(numpy_files::fortran_rows_hex)), {2, 3}, {1, 2, 3, 4, 5, 6});
    check<float>(read_npy(write(numpy_files::labels_hex)), {3}, {2, 0, 1});
    check<double>(read_npy<double>(write(numpy_files::doubles_version_2_hex)), {2}, {0.1, -1e300});
    check<float>(read_npy(write(numpy_files::bytes_version_3_hex), 1.0 / 255), {1, 1, 2}, {0, 1});
    check<float>(read_npy(write(numpy_files::number_hex)), {}, {3.25f});
    check<float>(read_npy(directory.write_packed("a.npy.gz", bytes_of(numpy_files::labels_hex))),
                 {3}, {2, 0, 1});
}

BOOST_AUTO_TEST_CASE(archives_of_numpy_are_read)
{
    const temporary_directory directory;
    const auto stored = directory.write("stored.npz", bytes_of(numpy_files::stored_archive_hex));
    check<float>(read_npz(stored, "x"), {3, 2}, {1, 2, 3, 4, 5, 6});
    check<double>(read_npz<double>(stored, "y"), {3}, {2, 0, 1});
    const auto packed = directory.write("packed.npz", bytes_of(numpy_files::packed_archive_hex));
    const npy_array<float> x = read_npz(packed, "x", 0.5);
    BOOST_TEST(x.rows().rows == 20);
    BOOST_TEST(x.rows().columns == 2);
    for (std::size_t i = 0; i < 40; ++i)
    {
        BOOST_TEST(x.values[i] == 0.5f * static_cast<float>(i));
    }
    BOOST_TEST(message_of<data_error>([&] { read_npz(packed, "z"); }) ==
               packed.string() + ": expected an array z.npy, found x.npy, y.npy");
}

BOOST_AUTO_TEST_CASE(every_type_is_read_with_its_smallest_and_largest_numbers)
{
    const temporary_directory directory;
    const auto check_type = [&]<class Stored>(std::string_view type, Stored)
    {
        using limits = std::numeric_limits<Stored>;
        const std::vector<Stored> numbers{limits::lowest(), Stored(0), Stored(1), limits::max()};
        const auto found = read_npy<double>(directory.write("a.npy", npy(type, "(4,)", numbers)));
        for (std::size_t i = 0; i < numbers.size(); ++i)
        {
            BOOST_TEST(found.values[i] == static_cast<double>(numbers[i]), type);
        }
    };
    check_type("<f4", float{});
    check_type("<f8", double{});
    check_type("|u1", std::uint8_t{});
    check_type("|b1", std::uint8_t{});
    check_type("|i1", std::int8_t{});
    check_type("<u2", std::uint16_t{});
    check_type("<i2", std::int16_t{});
    check_type("<u4", std::uint32_t{});
    check_type("<i4", std::int32_t{});
    check_type("<u8", std::uint64_t{});
    check_type("<i8", std::int64_t{});
    const double nan = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(std::isnan(
        read_npy(directory.write("a.npy", npy<double>("<f8", "(1,)", {nan}))).values[0]));
}

BOOST_AUTO_TEST_CASE(rows_are_those_of_the_first_extent_in_either_order)
{
    const temporary_directory directory;
    const std::vector<float> numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    const npy_array<float> rows =
        read_npy(directory.write("a.npy", npy("<f4", "(3, 2, 2)", numbers)));
    BOOST_TEST(rows.rows().rows == 3);
    BOOST_TEST(rows.rows().columns == 4);
    BOOST_TEST(rows.rows()(1, 2) == 6.0f);
    const npy_array<float> columns =
        read_npy(directory.write("a.npy", npy("<f4", "(3, 4)", numbers, true)));
    for (std::ptrdiff_t row = 0; row < 3; ++row)
    {
        for (std::ptrdiff_t column = 0; column < 4; ++column)
        {
            BOOST_TEST(columns.rows()(row, column) == static_cast<float>(3 * column + row));
        }
    }
    const npy_array<float> none =
        read_npy(directory.write("a.npy", npy<float>("<f4", "(0, 7)", {}, true)));
    BOOST_TEST(none.rows().rows == 0);
    BOOST_TEST(none.rows().columns == 7);
}

BOOST_AUTO_TEST_CASE(a_file_cut_anywhere_or_too_long_is_an_error)
{
    const temporary_directory directory;
    for (const std::string_view hex : {numpy_files::float_rows_hex, numpy_files::fortran_rows_hex,
                                       numpy_files::labels_hex, numpy_files::doubles_version_2_hex,
                                       numpy_files::bytes_version_3_hex, numpy_files::number_hex})
    {
        const std::string good = bytes_of(hex);
        for (std::size_t size = 0; size < good.size(); ++size)
        {
            BOOST_TEST(names(error_of(directory, good.substr(0, size)), {"expected", "found"}));
        }
        BOOST_TEST(names(error_of(directory, good + '\0'), {"after the header, found"}));
    }
    const std::string rows = bytes_of(numpy_files::float_rows_hex);
    BOOST_TEST(error_of(directory, rows.substr(0, rows.size() - 4)) ==
               "expected 2 x 3 elements of 4 bytes after the header, found 20 bytes");
    BOOST_TEST(error_of(directory, rows + "ab") ==
               "expected 2 x 3 elements of 4 bytes after the header, found 26 bytes");
}

BOOST_AUTO_TEST_CASE(a_file_changed_anywhere_is_an_error_or_an_array)
{
    const temporary_directory directory;
    const std::string good = bytes_of(numpy_files::fortran_rows_hex);
    for (std::size_t i = 0; i < good.size(); ++i)
    {
        for (int character = 0; character < 256; character += 5)
        {
            std::string bad = good;
            bad[i] = static_cast<char>(character);
            error_of(directory, bad); // says what it expected, or nothing
        }
    }
    BOOST_TEST(error_of(directory, good) == "");
}

BOOST_AUTO_TEST_CASE(an_archive_cut_or_changed_anywhere_is_an_error_or_an_array)
{
    const temporary_directory directory;
    for (const std::string_view hex :
         {numpy_files::stored_archive_hex, numpy_files::packed_archive_hex})
    {
        const std::string good = bytes_of(hex);
        for (std::size_t i = 0; i < good.size(); ++i)
        {
            const auto cut = directory.write("cut.npz", good.substr(0, i));
            BOOST_TEST(names(message_of<data_error>([&] { load_npz(cut, "x", "y", 3); }),
                             {cut.string(), "expected", "found"}));
            std::string changed = good;
            changed[i] = static_cast<char>(changed[i] ^ 0x41);
            const auto bad = directory.write("changed.npz", changed);
            const std::string message = message_of<data_error>([&] { load_npz(bad, "x", "y", 3); });
            BOOST_TEST((message.empty() || message.starts_with(bad.string())));
        }
    }
}

BOOST_AUTO_TEST_CASE(numbers_out_of_range_are_an_error)
{
    const temporary_directory directory;
    const std::string large = npy<double>("<f8", "(1,)", {1e39});
    BOOST_TEST(names(error_of(directory, large),
                     {"expected numbers within the range of the element type, found 9999999"}));
    const auto path = directory.write("a.npy", large);
    BOOST_TEST(read_npy<double>(path).values[0] == 1e39);
    BOOST_TEST(read_npy(path, 0.125).values.size() == 1u);
    BOOST_TEST(std::isinf(
        read_npy(directory.write("b.npy", npy<double>("<f8", "(1,)", {infinity}))).values[0]));
}

BOOST_AUTO_TEST_CASE(classifications_have_a_label_for_each_row)
{
    const temporary_directory directory;
    const auto x =
        directory.write("x.npy", npy<std::uint8_t>("|u1", "(3, 1, 2)", {0, 255, 51, 0, 0, 0}));
    const auto y = directory.write("y.npy", bytes_of(numpy_files::labels_hex));
    const auto check_set = [](const data_set<float>& data)
    {
        BOOST_TEST(data.rows == 3);
        BOOST_TEST(data.input_size == 2);
        BOOST_TEST(data.target_size == 3);
        const std::vector<int> labels{2, 0, 1};
        BOOST_TEST(data.labels == labels, boost::test_tools::per_element());
        BOOST_TEST(data.target_view()(0, 2) == 1.0f);
    };
    const data_set<float> data = load_npy(x, y, 3, 1.0 / 255);
    check_set(data);
    BOOST_TEST(data.input_view()(0, 1) == 1.0f);
    BOOST_TEST(data.input_view()(1, 0) == 0.2f);
    const auto archive = directory.write("a.npz", bytes_of(numpy_files::stored_archive_hex));
    check_set(load_npz(archive, "x", "y", 3));
    BOOST_TEST(load_npz<double>(archive, "x", "y", 5, 2.0).input_view()(2, 1) == 12.0);

    BOOST_TEST(message_of<data_error>([&] { load_npy(x, y, 2); }) ==
               y.string() + ": expected a class, a whole number below 2, found 2.000000 in row 0");
    BOOST_TEST(message_of<data_error>([&] { load_npz(archive, "x", "y", 2); }) ==
               archive.string() +
                   "/y.npy: expected a class, a whole number below 2, found 2.000000 in row 0");
    BOOST_TEST(message_of<data_error>([&] { load_npy(x, x, 3); }) ==
               x.string() + ": expected 3 labels, one for each row of inputs, found 3 rows of 2");
    const auto fewer = directory.write("fewer.npy", npy<int>("<i4", "(2,)", {0, 1}));
    BOOST_TEST(message_of<data_error>([&] { load_npy(x, fewer, 3); }) ==
               fewer.string() +
                   ": expected 3 labels, one for each row of inputs, found 2 rows of 1");
    for (const double bad : {-1.0, 0.5, 3.0, 1e300, infinity, -infinity, std::nan("")})
    {
        const auto labels = directory.write("bad.npy", npy<double>("<f8", "(3, 1)", {0, bad, 1}));
        BOOST_TEST(names(message_of<data_error>([&] { load_npy(x, labels, 3); }),
                         {"bad.npy: expected a class, a whole number below 3, found", "in row 1"}));
    }
}

BOOST_AUTO_TEST_CASE(regressions_have_a_row_of_targets_for_each_row)
{
    const temporary_directory directory;
    const auto x = directory.write("x.npy", bytes_of(numpy_files::float_rows_hex));
    const auto y = directory.write("y.npy", npy<float>("<f4", "(2, 2)", {1, 2, 3, 4}));
    const data_set<float> data = load_npy_regression(x, y, 2.0);
    BOOST_TEST(data.rows == 2);
    BOOST_TEST(data.input_size == 3);
    BOOST_TEST(data.target_size == 2);
    BOOST_TEST(data.input_view()(0, 2) == -4.0f);
    BOOST_TEST(data.target_view()(1, 0) == 3.0f);
    BOOST_TEST(data.labels.empty());
    const auto archive = directory.write("a.npz", bytes_of(numpy_files::stored_archive_hex));
    BOOST_TEST(load_npz_regression<double>(archive, "x", "y").targets[0] == 2.0);
    const auto number = directory.write("number.npy", bytes_of(numpy_files::number_hex));
    BOOST_TEST(message_of<data_error>([&] { load_npy_regression(x, number); }) ==
               number.string() +
                   ": expected 2 rows of targets, one for each row of inputs, found 1");
}

BOOST_AUTO_TEST_CASE(missing_files_and_other_ones_are_named)
{
    const temporary_directory directory;
    const auto missing = directory.path("missing.npy");
    BOOST_TEST(message_of<data_error>([&] { read_npy(missing); }) ==
               missing.string() + ": cannot be opened: No such file or directory");
    BOOST_TEST(names(message_of<data_error>([&] { read_npz(missing, "x"); }),
                     {"missing.npy: cannot be opened"}));
    const auto array = directory.write("a.npy", bytes_of(numpy_files::labels_hex));
    BOOST_TEST(names(message_of<data_error>([&] { read_npz(array, "x"); }),
                     {"a.npy: expected a zip archive"}));
    const auto archive = directory.write("a.npz", bytes_of(numpy_files::stored_archive_hex));
    BOOST_TEST(names(message_of<data_error>([&] { read_npy(archive); }),
                     {"a.npz: expected a NumPy file"}));
}
