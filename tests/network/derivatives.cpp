// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE derivatives
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "check_gradients.hpp"

#include <ctgrad/catalogue/rectifiers.hpp>
#include <ctgrad/network/derivatives.hpp>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);

/// Results of a network at a point that is moved.
template <class Network>
std::vector<double> at(const Network& net, std::vector<double> point, std::size_t i = 0,
                       double by_i = 0, std::size_t j = 0, double by_j = 0)
{
    point[i] += by_i;
    point[j] += by_j;
    const auto found = net.predict(point);
    return {found.begin(), found.end()};
}

/// All derivatives of a network by central differences, in the order of the layer.
template <class Network>
std::vector<double> differences(const Network& net, const std::vector<double>& point, int order)
{
    constexpr double h = 1e-4;
    std::vector<double> all = at(net, point);
    const std::vector<double> here = all;
    for (std::size_t i = 0; i < point.size(); ++i)
    {
        const auto above = at(net, point, i, h);
        const auto below = at(net, point, i, -h);
        for (std::size_t k = 0; k < here.size(); ++k)
            all.push_back((above[k] - below[k]) / (2 * h));
    }
    for (std::size_t i = 0; i < point.size() && order == 2; ++i)
        for (std::size_t j = i; j < point.size(); ++j)
        {
            const auto pp = at(net, point, i, h, j, h);
            const auto pm = at(net, point, i, h, j, -h);
            const auto mp = at(net, point, i, -h, j, h);
            const auto mm = at(net, point, i, -h, j, -h);
            for (std::size_t k = 0; k < here.size(); ++k)
                all.push_back((pp[k] - pm[k] - mp[k] + mm[k]) / (4 * h * h));
        }
    return all;
}

/// The derivatives of layers, against differences of a network of the same layers.
template <class T, int Order, int Inputs, auto... Layers>
void check_values()
{
    using layer = derivatives<Order, Layers...>;
    using plain = basic_network<double, input{Inputs}, Layers...>;
    using derived = basic_network<T, input{Inputs}, layer{}>;
    static_assert(derived::parameter_count == plain::parameter_count);
    constexpr int rows_of_sample = 1 + Inputs + (Order == 2 ? Inputs * (Inputs + 1) / 2 : 0);
    static_assert(derived::output_size == plain::output_size * rows_of_sample);

    const auto values = numbers(plain::parameter_count, -1, 1, 3);
    plain net;
    net.import_parameters(values);
    derived tested;
    tested.import_parameters(std::vector<T>(values.begin(), values.end()));

    constexpr std::size_t rows = 67;
    const auto points = numbers(rows * Inputs, -1, 1, 4);
    const std::vector<T> in(points.begin(), points.end());
    std::vector<T> found(rows * derived::output_size);
    tested.predict(rows_view<const T>{in.data(), rows, Inputs},
                   rows_view<T>{found.data(), rows, derived::output_size});
    for (const std::size_t row : {0ul, 1ul, 40ul, rows - 1})
    {
        const std::vector<double> point(points.begin() + static_cast<std::ptrdiff_t>(row * Inputs),
                                        points.begin() +
                                            static_cast<std::ptrdiff_t>((row + 1) * Inputs));
        const std::vector<double> wanted = differences(net, point, Order);
        const auto alone = tested.predict(std::vector<T>(point.begin(), point.end()));
        for (std::size_t k = 0; k < wanted.size(); ++k)
        {
            const double got = static_cast<double>(found[row * wanted.size() + k]);
            const double most = std::same_as<T, float> ? 1e-4 : 1e-6;
            BOOST_TEST(std::abs(got - wanted[k]) <= most * std::max(1.0, std::abs(wanted[k])),
                       "row " << row << ", number " << k << ": " << got << ", not " << wanted[k]);
            BOOST_TEST(std::abs(static_cast<double>(alone[k]) - got) <=
                       most * std::max(1.0, std::abs(got)));
        }
    }
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(values_are_those_of_differences, T, element_types)
{
    check_values<T, 1, 1, dense{5}, tanh(x), dense{1}>();
    check_values<T, 2, 1, dense{9}, tanh(x), dense{7}, swish, dense{1}>();
    check_values<T, 2, 2, dense{17}, sin(x), dense{3}>();
    check_values<T, 2, 4, dense{4}, exp(-x * x), dense{4, false}, tanh(x)>();
    check_values<T, 1, 15, dense{5}, tanh(x), dense{2}>();
    check_values<T, 2, 3, dense{2}>();
    check_values<T, 2, 2, swish>();
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences)
{
    check_gradients<input{1}, derivatives<2, dense{5}, tanh(x), dense{4}, swish, dense{1}>{}>();
    check_gradients<input{2}, derivatives<2, dense{17}, sin(x), dense{3}>{}>();
    check_gradients<input{3}, derivatives<1, dense{4, false}, tanh(x), dense{2}>{}, tanh(x),
                    dense{2}>();
    // The input has a gradient too.
    check_gradients<input{3}, dense{2}, derivatives<2, dense{3}, tanh(x), dense{2}>{}>();
    check_gradients<input{2}, concatenate<chain<>{}, derivatives<2, dense{3}, tanh(x)>{}>{},
                    dense{2}>();
}

// Second derivatives of piecewise linear formulas are 0.
BOOST_AUTO_TEST_CASE(a_rectifier_has_no_curvature)
{
    using net_type = network<input{1}, derivatives<2, dense{8}, activations::relu, dense{1}>{}>;
    const net_type net{seed{1}};
    for (const float at : {-1.0f, 0.25f, 3.0f})
        BOOST_TEST(net.predict(std::array{at})[2] == 0.0f);
}

BOOST_AUTO_TEST_CASE(a_fast_form_has_the_same_parameters)
{
    using precise = network<input{2}, derivatives<2, dense{8}, tanh(x), dense{1}>{}>;
    using quick = fast_network<input{2}, derivatives<2, dense{8}, tanh(x), dense{1}>{}>;
    static_assert(!std::is_same_v<precise, quick>);
    static_assert(precise::parameter_count == quick::parameter_count);
    const precise a{seed{1}};
    const quick b{seed{1}};
    const std::array point{0.3f, -0.7f};
    for (std::size_t k = 0; k < 6; ++k)
        BOOST_TEST(std::abs(a.predict(point)[k] - b.predict(point)[k]) < 1e-2f);
}

BOOST_AUTO_TEST_CASE(parameters_have_the_names_of_their_layers)
{
    BOOST_TEST((network<input{1}, derivatives<2, dense{4}, tanh(x), dense{1}>{}>::architecture() ==
                "input 1; 0 derivatives 0.weight 4x1; 0 derivatives 0.bias 1x4; "
                "0 derivatives 2.weight 1x4; 0 derivatives 2.bias 1x1"));
}
