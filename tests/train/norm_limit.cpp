// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE norm_limit
#include <boost/test/unit_test.hpp>

#include "../data/temporary_directory.hpp"
#include "../element_types.hpp"
#include "../network/counted_allocations.hpp"
#include "every_runner.hpp"
#include "quadrants.hpp"

#include <ctgrad/train/fit.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;

template <class Network>
auto exported(const Network& net)
{
    std::vector<typename Network::value_type> values(
        static_cast<std::size_t>(Network::parameter_count));
    net.export_parameters(values);
    return values;
}

// Calls with each row of the weights in a list of parameters.
template <class Network, class T>
void for_each_unit(std::span<T> parameters, const auto& body)
{
    for (const parameter_tensor& tensor : Network::parameter_tensors())
    {
        for (int row = 0; row < tensor.rows; ++row)
        {
            const std::span<T> own = parameters.first(static_cast<std::size_t>(tensor.columns));
            parameters = parameters.subspan(own.size());
            if (is_weight(tensor))
            {
                body(own);
            }
        }
    }
}

template <class T>
double norm_of(std::span<T> numbers)
{
    double squares = 0;
    for (const T number : numbers)
    {
        squares += static_cast<double>(number) * static_cast<double>(number);
    }
    return std::sqrt(squares);
}

template <class Network>
double largest_norm(const Network& net)
{
    auto values = exported(net);
    double largest = 0;
    for_each_unit<Network>(std::span(values),
                           [&](const auto& unit) { largest = std::max(largest, norm_of(unit)); });
    return largest;
}

template <class Network>
void check()
{
    using T = typename Network::value_type;
    Network net{seed{1}};
    std::vector<T> values = exported(net);
    std::ranges::copy(numbers_of<T>(values.size(), -1, 1, 2), values.begin());
    net.import_parameters(values);
    // Between the norms that there are, so that some units are scaled and some are not.
    std::vector<double> norms;
    for_each_unit<Network>(std::span(values),
                           [&](const auto& unit) { norms.push_back(norm_of(unit)); });
    std::ranges::nth_element(norms, norms.begin() + std::ssize(norms) / 2);
    const double most = norms[norms.size() / 2] * 0.999;

    norm_limit<Network>(most).apply(net.parameters());
    for_each_unit<Network>(std::span(values),
                           [&](const auto& unit)
                           {
                               const double norm = norm_of(unit);
                               for (T& weight : unit)
                               {
                                   weight *= static_cast<T>(norm > most ? most / norm : 1);
                               }
                           });
    Network expected{seed{1}};
    expected.import_parameters(values);
    // All of the block, with what is not a parameter.
    for (std::size_t i = 0; i < net.parameters().size(); ++i)
    {
        // Here the factor is rounded, there the product.
        BOOST_TEST(std::abs(net.parameters()[i] - expected.parameters()[i]) <=
                   2 * std::numeric_limits<T>::epsilon() * std::abs(expected.parameters()[i]));
    }
}

template <class T>
using net_of = basic_network<T, input{2}, dense{19}, tanh(x), dense{2}>;

template <class T>
training_options<T> options_of(double max_norm)
{
    return {
        .epochs = 3, .batch = 32, .max_norm = max_norm, .output = {.mode = progress_mode::quiet}};
}

template <class T, class Runner = one_thread>
net_of<T> trained(double max_norm, Runner&& runner = {})
{
    net_of<T> net{seed{1}};
    fit(net, quadrants<T>(200), options_of<T>(max_norm), cross_entropy, adam{.learning_rate = 0.05},
        runner);
    return net;
}

template <class Network>
std::vector<typename Network::value_type> block_of(const Network& net)
{
    return {net.parameters().begin(), net.parameters().end()};
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(rows_of_weights_are_scaled_down, T, element_types)
{
    check<basic_network<T, input{7}, dense{1}>>();
    check<basic_network<T, input{1}, dense{130}>>();
    check<basic_network<T, input{33}, dense{47}, x * sigmoid(parameter<"weight">{1.0} * x),
                        dense{10, false}>>();
    check<basic_network<T, input{4, 9, 9}, conv2d{.filters = 6, .kernel = 3, .groups = 2}, relu(x),
                        conv2d{.filters = 21, .kernel = 3}, flatten{}, dense{3}>>();
    check<basic_network<T, input{3}, lstm{.units = 9}, gru{.units = 5}, dense{2}>>();
    check<basic_network<T, input{1}, embedding{.words = 5, .size = 8},
                        residual<attention{.heads = 2, .size = 4, .context = 3}, dense{8}>{},
                        causal_conv1d{.filters = 5, .kernel = 3}, dense{2}>>();
}

BOOST_AUTO_TEST_CASE(places_are_found_beyond_what_a_float_counts)
{
    // 17.3 million weights; of the last layer those that lie behind 2^24.
    using large = network<input{4160}, dense{4160}, dense{2}>;
    large net{seed{1}};
    norm_limit<large> limit(0.5);
    limit.apply(net.parameters());
    BOOST_TEST(std::abs(largest_norm(net) - 0.5) < 1e-5);
}

BOOST_AUTO_TEST_CASE(a_block_within_the_limit_stays_as_it_is)
{
    net_of<float> net{seed{1}};
    const auto before = block_of(net);
    norm_limit<net_of<float>> limit(largest_norm(net) * 1.0001);
    limit.apply(net.parameters());
    BOOST_TEST((block_of(net) == before));
    // A NaN is not larger than anything, and is not spread.
    net.parameters()[0] = std::numeric_limits<float>::quiet_NaN();
    limit.apply(net.parameters());
    BOOST_TEST(std::ranges::equal(net.parameters().subspan(1), std::span(before).subspan(1)));
}

BOOST_AUTO_TEST_CASE(squares_of_large_weights_do_not_overflow)
{
    network<input{2}, dense{1, false}> net{seed{1}};
    net.import_parameters(std::vector<float>{3e30f, -4e30f});
    norm_limit<decltype(net)>(1.0).apply(net.parameters());
    // The weights have been rounded, and are again.
    BOOST_TEST(std::abs(exported(net)[0] - 0.6f) < 2e-7f);
    BOOST_TEST(std::abs(exported(net)[1] + 0.8f) < 2e-7f);
}

BOOST_AUTO_TEST_CASE(nothing_is_allocated_after_the_beginning)
{
    net_of<float> net{seed{1}};
    norm_limit<net_of<float>> limit(0.1);
    const long before = allocations;
    limit.apply(net.parameters());
    BOOST_TEST(allocations == before);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(training_keeps_the_limit, T, element_types)
{
    const double free = largest_norm(trained<T>(0));
    BOOST_TEST(free > 1.2);
    // Each factor is rounded.
    BOOST_TEST(largest_norm(trained<T>(0.9)) <=
               0.9 * (1 + 2 * double(std::numeric_limits<T>::epsilon())));
    BOOST_TEST((block_of(trained<T>(1e6)) == block_of(trained<T>(0))));
    const auto once = block_of(trained<T>(0.9, backwards_runner{}));
    BOOST_TEST((block_of(trained<T>(0.9, standard_threads{2})) == once));
}

BOOST_AUTO_TEST_CASE(a_negative_limit_is_refused)
{
    for (const double bad : {-1.0, std::numeric_limits<double>::quiet_NaN()})
    {
        BOOST_TEST(message_of<data_error>([&] { trained<float>(bad); }) ==
                   "ctgrad: the largest norm of a unit's weights is not negative");
    }
}
