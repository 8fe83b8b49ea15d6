// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE dense
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "../network/naive.hpp"

#include <cstring>
#include <tuple>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);

template <class Network>
auto exported(const Network& net)
{
    std::vector<typename Network::value_type> values(
        static_cast<std::size_t>(Network::parameter_count));
    net.export_parameters(values);
    return values;
}

// Variance of the weights of a first layer that is 60 x 50.
template <class Network>
double weight_variance(const Network& net)
{
    const auto values = exported(net);
    double sum = 0;
    for (std::size_t i = 0; i < 3000; ++i)
    {
        sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    }
    return sum / 3000;
}

template <class T, int Inputs, int Units, bool Bias>
void check_shape()
{
    using net = basic_network<T, input{Inputs}, dense{Units, Bias}>;
    static_assert(net::parameter_count == Units * (Inputs + (Bias ? 1 : 0)));
    net model;
    const auto parameters = numbers_of<T>(static_cast<std::size_t>(net::parameter_count), -1, 1, 1);
    model.import_parameters(parameters);
    BOOST_TEST(exported(model) == parameters);
    for (const std::size_t rows : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 9u, 13u})
    {
        const auto inputs = numbers_of<T>(rows * Inputs, -1, 1, 2);
        std::vector<T> outputs(rows * Units);
        model.predict(inputs, outputs);
        for (std::size_t row = 0; row < rows; ++row)
        {
            naive_row<T> expected(std::span<const T>(inputs).subspan(row * Inputs, Inputs));
            std::span<const T> rest = parameters;
            expected.dense(rest, Units, Bias);
            BOOST_TEST(
                expected.agrees_with(std::span<const T>(outputs).subspan(row * Units, Units)),
                Inputs << " to " << Units << ", row " << row << " of " << rows);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(any_shape_is_the_product_of_the_definition, T, element_types)
{
    check_shape<T, 1, 1, true>();
    check_shape<T, 1, 31, true>();
    check_shape<T, 31, 1, false>();
    check_shape<T, 3, 17, true>();
    check_shape<T, 17, 3, false>();
    check_shape<T, 31, 33, true>();
    check_shape<T, 64, 10, true>();
    check_shape<T, 5, 100, false>();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(weights_fit_the_formula_behind_them, T, element_types)
{
    // Five standard deviations of a variance of 3,000 normal numbers.
    const auto tolerance = boost::test_tools::tolerance(0.13);
    const double glorot = 2.0 / 110;
    const double lecun = 1.0 / 60;
    constexpr dense deep{.units = 50, .weights = initialiser::deep};
    BOOST_TEST(weight_variance(basic_network<T, input{60}, dense{50}, swish>()) ==
                   (fitting_gain<swish, false>().weights / 60),
               tolerance);
    BOOST_TEST(weight_variance(basic_network<T, input{60}, deep, swish>()) ==
                   fitting_gain<swish>().weights / 60,
               tolerance);
    BOOST_TEST(weight_variance(basic_network<T, input{60}, dense{50}, relu(x)>()) == 2.0 / 60,
               tolerance);
    BOOST_TEST(weight_variance(basic_network<T, input{60}, dense{50}>()) == glorot, tolerance);
    BOOST_TEST(weight_variance(basic_network<T, input{60}, dense{50}, dense{1}, swish>()) == glorot,
               tolerance);
    constexpr dense chosen{.units = 50, .weights = initialiser::lecun_uniform};
    BOOST_TEST(weight_variance(basic_network<T, input{60}, chosen, swish>()) == lecun, tolerance);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_seed_gives_the_same_bits, T, element_types)
{
    using net = basic_network<T, input{7}, dense{5}, swish, dense{5}>;
    BOOST_TEST(exported(net{seed{3}}) == exported(net{seed{3}}));
    BOOST_TEST(exported(net{seed{3}}) != exported(net{seed{4}}));
    BOOST_TEST(exported(net{}) == exported(net{seed{0}}));
    // Each layer has numbers of its own.
    const auto values = exported(basic_network<T, input{5}, dense{5}, dense{5}>{});
    BOOST_TEST(values[0] != values[30]);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(biases_begin_with_the_variance_that_fits, T, element_types)
{
    const auto biases = [](const auto& net)
    {
        const auto values = exported(net);
        return std::vector<T>(values.begin() + 1600, values.begin() + 2400);
    };
    double sum = 0;
    constexpr dense deep{.units = 800, .weights = initialiser::deep};
    for (const T bias : biases(basic_network<T, input{2}, deep, swish>()))
    {
        sum += static_cast<double>(bias) * static_cast<double>(bias);
    }
    // Five standard deviations of a variance of 800 normal numbers.
    BOOST_TEST(sum / 800 == fitting_gain<swish>().biases, boost::test_tools::tolerance(0.25));
    const std::vector<T> zeros(800);
    BOOST_TEST(biases(basic_network<T, input{2}, deep, relu(x)>()) == zeros);
    BOOST_TEST(biases(basic_network<T, input{2}, dense{800}, swish>()) == zeros);
    constexpr dense chosen{.units = 800, .weights = initialiser::he_normal};
    BOOST_TEST(biases(basic_network<T, input{2}, chosen, swish>()) == zeros);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(padding_begins_at_zero, T, element_types)
{
    using net = basic_network<T, input{7}, dense{5}, swish, dense{33, false}, dense{3}>;
    net model{seed{1}};
    const auto values = exported(model);
    net without_padding;
    std::fill(without_padding.parameters().begin(), without_padding.parameters().end(), T(0));
    without_padding.import_parameters(values);
    BOOST_TEST(std::memcmp(model.parameters().data(), without_padding.parameters().data(),
                           model.parameters().size_bytes()) == 0);
}
