// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE standardise
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "temporary_directory.hpp"

#include <ctgrad/data/standardise.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

using namespace ctgrad;

namespace
{

template <class T>
rows_view<const T> view_of(const std::vector<T>& numbers, std::ptrdiff_t columns)
{
    return {numbers.data(), std::ssize(numbers) / columns, columns};
}

// Three columns: one around 1000, one that never varies and has no exact sum, one of two values.
template <class T>
data_set<T> some_data(std::size_t rows)
{
    aligned_buffer<T> inputs(3 * rows);
    random_engine engine(1);
    fill_normal<T>(inputs.span(), 1000, 3, engine);
    for (std::size_t i = 0; i < rows; ++i)
    {
        inputs[3 * i + 1] = T(0.1);
        inputs[3 * i + 2] = i % 2 == 0 ? T(-2) : T(6);
    }
    return {static_cast<std::ptrdiff_t>(rows), std::move(inputs), aligned_buffer<T>(rows)};
}

struct moments
{
    long double mean = 0;
    long double deviation = 0;
};

template <class T>
moments naive_moments(rows_view<const T> rows, std::ptrdiff_t column)
{
    moments found;
    for (std::ptrdiff_t i = 0; i < rows.rows; ++i)
    {
        found.mean += static_cast<long double>(rows(i, column)) / rows.rows;
    }
    for (std::ptrdiff_t i = 0; i < rows.rows; ++i)
    {
        const long double distance = static_cast<long double>(rows(i, column)) - found.mean;
        found.deviation += distance * distance / rows.rows;
    }
    found.deviation = std::sqrt(found.deviation);
    return found;
}

template <class T>
constexpr T nan_of = std::numeric_limits<T>::quiet_NaN();

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(means_become_0_and_deviations_1, T, element_types)
{
    data_set<T> data = some_data<T>(1000);
    const data_set<T> before = data;
    const column_scaling scaling = standardiser_of(data);
    BOOST_TEST(scaling.columns() == 3);
    for (const std::ptrdiff_t column : {0, 2})
    {
        const moments naive = naive_moments(before.input_view(), column);
        // Sums of 1000 numbers, which are rounded to 53 bits.
        const auto i = static_cast<std::size_t>(column);
        BOOST_TEST(std::abs(scaling.offsets()[i] - naive.mean) < 1e-10L);
        BOOST_TEST(std::abs(scaling.scales()[i] - naive.deviation) < 1e-12L);
    }
    BOOST_TEST(scaling.offsets()[2] == 2);
    BOOST_TEST(scaling.scales()[2] == 4);

    scaling.apply(data);
    for (std::ptrdiff_t i = 0; i < data.rows; ++i)
    {
        const auto expected =
            static_cast<T>((static_cast<double>(before.input_view()(i, 0)) - scaling.offsets()[0]) /
                           scaling.scales()[0]);
        BOOST_TEST(data.input_view()(i, 0) == expected);
        BOOST_TEST(data.input_view()(i, 1) == 0);
        BOOST_TEST(data.input_view()(i, 2) == (i % 2 == 0 ? -1 : 1));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_was_fitted_is_applied_to_any_rows, T, element_types)
{
    const column_scaling scaling = standardiser_of(some_data<T>(100));
    const T mean = static_cast<T>(scaling.offsets()[0]);
    std::vector<T> rows{mean, T(1.1), 2, -1, mean, T(0.1), 10, -1};
    scaling.apply(rows_view<T>{rows.data(), 2, 3, 4});
    // 0.1 is not a number of T: what is left of 1.1 - 0.1 is rounded.
    BOOST_TEST(std::abs(rows[1] - 1) < 4 * std::numeric_limits<T>::epsilon());
    BOOST_TEST(rows[2] == 0);
    BOOST_TEST(rows[6] == 2);
    BOOST_TEST(rows[5] == 0);
    BOOST_TEST(rows[3] == -1); // between the rows
    BOOST_TEST(rows[7] == -1);

    std::array<T, 3> row{mean, T(0.1), 6};
    scaling.apply(std::span<T>(row));
    BOOST_TEST(row[2] == 1);
    std::array<T, 6> steps{mean, T(0.1), 6, mean, T(0.1), -2};
    scaling.apply(std::span<T>(steps));
    BOOST_TEST(steps[5] == -1);
    scaling.apply(std::span<T>());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(there_is_a_way_back, T, element_types)
{
    data_set<T> data = some_data<T>(50);
    const data_set<T> before = data;
    for (const column_scaling& scaling : {standardiser_of(data), unit_scaler_of(data)})
    {
        scaling.apply(data);
        scaling.invert(data);
        for (std::size_t i = 0; i < data.inputs.size(); ++i)
        {
            // The scaled number is rounded to T.
            BOOST_TEST(std::abs(data.inputs[i] - before.inputs[i]) <=
                       32 * std::numeric_limits<T>::epsilon());
        }
    }
    // Predictions of targets that were scaled.
    const std::vector<T> targets{1, 3, 5};
    std::vector<T> predictions{0};
    standardiser_of(view_of(targets, 1)).invert(std::span<T>(predictions));
    BOOST_TEST(predictions[0] == 3);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(columns_become_a_unit_interval, T, element_types)
{
    data_set<T> data = some_data<T>(99);
    unit_scaler_of(data).apply(data);
    T least = 1;
    T largest = 0;
    for (std::ptrdiff_t i = 0; i < data.rows; ++i)
    {
        least = std::min(least, data.input_view()(i, 0));
        largest = std::max(largest, data.input_view()(i, 0));
        BOOST_TEST(data.input_view()(i, 1) == 0);
        BOOST_TEST(data.input_view()(i, 2) == (i % 2 == 0 ? 0 : 1));
    }
    BOOST_TEST(least == 0);
    BOOST_TEST(largest == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nan_is_left_out_and_stays, T, element_types)
{
    const std::vector<T> numbers{1, nan_of<T>, nan_of<T>, nan_of<T>, 3, nan_of<T>};
    for (const column_scaling& scaling :
         {standardiser_of(view_of(numbers, 2)), unit_scaler_of(view_of(numbers, 2))})
    {
        std::vector<T> rows = numbers;
        scaling.apply(std::span<T>(rows));
        BOOST_TEST(rows[4] == 1);
        BOOST_TEST((rows[0] == -1 || rows[0] == 0));
        BOOST_TEST(std::isnan(rows[2]));
        BOOST_TEST(std::isnan(rows[5]));
        // Nothing is known of the second column.
        BOOST_TEST(scaling.offsets()[1] == 0);
        BOOST_TEST(scaling.scales()[1] == 1);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(one_row_becomes_0, T, element_types)
{
    std::vector<T> row{T(0.3), -7};
    standardiser_of(rows_view<T>{row.data(), 1, 2}).apply(std::span<T>(row));
    BOOST_TEST(row[0] == 0);
    BOOST_TEST(row[1] == 0);
}

BOOST_AUTO_TEST_CASE(small_deviations_of_large_numbers_are_exact)
{
    std::vector<double> numbers(2000);
    for (std::size_t i = 0; i < numbers.size(); ++i)
    {
        numbers[i] = 1e9 + (i % 2 == 0 ? 0.25 : 0.75);
    }
    const column_scaling scaling = standardiser_of(view_of(numbers, 1));
    // The mean is rounded to 53 bits, 1e-7 of them behind the point.
    BOOST_TEST(std::abs(scaling.offsets()[0] - (1e9 + 0.5)) < 1e-6);
    BOOST_TEST(std::abs(scaling.scales()[0] - 0.25) < 1e-12);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_fitted_is_named)
{
    const std::vector<float> none;
    const auto said_of = [](const std::vector<double>& numbers)
    { return message_of<data_error>([&] { standardiser_of(view_of(numbers, 2)); }); };
    BOOST_TEST(message_of<data_error>([&] { standardiser_of(view_of(none, 2)); }) ==
               "a scaling of columns is fitted to rows, but there are none");
    BOOST_TEST(message_of<data_error>([&] { unit_scaler_of(data_set<float>()); }) ==
               "a scaling of columns is fitted to rows, but there are none");
    constexpr double infinity = std::numeric_limits<double>::infinity();
    BOOST_TEST(said_of({1, 2, 3, -infinity}) ==
               "row 1 is infinite in column 1, but a scaling needs finite numbers, or NaN for what "
               "is missing");
    BOOST_TEST(names(said_of({1, 1e308, 3, -1e308}), {"column 1 cannot be scaled"}));
    BOOST_TEST(said_of({1, 2, 3, 4}) == "");
}

BOOST_AUTO_TEST_CASE(sizes_that_do_not_fit_are_named)
{
    const column_scaling scaling = standardiser_of(some_data<float>(4));
    std::vector<float> row(4);
    BOOST_TEST(message_of<data_error>([&] { scaling.apply(std::span<float>(row)); }) ==
               "a scaling of 3 columns cannot be applied to 4 numbers, which are not whole rows");
    BOOST_TEST(
        message_of<data_error>([&] { scaling.invert(rows_view<float>{row.data(), 1, 4}); }) ==
        "a scaling of 3 columns cannot be applied to rows of 4");
    data_set<float> other(2, aligned_buffer<float>(12), aligned_buffer<float>(2));
    BOOST_TEST(message_of<data_error>([&] { scaling.apply(other); }) ==
               "a scaling of 3 columns cannot be applied to rows of 6");
    BOOST_TEST(message_of<data_error>([] { column_scaling({1, 2}, {1}); }) ==
               "a scaling of columns needs as many scales as offsets, but has 1 and 2");
    BOOST_TEST(names(message_of<data_error>([] { column_scaling({1, 2}, {1, 0}); }),
                     {"column 1 cannot be scaled", "its scale 0"}));
}
