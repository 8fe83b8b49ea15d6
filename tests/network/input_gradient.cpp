// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE input_gradient
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "../train/scored_rows.hpp"
#include "naive.hpp"

#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/catalogue/rows.hpp>
#include <ctgrad/network/input_gradient.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace ctgrad;

namespace
{

template <class T>
using flat = basic_network<T, input{5}, dense{9}, activations::swish(), dense{3},
                           activations::softmax, dense{4}>;

// Images go through both formats of rows and back.
using images =
    basic_network<double, input{6, 6}, conv2d{.filters = 3}, activations::tanh, average_pool{},
                  conv2d{.filters = 17, .kernel = 2}, activations::sigmoid, flatten{}, dense{2}>;

constexpr variable<"a"> a;
constexpr variable<"b"> b;
using composites = basic_network<
    double, input{6}, residual<dense{6}, activations::tanh>{},
    combine<a * sigmoid(b), dense{4}, chain<dense{5}, activations::tanh, dense{4}>{}>{},
    concatenate<chain<>{}, dense{3}>{}, dense{2}>;

// Inference has other statistics than the batch.
using normalised = basic_network<double, input{6}, dense{6}, batch_norm{}, activations::tanh,
                                 residual<batch_norm{}, dense{6}>{}, dense{2}>;

// The input changes where it lies.
using formula_first = basic_network<double, input{3}, activations::tanh, dense{2}>;

/// What is wrong with the gradients of all outputs at some rows, beside differences of predictions.
template <class Network>
std::string wrong_input_gradients(std::ptrdiff_t rows)
{
    constexpr int inputs = Network::input_size;
    const Network net{seed{3}};
    const std::vector<double> x = numbers(static_cast<std::size_t>(rows * inputs), -1, 1, 1);
    std::string wrong;
    for (int output = 0; output < Network::output_size; ++output)
    {
        std::vector<double> dx(x.size());
        input_gradients(net, {x.data(), rows, inputs}, output, {dx.data(), rows, inputs});
        for (std::ptrdiff_t row = 0; row < rows; ++row)
        {
            const auto begin = x.begin() + row * inputs;
            for (int i = 0; i < inputs; ++i)
            {
                const auto value_at = [&](double step)
                {
                    std::vector<double> moved(begin, begin + inputs);
                    moved[static_cast<std::size_t>(i)] += step;
                    return net.predict(moved)[static_cast<std::size_t>(output)];
                };
                // h^4 is 1e-12, and the rounding of outputs around 1 is some 1e-15 / h.
                constexpr double h = 1e-3;
                const double expected =
                    (8 * (value_at(h) - value_at(-h)) - (value_at(2 * h) - value_at(-2 * h))) /
                    (12 * h);
                const double found = dx[static_cast<std::size_t>(row * inputs + i)];
                if (!(std::abs(found - expected) <= 1e-10 * (1 + std::abs(expected))))
                {
                    wrong += "output " + std::to_string(output) + ", row " + std::to_string(row) +
                             ", input " + std::to_string(i) + ": " + std::to_string(found) +
                             ", by differences " + std::to_string(expected) + "\n";
                }
            }
        }
    }
    return wrong;
}

} // namespace

BOOST_AUTO_TEST_CASE(gradients_are_finite_differences)
{
    BOOST_TEST(wrong_input_gradients<flat<double>>(3) == "");
    BOOST_TEST(wrong_input_gradients<images>(3) == "");
    BOOST_TEST(wrong_input_gradients<composites>(3) == "");
    BOOST_TEST(wrong_input_gradients<formula_first>(3) == "");
    BOOST_TEST(wrong_input_gradients<normalised>(3) == "");
}

BOOST_AUTO_TEST_CASE(float_gradients_are_rounded_double_ones)
{
    const flat<double> wide{seed{1}};
    flat<float> narrow;
    std::vector<double> parameters(flat<double>::parameter_count);
    wide.export_parameters(parameters);
    narrow.import_parameters(std::vector<float>(parameters.begin(), parameters.end()));
    const std::vector<double> row = numbers(5, -1, 1, 2);
    const auto expected = input_gradient(wide, row, 2);
    const auto found = input_gradient(narrow, std::vector<float>(row.begin(), row.end()), 2);
    for (std::size_t i = 0; i < expected.size(); ++i)
    {
        // Sums of at most 9 products in each of five layers, there and back, of rounded numbers around 1.
        BOOST_TEST(std::abs(static_cast<double>(found[i]) - expected[i]) <
                   100 * std::numeric_limits<float>::epsilon());
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(many_rows_have_the_gradients_of_each, T, element_types)
{
    // Three tiles, and rows with gaps. Products of one row and of many are summed in another order.
    constexpr std::ptrdiff_t rows = 300;
    const flat<T> net{seed{1}};
    const std::vector<T> x = numbers_of<T>(rows * 7, -1, 1, 1);
    std::vector<T> dx(rows * 6, T(-7));
    input_gradients(net, {x.data(), rows, 5, 7}, 1, {dx.data(), rows, 5, 6});
    for (const std::ptrdiff_t row : {0, 1, 127, 128, 255, 299})
    {
        const auto one =
            input_gradient(net, std::span(x).subspan(static_cast<std::size_t>(row * 7), 5), 1);
        for (std::size_t i = 0; i < 5; ++i)
        {
            BOOST_TEST(std::abs(one[i] - dx[static_cast<std::size_t>(row) * 6 + i]) <=
                       100 * std::numeric_limits<T>::epsilon());
        }
        BOOST_TEST(dx[static_cast<std::size_t>(row) * 6 + 5] == T(-7));
    }
}

BOOST_AUTO_TEST_CASE(a_loss_has_the_gradient_of_each_row_alone)
{
    constexpr std::size_t rows = 130; // two tiles
    const flat<double> net{seed{1}};
    const std::vector<double> x = numbers(rows * 5, -1, 1, 1);
    const std::vector<double> y = numbers(rows * 4, -1, 1, 2);
    std::vector<double> dx(x.size());
    input_gradients<mean_squared_error>(net, {x.data(), rows, 5}, {y.data(), rows, 4},
                                        {dx.data(), rows, 5});
    for (std::size_t row = 0; row < rows; ++row)
    {
        const std::span<const double> own = std::span(x).subspan(5 * row, 5);
        const std::span<const double> target = std::span(y).subspan(4 * row, 4);
        const auto one = input_gradient<mean_squared_error>(net, own, target);
        // By the chain rule: 2 (output - target) / 4 times the gradient of each output.
        const auto outputs = net.predict(own);
        std::array<double, 5> expected{};
        for (int k = 0; k < 4; ++k)
        {
            const auto of_output = input_gradient(net, own, k);
            for (std::size_t i = 0; i < 5; ++i)
            {
                expected[i] +=
                    (outputs[static_cast<std::size_t>(k)] - target[static_cast<std::size_t>(k)]) /
                    2 * of_output[i];
            }
        }
        for (std::size_t i = 0; i < 5; ++i)
        {
            // Rounding of some dozens of numbers around 1.
            BOOST_TEST(std::abs(dx[5 * row + i] - expected[i]) < 1e-14);
            BOOST_TEST(std::abs(one[i] - expected[i]) < 1e-14);
        }
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_dropped)
{
    using certain = basic_network<double, input{8}, dense{8}, residual<dense{8}>{}, dense{2}>;
    using dropping = basic_network<double, input{8}, dense{8}, dropout{.rate = 0.5},
                                   residual<dense{8}, dropout{.rate = 0.5}>{}, dense{2}>;
    const certain net{seed{1}};
    dropping other;
    std::vector<double> parameters(certain::parameter_count);
    net.export_parameters(parameters);
    other.import_parameters(parameters);
    const std::vector<double> x = numbers(8, -1, 1, 1);
    BOOST_TEST((input_gradient(net, x, 1) == input_gradient(other, x, 1)));
}

BOOST_AUTO_TEST_CASE(no_rows_have_no_gradients)
{
    const flat<double> net{seed{1}};
    BOOST_CHECK_NO_THROW(input_gradients(net, {nullptr, 0, 5}, 1, {nullptr, 0, 5}));
}

BOOST_AUTO_TEST_CASE(what_is_not_finite_is_nan)
{
    flat<double> net{seed{1}};
    const std::vector<double> x(5, std::nan(""));
    for (const double value : input_gradient(net, x, 0))
    {
        BOOST_TEST(std::isnan(value));
    }
}

BOOST_AUTO_TEST_CASE(sizes_that_do_not_fit_are_named)
{
    const flat<double> net{seed{1}};
    const std::vector<double> x(10);
    std::vector<double> dx(10);
    const auto fails = [&](rows_view<const double> inputs, int output, rows_view<double> gradients)
    { return message_of<size_error>([&] { input_gradients(net, inputs, output, gradients); }); };
    BOOST_TEST(fails({x.data(), 2, 5}, 3, {dx.data(), 2, 5}) == "");
    BOOST_TEST(
        fails({x.data(), 2, 4}, 3, {dx.data(), 2, 5}) ==
        "ctgrad: the gradients of a network by its inputs need 2 rows of 5 inputs, but there "
        "are 2 of 4");
    BOOST_TEST(fails({x.data(), 2, 5}, 3, {dx.data(), 1, 5}) ==
               "ctgrad: the gradients of a network by its inputs need 2 rows of 5 gradients, but "
               "there are 1 of 5");
    BOOST_TEST(fails({x.data(), 2, 5}, 4, {dx.data(), 2, 5}) ==
               "ctgrad: there is no output 4: the network has 4, from 0");
    BOOST_TEST(fails({x.data(), 2, 5}, -1, {dx.data(), 2, 5}) ==
               "ctgrad: there is no output -1: the network has 4, from 0");
    BOOST_TEST(
        message_of<size_error>(
            [&] { input_gradient<mean_squared_error>(net, std::span(x).first(5), x); }) ==
        "ctgrad: the gradients of a network by its inputs need 1 rows of 4 targets, but there "
        "are 1 of 10");
}
