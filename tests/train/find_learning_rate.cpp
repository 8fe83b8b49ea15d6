// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE find_learning_rate
#include <boost/test/unit_test.hpp>

#include "../data/temporary_directory.hpp"
#include "../network/naive.hpp"

#include <ctgrad/train/find_learning_rate.hpp>
#include <ctgrad/train/fit.hpp>

#include <cmath>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
using model = network<input{2}, dense{16}, tanh(x), dense{1}>;

data_set<float> products(std::size_t rows)
{
    aligned_buffer<float> inputs(2 * rows);
    std::ranges::copy(numbers_of<float>(2 * rows, -1, 1, 1), inputs.begin());
    aligned_buffer<float> targets(rows);
    for (std::size_t i = 0; i < rows; ++i)
    {
        targets[i] = inputs[2 * i] * inputs[2 * i + 1];
    }
    return {static_cast<std::ptrdiff_t>(rows), std::move(inputs), std::move(targets)};
}

double loss_after(const data_set<float>& data, double rate)
{
    model net{seed{1}};
    return fit(net, data, {.epochs = 5, .batch = 16, .output = {.mode = progress_mode::quiet}},
               mean_squared_error, adam{.learning_rate = rate})
        .back()
        .loss;
}

} // namespace

BOOST_AUTO_TEST_CASE(rates_rise_by_the_same_factor_and_end_where_the_loss_grows)
{
    const auto data = products(200);
    const model net{seed{1}};
    const std::vector<float> before(net.parameters().begin(), net.parameters().end());
    const learning_rate_curve curve =
        find_learning_rate(net, data, {.from = 1e-5, .to = 100, .steps = 140, .batch = 16},
                           mean_squared_error, adam{});
    BOOST_TEST(std::ranges::equal(before, net.parameters()));
    BOOST_REQUIRE(curve.rates.size() == curve.losses.size());
    BOOST_TEST((curve.rates.size() > 20 && curve.rates.size() < 140));
    BOOST_TEST(curve.rates.front() == 1e-5, boost::test_tools::tolerance(1e-12));
    const double factor = std::pow(1e7, 1.0 / 139);
    for (std::size_t i = 1; i < curve.rates.size(); ++i)
    {
        BOOST_TEST(curve.rates[i] / curve.rates[i - 1] == factor,
                   boost::test_tools::tolerance(1e-12));
    }
    // What it suggests is neither too small to learn with nor too large.
    const double suggested = loss_after(data, curve.suggestion());
    BOOST_TEST(suggested < loss_after(data, 1e-5) / 2);
    BOOST_TEST(suggested < loss_after(data, 3.0) / 2);
}

BOOST_AUTO_TEST_CASE(rates_are_those_of_the_updates)
{
    // The gradient of the bias is 1 and the loss the bias itself: minus the sum of the rates so far.
    static constexpr auto output_itself = sum(symbols::prediction);
    using bias = basic_network<double, input{1}, dense{1}>;
    const data_set<double> zeros(4, aligned_buffer<double>(4), aligned_buffer<double>(4));
    const auto curve =
        find_learning_rate(bias{}, zeros, {.from = 1, .to = 4, .steps = 3}, output_itself,
                           momentum{.learning_rate = 0.3, .momentum = 0});
    // Losses of 0, -1 and -3, the latest with a weight of 0.1.
    BOOST_REQUIRE(curve.losses.size() == 3u);
    BOOST_TEST(curve.losses[0] == 0.0);
    BOOST_TEST(curve.losses[1] == -0.1 / 0.19, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(curve.losses[2] == -(0.09 + 0.3) / 0.271, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_loss_that_falls_is_followed_to_its_steepest_place)
{
    const learning_rate_curve curve{.rates = {1, 2, 3, 4, 5, 6, 7},
                                    .losses = {9, 0.5, 8, 6, 2, 0.1, 5}};
    BOOST_TEST(curve.suggestion() == 3);
    BOOST_TEST(std::isnan(learning_rate_curve{}.suggestion()));
    BOOST_TEST(std::isnan((learning_rate_curve{{1, 2, 3}, {1, 2, 3}}.suggestion())));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_searched_is_named)
{
    const auto data = products(20);
    const auto fails = [&](const learning_rate_range& range, const auto& optimiser)
    {
        return message_of<data_error>(
            [&] { find_learning_rate(model{}, data, range, mean_squared_error, optimiser); });
    };
    const std::string range =
        "ctgrad: the search for a learning rate needs at least one row, a batch "
        "of at least 1, two steps and rates that rise from above 0";
    BOOST_TEST(fails({.from = 1, .to = 1}, sgd{}) == range);
    BOOST_TEST(fails({.from = 0}, sgd{}) == range);
    BOOST_TEST(fails({.steps = 1}, sgd{}) == range);
    BOOST_TEST(fails({.batch = 0}, sgd{}) == range);
    BOOST_TEST(fails({}, sgd{.learning_rate = 0}) ==
               "ctgrad: the search for a learning rate needs an optimiser that has one above 0");
    BOOST_TEST(fails({}, sgd{}) == "");
}
