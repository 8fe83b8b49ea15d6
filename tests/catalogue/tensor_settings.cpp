// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE tensor_settings
#include <boost/test/unit_test.hpp>

#include "../data/temporary_directory.hpp"
#include "../element_types.hpp"
#include "../network/naive.hpp"
#include "../train/every_runner.hpp"

#include <ctgrad/catalogue/penalties.hpp>
#include <ctgrad/catalogue/tensor_settings.hpp>
#include <ctgrad/train/fit.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace ctgrad;

namespace
{

using symbols::learning_rate;
using symbols::weight;

constexpr variable<"x"> x;

template <class T>
using net_of = basic_network<T, input{3}, dense{33}, x * sigmoid(parameter<"beta">{1.0} * x),
                             residual<dense{9}, tanh(x), dense{33}>{}, dense{2}>;

// Row 0 of a table of tensors, and so on: the tensor of each parameter.
template <class Network>
std::vector<parameter_tensor> tensor_of_each_parameter()
{
    std::vector<parameter_tensor> all;
    for (const parameter_tensor& tensor : Network::parameter_tensors())
    {
        all.insert(all.end(), static_cast<std::size_t>(tensor.rows * tensor.columns), tensor);
    }
    return all;
}

// A step of an optimiser with gradients of 1 for all parameters, from initial weights.
template <class T, class Optimiser>
std::vector<double> changes(const Optimiser& chosen, int steps = 1)
{
    using network = net_of<T>;
    network net{seed{1}};
    network ones{seed{1}};
    const auto count = static_cast<std::size_t>(network::parameter_count);
    const std::vector<T> one(count, T(1));
    optimiser_state<Optimiser, T> state(chosen, network::stored_tensor_sizes(),
                                        network::parameter_tensors());
    std::vector<T> before(count);
    std::vector<T> after(count);
    net.export_parameters(before);
    for (int i = 0; i < steps; ++i)
    {
        ones.import_parameters(one);
        state.apply(net.parameters(), ones.parameters());
    }
    net.export_parameters(after);
    std::vector<double> change(count);
    for (std::size_t i = 0; i < count; ++i)
    {
        change[i] = static_cast<double>(after[i]) - static_cast<double>(before[i]);
    }
    return change;
}

template <class T>
std::vector<double> initial_weights()
{
    const net_of<T> net{seed{1}};
    std::vector<T> values(static_cast<std::size_t>(net_of<T>::parameter_count));
    net.export_parameters(values);
    return {values.begin(), values.end()};
}

// Whether parameters change as a function of their tensor and initial value says.
template <class T>
void check(const std::vector<double>& change, const auto& expected, double of_step = 0)
{
    const auto tensors = tensor_of_each_parameter<net_of<T>>();
    const auto initial = initial_weights<T>();
    for (std::size_t i = 0; i < change.size(); ++i)
    {
        // A few roundings of numbers below 4, and what a step may be wrong by.
        BOOST_TEST(std::abs(change[i] - expected(tensors[i], initial[i])) <
                   16 * static_cast<double>(std::numeric_limits<T>::epsilon()) + of_step);
    }
}

template <class T>
data_set<T> some_data(std::size_t rows)
{
    aligned_buffer<T> inputs(rows * 3);
    std::ranges::copy(numbers_of<T>(rows * 3, -1, 1, 1), inputs.begin());
    std::vector<int> labels(rows);
    for (std::size_t row = 0; row < rows; ++row)
    {
        labels[row] = static_cast<int>(row % 2);
    }
    return {std::move(inputs), std::move(labels), 2};
}

template <class T, class Optimiser, class Runner = one_thread>
std::vector<T> trained(const Optimiser& chosen, Runner&& runner = {})
{
    net_of<T> net{seed{1}};
    fit(net, some_data<T>(150),
        {.epochs = 2, .batch = 70, .output = {.mode = progress_mode::quiet}}, cross_entropy, chosen,
        runner);
    return {net.parameters().begin(), net.parameters().end()};
}

constexpr auto first_layer = [](const parameter_tensor& tensor) { return tensor.layer == 0; };

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(tensors_have_settings_of_their_own, T, element_types)
{
    const auto chosen =
        settings_by_tensor(sgd{.learning_rate = 0.5}, [](const parameter_tensor& tensor)
                           { return list(learning_rate = tensor.layer * 0.25); });
    check<T>(changes<T>(chosen),
             [](const parameter_tensor& tensor, double) { return -0.25 * tensor.layer; });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(weights_decay_and_biases_do_not, T, element_types)
{
    // The first step of Adam has the length of the learning rate, in float to 2e-4 of it.
    constexpr double of_step = 0.5 * 2e-4;
    constexpr adamw with_decay{.learning_rate = 0.5, .epsilon = 0, .weight_decay = 0.25};
    const auto on_weights = [](const parameter_tensor& tensor, double w)
    { return -0.5 * (1 + (is_weight(tensor) ? 0.25 * w : 0)); };
    check<T>(changes<T>(decay_only(with_decay, is_weight)), on_weights, of_step);
    constexpr auto clipped = with_gradient<clamp(symbols::dweight, -2, 2)>(with_decay);
    check<T>(changes<T>(decay_only(clipped, is_weight)), on_weights, of_step);
    const auto on_all = [](const parameter_tensor&, double w) { return -0.5 * (1 + 0.25 * w); };
    check<T>(changes<T>(with_decay), on_all, of_step);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(penalties_are_of_some_tensors, T, element_types)
{
    constexpr sgd plain{.learning_rate = 0.5};
    const auto sign = [](double w) { return (w > 0) - (w < 0); };
    check<T>(changes<T>(penalise<0.25 * square(weight)>(plain, is_weight)),
             [](const parameter_tensor& tensor, double w)
             { return -0.5 * (1 + (is_weight(tensor) ? 0.5 * w : 0)); });
    // Two penalties, one of the layer that is inside another and by a share.
    const auto by_half = [](const parameter_tensor& tensor) { return tensor.layer == 2 ? 0.5 : 0; };
    const auto both =
        penalise<0.5 * square(weight)>(penalise<0.25 * abs(weight)>(plain, first_layer), by_half);
    check<T>(changes<T>(both),
             [&](const parameter_tensor& tensor, double w)
             {
                 return -0.5 * (1 + (tensor.layer == 0 ? 0.25 * sign(w) : 0) +
                                (tensor.layer == 2 ? 0.5 * w : 0));
             });
    // Around it another wrapper.
    check<T>(changes<T>(with_gradient<-symbols::dweight>(
                 penalise<0.5 * square(weight)>(plain, first_layer))),
             [](const parameter_tensor& tensor, double w)
             { return -0.5 * (-1 + (tensor.layer == 0 ? w : 0)); });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(schedules_and_steps_reach_all_tensors, T, element_types)
{
    const auto chosen = settings_by_tensor(sgd{.learning_rate = 0.5}, [](const auto& tensor)
                                           { return list(learning_rate = tensor.layer * 0.25); });
    using state_type = optimiser_state<std::remove_const_t<decltype(chosen)>, T>;
    state_type state(chosen, {1, 1},
                     std::array{parameter_tensor{.layer = 1}, parameter_tensor{.layer = 2}});
    std::vector<T> weights{0, 0};
    std::vector<T> gradients{1, 1};
    state.scale_learning_rate(2);
    state.apply(weights, gradients);
    BOOST_TEST((weights == std::vector<T>{T(-0.5), T(-1)}));
    BOOST_TEST(state.learning_rate() == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(norms_of_tensors_go_with_it, T, element_types)
{
    // Each tensor of 1s, scaled to the norm 1; of the first layer to half of that.
    const auto chosen =
        settings_by_tensor(for_each_tensor(with_gradient<symbols::dweight / norm(symbols::dweight)>(
                               sgd{.learning_rate = 1})),
                           [](const parameter_tensor& tensor)
                           { return list(learning_rate = tensor.layer == 0 ? 0.5 : 1.0); });
    check<T>(changes<T>(chosen), [](const parameter_tensor& tensor, double)
             { return -(tensor.layer == 0 ? 0.5 : 1) / std::sqrt(tensor.rows * tensor.columns); });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(training_is_the_same_where_settings_are, T, element_types)
{
    constexpr adamw chosen{.learning_rate = 0.01, .weight_decay = 0.1};
    const auto all = decay_only(chosen, [](const parameter_tensor&) { return true; });
    BOOST_TEST((trained<T>(all) == trained<T>(chosen)));
    const auto some = decay_only(chosen, is_weight);
    BOOST_TEST((trained<T>(some) != trained<T>(chosen)));
    const auto once = trained<T>(some, backwards_runner{});
    BOOST_TEST((trained<T>(some, standard_threads{2}) == once));
    BOOST_TEST((trained<T>(all, backwards_runner{}) == trained<T>(chosen, backwards_runner{})));
}

BOOST_AUTO_TEST_CASE(a_layer_may_stay_as_it_is)
{
    const auto frozen =
        settings_by_tensor(adam{}, [](const parameter_tensor& tensor)
                           { return list(learning_rate = first_layer(tensor) ? 0.0 : 0.01); });
    const auto after = trained<float>(frozen);
    const net_of<float> before{seed{1}};
    const std::size_t own =
        net_of<float>::stored_tensor_sizes()[0] + net_of<float>::stored_tensor_sizes()[1];
    BOOST_TEST(std::ranges::equal(std::span(after).first(own), before.parameters().first(own)));
    BOOST_TEST(
        !std::ranges::equal(std::span(after).subspan(own), before.parameters().subspan(own)));
}

BOOST_AUTO_TEST_CASE(tensors_that_are_not_given_are_named)
{
    const auto chosen = decay_only(adamw{}, is_weight);
    using state_type = optimiser_state<std::remove_const_t<decltype(chosen)>, float>;
    BOOST_TEST(message_of<size_error>([&] { state_type(chosen, 10); }) ==
               "ctgrad: the optimiser's settings depend on the tensor: it needs the network's "
               "parameter_tensors() beside stored_tensor_sizes(), but has 0 tensors and 1 sizes");
}
