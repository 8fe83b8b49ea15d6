// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE fit
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "quadrants.hpp"

#include <ctgrad/train/fit.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <tuple>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;

template <class T>
using net_of = basic_network<T, input{2}, dense{16}, tanh(x), dropout{0.1}, dense{2}>;

const progress_options quiet{.mode = progress_mode::quiet};

template <class Network>
auto exported(const Network& net)
{
    std::vector<typename Network::value_type> values(
        static_cast<std::size_t>(Network::parameter_count));
    net.export_parameters(values);
    return values;
}

// The parameters after a short training.
std::vector<float> trained(seed initial, seed randomness)
{
    net_of<float> net{initial};
    fit(net, quadrants<float>(100), {.epochs = 2, .randomness = randomness, .output = quiet},
        cross_entropy, adam{});
    return exported(net);
}

template <class Options>
std::string message_of(const Options& options, const data_set<float>& data)
{
    net_of<float> net;
    const auto before = exported(net);
    try
    {
        fit(net, data, options, cross_entropy, adam{});
    }
    catch (const data_error& error)
    {
        BOOST_TEST((exported(net) == before));
        return error.what();
    }
    return "";
}

// What training prints.
std::string printed(progress_mode mode, int epochs)
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
    net_of<float> net;
    const auto data = quadrants<float>(100);
    fit(net, data,
        {.epochs = epochs, .validation = &data, .output = {.mode = mode, .stream = file.get()}},
        cross_entropy, adam{});
    std::rewind(file.get());
    std::string text;
    for (int c = std::fgetc(file.get()); c != EOF; c = std::fgetc(file.get()))
    {
        text += static_cast<char>(c);
    }
    return text;
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(a_network_learns, T, element_types)
{
    const data_set<T> training = quadrants<T>(500);
    const data_set<T> test = quadrants<T>(200, 2);
    net_of<T> net{seed{1}};
    const evaluation before = evaluate(net, training, cross_entropy);
    const training_history history =
        fit(net, training, {.epochs = 30, .batch = 32, .validation = &test, .output = quiet},
            cross_entropy, adam{.learning_rate = 0.02});
    const evaluation after = evaluate(net, training, cross_entropy);
    BOOST_TEST(after.loss < before.loss / 3);
    BOOST_TEST(after.accuracy > 0.9);
    BOOST_TEST(evaluate(net, test, cross_entropy).accuracy > 0.9);
    BOOST_TEST(history.back().loss < history.front().loss / 2);
    BOOST_TEST(history.back().accuracy > history.front().accuracy);
}

BOOST_AUTO_TEST_CASE(every_optimiser_lowers_the_loss)
{
    const auto data = quadrants<float>(200);
    const auto loss_after = [&](const auto& optimiser)
    {
        net_of<float> net{seed{1}};
        fit(net, data, {.epochs = 40, .batch = 16, .output = quiet}, cross_entropy, optimiser);
        return evaluate(net, data, cross_entropy).loss;
    };
    const double before = evaluate(net_of<float>{seed{1}}, data, cross_entropy).loss;
    BOOST_TEST(loss_after(sgd{.learning_rate = 0.5}) < before / 2);
    BOOST_TEST(loss_after(momentum{.learning_rate = 0.05}) < before / 2);
    BOOST_TEST(loss_after(adam{.learning_rate = 0.01}) < before / 2);
    BOOST_TEST(loss_after(adamw{.learning_rate = 0.01}) < before / 2);
}

BOOST_AUTO_TEST_CASE(the_same_seeds_give_the_same_bits)
{
    const auto once = trained({1}, {2});
    BOOST_TEST((trained({1}, {2}) == once));
    BOOST_TEST((trained({3}, {2}) != once));
    BOOST_TEST((trained({1}, {3}) != once));
}

BOOST_AUTO_TEST_CASE(history_has_a_record_for_each_epoch)
{
    const auto training = quadrants<float>(100);
    const auto test = quadrants<float>(50, 2);
    net_of<float> net{seed{1}};
    const auto history = fit(net, training, {.epochs = 3, .validation = &test, .output = quiet},
                             cross_entropy, adam{});
    BOOST_TEST(history.size() == 3u);
    for (const epoch_record& epoch : history)
    {
        BOOST_TEST((epoch.loss > 0 && epoch.loss < 10));
        BOOST_TEST((epoch.accuracy >= 0 && epoch.accuracy <= 1));
        BOOST_TEST(epoch.seconds > 0);
        BOOST_TEST(epoch.samples_per_second == 100 / epoch.seconds,
                   boost::test_tools::tolerance(1e-12));
        BOOST_TEST((epoch.validation.loss > 0 && epoch.validation.loss < 10));
    }
    const evaluation last = evaluate(net, test, cross_entropy);
    BOOST_TEST(history.back().validation.loss == last.loss);
    BOOST_TEST(history.back().validation.accuracy == last.accuracy);

    const auto without = fit(net, training, {.epochs = 1, .output = quiet}, cross_entropy, adam{});
    BOOST_TEST(std::isnan(without.front().validation.loss));
    BOOST_TEST(std::isnan(without.front().validation.accuracy));
}

BOOST_AUTO_TEST_CASE(no_epochs_change_nothing)
{
    net_of<float> net{seed{1}};
    const auto before = exported(net);
    BOOST_TEST(fit(net, quadrants<float>(10), {.epochs = 0, .output = quiet}, cross_entropy, adam{})
                   .empty());
    BOOST_TEST((exported(net) == before));
}

BOOST_AUTO_TEST_CASE(one_batch_of_all_rows_is_a_step_of_gradient_descent)
{
    using net = basic_network<double, input{2}, dense{3}, tanh(x), dense{2}>;
    const auto data = quadrants<double>(150);
    net model{seed{1}};
    training_workspace<net> workspace;
    const batch_result first =
        workspace.add_gradients<cross_entropy>(model, data.input_view(), data.target_view(), 0);
    std::vector<double> expected(model.parameters().begin(), model.parameters().end());
    for (std::size_t i = 0; i < expected.size(); ++i)
    {
        expected[i] -= 0.5 * workspace.gradients()[i];
    }
    // Also when a batch could hold more rows than there are.
    for (const int batch : {150, 1000})
    {
        net learner{seed{1}};
        const auto history = fit(learner, data, {.epochs = 1, .batch = batch, .output = quiet},
                                 cross_entropy, sgd{.learning_rate = 0.5});
        BOOST_TEST(history.front().loss == first.loss, boost::test_tools::tolerance(1e-13));
        BOOST_TEST(history.front().accuracy == static_cast<double>(first.correct) / 150);
        for (std::size_t i = 0; i < expected.size(); ++i)
        {
            // Rounding of sums of 150 numbers around 1 in another order.
            BOOST_TEST(std::abs(learner.parameters()[i] - expected[i]) <= 1e-14);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_last_batch_is_the_mean_of_its_own_rows)
{
    // The gradient of this loss is 1 in every row: each batch moves the bias by the learning rate,
    // also the last one of 7 rows in batches of 3.
    using namespace symbols;
    static constexpr auto output_itself = sum(prediction);
    using net = basic_network<double, input{1}, dense{1}>;
    net model{seed{1}};
    const double before = exported(model)[1];
    const data_set<double> data(7, aligned_buffer<double>(7), aligned_buffer<double>(7));
    const auto history = fit(model, data, {.epochs = 2, .batch = 3, .output = quiet}, output_itself,
                             sgd{.learning_rate = 1});
    BOOST_TEST(exported(model)[1] == before - 6);
    // In the first epoch three rows cost nothing, three 1 less and one 2 less.
    BOOST_TEST(history.front().loss == -5.0 / 7, boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(each_epoch_takes_all_rows_once)
{
    // Each row moves the weight of its own input by 1.
    using namespace symbols;
    static constexpr auto output_itself = sum(prediction);
    using net = basic_network<double, input{10}, dense{1, false, initialiser::zeros}>;
    net model;
    aligned_buffer<double> inputs(100);
    for (std::size_t i = 0; i < 10; ++i)
    {
        inputs[11 * i] = 1;
    }
    const data_set<double> data(10, std::move(inputs), aligned_buffer<double>(10));
    fit(model, data, {.epochs = 3, .batch = 1, .output = quiet}, output_itself,
        sgd{.learning_rate = 1});
    BOOST_TEST(exported(model) == std::vector<double>(10, -3.0), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_epoch_has_an_order_of_its_own)
{
    // With this learning rate the bias becomes the target of each row in turn, at last of the last.
    using net = basic_network<double, input{1}, dense{1}>;
    aligned_buffer<double> targets(20);
    for (std::size_t i = 0; i < 20; ++i)
    {
        targets[i] = static_cast<double>(i);
    }
    const data_set<double> data(20, aligned_buffer<double>(20), std::move(targets));
    std::vector<double> last_rows;
    for (const int epochs : {1, 2, 3, 4, 5})
    {
        net model;
        fit(model, data, {.epochs = epochs, .batch = 1, .output = quiet}, mean_squared_error,
            sgd{.learning_rate = 0.5});
        last_rows.push_back(exported(model)[1]);
    }
    BOOST_TEST(std::ranges::count(last_rows, last_rows[0]) < 5);
}

BOOST_AUTO_TEST_CASE(each_step_drops_others)
{
    using namespace symbols;
    static constexpr auto output_itself = sum(prediction);
    basic_network<double, input{100}, dropout{0.5}> model;
    aligned_buffer<double> ones(1000);
    std::ranges::fill(ones, 1.0);
    const data_set<double> data(10, std::move(ones), aligned_buffer<double>(1000));
    const auto history =
        fit(model, data, {.epochs = 2, .batch = 10, .output = quiet}, output_itself, sgd{});
    BOOST_TEST(history[0].loss != history[1].loss);
}

BOOST_AUTO_TEST_CASE(a_schedule_is_a_factor_of_the_learning_rate)
{
    const auto data = quadrants<float>(100);
    const auto weights_after = [&](double rate, const auto& schedule)
    {
        net_of<float> net{seed{1}};
        fit(net, data, {.epochs = 2, .batch = 32, .schedule = schedule, .output = quiet},
            cross_entropy, sgd{.learning_rate = rate});
        return std::vector<float>(net.parameters().begin(), net.parameters().end());
    };
    const auto half = [](const schedule_position&) { return 0.5; };
    const auto none = [](const schedule_position&) { return 0.0; };
    const auto whole = [](const schedule_position&) { return 1.0; };
    BOOST_TEST((weights_after(0.5, half) == weights_after(0.25, whole)));
    BOOST_TEST((weights_after(0.5, half) != weights_after(0.5, whole)));
    const net_of<float> fresh{seed{1}};
    BOOST_TEST(std::ranges::equal(weights_after(0.5, none), fresh.parameters()));

    // It sees each step, the epochs and what they came to.
    std::vector<schedule_position> seen;
    weights_after(0.1,
                  [&](const schedule_position& at)
                  {
                      seen.push_back(at);
                      BOOST_TEST(at.history.size() == static_cast<std::size_t>(at.epoch));
                      return 1.0;
                  });
    BOOST_TEST(seen.size() == 8u);
    for (std::size_t i = 0; i < seen.size(); ++i)
    {
        BOOST_TEST(seen[i].step == static_cast<long>(i));
        BOOST_TEST(seen[i].steps == 8);
        BOOST_TEST(seen[i].epoch == static_cast<double>(i) / 4);
    }
}

BOOST_AUTO_TEST_CASE(patience_ends_training_with_the_best_weights)
{
    const auto training = quadrants<float>(60);
    const auto test = quadrants<float>(60, 2);
    net_of<float> net{seed{1}};
    // So large a rate that losses go up and down.
    const training_history history =
        fit(net, training,
            {.epochs = 400, .batch = 8, .validation = &test, .patience = 5, .output = quiet},
            cross_entropy, adam{.learning_rate = 0.1});
    BOOST_TEST(history.size() < 400u);
    const auto best = std::ranges::min_element(history, {}, [](const epoch_record& each)
                                               { return each.validation.loss; });
    BOOST_TEST((history.end() - best == 6));
    BOOST_TEST(evaluate(net, test, cross_entropy).loss == best->validation.loss);
}

BOOST_AUTO_TEST_CASE(the_network_gets_the_average_of_its_weights)
{
    const auto data = quadrants<float>(96);
    const auto weights_after = [&](int epochs, double average)
    {
        net_of<float> net{seed{1}};
        fit(net, data, {.epochs = epochs, .batch = 96, .average = average, .output = quiet},
            cross_entropy, sgd{.learning_rate = 0.5});
        return std::vector<float>(net.parameters().begin(), net.parameters().end());
    };
    // Each epoch is one step, and the weights themselves are those without an average.
    std::vector<float> expected = weights_after(1, 0);
    for (int epoch = 2; epoch <= 4; ++epoch)
    {
        const std::vector<float> weights = weights_after(epoch, 0);
        for (std::size_t i = 0; i < weights.size(); ++i)
            expected[i] = weights[i] + 0.75f * (expected[i] - weights[i]);
    }
    const std::vector<float> found = weights_after(4, 0.75);
    for (std::size_t i = 0; i < found.size(); ++i)
        BOOST_TEST(std::abs(found[i] - expected[i]) <= 1e-6f);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_trained_is_named)
{
    using options = training_options<float>;
    const auto data = quadrants<float>(10);
    const std::string limits = "ctgrad: training needs at least one row, a batch of at least 1 and "
                               "no negative number of epochs or steps";
    BOOST_TEST(message_of(options{.epochs = -1, .output = quiet}, data) == limits);
    BOOST_TEST(message_of(options{.batch = 0, .output = quiet}, data) == limits);
    BOOST_TEST(message_of(options{.batch = -5, .output = quiet}, data) == limits);
    const std::string patience =
        "ctgrad: patience is a number of epochs without a better validation loss, so it is not "
        "negative and needs a validation set";
    BOOST_TEST(message_of(options{.patience = 3, .output = quiet}, data) == patience);
    BOOST_TEST(message_of(options{.patience = -1, .output = quiet}, data) == patience);
    const std::string average =
        "ctgrad: the average of weights has a decay of at least 0 and below "
        "1, such as 0.999";
    BOOST_TEST(message_of(options{.average = 1, .output = quiet}, data) == average);
    BOOST_TEST(message_of(options{.average = -0.1, .output = quiet}, data) == average);

    data_set<float> empty;
    empty.input_size = 2;
    empty.target_size = 2;
    BOOST_TEST(message_of(options{.output = quiet}, empty) == limits);

    const data_set<float> wide(3, aligned_buffer<float>(9), aligned_buffer<float>(6));
    BOOST_TEST(message_of(options{.output = quiet}, wide) ==
               "ctgrad: the network has 2 inputs, but a row of the training set has 3");
    const data_set<float> one_target(3, aligned_buffer<float>(6), aligned_buffer<float>(3));
    BOOST_TEST(message_of(options{.output = quiet}, one_target) ==
               "ctgrad: the network has 2 outputs, but a row of the training set has 1");
    BOOST_TEST(message_of(options{.validation = &wide, .output = quiet}, data) ==
               "ctgrad: the network has 2 inputs, but a row of the validation set has 3");
}

BOOST_AUTO_TEST_CASE(quiet_training_prints_nothing_and_lines_are_one_for_each_epoch)
{
    BOOST_TEST(printed(progress_mode::quiet, 3) == "");
    const std::string lines = printed(progress_mode::lines, 3);
    BOOST_TEST(std::ranges::count(lines, '\n') == 3);
    BOOST_TEST(lines.starts_with("epoch 1/3  loss "));
    BOOST_TEST(lines.find("\nepoch 3/3  loss ") != std::string::npos);
    BOOST_TEST(lines.find("validation accuracy") != std::string::npos);
}
