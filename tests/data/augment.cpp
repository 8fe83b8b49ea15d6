// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE augment
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "temporary_directory.hpp"

#include <ctgrad/data/augment.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

using namespace ctgrad;

namespace
{

template <class T>
std::vector<T> counted(int size)
{
    std::vector<T> numbers(static_cast<std::size_t>(size));
    std::iota(numbers.begin(), numbers.end(), T(1));
    return numbers;
}

// Each pixel from where it comes, one by one.
template <class T>
std::vector<T> naive_shift(const std::vector<T>& from, int channels, int rows, int columns,
                           int down, int right, T fill)
{
    std::vector<T> to;
    for (int c = 0; c < channels; ++c)
    {
        for (int y = 0; y < rows; ++y)
        {
            for (int x = 0; x < columns; ++x)
            {
                const int from_y = y - down;
                const int from_x = x - right;
                const bool inside = from_y >= 0 && from_y < rows && from_x >= 0 && from_x < columns;
                to.push_back(
                    inside ? from[static_cast<std::size_t>((c * rows + from_y) * columns + from_x)]
                           : fill);
            }
        }
    }
    return to;
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(images_are_shifted_in_place, T, element_types)
{
    for (const auto& [channels, rows, columns] :
         {std::array{1, 1, 1}, {1, 5, 4}, {3, 4, 5}, {2, 1, 6}, {2, 6, 1}})
    {
        const std::vector<T> image = counted<T>(channels * rows * columns);
        const random_shift shift{.image = shape(channels, rows, columns), .fill = -1};
        for (int down = -7; down <= 7; ++down)
        {
            for (int right = -7; right <= 7; ++right)
            {
                std::vector<T> row = image;
                shift.shift(std::span<T>(row), down, right);
                BOOST_TEST(
                    (row == naive_shift<T>(image, channels, rows, columns, down, right, -1)));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(all_shifts_are_equally_likely, T, element_types)
{
    // A single pixel in the middle: where it is afterwards is the shift.
    const random_shift shift{shape(7, 7), 2};
    split_mix_engine engine(seed{1});
    std::map<std::ptrdiff_t, int> places;
    constexpr int draws = 25000;
    for (int i = 0; i < draws; ++i)
    {
        std::vector<T> row(49);
        row[24] = 1;
        shift(std::span<T>(row), engine);
        ++places[std::ranges::find(row, T(1)) - row.begin()];
    }
    BOOST_TEST(places.size() == 25u);
    for (const auto& [place, count] : places)
    {
        BOOST_TEST((place / 7 >= 1 && place / 7 <= 5 && place % 7 >= 1 && place % 7 <= 5));
        // A count has a standard deviation below sqrt(draws / 25).
        BOOST_TEST(std::abs(count - draws / 25) < 5 * std::sqrt(draws / 25.0));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_second_image_is_mirrored, T, element_types)
{
    const std::vector<T> image{1, 2, 3, 4, 5, 6};
    const std::vector<T> mirrored{3, 2, 1, 6, 5, 4};
    const random_mirror mirror{shape(2, 3)};
    split_mix_engine engine(seed{1});
    constexpr int draws = 4000;
    int count = 0;
    for (int i = 0; i < draws; ++i)
    {
        std::vector<T> row = image;
        mirror(std::span<T>(row), engine);
        BOOST_TEST((row == image || row == mirrored));
        count += row == mirrored;
    }
    BOOST_TEST(std::abs(count - draws / 2) < 5 * std::sqrt(draws / 4.0));
    std::vector<T> channels{1, 2, 3, 4};
    for (int i = 0; i < 50 && channels[0] == 1; ++i)
    {
        random_mirror{shape(2, 1, 2)}(std::span<T>(channels), engine);
    }
    BOOST_TEST((channels == std::vector<T>{2, 1, 4, 3}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(noise_has_its_deviation, T, element_types)
{
    split_mix_engine engine(seed{1});
    constexpr int draws = 100001; // not a multiple of what is drawn at once
    std::vector<T> row(draws, T(2));
    gaussian_noise{0.5}(std::span<T>(row), engine);
    double mean = 0;
    double squares = 0;
    double neighbours = 0;
    for (std::size_t i = 0; i < row.size(); ++i)
    {
        const auto noise = static_cast<double>(row[i]) - 2;
        mean += noise / draws;
        squares += noise * noise / draws;
        neighbours += i >= 64 ? noise * (static_cast<double>(row[i - 64]) - 2) : 0;
    }
    // Standard deviations of a mean, of a mean of squares and of a sum of products.
    BOOST_TEST(std::abs(mean) < 5 * 0.5 / std::sqrt(draws));
    BOOST_TEST(std::abs(squares - 0.25) < 5 * 0.25 * std::sqrt(2.0 / draws));
    BOOST_TEST(std::abs(neighbours) < 5 * 0.25 * std::sqrt(draws));
    for (const int size : {0, 1, 63, 64, 65})
    {
        std::vector<T> short_row(static_cast<std::size_t>(size));
        gaussian_noise{0.5}(std::span<T>(short_row), engine);
        BOOST_TEST(std::ranges::count(short_row, T(0)) == 0);
    }
}

BOOST_AUTO_TEST_CASE(the_engine_chooses)
{
    const auto changed = [](seed origin)
    {
        std::vector<float> row = counted<float>(64);
        split_mix_engine engine(origin);
        random_shift{shape(8, 8), 3}(std::span(row), engine);
        gaussian_noise{}(std::span(row), engine);
        return row;
    };
    BOOST_TEST((changed(seed{1}) == changed(seed{1})));
    BOOST_TEST((changed(seed{1}) != changed(seed{2})));
}

BOOST_AUTO_TEST_CASE(rows_that_are_no_such_image_are_named)
{
    std::vector<float> row(64);
    split_mix_engine engine(seed{});
    const auto said_of = [&](const auto& change)
    { return message_of<data_error>([&] { change(std::span(row), engine); }); };
    BOOST_TEST(said_of(random_shift{shape(28, 28), 2}) ==
               "an image of 1 x 28 x 28 cannot be made of the 64 inputs of a row");
    BOOST_TEST(said_of(random_mirror{shape(3, 8, 8)}) ==
               "an image of 3 x 8 x 8 cannot be made of the 64 inputs of a row");
    for (const shape& image : {shape(64), shape(1, 1, 8, 8), shape(-8, -8), shape()})
    {
        BOOST_TEST(said_of(random_shift{image, 2}) ==
                   "an image has the shape (rows, columns) or (channels, rows, columns), all at "
                   "least 1");
    }
    BOOST_TEST(said_of(random_shift{shape(8, 8), -1}) ==
               "an image cannot be shifted by up to -1 pixels");
    BOOST_TEST(said_of(random_shift{shape(8, 8), 0}) == "");
}
