// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE pooling
#include <boost/test/unit_test.hpp>

#include "image_layers.hpp"

#include <algorithm>
#include <limits>

using namespace ctgrad;

namespace
{

// Each window by the definition: f(numbers in the image, numbers of the window).
template <int Channels, int Rows, int Columns>
std::vector<double> defined(std::span<const double> image, simd::window_axis y, simd::window_axis x,
                            const auto& f)
{
    std::vector<double> out;
    for (int channel = 0; channel < Channels; ++channel)
    {
        for (int row = 0; row < y.positions(); ++row)
        {
            for (int column = 0; column < x.positions(); ++column)
            {
                std::vector<double> numbers;
                for (int ky = 0; ky < y.kernel; ++ky)
                {
                    for (int kx = 0; kx < x.kernel; ++kx)
                    {
                        const int i = row * y.stride - y.padding + ky;
                        const int j = column * x.stride - x.padding + kx;
                        if (i >= 0 && i < Rows && j >= 0 && j < Columns)
                        {
                            numbers.push_back(image[static_cast<std::size_t>(
                                (channel * Rows + i) * Columns + j)]);
                        }
                    }
                }
                out.push_back(f(numbers, y.kernel * x.kernel));
            }
        }
    }
    return out;
}

double largest(const std::vector<double>& numbers, int)
{
    return *std::max_element(numbers.begin(), numbers.end());
}

double mean_with_zeros(const std::vector<double>& numbers, int count)
{
    return std::accumulate(numbers.begin(), numbers.end(), 0.0) / count;
}

template <auto Layer, int Channels, int Rows, int Columns>
void check(const auto& f)
{
    constexpr auto plan = Layer.plan(shape(Channels, Rows, Columns));
    const auto reference = [&](std::span<const double> image, std::span<const double>)
    { return defined<Channels, Rows, Columns>(image, plan.y, plan.x, f); };
    require_rows_of<basic_network<float, input{Channels, Rows, Columns}, Layer>>(reference, 1e-6);
    require_rows_of<basic_network<double, input{Channels, Rows, Columns}, Layer>>(reference, 1e-15);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_largest_of_each_window)
{
    check<max_pool{}, 3, 6, 8>(largest);
    check<max_pool{}, 1, 7, 5>(largest);
    check<max_pool{.size = 3, .stride = 1}, 18, 5, 4>(largest);
    check<max_pool{.size = 3, .stride = 2, .padding = 1}, 2, 7, 6>(largest);
    check<max_pool{.size = {1, 4}, .stride = {2, 3}, .padding = {0, 2}}, 2, 5, 9>(largest);
}

BOOST_AUTO_TEST_CASE(the_mean_of_each_window)
{
    check<average_pool{}, 3, 6, 8>(mean_with_zeros);
    check<average_pool{.size = 3, .stride = 2, .padding = 1}, 17, 7, 6>(mean_with_zeros);
    check<average_pool{.size = {2, 3}, .stride = 1}, 1, 4, 5>(mean_with_zeros);
}

BOOST_AUTO_TEST_CASE(the_mean_of_each_channel)
{
    static_assert(network<input{5, 3, 4}, global_average_pool{}, dense{2}>::output_size == 2);
    check<global_average_pool{}, 5, 3, 4>(mean_with_zeros);
    check<global_average_pool{}, 17, 1, 2>(mean_with_zeros);
}

BOOST_AUTO_TEST_CASE(a_window_with_nan_has_nan)
{
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    const network<input{1, 2, 4}, max_pool{}> net;
    for (std::size_t place : {0u, 1u, 4u, 5u})
    {
        std::vector<float> numbers{1, 2, 3, 4, 5, 6, 7, 8};
        numbers[place] = nan;
        const auto pooled = net.predict(numbers);
        BOOST_TEST(std::isnan(pooled[0]));
        BOOST_TEST(pooled[1] == 8);
    }
    const std::vector<float> infinite(8, -std::numeric_limits<float>::infinity());
    BOOST_TEST(net.predict(infinite)[0] == infinite[0]);
}
