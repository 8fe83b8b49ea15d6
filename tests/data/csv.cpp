// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE csv
#include <boost/test/unit_test.hpp>

#include "temporary_directory.hpp"

#include <ctgrad/data/csv.hpp>

#include <cmath>
#include <string>
#include <vector>

using namespace ctgrad;

namespace
{

std::string error_of(const temporary_directory& directory, std::string_view contents)
{
    const auto path = directory.write("bad.csv", contents);
    const std::string message = message_of<data_error>([&] { read_csv(path); });
    const std::string start = path.string() + ": ";
    BOOST_TEST(message.starts_with(start));
    return message.substr(std::min(start.size(), message.size()));
}

} // namespace

BOOST_AUTO_TEST_CASE(numbers_are_read_in_every_usual_spelling)
{
    const temporary_directory directory;
    const auto path = directory.write("a.csv", "1,-2.5, +3e2 \r\n\n.5,\t1E-3,4");
    const csv_table table = read_csv(path);
    BOOST_TEST(table.rows == 2u);
    BOOST_TEST(table.columns == 3u);
    const std::vector<double> expected{1, -2.5, 300, 0.5, 1e-3, 4};
    BOOST_TEST(table.values == expected, boost::test_tools::per_element());
    BOOST_TEST(table.lines[1] == 3u);
    BOOST_TEST(table(1, 2) == 4.0);
    BOOST_TEST(std::isnan(read_csv(directory.write("nan.csv", "nan\n"))(0, 0)));
}

BOOST_AUTO_TEST_CASE(header_separator_mark_and_packing_are_understood)
{
    const temporary_directory directory;
    const std::string text = "\xef\xbb\xbfwidth;class\n0.25;1\n0.75;0\n";
    for (const auto& path :
         {directory.write("a.csv", text), directory.write_packed("a.csv.gz", text)})
    {
        const csv_table table = read_csv(path, {.separator = ';', .header_lines = 1});
        const std::vector<double> expected{0.25, 1, 0.75, 0};
        BOOST_TEST(table.values == expected, boost::test_tools::per_element());
        BOOST_TEST(table.lines[0] == 2u);
    }
    BOOST_TEST(read_csv(directory.write("b.csv", "\xef\xbb\xbf"
                                                 "5\n"))(0, 0) == 5.0);
    BOOST_TEST(read_csv(directory.write("c.csv", "")).rows == 0u);
}

BOOST_AUTO_TEST_CASE(errors_name_line_and_column)
{
    const temporary_directory directory;
    BOOST_TEST(error_of(directory, "1,2\n\n3,x4\n") ==
               "line 3, column 2: expected a number, found \"x4\"");
    BOOST_TEST(error_of(directory, "1,2 3\n") ==
               "line 1, column 2: expected a number, found \"2 3\"");
    BOOST_TEST(error_of(directory, "1,,3\n") == "line 1, column 2: expected a number, found \"\"");
    BOOST_TEST(error_of(directory, "1,2,\n") == "line 1, column 3: expected a number, found \"\"");
    BOOST_TEST(error_of(directory, "+-1\n") ==
               "line 1, column 1: expected a number, found \"+-1\"");
    BOOST_TEST(error_of(directory, "1e999\n") ==
               "line 1, column 1: expected a number within the range of double, found \"1e999\"");
    BOOST_TEST(error_of(directory, "1,2\n3,4\n5\n") ==
               "line 3: expected 2 columns as before, found 1");
    BOOST_TEST(error_of(directory, "1,2\n3,4,5\n") ==
               "line 2: expected 2 columns as before, found 3");
    BOOST_TEST(error_of(directory, std::string("1,2\0,3\n", 7)).starts_with("line 1, column 2: "));
}

BOOST_AUTO_TEST_CASE(a_classification_has_the_class_in_the_last_column)
{
    const temporary_directory directory;
    const auto path = directory.write("a.csv", "0,16,2\n8,4,0\n");
    const data_set<float> data = load_csv(path, 3, {.input_scale = 1.0 / 16});
    BOOST_TEST(data.rows == 2);
    BOOST_TEST(data.input_size == 2);
    BOOST_TEST(data.target_size == 3);
    const std::vector<float> inputs{0, 1, 0.5f, 0.25f};
    const std::vector<float> targets{0, 0, 1, 1, 0, 0};
    const std::vector<int> labels{2, 0};
    BOOST_TEST(data.inputs.span() == inputs, boost::test_tools::per_element());
    BOOST_TEST(data.targets.span() == targets, boost::test_tools::per_element());
    BOOST_TEST(data.labels == labels, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_class_that_is_none_is_an_error)
{
    const temporary_directory directory;
    for (const std::string bad : {"3", "-1", "0.5", "nan", "inf", "1e30"})
    {
        const auto path = directory.write("a.csv", "0,1\n\n0," + bad + "\n");
        BOOST_TEST(names(message_of<data_error>([&] { load_csv(path, 3); }),
                         {path.string() +
                          ": line 3, column 2: expected a class, a whole number below 3, found "}));
    }
    const auto narrow = directory.write("a.csv", "0\n1\n");
    BOOST_TEST(message_of<data_error>([&] { load_csv(narrow, 3); }) ==
               narrow.string() + ": expected 2 columns or more, found 1");
    const auto empty = directory.write("a.csv", "\n");
    BOOST_TEST(message_of<data_error>([&] { load_csv(empty, 3); }) ==
               empty.string() + ": expected rows of numbers, found none");
}

BOOST_AUTO_TEST_CASE(a_regression_has_its_targets_in_the_last_columns)
{
    const temporary_directory directory;
    const auto path = directory.write("a.csv", "1,2,3\n4,5,6\n");
    const data_set<double> one = load_csv_regression<double>(path);
    const std::vector<double> inputs{1, 2, 4, 5};
    const std::vector<double> targets{3, 6};
    BOOST_TEST(one.inputs.span() == inputs, boost::test_tools::per_element());
    BOOST_TEST(one.targets.span() == targets, boost::test_tools::per_element());
    BOOST_TEST(one.labels.empty());
    BOOST_TEST(load_csv_regression(path, 2).target_size == 2);
    BOOST_TEST(message_of<data_error>([&] { load_csv_regression(path, 3); }) ==
               path.string() + ": expected 4 columns or more, found 3");
}

BOOST_AUTO_TEST_CASE(a_number_too_large_for_the_element_type_is_an_error)
{
    const temporary_directory directory;
    const auto path = directory.write("a.csv", "1,0\n1e39,0\n");
    BOOST_TEST(
        names(message_of<data_error>([&] { load_csv(path, 1); }), {"line 2, column 1: expected"}));
    BOOST_TEST(load_csv<double>(path, 1).inputs[1] == 1e39);
    BOOST_TEST(load_csv(directory.write("b.csv", "1e-300,inf,0\n"), 1).inputs[0] == 0.0f);
}
