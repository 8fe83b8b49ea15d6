// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE activation
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "../network/naive.hpp"

#include <array>
#include <tuple>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr parameter<"slope"> slope{0.25};
constexpr parameter<"shift"> shift{-2.0};

// The outputs of a network of one formula, for rows of `Size`.
template <auto Formula, int Size, class T>
std::vector<T> outputs_of(const std::vector<T>& inputs)
{
    const basic_network<T, input{Size}, Formula> net;
    std::vector<T> outputs(inputs.size());
    net.predict(inputs, outputs);
    return outputs;
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(it_applies_the_formula_to_each_element, T, element_types)
{
    const auto check = []<int Size>(std::integral_constant<int, Size>)
    {
        const auto inputs = numbers_of<T>(67 * Size, -5, 5, 1);
        const auto outputs = outputs_of<x * sigmoid(x), Size>(inputs);
        naive_row<T> expected{std::span<const T>(inputs)};
        expected.apply([](double z) { return z / (1 + std::exp(-z)); }, 1.1);
        BOOST_TEST(expected.agrees_with(outputs), "rows of " << Size);
    };
    check(std::integral_constant<int, 1>{});
    check(std::integral_constant<int, 3>{});
    check(std::integral_constant<int, 16>{});
    check(std::integral_constant<int, 33>{});
}

BOOST_AUTO_TEST_CASE(a_fast_formula_is_a_layer)
{
    const auto inputs = numbers_of<float>(7 * 5, -5, 5, 1);
    const auto outputs = outputs_of<fast(tanh(x)), 5>(inputs);
    bool all_exact = true;
    for (std::size_t i = 0; i < inputs.size(); ++i)
    {
        const float exact = std::tanh(inputs[i]);
        BOOST_TEST(std::abs(outputs[i] - exact) <= 1e-4f * std::abs(exact));
        all_exact = all_exact && std::abs(outputs[i] - exact) <= 3e-7f;
    }
    BOOST_TEST(!all_exact);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(reductions_see_one_row_each, T, element_types)
{
    const std::vector<T> inputs{1, 2, 6, -1, 0, 1};
    BOOST_TEST((outputs_of<x - mean(x), 3>(inputs) == std::vector<T>{-2, -1, 3, -1, 0, 1}));
    BOOST_TEST((outputs_of<x - max(x), 3>(inputs) == std::vector<T>{-5, -4, 0, -2, -1, 0}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(parameters_belong_to_the_layer, T, element_types)
{
    constexpr auto line = slope * x + shift;
    using net = basic_network<T, input{3}, line, relu(x), line>;
    constexpr auto table = net::parameter_tensors();
    static_assert(table.size() == 4);
    BOOST_TEST(table[0].name == "slope");
    BOOST_TEST(table[1].name == "shift");
    BOOST_TEST(table[2].layer == 2);

    net model;
    std::array<T, 4> values;
    model.export_parameters(values);
    BOOST_TEST((values == std::array<T, 4>{T(0.25), T(-2), T(0.25), T(-2)}));
    model.import_parameters(std::array<T, 4>{T(2), T(1), T(-1), T(0.5)});
    BOOST_TEST(
        (model.predict(std::vector<T>{1, -4, 0}) == std::array<T, 3>{T(-2.5), T(0.5), T(-0.5)}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(one_element_that_is_no_number_does_not_spread, T, element_types)
{
    const T nan = std::numeric_limits<T>::quiet_NaN();
    const auto outputs = outputs_of<tanh(x), 3>(std::vector<T>{0, nan, 0, 0, 0, 0});
    for (std::size_t i = 0; i < outputs.size(); ++i)
    {
        BOOST_TEST(std::isnan(outputs[i]) == (i == 1));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_formula_may_be_composed_of_others, T, element_types)
{
    constexpr auto half = 0.5 * x;
    constexpr auto squared_half = square(x)(half);
    BOOST_TEST((outputs_of<squared_half, 2>(std::vector<T>{4, -2}) == std::vector<T>{4, 1}));
    constexpr auto slope_of_cube = derivative(x * x * x, x);
    BOOST_TEST((outputs_of<slope_of_cube, 2>(std::vector<T>{2, -1}) == std::vector<T>{12, 3}));
}

namespace
{

// Gradients of seven rows beside those of one row after the other; both leave lanes without a sample.
template <auto... Layers>
void require_gradients_of_few_rows()
{
    using net = basic_network<double, input{1, 5, 5}, Layers..., flatten{}, dense{2}>;
    constexpr std::ptrdiff_t rows = 7;
    const net one{seed{3}};
    const auto inputs = numbers_of<double>(rows * net::input_size, 0.5, 1, 1);
    const auto targets = numbers_of<double>(rows * net::output_size, -1, 1, 2);
    const auto view = [](const std::vector<double>& of, std::ptrdiff_t size, std::ptrdiff_t first,
                         std::ptrdiff_t count)
    { return rows_view<const double>{of.data() + first * size, count, size}; };
    training_workspace<net> together;
    training_workspace<net> alone;
    together.template add_part<mean_squared_error>(one, view(inputs, net::input_size, 0, rows),
                                                   view(targets, net::output_size, 0, rows), 0,
                                                   rows);
    for (std::ptrdiff_t row = 0; row < rows; ++row)
    {
        alone.template add_part<mean_squared_error>(one, view(inputs, net::input_size, row, 1),
                                                    view(targets, net::output_size, row, 1), 0,
                                                    rows);
    }
    double largest = 0;
    for (std::size_t i = 0; i < together.gradients().size(); ++i)
    {
        const double gradient = together.gradients()[i];
        largest = std::max(largest, std::abs(gradient));
        BOOST_REQUIRE_SMALL(gradient - alone.gradients()[i], 1e-10);
    }
    BOOST_TEST(largest > 0);
}

} // namespace

// The bias of the convolution, which is 0 at first, stands where there is no sample, or no channel: there
// values and slopes are infinite.
BOOST_AUTO_TEST_CASE(lanes_of_no_sample_get_no_gradient)
{
    constexpr auto steep = log(abs(x));
    constexpr conv2d few{.filters = 3, .kernel = 2, .weights = initialiser::he_normal};
    constexpr conv2d many{.filters = 17, .kernel = 2, .weights = initialiser::he_normal};
    require_gradients_of_few_rows<few, steep, few>();
    require_gradients_of_few_rows<few, steep, max_pool{}, few>();
    require_gradients_of_few_rows<many, steep, many>();
    require_gradients_of_few_rows<many, steep, max_pool{}, conv_transpose2d{.filters = 17}>();
}
