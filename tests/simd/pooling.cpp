// SPDX-License-Identifier: BSL-1.0
// Pools of planes against their definition, with whole numbers: sums are exact, and there are ties.
#define BOOST_TEST_MODULE simd_pooling
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/simd/pooling.hpp>

#include <algorithm>
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

// A NaN in each place of a window in turn, also beside infinities. Nothing is below it, so that the first number
// keeps its slope.
BOOST_AUTO_TEST_CASE_TEMPLATE(windows_side_by_side_see_nan_and_infinity, T, element_types)
{
    constexpr int lanes = batch<T>::size;
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    constexpr T infinity = std::numeric_limits<T>::infinity();
    for (const T other : {T(1), infinity, -infinity})
    {
        for (std::size_t place = 0; place < 4; ++place)
        {
            std::vector<T> x(8 * lanes, other), y(2 * lanes), again(2 * lanes),
                slopes(8 * lanes, T(3));
            // Two windows side by side; the second is -inf.
            const auto at = [](std::size_t window, std::size_t pixel)
            {
                return static_cast<std::ptrdiff_t>((pixel / 2 * 4 + window * 2 + pixel % 2) *
                                                   lanes);
            };
            std::fill_n(x.begin() + at(0, place), lanes, nan);
            for (std::size_t pixel = 0; pixel < 4; ++pixel)
            {
                std::fill_n(x.begin() + at(1, pixel), lanes, -infinity);
            }
            largest_of_windows<T, 2, 2>(x.data(), 4 * lanes, 2, lanes, y.data());
            keep_slopes_of_largest<T, 2, 2>(x.data(), 4 * lanes, 2, lanes, again.data(),
                                            slopes.data(), 4 * lanes);
            for (int lane = 0; lane < lanes; ++lane)
            {
                const auto i = static_cast<std::size_t>(lane);
                BOOST_TEST(std::isnan(y[i]));
                BOOST_TEST(std::isnan(again[i]));
                BOOST_TEST(y[i + lanes] == -infinity);
                BOOST_TEST(again[i + lanes] == -infinity);
                for (std::size_t pixel = 0; pixel < 4; ++pixel)
                {
                    const auto slope_in = [&](std::size_t window)
                    { return slopes[static_cast<std::size_t>(at(window, pixel) + lane)]; };
                    BOOST_TEST(slope_in(0) == (pixel == 0 ? 3 : 0));
                    BOOST_TEST(slope_in(1) == (pixel == 0 ? 3 : 0));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_nan_takes_the_gradient, T, element_types)
{
    constexpr int lanes = batch<T>::size;
    constexpr window_axis axis{2, 2, 2};
    std::vector<T> x(4 * lanes, T(1)), dy(lanes, T(3)), dx(4 * lanes), y(lanes);
    for (int lane = 0; lane < lanes; ++lane)
    {
        x[static_cast<std::size_t>(lane % 4 * lanes + lane)] = std::numeric_limits<T>::quiet_NaN();
    }
    max_pool_plane<T, axis, axis>(x.data(), lanes, 1, y.data(), lanes);
    max_pool_plane_gradient<T, axis, axis>(x.data(), lanes, 1, dy.data(), lanes, dx.data());
    for (int lane = 0; lane < lanes; ++lane)
    {
        BOOST_TEST(y[static_cast<std::size_t>(lane)] != y[static_cast<std::size_t>(lane)]);
        T sum = 0;
        for (int pixel = 0; pixel < 4; ++pixel)
        {
            sum += dx[static_cast<std::size_t>(pixel * lanes + lane)];
        }
        BOOST_TEST(sum == 3);
    }
}
