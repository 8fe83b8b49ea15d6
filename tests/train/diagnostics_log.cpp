// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE diagnostics_log
#include <boost/test/unit_test.hpp>

#include "random_rows.hpp"

#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/train/diagnostics.hpp>
#include <ctgrad/train/fit.hpp>

#include <cmath>
#include <functional>
#include <vector>

using namespace ctgrad;

namespace
{

using model = network<input{5}, dense{16}, activations::relu, dropout{.rate = 0.2}, dense{2}>;

training_options<float> options_with(std::function<void(const finished_step&)> on_step,
                                     int batch = 32)
{
    return {.epochs = 3,
            .batch = batch,
            .output = {.mode = progress_mode::quiet},
            .on_step = std::move(on_step)};
}

} // namespace

BOOST_AUTO_TEST_CASE(each_epoch_has_a_diagnosis)
{
    const auto data = random_rows<float>(100, 5, 2);
    model net{seed{1}};
    model other{seed{1}};
    diagnostics_log log(net, data, mean_squared_error, {.rows = 40});
    fit(net, data, options_with(std::ref(log)), mean_squared_error, adam{});
    fit(other, data, options_with({}), mean_squared_error, adam{});
    // Looking changes nothing.
    BOOST_TEST(std::ranges::equal(net.parameters(), other.parameters()));
    BOOST_REQUIRE(log.reports().size() == 3u);
    const diagnosis now = diagnose(net, data, mean_squared_error, {.rows = 40});
    const diagnosis& last = log.reports().back();
    BOOST_TEST(last.rows == 40);
    BOOST_TEST(last.loss == now.loss);
    BOOST_TEST((last.layers[1].dead == now.layers[1].dead));
    BOOST_TEST((last.layers[1].variance == now.layers[1].variance));
    BOOST_TEST((last.layers[0].gradient_norm == now.layers[0].gradient_norm));
    BOOST_TEST(log.reports().front().loss > last.loss);
}

BOOST_AUTO_TEST_CASE(ratios_are_those_of_the_last_step)
{
    const auto data = random_rows<float>(100, 5, 2);
    for (const int batch : {32, 50, 100})
    {
        model net{seed{1}};
        diagnostics_log log(net, data, mean_squared_error);
        std::vector<std::vector<float>> weights; // behind each step
        fit(net, data,
            options_with(
                [&](const finished_step& at)
                {
                    log(at);
                    std::vector<float> values(model::parameter_count);
                    net.export_parameters(values);
                    values.resize(5 * 16 + 16); // of the first layer
                    weights.push_back(values);
                },
                batch),
            mean_squared_error, adam{});
        const std::size_t steps = weights.size() / 3;
        BOOST_REQUIRE(log.reports().size() == 3u);
        for (std::size_t epoch = 0; epoch < 3; ++epoch)
        {
            const auto& ratio = log.reports()[epoch].layers[0].update_ratio;
            const std::size_t last = steps * (epoch + 1) - 1;
            if (last == 0)
            {
                BOOST_TEST(!ratio.has_value()); // nobody saw what was before
                continue;
            }
            double update = 0;
            double before = 0;
            for (std::size_t i = 0; i < weights[last].size(); ++i)
            {
                const double old = static_cast<double>(weights[last - 1][i]);
                update += std::pow(static_cast<double>(weights[last][i]) - old, 2);
                before += old * old;
            }
            // Differences of floats are exact or rounded once.
            BOOST_TEST(ratio.value() == std::sqrt(update / before),
                       boost::test_tools::tolerance(1e-6));
        }
    }
}

BOOST_AUTO_TEST_CASE(steps_are_counted_within_epochs)
{
    const auto data = random_rows<float>(100, 5, 2);
    model net{seed{1}};
    std::vector<finished_step> seen;
    const auto history =
        fit(net, data, options_with([&](const finished_step& at) { seen.push_back(at); }),
            mean_squared_error, sgd{});
    BOOST_REQUIRE(seen.size() == 12u);
    double sum = 0;
    for (std::size_t i = 0; i < seen.size(); ++i)
    {
        BOOST_TEST(seen[i].epoch == static_cast<int>(i / 4));
        BOOST_TEST(seen[i].index == static_cast<std::ptrdiff_t>(i % 4));
        BOOST_TEST(seen[i].count == 4);
        BOOST_TEST(seen[i].ends_epoch() == (i % 4 == 3));
        sum += i < 4 ? seen[i].loss * (i == 3 ? 4 : 32) : 0.0;
    }
    BOOST_TEST(history[0].loss == sum / 100, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(what_a_large_learning_rate_does_is_said)
{
    const auto data = random_rows<float>(100, 5, 2);
    model net{seed{1}};
    diagnostics_log log(net, data, mean_squared_error);
    fit(net, data, options_with(std::ref(log)), mean_squared_error, adam{.learning_rate = 2.0});
    const std::vector<std::string> said = warnings(log.reports().back());
    const bool updates_are_too_large = std::ranges::any_of(
        said, [](const std::string& each)
        { return each.find("usual; try a smaller learning rate") != std::string::npos; });
    BOOST_TEST(updates_are_too_large);
}
