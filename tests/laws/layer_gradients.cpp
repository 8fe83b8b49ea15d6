// SPDX-License-Identifier: BSL-1.0
// Gradients of every layer, alone and in chains, against finite differences.
#define BOOST_TEST_MODULE layer_gradients
#include <boost/test/unit_test.hpp>

#include "../network/gradients.hpp"

#include <initializer_list>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr parameter<"beta"> beta{1.0};
constexpr parameter<"scale"> scale{0.5};
constexpr auto swish = x * sigmoid(x);
constexpr auto learnable_swish = scale * x * sigmoid(beta * x);

// A network behind this input, in double.
template <input In, auto... Layers>
void check(std::initializer_list<std::ptrdiff_t> batch_sizes = {1, 2, 7})
{
    for (const std::ptrdiff_t rows : batch_sizes)
    {
        const std::string wrong = wrong_gradients<basic_network<double, In, Layers...>>(rows);
        BOOST_TEST(wrong.empty(), rows << " rows: " << wrong);
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(dense_of_any_shape)
{
    check<input{1}, dense{1}>();
    check<input{3}, dense{17}>();
    check<input{17}, dense{3}>();
    check<input{31}, dense{31}>();
    check<input{1}, dense{31}, dense{1}>();
    check<input{3}, dense{4}, dense{17}, dense{2}>();
    check<input{65}, dense{33}, dense{16}>();
}

BOOST_AUTO_TEST_CASE(dense_without_bias)
{
    check<input{17}, dense{3, false}>();
    check<input{3}, dense{31, false}, dense{2}>();
}

BOOST_AUTO_TEST_CASE(layers_of_formulas)
{
    constexpr auto affine = 2 * x + 1; // with a constant derivative
    check<input{5}, dense{9}, swish, dense{17}, tanh(x), dense{3}>();
    check<input{3}, dense{5}, affine, sigmoid(x), dense{2}>();
    check<input{3}, dense{5}, sigmoid(x)>();
    check<input{3}, swish, dense{5}>();
}

BOOST_AUTO_TEST_CASE(activations_with_parameters)
{
    check<input{3}, dense{17}, learnable_swish, dense{2}>();
    check<input{3}, dense{5}, learnable_swish, learnable_swish, dense{2}>();
    check<input{3}, dense{5}, learnable_swish>();
    check<input{3}, learnable_swish, dense{5}>();
    check<input{3}, learnable_swish>();
}

BOOST_AUTO_TEST_CASE(formulas_of_the_whole_row)
{
    constexpr auto softmax = exp(x - logsumexp(x));
    constexpr auto sharp_softmax = exp(beta * x - logsumexp(beta * x));
    constexpr auto normalised = (x - mean(x)) / sqrt(mean(square(x - mean(x))) + 0.1);
    check<input{4}, dense{7}, softmax>();
    check<input{4}, softmax, dense{3}>();
    check<input{4}, dense{7}, sharp_softmax, dense{3}>();
    check<input{4}, dense{11}, normalised, dense{3}>();
}

BOOST_AUTO_TEST_CASE(a_parameter_that_needs_more_passes_over_the_row_than_the_variable)
{
    constexpr auto formula = 2 * x + beta * where(x > mean(x), 1, 0);
    check<input{4}, dense{11}, formula, dense{3}>();
}

BOOST_AUTO_TEST_CASE(dropout_with_the_same_key)
{
    check<input{3}, dense{9}, dropout{0.3}, dense{2}>();
    check<input{3}, dense{9}, swish, dropout{0.5}, dense{9}, dropout{0.5}, dense{2}>();
    check<input{9}, dropout{0.3}, dense{2}>();
    check<input{3}, dense{9}, dropout{0.3}>();
}

BOOST_AUTO_TEST_CASE(inputs_of_more_dimensions)
{
    check<input{2, 3}, flatten{}, dense{5}, swish, dense{2}>();
    check<input{2, 3}, learnable_swish, flatten{}, dense{2}>();
    check<input{2, 3, 2}, dropout{0.25}, flatten{}, swish, dense{2}, flatten{}>();
}

BOOST_AUTO_TEST_CASE(convolutions)
{
    constexpr conv2d padded{.filters = 3, .kernel = 3, .padding = same_size};
    check<input{5, 4}, padded>();
    check<input{2, 5, 4},
          conv2d{.filters = 2, .kernel = {2, 3}, .stride = {2, 1}, .bias = false}>();
    check<input{2, 6, 5}, padded, tanh(x), conv2d{.filters = 2, .kernel = 3, .dilation = 2}>();
    check<input{4, 3, 3}, conv2d{.filters = 6, .kernel = 2, .groups = 2}, swish, padded>();
    // Channels last, and both formats side by side.
    check<input{9, 3, 3}, conv2d{.filters = 9, .kernel = 2}, swish,
          conv2d{.filters = 8, .kernel = 2}, flatten{}, dense{2}>();
    check<input{9, 3, 3}, conv2d{.filters = 8, .kernel = 2}, sigmoid(x), padded, flatten{},
          dense{2}>();
    check<input{2, 9}, conv1d{.filters = 3, .kernel = 3, .padding = 2, .dilation = 2}, tanh(x),
          conv1d{.filters = 2, .kernel = 3, .stride = 2}, flatten{}, dense{3}>();
}

// Steps of finite differences go over the edges of large windows: tests/simd/pooling.cpp has those.
BOOST_AUTO_TEST_CASE(pools)
{
    constexpr conv2d first{.filters = 3, .kernel = 3, .padding = same_size};
    check<input{2, 4, 6}, first, max_pool{}, flatten{}, dense{2}>();
    check<input{2, 5, 5}, first, average_pool{.size = 3, .stride = 2, .padding = 1}, flatten{}>();
    check<input{2, 5, 4}, first, tanh(x), global_average_pool{}, dense{3}>();
    check<input{9, 4, 4}, conv2d{.filters = 9, .kernel = 3, .padding = same_size}, max_pool{},
          swish, global_average_pool{}, dense{2}>();
}

BOOST_AUTO_TEST_CASE(images_with_layers_that_see_rows)
{
    constexpr conv2d first{.filters = 3, .kernel = 3, .padding = same_size};
    check<input{2, 4, 3}, first, learnable_swish, first, dropout{0.3}, max_pool{}>();
    check<input{2, 4, 3}, first, exp(x - logsumexp(x)), first>();
    check<input{9, 3, 3}, conv2d{.filters = 9, .kernel = 3, .padding = same_size}, learnable_swish,
          flatten{}, dense{2}>();
}

BOOST_AUTO_TEST_CASE(batches_of_one_tile_and_of_more)
{
    check<input{3}, dense{5}, learnable_swish, dropout{0.2}, dense{2}>({127, 128, 129, 200, 300});
}
