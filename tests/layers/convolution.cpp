// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE convolution
#include <boost/test/unit_test.hpp>

#include "image_layers.hpp"

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;

// One convolution as the definition says: weights (filter, channel, row, column), then biases.
template <conv2d Layer, int Channels, int Rows, int Columns>
std::vector<double> defined(std::span<const double> image, std::span<const double> parameters)
{
    constexpr auto plan = Layer.plan(shape(Channels, Rows, Columns));
    constexpr auto y_axis = plan.window.y;
    constexpr auto x_axis = plan.window.x;
    constexpr int channels = plan.window.channels;
    const auto weight = [&](int filter, int channel, int ky, int kx)
    {
        return parameters[static_cast<std::size_t>(
            ((filter * channels + channel) * y_axis.kernel + ky) * x_axis.kernel + kx)];
    };
    const auto pixel = [&](int channel, int row, int column)
    {
        const bool is_inside = row >= 0 && row < Rows && column >= 0 && column < Columns;
        return is_inside
                   ? image[static_cast<std::size_t>((channel * Rows + row) * Columns + column)]
                   : 0.0;
    };
    std::vector<double> out;
    for (int filter = 0; filter < Layer.filters; ++filter)
    {
        const int first = filter / plan.window.filters * channels;
        for (int row = 0; row < y_axis.positions(); ++row)
        {
            for (int column = 0; column < x_axis.positions(); ++column)
            {
                double sum =
                    Layer.bias
                        ? parameters[static_cast<std::size_t>(
                              Layer.filters * channels * y_axis.kernel * x_axis.kernel + filter)]
                        : 0.0;
                for (int channel = 0; channel < channels; ++channel)
                {
                    for (int ky = 0; ky < y_axis.kernel; ++ky)
                    {
                        for (int kx = 0; kx < x_axis.kernel; ++kx)
                        {
                            sum +=
                                weight(filter, channel, ky, kx) *
                                pixel(first + channel,
                                      row * y_axis.stride - y_axis.padding + ky * y_axis.dilation,
                                      column * x_axis.stride - x_axis.padding +
                                          kx * x_axis.dilation);
                        }
                    }
                }
                out.push_back(sum);
            }
        }
    }
    return out;
}

template <conv2d Layer, int Channels, int Rows, int Columns>
void check()
{
    constexpr int terms = Layer.plan(shape(Channels, Rows, Columns)).window.taps() *
                          Layer.plan(shape(Channels, Rows, Columns)).window.channels;
    const auto bound = [](auto unit) { return 2 * (terms + 2) * static_cast<double>(unit); };
    const auto reference = [](std::span<const double> image, std::span<const double> parameters)
    { return defined<Layer, Channels, Rows, Columns>(image, parameters); };
    require_rows_of<basic_network<float, input{Channels, Rows, Columns}, Layer>>(
        reference, bound(std::numeric_limits<float>::epsilon()));
    require_rows_of<basic_network<double, input{Channels, Rows, Columns}, Layer>>(
        reference, bound(std::numeric_limits<double>::epsilon()));
}

} // namespace

BOOST_AUTO_TEST_CASE(convolutions_are_those_of_the_definition)
{
    check<conv2d{.filters = 6, .kernel = 5, .padding = same_size}, 1, 9, 8>();
    check<conv2d{.filters = 3, .kernel = {2, 3}, .bias = false}, 2, 5, 7>();
    check<conv2d{.filters = 17, .kernel = {3, 1}, .stride = {2, 1}, .padding = {1, 0}}, 5, 6, 4>();
    check<conv2d{.filters = 33, .kernel = 3, .padding = 1}, 18, 4, 5>();
    check<conv2d{.filters = 2, .kernel = 3, .stride = 2, .padding = same_size, .dilation = 2}, 3, 9,
          9>();
    check<conv2d{.filters = 1, .kernel = 1}, 1, 1, 1>();
}

BOOST_AUTO_TEST_CASE(so_they_are_in_groups)
{
    check<conv2d{.filters = 6, .kernel = 3, .groups = 3}, 3, 5, 5>();
    check<conv2d{.filters = 4, .kernel = 3, .padding = same_size, .groups = 2, .bias = false}, 6, 4,
          5>();
    check<conv2d{.filters = 34, .kernel = {1, 3}, .groups = 2}, 36, 2, 5>();
}

BOOST_AUTO_TEST_CASE(a_signal_is_an_image_of_one_row)
{
    using signals = basic_network<double, input{2, 11},
                                  conv1d{.filters = 3, .kernel = 3, .stride = 2, .padding = 1}>;
    static_assert(signals::output_size == 3 * 6);
    require_rows_of<signals>(
        [](std::span<const double> image, std::span<const double> parameters)
        {
            return defined<conv2d{
                               .filters = 3, .kernel = {1, 3}, .stride = {1, 2}, .padding = {0, 1}},
                           2, 1, 11>(image, parameters);
        },
        1e-14);
    // One channel need not be said, and the output of one convolution is the input of another.
    static_assert(network<input{10}, conv1d{.filters = 2, .kernel = 3},
                          conv1d{.filters = 4, .kernel = 5, .padding = same_size}>::output_size ==
                  4 * 8);
}

BOOST_AUTO_TEST_CASE(files_have_the_order_of_the_definition)
{
    using net = network<input{2, 3, 3}, conv2d{.filters = 3, .kernel = {2, 3}}>;
    constexpr auto tensors = net::parameter_tensors();
    static_assert(tensors[0].rows == 3 && tensors[0].columns == 2 * 2 * 3);
    static_assert(tensors[1].rows == 1 && tensors[1].columns == 3);
    net one{seed{3}};
    std::vector<float> numbers(static_cast<std::size_t>(net::parameter_count));
    std::iota(numbers.begin(), numbers.end(), 1.0f);
    one.import_parameters(numbers);
    std::vector<float> again(numbers.size());
    one.export_parameters(again);
    BOOST_TEST(numbers == again, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(initial_weights_have_the_variance_of_the_gain)
{
    using net = network<input{16, 8, 8}, conv2d{.filters = 64, .kernel = 5}, relu(x)>;
    net one{seed{5}};
    std::vector<float> numbers(static_cast<std::size_t>(net::parameter_count));
    one.export_parameters(numbers);
    const std::size_t weights = 64 * 16 * 25;
    double sum = 0;
    for (std::size_t i = 0; i < weights; ++i)
    {
        sum += static_cast<double>(numbers[i]) * numbers[i];
    }
    // 25,600 squares: within four of their standard deviations, sqrt(2 / 25600).
    BOOST_TEST(sum / weights * (16 * 25) / 2 == 1, boost::test_tools::tolerance(0.036));
    for (std::size_t i = weights; i < numbers.size(); ++i)
    {
        BOOST_TEST(numbers[i] == 0);
    }
}
