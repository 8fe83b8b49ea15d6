// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE upsample
#include <boost/test/unit_test.hpp>

#include "../network/check_gradients.hpp"
#include "image_layers.hpp"

using namespace ctgrad;

namespace
{

template <upsample Layer, int Channels, int Rows, int Columns>
std::vector<double> defined(std::span<const double> image)
{
    std::vector<double> out;
    for (int channel = 0; channel < Channels; ++channel)
        for (int i = 0; i < Rows * Layer.factor.y; ++i)
            for (int j = 0; j < Columns * Layer.factor.x; ++j)
                out.push_back(image[static_cast<std::size_t>(
                    (channel * Rows + i / Layer.factor.y) * Columns + j / Layer.factor.x)]);
    return out;
}

// Alone, and between layers that have images in formats of their own.
template <upsample Layer, int Channels, int Rows, int Columns>
void check()
{
    const auto reference = [](std::span<const double> image, std::span<const double>)
    { return defined<Layer, Channels, Rows, Columns>(image); };
    constexpr input in{Channels, Rows, Columns};
    require_rows_of<basic_network<float, in, Layer>>(reference, 0);
    require_rows_of<basic_network<double, in, Layer>>(reference, 0);
    constexpr max_pool one{.size = 1};
    require_rows_of<basic_network<float, in, one, Layer, one>>(reference, 0);
    require_rows_of<basic_network<double, in, one, Layer, one>>(reference, 0);
}

constexpr variable<"x"> x;

} // namespace

BOOST_AUTO_TEST_CASE(each_pixel_is_there_as_many_times)
{
    static_assert(network<input{2, 3}, upsample{}>::output_size == 24);
    check<upsample{}, 3, 4, 5>();
    check<upsample{.factor = {1, 3}}, 18, 2, 3>();
    check<upsample{.factor = {4, 1}}, 1, 3, 2>();
    check<upsample{.factor = 1}, 2, 3, 3>();
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences)
{
    constexpr conv2d first{.filters = 3, .padding = same_size};
    constexpr conv2d last{.filters = 2, .padding = same_size};
    check_gradients<input{2, 4, 3}, first, upsample{}, last>();
    check_gradients<input{4, 3}, first, tanh(x), upsample{.factor = {1, 2}}, flatten{}, dense{2}>();
    // With the channels last.
    constexpr conv2d nine{.filters = 9, .padding = same_size};
    check_gradients<input{9, 4, 3}, nine, upsample{}, nine>();
    check_gradients<input{5}, dense{12}, reshape{3, 2, 2}, upsample{}, last>();
}
