// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE data_set
#include <boost/test/unit_test.hpp>

#include "temporary_directory.hpp"

#include <ctgrad/data/data_set.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <vector>

using namespace ctgrad;

namespace
{

aligned_buffer<float> counted(std::size_t size)
{
    aligned_buffer<float> numbers(size);
    std::iota(numbers.begin(), numbers.end(), 0.0f);
    return numbers;
}

// Row i has the inputs 2i and 2i + 1 and the class i modulo 3.
data_set<float> classification(std::size_t rows)
{
    std::vector<int> labels(rows);
    for (std::size_t i = 0; i < rows; ++i)
    {
        labels[i] = static_cast<int>(i % 3);
    }
    return {counted(2 * rows), labels, 3};
}

void check_rows_belong_together(const data_set<float>& part)
{
    BOOST_TEST(part.inputs.size() == static_cast<std::size_t>(2 * part.rows));
    BOOST_TEST(part.targets.size() == static_cast<std::size_t>(3 * part.rows));
    BOOST_TEST(std::ssize(part.labels) == part.rows);
    for (std::ptrdiff_t i = 0; i < part.rows; ++i)
    {
        const float first = part.input_view()(i, 0);
        const int label = static_cast<int>(first) / 2 % 3;
        BOOST_TEST(part.input_view()(i, 1) == first + 1);
        BOOST_TEST(part.labels[static_cast<std::size_t>(i)] == label);
        for (int c = 0; c < 3; ++c)
        {
            BOOST_TEST(part.target_view()(i, c) == (c == label ? 1.0f : 0.0f));
        }
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(one_hot_has_a_one_in_the_column_of_the_class)
{
    const std::array<int, 3> labels{2, 0, 1};
    const aligned_buffer<double> rows = one_hot<double>(labels, 4);
    const std::array<double, 12> expected{0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0};
    BOOST_TEST(rows.span() == std::span(expected), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_hot_refuses_other_classes)
{
    for (const int bad : {-1, 4, 1000})
    {
        const std::array<int, 2> labels{0, bad};
        BOOST_TEST(message_of<data_error>([&] { one_hot<float>(labels, 4); }) ==
                   "the label of row 1 is " + std::to_string(bad) +
                       ", but there are 4 classes (from 0)");
    }
}

BOOST_AUTO_TEST_CASE(sizes_follow_from_the_buffers)
{
    const data_set<float> regression(4, counted(12), counted(8));
    BOOST_TEST(regression.input_size == 3);
    BOOST_TEST(regression.target_size == 2);
    BOOST_TEST(regression.labels.empty());
    BOOST_TEST(regression.input_view()(1, 0) == 3);
    BOOST_TEST(regression.target_view()(3, 1) == 7);

    const data_set<float> classes = classification(5);
    BOOST_TEST(classes.rows == 5);
    BOOST_TEST(classes.input_size == 2);
    BOOST_TEST(classes.target_size == 3);
    check_rows_belong_together(classes);
    BOOST_TEST(data_set<float>().rows == 0);
    BOOST_TEST(classification(0).target_size == 3);
}

BOOST_AUTO_TEST_CASE(sizes_that_do_not_belong_together_are_refused)
{
    BOOST_TEST(message_of<data_error>([] { data_set<float>(4, counted(13), counted(8)); }) ==
               "the inputs hold 13 numbers, which is not a whole number for each of 4 rows");
    BOOST_TEST(message_of<data_error>([] { data_set<float>(4, counted(12), counted(9)); }) ==
               "the targets hold 9 numbers, which is not a whole number for each of 4 rows");
    BOOST_CHECK_THROW(data_set<float>(0, counted(1), counted(0)), data_error);
    BOOST_CHECK_THROW(data_set<float>(-1, counted(1), counted(1)), data_error);
    BOOST_CHECK_THROW(data_set<float>(-1, counted(0), counted(0)), data_error);
    BOOST_CHECK_THROW((data_set<float>(counted(7), std::vector<int>{0, 1}, 2)), data_error);
    BOOST_CHECK_THROW((data_set<float>(counted(4), std::vector<int>{0, 2}, 2)), data_error);
}

BOOST_AUTO_TEST_CASE(split_gives_each_row_to_one_part)
{
    const data_set<float> all = classification(50);
    for (const int count : {0, 1, 20, 50})
    {
        const auto [first, second] = all.split(count, seed{1});
        BOOST_TEST(first.rows == count);
        BOOST_TEST(second.rows == 50 - count);
        check_rows_belong_together(first);
        check_rows_belong_together(second);

        std::vector<float> together(first.inputs.begin(), first.inputs.end());
        together.insert(together.end(), second.inputs.begin(), second.inputs.end());
        std::ranges::sort(together);
        BOOST_TEST(together == all.inputs.span(), boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(split_takes_a_fraction_too)
{
    const data_set<float> all = classification(50);
    BOOST_TEST(all.split(0.8, seed{1}).first.rows == 40);
    BOOST_TEST(all.split(0.291, seed{1}).first.rows == 15); // of 14.55
    BOOST_TEST(all.split(1.0, seed{1}).first.rows == 50);
    BOOST_TEST(all.split(1, seed{1}).first.rows == 1);
    BOOST_TEST(all.split(0.0, seed{1}).second.rows == 50);
}

BOOST_AUTO_TEST_CASE(the_seed_chooses_the_split)
{
    const data_set<float> all = classification(50);
    const auto rows = [&](seed origin)
    {
        const data_set<float> part = all.split(20, origin).first;
        return std::vector<float>(part.inputs.begin(), part.inputs.end());
    };
    BOOST_TEST((rows(seed{1}) == rows(seed{1})));
    BOOST_TEST((rows(seed{1}) != rows(seed{2})));
}

BOOST_AUTO_TEST_CASE(a_split_that_is_too_large_is_refused)
{
    const data_set<float> all = classification(50);
    BOOST_TEST(message_of<data_error>([&] { all.split(51, seed{1}); }) ==
               "cannot split off 51 rows of 50");
    BOOST_CHECK_THROW(all.split(-1, seed{1}), data_error);
    BOOST_CHECK_THROW(all.split(51u, seed{1}), data_error);
    BOOST_CHECK_THROW(all.split(1.01, seed{1}), data_error);
    BOOST_CHECK_THROW(all.split(-0.1, seed{1}), data_error);
    BOOST_CHECK_THROW(all.split(std::numeric_limits<double>::quiet_NaN(), seed{1}), data_error);
}

BOOST_AUTO_TEST_CASE(a_regression_splits_without_labels)
{
    const data_set<float> regression(4, counted(12), counted(8));
    const auto [first, second] = regression.split(3, seed{1});
    BOOST_TEST(first.labels.empty());
    BOOST_TEST(first.target_size == 2);
    BOOST_TEST(second.input_view()(0, 0) / 3 == second.target_view()(0, 0) / 2);
}
