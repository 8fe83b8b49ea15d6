// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE transposed_convolution
#include <boost/test/unit_test.hpp>

#include "../network/check_gradients.hpp"
#include "image_layers.hpp"

#include <algorithm>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;

// As the definition says: each number of the input adds the kernel, as often as it is, to the output.
// Weights (filter, channel of the group, row, column), then biases.
template <conv_transpose2d Layer, int Channels, int Rows, int Columns>
std::vector<double> defined(std::span<const double> image, std::span<const double> parameters)
{
    constexpr auto plan = Layer.plan(shape(Channels, Rows, Columns));
    constexpr auto y_axis = plan.window.y;
    constexpr auto x_axis = plan.window.x;
    constexpr int height = plan.output.extents[1];
    constexpr int width = plan.output.extents[2];
    constexpr int channels = Channels / Layer.groups;
    constexpr int group = Layer.filters / Layer.groups;
    std::vector<double> out;
    for (int filter = 0; filter < Layer.filters; ++filter)
    {
        std::vector<double> plane(
            static_cast<std::size_t>(height * width),
            Layer.bias ? parameters[static_cast<std::size_t>(
                             Layer.filters * channels * y_axis.kernel * x_axis.kernel + filter)]
                       : 0.0);
        for (int channel = 0; channel < channels; ++channel)
        {
            const int from = filter / group * channels + channel;
            for (int i = 0; i < Rows * Columns * y_axis.kernel * x_axis.kernel; ++i)
            {
                const int kx = i % x_axis.kernel;
                const int ky = i / x_axis.kernel % y_axis.kernel;
                const int column = i / (x_axis.kernel * y_axis.kernel) % Columns;
                const int row = i / (x_axis.kernel * y_axis.kernel * Columns);
                const int to_row = row * y_axis.stride - y_axis.padding + ky * y_axis.dilation;
                const int to_column =
                    column * x_axis.stride - x_axis.padding + kx * x_axis.dilation;
                if (to_row >= 0 && to_row < height && to_column >= 0 && to_column < width)
                {
                    plane[static_cast<std::size_t>(to_row * width + to_column)] +=
                        image[static_cast<std::size_t>((from * Rows + row) * Columns + column)] *
                        parameters[static_cast<std::size_t>(
                            ((filter * channels + channel) * y_axis.kernel + ky) * x_axis.kernel +
                            kx)];
                }
            }
        }
        out.insert(out.end(), plane.begin(), plane.end());
    }
    return out;
}

template <conv_transpose2d Layer, int Channels, int Rows, int Columns>
void check()
{
    constexpr auto window = Layer.plan(shape(Channels, Rows, Columns)).window;
    constexpr int terms = window.taps() * window.filters;
    const auto bound = [](auto unit) { return 2 * (terms + 2) * static_cast<double>(unit); };
    const auto reference = [](std::span<const double> image, std::span<const double> parameters)
    { return defined<Layer, Channels, Rows, Columns>(image, parameters); };
    require_rows_of<basic_network<float, input{Channels, Rows, Columns}, Layer>>(
        reference, bound(std::numeric_limits<float>::epsilon()));
    require_rows_of<basic_network<double, input{Channels, Rows, Columns}, Layer>>(
        reference, bound(std::numeric_limits<double>::epsilon()));
}

// Extents of the output, the rows first.
template <conv_transpose2d Layer, int Rows, int Columns>
constexpr shape output_of = Layer.plan(shape(1, Rows, Columns)).output;

} // namespace

BOOST_AUTO_TEST_CASE(outputs_are_as_large_as_the_formula_says)
{
    static_assert(output_of<conv_transpose2d{.filters = 2}, 4, 5> == shape(2, 6, 7));
    static_assert(
        output_of<conv_transpose2d{.filters = 1, .kernel = 4, .stride = 2, .padding = 1}, 7, 7> ==
        shape(1, 14, 14));
    static_assert(output_of<conv_transpose2d{.filters = 1,
                                             .stride = {2, 3},
                                             .padding = {1, 0},
                                             .output_padding = {1, 2},
                                             .dilation = {1, 2}},
                            4, 3> == shape(1, 8, 13));
    // Stride times the input, whatever the kernel.
    static_assert(output_of<conv_transpose2d{
                                .filters = 1, .kernel = {3, 4}, .stride = 2, .padding = same_size},
                            4, 5> == shape(1, 8, 10));
    static_assert(output_of<conv_transpose2d{
                                .filters = 1, .kernel = {1, 2}, .stride = 3, .padding = same_size},
                            4, 5> == shape(1, 12, 15));
    static_assert(output_of<conv_transpose2d{.filters = 1, .padding = same_size}, 4, 5> ==
                  shape(1, 4, 5));
    // A convolution with the same settings goes back.
    static_assert(network<input{3, 9, 9}, conv2d{.filters = 4, .stride = 2},
                          conv_transpose2d{.filters = 3, .stride = 2}>::output_size == 3 * 9 * 9);
}

BOOST_AUTO_TEST_CASE(transposed_convolutions_are_those_of_the_definition)
{
    check<conv_transpose2d{.filters = 6, .kernel = 4, .stride = 2, .padding = 1}, 1, 5, 4>();
    check<conv_transpose2d{.filters = 3, .kernel = {2, 3}, .bias = false}, 2, 5, 7>();
    check<conv_transpose2d{.filters = 17, .kernel = {3, 1}, .stride = {2, 1}, .padding = {1, 0}}, 5,
          6, 4>();
    check<conv_transpose2d{.filters = 33, .kernel = 3, .padding = 1}, 18, 4, 5>();
    check<conv_transpose2d{.filters = 18, .kernel = 3, .stride = 2, .padding = same_size}, 33, 4,
          3>();
    check<conv_transpose2d{.filters = 2,
                           .kernel = 3,
                           .stride = {2, 3},
                           .padding = 1,
                           .output_padding = {1, 2},
                           .dilation = 2},
          3, 5, 4>();
    check<conv_transpose2d{.filters = 1, .kernel = 1}, 1, 1, 1>();
}

// Pixels that no tap meets are the bias.
BOOST_AUTO_TEST_CASE(so_they_are_with_a_stride_larger_than_the_kernel)
{
    check<conv_transpose2d{.filters = 3, .kernel = 1, .stride = {3, 2}, .output_padding = {2, 1}},
          2, 3, 3>();
    check<conv_transpose2d{.filters = 20, .kernel = 2, .stride = 3, .padding = same_size}, 17, 3,
          2>();
}

BOOST_AUTO_TEST_CASE(so_they_are_in_groups)
{
    check<conv_transpose2d{.filters = 6, .kernel = 3, .stride = 2, .groups = 3}, 3, 3, 4>();
    check<conv_transpose2d{
              .filters = 4, .kernel = 3, .padding = same_size, .groups = 2, .bias = false},
          6, 4, 5>();
    check<conv_transpose2d{.filters = 34, .kernel = {1, 3}, .groups = 2}, 36, 2, 5>();
}

BOOST_AUTO_TEST_CASE(a_signal_is_an_image_of_one_row)
{
    using signals = basic_network<
        double, input{2, 11},
        conv_transpose1d{
            .filters = 3, .kernel = 4, .stride = 2, .padding = 1, .output_padding = 1}>;
    static_assert(signals::output_size == 3 * 23);
    require_rows_of<signals>(
        [](std::span<const double> image, std::span<const double> parameters)
        {
            return defined<conv_transpose2d{.filters = 3,
                                            .kernel = {1, 4},
                                            .stride = {1, 2},
                                            .padding = {0, 1},
                                            .output_padding = {0, 1}},
                           2, 1, 11>(image, parameters);
        },
        1e-14);
    // One channel need not be said, and the output of one is the input of another.
    static_assert(
        network<input{10}, conv1d{.filters = 2, .stride = 2, .padding = 1},
                conv_transpose1d{.filters = 1, .stride = 2, .padding = same_size}>::output_size ==
        10);
}

BOOST_AUTO_TEST_CASE(files_have_a_row_for_each_filter)
{
    using net = network<input{2, 3, 3}, conv_transpose2d{.filters = 3, .kernel = {2, 3}}>;
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

BOOST_AUTO_TEST_CASE(fan_in_is_what_meets_in_a_pixel)
{
    // One pixel becomes many: each of them gets one number of each channel.
    static_assert(conv_transpose2d{.filters = 64, .kernel = 4}.plan(shape(100, 1, 1)).fan_in() ==
                  100);
    static_assert(
        conv_transpose2d{.filters = 4, .kernel = 4, .stride = 2, .padding = 1, .groups = 2}
            .plan(shape(6, 5, 5))
            .fan_in() == 10);
    static_assert(conv_transpose2d{.filters = 5, .padding = 1}.plan(shape(2, 1, 1)).fan_in() == 2);
}

// Of each axis 8 positions have 4 taps, but for two that are cut off: 30 x 30 meet in 16 x 16 pixels.
BOOST_AUTO_TEST_CASE(initial_weights_have_the_variance_of_the_gain)
{
    using net =
        network<input{16, 8, 8},
                conv_transpose2d{.filters = 64, .kernel = 4, .stride = 2, .padding = 1}, relu(x)>;
    net one{seed{5}};
    std::vector<float> numbers(static_cast<std::size_t>(net::parameter_count));
    one.export_parameters(numbers);
    const std::size_t weights = 64 * 16 * 16;
    double sum = 0;
    for (std::size_t i = 0; i < weights; ++i)
    {
        sum += static_cast<double>(numbers[i]) * numbers[i];
    }
    // Of 16,384 squares four standard deviations are 4 sqrt(2 / 16384).
    BOOST_TEST(sum / weights * (16 * 30 * 30 / 256.0) / 2 == 1,
               boost::test_tools::tolerance(0.045));
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences)
{
    constexpr conv_transpose2d doubled{.filters = 3, .kernel = 4, .stride = 2, .padding = 1};
    check_gradients<input{2, 3, 2}, doubled, tanh(x), flatten{}, dense{2}>();
    check_gradients<input{3, 3}, conv2d{.filters = 2, .kernel = 2}, sigmoid(x), doubled,
                    conv2d{.filters = 1}>();
    check_gradients<
        input{4, 3, 2},
        conv_transpose2d{
            .filters = 6, .kernel = 2, .stride = {2, 3}, .output_padding = {1, 2}, .groups = 2},
        sigmoid(x)>();
    check_gradients<input{2, 6}, conv_transpose1d{.filters = 3, .dilation = 2}, sigmoid(x),
                    conv_transpose1d{
                        .filters = 2, .stride = 2, .padding = same_size, .bias = false}>();
    check_gradients<input{5}, dense{12}, reshape{3, 2, 2}, doubled>();
}

// Channels and filters that fill no vector and more than one, so that the filters are in the lanes.
BOOST_AUTO_TEST_CASE(so_they_are_with_the_channels_last)
{
    constexpr conv2d first{.filters = 9, .kernel = 2};
    check_gradients<input{2, 3, 3}, first, sigmoid(x),
                    conv_transpose2d{.filters = 10, .kernel = 2, .stride = 2}, sigmoid(x),
                    flatten{}, dense{2}>();
    check_gradients<input{9, 2, 3}, conv_transpose2d{.filters = 8, .padding = 1}, sigmoid(x),
                    first>();
}

// What is behind the channels of a formula's values is its value at zero, and must not come into gradients.
BOOST_AUTO_TEST_CASE(padding_gets_no_gradient)
{
    using net = basic_network<double, input{9, 3, 3}, conv2d{.filters = 9, .kernel = 2}, sigmoid(x),
                              conv_transpose2d{.filters = 10, .kernel = 2}>;
    net one{seed{1}};
    training_workspace<net> workspace;
    const auto inputs = numbers_of<double>(5 * net::input_size, -1, 1, 1);
    const auto targets = numbers_of<double>(5 * net::output_size, -1, 1, 2);
    workspace.add_part<mean_squared_error>(one, {inputs.data(), 5, net::input_size},
                                           {targets.data(), 5, net::output_size}, 0, 5);
    std::vector<double> exported(static_cast<std::size_t>(net::parameter_count));
    net::export_block(workspace.gradients().data(), exported.data());
    const auto nonzero = [](double number) { return number != 0; };
    BOOST_TEST(std::ranges::count_if(exported, nonzero) == net::parameter_count);
    BOOST_TEST(std::ranges::count_if(workspace.gradients(), nonzero) == net::parameter_count);
}
