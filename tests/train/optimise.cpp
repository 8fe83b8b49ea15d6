// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE optimise
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "../network/naive.hpp"

#include <ctgrad/train/optimise.hpp>

#include <cmath>
#include <functional>
#include <tuple>

using namespace ctgrad;

namespace
{

// One weight in double as the paper says, with its states.
struct naive_weight
{
    double weight = 0;
    double m = 0;
    double v = 0;
};

using naive_step = std::function<void(naive_weight&, double gradient, int step)>;

void naive_sgd(naive_weight& w, double g, int) { w.weight -= 0.3 * g; }

void naive_momentum(naive_weight& w, double g, int)
{
    w.m = 0.8 * w.m + g;
    w.weight -= 0.03 * w.m;
}

void naive_nesterov(naive_weight& w, double g, int)
{
    w.m = 0.8 * w.m + g;
    w.weight -= 0.03 * (g + 0.8 * w.m);
}

void naive_adagrad(naive_weight& w, double g, int)
{
    w.v += g * g;
    w.weight -= 0.03 * g / (std::sqrt(w.v) + 1e-3);
}

void naive_rmsprop(naive_weight& w, double g, int)
{
    w.v = 0.95 * w.v + 0.05 * g * g;
    w.weight -= 0.03 * g / (std::sqrt(w.v) + 1e-3);
}

void take_adam_moments(naive_weight& w, double g)
{
    w.m = 0.8 * w.m + 0.2 * g;
    w.v = 0.95 * w.v + 0.05 * g * g;
}

double adam_direction(const naive_weight& w, int step)
{
    const double m = w.m / (1 - std::pow(0.8, step));
    const double v = w.v / (1 - std::pow(0.95, step));
    return m / (std::sqrt(v) + 1e-3);
}

void naive_adam(naive_weight& w, double g, int step)
{
    take_adam_moments(w, g);
    w.weight -= 0.01 * adam_direction(w, step);
}

void naive_adamw(naive_weight& w, double g, int step)
{
    take_adam_moments(w, g);
    w.weight -= 0.01 * (adam_direction(w, step) + 0.1 * w.weight);
}

void naive_lion(naive_weight& w, double g, int)
{
    const double c = 0.9 * w.m + 0.1 * g;
    w.weight -= 0.01 * ((c > 0 ? 1 : c < 0 ? -1 : 0) + 0.1 * w.weight);
    w.m = 0.99 * w.m + 0.01 * g;
}

// Steps with gradients of all signs and sizes, some of them zero, on blocks of every tail length.
template <class T>
void check(const auto& optimiser, const naive_step& naive)
{
    for (const std::size_t size : {0u, 1u, 2u, 3u, 4u, 5u, 7u, 8u, 15u, 16u, 17u, 31u, 33u, 100u})
    {
        std::vector<T> weights = numbers_of<T>(size, -1, 1, 1);
        std::vector<naive_weight> expected(size);
        for (std::size_t i = 0; i < size; ++i)
        {
            expected[i].weight = static_cast<double>(weights[i]);
        }
        optimiser_state<std::remove_cvref_t<decltype(optimiser)>, T> state(optimiser, size);
        BOOST_TEST(state.steps() == 0);
        for (int step = 1; step <= 12; ++step)
        {
            std::vector<T> gradients = numbers_of<T>(size, -2, 2, static_cast<unsigned>(step));
            for (std::size_t i = 0; i < size; ++i)
            {
                gradients[i] = i % 5 == 4 ? T(0) : gradients[i];
                naive(expected[i], static_cast<double>(gradients[i]), step);
            }
            state.apply(weights, gradients);
            BOOST_TEST(state.steps() == step);
            BOOST_TEST((gradients == std::vector<T>(size)));
            // A few roundings a step of weights below 2, and of directions times the learning rate;
            // 1 - beta2^step loses a factor of 20 at first.
            const double tolerance =
                16.0 * step * static_cast<double>(std::numeric_limits<T>::epsilon());
            for (std::size_t i = 0; i < size; ++i)
            {
                BOOST_TEST(std::abs(static_cast<double>(weights[i]) - expected[i].weight) <=
                               tolerance,
                           "weight " << i << " of " << size << ", step " << step << ": "
                                     << weights[i] << " instead of " << expected[i].weight);
            }
        }
    }
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(sgd_is_as_published, T, element_types)
{
    check<T>(sgd{.learning_rate = 0.3}, naive_sgd);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(momentum_is_as_published, T, element_types)
{
    check<T>(momentum{.learning_rate = 0.03, .momentum = 0.8}, naive_momentum);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nesterov_is_as_published, T, element_types)
{
    check<T>(nesterov{.learning_rate = 0.03, .momentum = 0.8}, naive_nesterov);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(adagrad_is_as_published, T, element_types)
{
    check<T>(adagrad{.learning_rate = 0.03, .epsilon = 1e-3}, naive_adagrad);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(rmsprop_is_as_published, T, element_types)
{
    check<T>(rmsprop{.learning_rate = 0.03, .decay = 0.95, .epsilon = 1e-3}, naive_rmsprop);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(adam_is_as_published, T, element_types)
{
    check<T>(adam{.learning_rate = 0.01, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-3}, naive_adam);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(adamw_is_as_published, T, element_types)
{
    check<T>(adamw{.learning_rate = 0.01,
                   .beta1 = 0.8,
                   .beta2 = 0.95,
                   .epsilon = 1e-3,
                   .weight_decay = 0.1},
             naive_adamw);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_rule_of_a_user_is_as_published, T, element_types)
{
    using namespace symbols;
    check<T>(optimise_by<rules::lion>(learning_rate = 0.01, beta2 = 0.99, weight_decay = 0.1),
             naive_lion);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lion_is_as_published, T, element_types)
{
    check<T>(lion{.learning_rate = 0.01, .weight_decay = 0.1}, naive_lion);
}

// Two tensors, one of them of zeros: each has its own norms.
BOOST_AUTO_TEST_CASE_TEMPLATE(lamb_is_as_published, T, element_types)
{
    const std::vector<std::size_t> sizes{21, 16};
    std::vector<T> weights = numbers_of<T>(37, -1, 1, 1);
    std::fill(weights.begin() + 21, weights.end(), T(0));
    std::vector<naive_weight> expected(37);
    for (std::size_t i = 0; i < 37; ++i)
    {
        expected[i].weight = static_cast<double>(weights[i]);
    }
    optimiser_state<lamb, T> state(lamb{.learning_rate = 0.01,
                                        .beta1 = 0.8,
                                        .beta2 = 0.95,
                                        .epsilon = 1e-3,
                                        .weight_decay = 0.1},
                                   sizes);
    for (int step = 1; step <= 6; ++step)
    {
        std::vector<T> gradients = numbers_of<T>(37, -2, 2, static_cast<unsigned>(step));
        for (std::size_t first = 0, piece = 0; piece < 2; first += sizes[piece++])
        {
            double weight_square = 0;
            double direction_square = 0;
            std::vector<double> directions;
            for (std::size_t i = first; i < first + sizes[piece]; ++i)
            {
                take_adam_moments(expected[i], static_cast<double>(gradients[i]));
                directions.push_back(adam_direction(expected[i], step) + 0.1 * expected[i].weight);
                weight_square += expected[i].weight * expected[i].weight;
                direction_square += directions.back() * directions.back();
            }
            const double trust =
                weight_square > 0 ? std::sqrt(weight_square / direction_square) : 1;
            for (std::size_t i = 0; i < sizes[piece]; ++i)
            {
                expected[first + i].weight -= 0.01 * trust * directions[i];
            }
        }
        state.apply(weights, gradients);
        for (std::size_t i = 0; i < 37; ++i)
        {
            const double tolerance =
                16.0 * step * static_cast<double>(std::numeric_limits<T>::epsilon());
            BOOST_TEST(std::abs(static_cast<double>(weights[i]) - expected[i].weight) <= tolerance);
        }
    }
}

// The sum of the gradients of one tensor, and of the whole block.
BOOST_AUTO_TEST_CASE(a_rule_may_be_for_each_tensor)
{
    using namespace symbols;
    static constexpr auto summing = update(weight = weight + sum(dweight));
    const auto whole = optimise_by<summing>();
    const auto each = for_each_tensor(optimise_by<summing>());
    optimiser_state<std::remove_const_t<decltype(whole)>, float> at_once(whole, {2, 1});
    optimiser_state<std::remove_const_t<decltype(each)>, float> one_by_one(each, {2, 1});
    std::vector<float> weights(3);
    std::vector<float> gradients{1, 2, 4};
    at_once.apply(weights, gradients);
    BOOST_TEST((weights == std::vector<float>{7, 7, 7}));
    gradients = {1, 2, 4};
    one_by_one.apply(weights, gradients);
    BOOST_TEST((weights == std::vector<float>{10, 10, 11}));
}

BOOST_AUTO_TEST_CASE(settings_that_are_not_given_have_their_initial_values)
{
    std::vector<double> weights{1.0};
    std::vector<double> gradients{2.0};
    const auto chosen = optimise_by<rules::lion>();
    optimiser_state<std::remove_const_t<decltype(chosen)>, double> state(chosen, 1);
    state.apply(weights, gradients);
    BOOST_TEST(weights[0] == 1.0 - 1e-3 * (1 + 0.01), boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(the_defaults_are_those_of_the_papers)
{
    BOOST_TEST(adam{}.learning_rate == 1e-3);
    BOOST_TEST(adam{}.beta1 == 0.9);
    BOOST_TEST(adam{}.beta2 == 0.999);
    BOOST_TEST(adam{}.epsilon == 1e-8);
    BOOST_TEST(adamw{}.weight_decay == 0.01);
    BOOST_TEST(momentum{}.momentum == 0.9);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_first_step_of_adam_is_the_learning_rate, T, element_types)
{
    // Whatever the size of the gradient, also where its square is subnormal or nothing.
    std::vector<T> weights(6, T(0));
    std::vector<T> gradients{T(1e-3), T(-1e3), T(1e10), T(1), T(0), T(1e-30)};
    optimiser_state<adam, T> state(adam{.learning_rate = 0.5}, 6);
    state.apply(weights, gradients);
    // 1 - 0.999 keeps some 14 bits of a float, as estimates of a root and a quotient do; epsilon changes
    // the thousandth by 1e-5.
    const auto tolerance =
        boost::test_tools::tolerance(std::same_as<T, float> ? T(1.6e-4) : T(3e-5));
    BOOST_TEST(weights[0] == T(-0.5), tolerance);
    BOOST_TEST(weights[1] == T(0.5), tolerance);
    BOOST_TEST(weights[2] == T(-0.5), tolerance);
    BOOST_TEST(weights[3] == T(-0.5), tolerance);
    BOOST_TEST(weights[4] == T(0));
    BOOST_TEST((weights[5] <= 0 && weights[5] > T(-1e-20)));
}

BOOST_AUTO_TEST_CASE(the_step_is_counted_in_the_rule)
{
    using namespace symbols;
    static constexpr auto counting = update(weight = weight + step * dweight);
    const auto counter = optimise_by<counting>();
    optimiser_state<std::remove_const_t<decltype(counter)>, double> state(counter, 1);
    std::vector<double> weights{0.0};
    for (int i = 0; i < 4; ++i)
    {
        std::vector<double> gradients{1.0};
        state.apply(weights, gradients);
    }
    BOOST_TEST(weights[0] == 10.0);
}

BOOST_AUTO_TEST_CASE(a_formula_may_be_put_in_for_a_setting)
{
    using namespace symbols;
    static constexpr auto decaying =
        update(weight = (weight - learning_rate * dweight)(learning_rate = 0.5 / step));
    const auto chosen = optimise_by<decaying>();
    optimiser_state<std::remove_const_t<decltype(chosen)>, double> state(chosen, 1);
    std::vector<double> weights{0.0};
    for (int i = 0; i < 2; ++i)
    {
        std::vector<double> gradients{1.0};
        state.apply(weights, gradients);
    }
    BOOST_TEST(weights[0] == -0.75);
}

BOOST_AUTO_TEST_CASE(padding_stays_zero)
{
    using net = network<input{3}, dense{5}, tanh(variable<"x">{}), dense{33}, dense{1}>;
    const auto check_padding = [](const auto& optimiser)
    {
        net model{seed{1}};
        training_workspace<net> workspace;
        optimiser_state<std::remove_cvref_t<decltype(optimiser)>, float> state(
            optimiser, net::stored_tensor_sizes());
        const auto inputs = numbers_of<float>(7 * 3, -1, 1, 1);
        const auto targets = numbers_of<float>(7, -1, 1, 2);
        for (int step = 0; step < 5; ++step)
        {
            workspace.add_gradients<mean_squared_error>(model, {inputs.data(), 7, 3},
                                                        {targets.data(), 7, 1}, 0);
            state.apply(model.parameters(), workspace.gradients());
        }
        std::vector<float> values(static_cast<std::size_t>(net::parameter_count));
        model.export_parameters(values);
        net without_padding;
        std::fill(without_padding.parameters().begin(), without_padding.parameters().end(), 0.0f);
        without_padding.import_parameters(values);
        for (std::size_t i = 0; i < model.parameters().size(); ++i)
        {
            BOOST_TEST(model.parameters()[i] == without_padding.parameters()[i]);
        }
    };
    check_padding(sgd{});
    check_padding(momentum{});
    check_padding(nesterov{});
    check_padding(adagrad{});
    check_padding(rmsprop{});
    check_padding(adam{});
    check_padding(adamw{});
    check_padding(lion{});
    check_padding(lamb{});
}

BOOST_AUTO_TEST_CASE(blocks_of_another_size_are_named)
{
    optimiser_state<adam, float> state(adam{}, 8);
    std::vector<float> eight(8, 1.0f);
    std::vector<float> seven(7, 1.0f);
    const auto message = [&](std::vector<float>& weights, std::vector<float>& gradients)
    {
        try
        {
            state.apply(weights, gradients);
        }
        catch (const size_error& error)
        {
            return std::string(error.what());
        }
        return std::string();
    };
    BOOST_TEST(message(eight, seven) ==
               "ctgrad: the optimiser is for 8 weights, but has 8 weights and 7 gradients");
    BOOST_TEST(message(seven, seven) ==
               "ctgrad: the optimiser is for 8 weights, but has 7 weights and 7 gradients");
    BOOST_TEST(state.steps() == 0);
    BOOST_TEST(eight == std::vector<float>(8, 1.0f), boost::test_tools::per_element());
}
