// SPDX-License-Identifier: BSL-1.0
// With several threads: whatever runs the tasks, in whatever order, the bits are the same.
#define BOOST_TEST_MODULE training_step
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "../network/naive.hpp"
#include "every_runner.hpp"

#include <ctgrad/catalogue/penalties.hpp>
#include <ctgrad/train/fit.hpp>

#include <tuple>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr auto learnable_swish = x * sigmoid(parameter<"beta">{1.0} * x);

template <class T>
using net_of = basic_network<T, input{40}, dense{70}, learnable_swish, dropout{0.3}, dense{33},
                             tanh(x), dense{3}>;

template <class T>
using net_without_dropout = basic_network<T, input{40}, dense{70}, learnable_swish, dense{3}>;

// Whose updates may be cut into ranges.
static_assert(optimiser_state<sgd, float>::is_for_each_weight);
static_assert(optimiser_state<adamw, float>::is_for_each_weight);
static_assert(!optimiser_state<lamb, float>::is_for_each_weight);
constexpr auto clipped = with_gradient<symbols::dweight / (1 + norm(symbols::dweight))>(adam{});
static_assert(!optimiser_state<std::remove_const_t<decltype(clipped)>, float>::is_for_each_weight);

const progress_options quiet{.mode = progress_mode::quiet};

template <class T>
data_set<T> some_data(std::size_t rows)
{
    aligned_buffer<T> inputs(rows * 40);
    std::ranges::copy(numbers_of<T>(rows * 40, -1, 1, 1), inputs.begin());
    std::vector<int> labels(rows);
    for (std::size_t row = 0; row < rows; ++row)
    {
        labels[row] = static_cast<int>(row * row % 3);
    }
    return {std::move(inputs), std::move(labels), 3};
}

// The parameters behind a training, and what its last epoch came to.
template <class T>
struct outcome
{
    std::vector<T> parameters;
    double loss;
    double accuracy;
    evaluation validation;

    bool operator==(const outcome& other) const
    {
        return parameters == other.parameters && loss == other.loss && accuracy == other.accuracy &&
               validation.loss == other.validation.loss &&
               validation.accuracy == other.validation.accuracy;
    }
};

template <class Network, class T>
outcome<T> trained(const data_set<T>& data, int batch, const auto& optimiser, auto&& runner)
{
    Network net{seed{1}};
    const epoch_record last =
        fit(net, data, {.epochs = 2, .batch = batch, .validation = &data, .output = quiet},
            cross_entropy, optimiser, runner)
            .back();
    return {{net.parameters().begin(), net.parameters().end()},
            last.loss,
            last.accuracy,
            last.validation};
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(any_order_and_number_of_threads_gives_the_same_bits, T, element_types)
{
    const auto check = [](const data_set<T>& data, int batch, const auto& optimiser)
    {
        const outcome<T> once = trained<net_of<T>>(data, batch, optimiser, backwards_runner{});
        for (const int count : {1, 2, 3, 8})
        {
            BOOST_TEST(
                (trained<net_of<T>>(data, batch, optimiser, standard_threads{count}) == once));
        }
        return once;
    };
    // A last batch of 1, of 52 and of 130 rows; one, two and three parts.
    const data_set<T> data = some_data<T>(441);
    check(data, 44, adam{});
    const outcome<T> by_adam = check(data, 389, adam{});
    check(data, 311, sgd{});
    // Norms of the whole block and of each tensor.
    check(data, 256, clipped);
    BOOST_TEST(!(check(data, 389, lamb{}) == by_adam));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(parts_change_only_rounding, T, element_types)
{
    // Steps of gradient descent, so that a difference of gradients stays as small as it is; and no
    // dropout, which draws anew for each part.
    const data_set<T> data = some_data<T>(700);
    for (const int batch : {63, 64, 200, 383, 384, 700})
    {
        const outcome<T> alone = trained<net_without_dropout<T>>(data, batch, sgd{}, one_thread{});
        const outcome<T> shared =
            trained<net_without_dropout<T>>(data, batch, sgd{}, backwards_runner{});
        BOOST_TEST((shared == alone) == (batch == 63));
        // Sums of up to 700 numbers below 1 are rounded in another order.
        const double tolerance = 700 * static_cast<double>(std::numeric_limits<T>::epsilon());
        for (std::size_t i = 0; i < alone.parameters.size(); ++i)
        {
            BOOST_TEST(std::abs(static_cast<double>(shared.parameters[i] - alone.parameters[i])) <=
                       tolerance);
        }
        BOOST_TEST(std::abs(shared.loss - alone.loss) <= tolerance);
    }
}

BOOST_AUTO_TEST_CASE(batches_of_any_size_may_follow_each_other)
{
    // 383 rows are two parts, larger than the three of the batch it was made for.
    const data_set<float> data = some_data<float>(400);
    net_of<float> net;
    backwards_runner runner;
    training_step<net_of<float>, adam, backwards_runner> step(runner, adam{}, 400);
    const shuffled_order order(400, {});
    for (const std::size_t rows : {400u, 383u, 1u, 64u, 384u})
    {
        const batch_result result =
            step.run<cross_entropy>(net, data, order.indices().first(rows), 1);
        BOOST_TEST(result.rows == static_cast<std::ptrdiff_t>(rows));
        BOOST_TEST((result.loss > 0 && result.loss < 3));
    }
    BOOST_TEST(step.steps() == 5);
}

BOOST_AUTO_TEST_CASE(denormals_are_flushed_for_all)
{
    // The gradient of the only weight is a denormal number, and the learning rate makes it count.
    static constexpr auto scaled = sum(1e-39 * symbols::prediction);
    using net = network<input{1}, dense{1, false}>;
    aligned_buffer<float> ones(128);
    std::ranges::fill(ones, 1.0f);
    const data_set<float> data(128, std::move(ones), aligned_buffer<float>(128));
    const auto weight_after = [&](auto&& runner)
    {
        net model{seed{1}};
        fit(model, data, {.epochs = 1, .batch = 128, .output = quiet}, loss<scaled>,
            sgd{.learning_rate = 1e38}, runner);
        return model.parameters()[0];
    };
    const float before = net{seed{1}}.parameters()[0];
    BOOST_TEST((weight_after(one_thread{}) == before) == flush_denormals::supported);
    BOOST_TEST((weight_after(standard_threads{2}) == before) == flush_denormals::supported);
}
