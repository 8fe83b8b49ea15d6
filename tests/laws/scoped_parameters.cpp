// SPDX-License-Identifier: BSL-1.0
// Formulas as layers whose parameters are one number for the layer, for each channel or for each
// element: gradients against finite differences, values, and what a file keeps of them.
#define BOOST_TEST_MODULE scoped_parameters
#include <boost/test/unit_test.hpp>

#include "../network/gradients.hpp"

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr parameter<"gamma"> gain{.initial = 1.5, .scope = per_element};
constexpr parameter<"delta"> shift{.initial = -0.5, .scope = per_element};
constexpr parameter<"slope"> slope{.initial = 0.25, .scope = per_channel};
constexpr parameter<"beta"> beta{.initial = 0.75};

constexpr auto layer_norm = (x - mean(x)) / sqrt(mean(square(x - mean(x))) + 0.1) * gain + shift;
constexpr auto learnable_swish = gain * x * sigmoid(beta * x);
constexpr auto prelu = where(x > 0, x, slope* x);
constexpr auto everything = gain * tanh(slope * x) + beta;

template <input In, auto... Layers>
void check()
{
    for (const std::ptrdiff_t rows : {1, 2, 7, 130})
    {
        const std::string wrong = wrong_gradients<basic_network<double, In, Layers...>>(rows);
        BOOST_TEST(wrong.empty(), rows << " rows: " << wrong);
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(gradients_for_each_element)
{
    check<input{3}, learnable_swish, dense{5}, learnable_swish>();
    check<input{4}, dense{11}, layer_norm, dense{2}>();
    check<input{9}, layer_norm>();
}

BOOST_AUTO_TEST_CASE(gradients_for_each_channel)
{
    check<input{5}, prelu, dense{3}>(); // flat: each element is a channel
    check<input{2, 3, 2}, prelu, flatten{}, dense{2}>();
    check<input{3, 5}, everything, flatten{}, dense{2}>();
}

BOOST_AUTO_TEST_CASE(shapes_and_initial_values)
{
    using net = basic_network<double, input{2, 3}, everything>;
    constexpr auto table = net::parameter_tensors();
    static_assert(table.size() == 3);
    BOOST_TEST(table[0].name == "gamma");
    BOOST_TEST(table[0].columns == 6);
    BOOST_TEST(table[1].name == "slope");
    BOOST_TEST(table[1].columns == 2);
    BOOST_TEST(table[2].name == "beta");
    BOOST_TEST(table[2].columns == 1);
    static_assert(net::parameter_count == 9);
    net model;
    std::array<double, 9> values{};
    model.export_parameters(values);
    BOOST_TEST((values == std::array<double, 9>{1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 0.25, 0.25, 0.75}));
    std::size_t stored = 0;
    for (const std::size_t size : net::stored_tensor_sizes())
    {
        stored += size;
    }
    BOOST_TEST(net::stored_tensor_sizes().size() == 3u);
    BOOST_TEST(stored == model.parameters().size());
}

BOOST_AUTO_TEST_CASE(each_number_meets_its_elements)
{
    basic_network<double, input{2, 3}, everything> model;
    const std::array<double, 9> values{1, 2, 3, 4, 5, 6, 0.5, -2, 10};
    model.import_parameters(values);
    const std::vector<double> in{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, -1, -2, -3, 1, 2, 3};
    std::vector<double> out(12);
    model.predict(in, out);
    for (std::size_t i = 0; i < 12; ++i)
    {
        const std::size_t element = i % 6;
        const double expected = values[element] * std::tanh(values[6 + element / 3] * in[i]) + 10;
        BOOST_TEST(std::abs(out[i] - expected) < 1e-14);
    }
}
