// SPDX-License-Identifier: BSL-1.0
// Pools of planes against their definition, with whole numbers: sums are exact, and there are ties.
#define BOOST_TEST_MODULE simd_pooling
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/simd/pooling.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <tuple>
#include <vector>

using namespace ctgrad::simd;

namespace
{

// Planes of two vectors of lanes, each lane an image of its own.
template <class T, window_axis Y, window_axis X>
struct planes
{
    static constexpr int lanes = 2 * batch<T>::size;
    static constexpr int vectors = 2;

    std::vector<T> x, y, dy, dx;
    std::vector<T> expected_largest, expected_mean, expected_dx, expected_mean_dx;

    explicit planes(unsigned origin)
        : x(static_cast<std::size_t>(Y.size * X.size * lanes)),
          y(static_cast<std::size_t>(Y.positions() * X.positions() * lanes)),
          dy(y.size()),
          dx(x.size()),
          expected_largest(y.size()),
          expected_mean(y.size()),
          expected_dx(x.size()),
          expected_mean_dx(x.size())
    {
        std::mt19937 engine(origin);
        std::ranges::generate(x, [&] { return static_cast<T>(engine() % 5) - 2; });
        // Multiples of the size of a window: means of them are exact.
        std::ranges::generate(dy, [&] { return static_cast<T>(engine() % 9) * count; });
        for (int lane = 0; lane < lanes; ++lane)
        {
            define(lane);
        }
    }

    static constexpr int count = Y.kernel * X.kernel;

    static std::size_t at(int pixel, int lane)
    {
        return static_cast<std::size_t>(pixel * lanes + lane);
    }

    void define(int lane)
    {
        for (int row = 0; row < Y.positions(); ++row)
        {
            for (int column = 0; column < X.positions(); ++column)
            {
                const std::size_t position = at(row * X.positions() + column, lane);
                T largest = -std::numeric_limits<T>::infinity();
                T sum = 0;
                std::size_t first = 0;
                for (int ky = 0; ky < Y.kernel; ++ky)
                {
                    for (int kx = 0; kx < X.kernel; ++kx)
                    {
                        const int i = row * Y.stride - Y.padding + ky * Y.dilation;
                        const int j = column * X.stride - X.padding + kx * X.dilation;
                        if (i < 0 || i >= Y.size || j < 0 || j >= X.size)
                        {
                            continue;
                        }
                        const std::size_t pixel = at(i * X.size + j, lane);
                        sum += x[pixel];
                        expected_mean_dx[pixel] += dy[position] / count;
                        if (x[pixel] > largest)
                        {
                            largest = x[pixel];
                            first = pixel;
                        }
                    }
                }
                expected_largest[position] = largest;
                expected_mean[position] = sum * (T(1) / count);
                expected_dx[first] += dy[position];
            }
        }
    }

    void check()
    {
        max_pool_plane<T, Y, X>(x.data(), lanes, vectors, y.data(), lanes);
        BOOST_TEST(y == expected_largest);
        max_pool_plane_gradient<T, Y, X>(x.data(), lanes, vectors, dy.data(), lanes, dx.data());
        BOOST_TEST(dx == expected_dx);
        average_pool_plane<T, Y, X>(x.data(), lanes, vectors, y.data(), lanes);
        BOOST_TEST(y == expected_mean);
        std::ranges::fill(dx, T(0));
        average_pool_plane_gradient<T, Y, X>(dy.data(), lanes, vectors, dx.data(), lanes);
        for (std::size_t i = 0; i < dx.size(); ++i)
        {
            // The share is 1 / count, rounded.
            BOOST_REQUIRE_SMALL(dx[i] - expected_mean_dx[i],
                                64 * std::numeric_limits<T>::epsilon());
        }
        if constexpr (Y.are_side_by_side() && X.are_side_by_side())
        {
            check_windows_side_by_side();
        }
    }

    // A row of windows at once, with slopes that are the same for all.
    void check_windows_side_by_side()
    {
        constexpr std::ptrdiff_t x_row = X.size * lanes;
        constexpr T slope = 3;
        std::vector<T> slopes(x.size()); // zero where no window is
        std::vector<T> again(y.size());
        std::ranges::fill(y, T(0));
        for (int row = 0; row < Y.positions(); ++row)
        {
            const std::ptrdiff_t x_at = row * Y.kernel * x_row;
            const std::ptrdiff_t y_at = row * X.positions() * lanes;
            for (int i = 0; i < Y.kernel; ++i)
            {
                std::fill_n(slopes.data() + x_at + i * x_row, X.positions() * X.kernel * lanes,
                            slope);
            }
            largest_of_windows<T, Y.kernel, X.kernel>(x.data() + x_at, x_row, X.positions(), lanes,
                                                      y.data() + y_at);
            keep_slopes_of_largest<T, Y.kernel, X.kernel>(x.data() + x_at, x_row, X.positions(),
                                                          lanes, again.data() + y_at,
                                                          slopes.data() + x_at, x_row);
            multiply_slopes<T, Y.kernel, X.kernel>(dy.data() + y_at, X.positions(), lanes,
                                                   slopes.data() + x_at, x_row);
        }
        BOOST_TEST(y == expected_largest);
        BOOST_TEST(again == expected_largest);
        std::ranges::for_each(expected_dx, [](T& number) { number *= slope; });
        BOOST_TEST(slopes == expected_dx);
    }
};

template <class T, window_axis Y, window_axis X>
void check()
{
    for (unsigned origin = 0; origin < 20; ++origin)
    {
        planes<T, Y, X>(origin).check();
    }
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(pools_are_those_of_the_definition, T, element_types)
{
    check<T, window_axis{6, 2, 2}, window_axis{8, 2, 2}>();
    check<T, window_axis{7, 2, 2}, window_axis{5, 2, 2}>();
    check<T, window_axis{5, 3, 1}, window_axis{4, 3, 1}>();
    check<T, window_axis{7, 3, 2, 1}, window_axis{6, 3, 2, 1}>();
    check<T, window_axis{5, 1, 2, 0}, window_axis{9, 4, 3, 2}>();
    check<T, window_axis{1, 1, 1, 0}, window_axis{9, 3, 1, 1, 2}>();
    check<T, window_axis{3, 3, 1}, window_axis{2, 2, 1}>();
}

// All windows of 2 x 2 of these numbers, one for each lane and position.
BOOST_AUTO_TEST_CASE_TEMPLATE(windows_of_nan_and_infinities, T, element_types)
{
    constexpr T infinity = std::numeric_limits<T>::infinity();
    constexpr std::array<T, 4> numbers{-infinity, std::numeric_limits<T>::quiet_NaN(), T(-1),
                                       infinity};
    constexpr int lanes = batch<T>::size;
    constexpr int windows = 256 / lanes;
    constexpr int x_row = 2 * windows * lanes;
    constexpr window_axis y_axis{2, 2, 2};
    constexpr window_axis x_axis{2 * windows, 2, 2};
    constexpr T slope = 3;
    std::vector<T> x(2 * x_row), expected_dx(x.size()), largest(256), dy(256, slope);
    for (int window = 0; window < 256; ++window)
    {
        const auto number_at = [&](int place)
        { return numbers[static_cast<std::size_t>(window >> 2 * place & 3)]; };
        const auto index = [&](int place)
        {
            const int column = 2 * (window / lanes) + place % 2;
            return static_cast<std::size_t>(place / 2 * x_row + column * lanes + window % lanes);
        };
        int first = 0;
        bool has_nan = false;
        for (int place = 0; place < 4; ++place)
        {
            x[index(place)] = number_at(place);
            has_nan = has_nan || std::isnan(number_at(place));
            first = number_at(place) > number_at(first) ? place : first;
        }
        // Of a window with a NaN no number is below it, so that the first takes the gradient.
        first = has_nan ? 0 : first;
        largest[static_cast<std::size_t>(window)] = has_nan ? numbers[1] : number_at(first);
        expected_dx[index(first)] = slope;
    }
    const auto check_largest = [&](const std::vector<T>& y)
    {
        for (std::size_t i = 0; i < y.size(); ++i)
        {
            BOOST_TEST((y[i] == largest[i] || (std::isnan(y[i]) && std::isnan(largest[i]))));
        }
    };

    std::vector<T> y(256), dx(x.size());
    max_pool_plane<T, y_axis, x_axis>(x.data(), lanes, 1, y.data(), lanes);
    check_largest(y);
    max_pool_plane_gradient<T, y_axis, x_axis>(x.data(), lanes, 1, dy.data(), lanes, dx.data());
    BOOST_TEST(dx == expected_dx);

    std::ranges::fill(y, T(0));
    largest_of_windows<T, 2, 2>(x.data(), x_row, windows, lanes, y.data());
    check_largest(y);
    std::ranges::fill(y, T(0));
    std::vector<T> slopes(x.size(), slope);
    keep_slopes_of_largest<T, 2, 2>(x.data(), x_row, windows, lanes, y.data(), slopes.data(),
                                    x_row);
    check_largest(y);
    BOOST_TEST(slopes == expected_dx);
}
