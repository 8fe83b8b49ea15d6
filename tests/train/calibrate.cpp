// SPDX-License-Identifier: BSL-1.0
// What batch normalisation takes in inference.
#define BOOST_TEST_MODULE calibrate
#include <boost/test/unit_test.hpp>

#include "../data/temporary_directory.hpp"
#include "../element_types.hpp"
#include "quadrants.hpp"

#include <ctgrad/train/fit.hpp>

#include <cmath>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;

const progress_options quiet{.mode = progress_mode::quiet};

template <class T, input In, auto... Layers>
using net_of = basic_network<T, In, Layers..., dense{2}>;

template <class T>
data_set<T> some_data(std::size_t rows, std::size_t inputs)
{
    aligned_buffer<T> in(rows * inputs), out(rows * 2);
    std::ranges::copy(numbers_of<T>(rows * inputs, -1, 3, 1), in.begin());
    std::ranges::copy(numbers_of<T>(rows * 2, 0, 1, 2), out.begin());
    return {static_cast<std::ptrdiff_t>(rows), std::move(in), std::move(out)};
}

/// One batch, of sequences of so many steps: inference then does what training did with it.
template <class Network>
void check_one_batch(std::size_t rows = 100, std::size_t steps = 1)
{
    using T = typename Network::value_type;
    const data_set<T> data =
        some_data<T>(rows, steps * static_cast<std::size_t>(Network::input_size));
    Network net{seed{1}};
    training_workspace<Network> workspace;
    const double expected = workspace
                                .template add_gradients<mean_squared_error>(net, data.input_view(),
                                                                            data.target_view(), 0)
                                .loss;
    const double most = std::same_as<T, float> ? 1e-5 : 1e-13;
    BOOST_TEST(std::abs(evaluate(net, data, mean_squared_error).loss - expected) > 1e-3);
    calibrate(net, data);
    BOOST_TEST(std::abs(evaluate(net, data, mean_squared_error).loss - expected) < most);
}

/// Changes nothing, and counts how often rows go through it.
template <class T, shape In>
struct counter_implementation : without_parameters<T>
{
    static constexpr shape output = In;
    static constexpr bool in_place = true;
    static constexpr int kept = 0;

    static inline int forward_passes = 0;
    static inline int backward_passes = 0;

    static void infer(const T*, T*, std::ptrdiff_t) {}
    static void forward(const T*, T*, T*, std::ptrdiff_t, pass_context) { ++forward_passes; }
    static void backward(const T*, const T*, T*, T*, std::ptrdiff_t) { ++backward_passes; }
};

struct counter
{
    static constexpr std::string_view name = "counter";

    template <class T, auto Layer, shape In, auto Next>
    using implementation = counter_implementation<T, In>;
};

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(inference_does_what_training_did, T, element_types)
{
    check_one_batch<net_of<T, input{3}, dense{5}, batch_norm{}, tanh(x)>>();
    check_one_batch<net_of<T, input{2}, batch_norm{}, dense{7}, batch_norm{}>>();
    check_one_batch<
        net_of<T, input{2, 3, 4}, batch_norm{}, conv2d{.filters = 3}, batch_norm{}, flatten{}>>();
    check_one_batch<net_of<T, input{3}, residual<dense{3}, batch_norm{}, tanh(x), dense{3}>{},
                           add_up<chain<batch_norm{}, dense{2}>{}, dense{2}>{}>>();
}

// 32 sequences at once are all there are.
BOOST_AUTO_TEST_CASE_TEMPLATE(inference_of_sequences_does_what_training_did, T, element_types)
{
    check_one_batch<net_of<T, input{3}, simple_recurrent{.units = 5}, batch_norm{},
                           simple_recurrent{.units = 4}>>(30, 6);
    check_one_batch<
        net_of<T, input{3}, batch_norm{}, lstm{.units = 5}, residual<dense{5}, batch_norm{}>{}>>(32,
                                                                                                 4);
}

BOOST_AUTO_TEST_CASE(rows_only_go_forward)
{
    using counted = counter_implementation<float, shape(3)>;
    using rows = net_of<float, input{3}, dense{3}, counter{}, batch_norm{}>;
    using sequences =
        net_of<float, input{3}, simple_recurrent{.units = 3}, counter{}, batch_norm{}>;
    rows of_rows{seed{1}};
    calibrate(of_rows, some_data<float>(300, 3));
    BOOST_TEST(counted::forward_passes == 3);
    sequences of_sequences{seed{1}};
    calibrate(of_sequences, some_data<float>(70, 3 * 4));
    BOOST_TEST(counted::forward_passes == 6);
    BOOST_TEST(counted::backward_passes == 0);
}

// Of several parts the means of their statistics, each weighted by its rows.
BOOST_AUTO_TEST_CASE(statistics_are_means_over_batches)
{
    using net_type = basic_network<double, input{2}, batch_norm{}>;
    const data_set<double> data = some_data<double>(300, 2);
    net_type net;
    calibrate(net, data, 200);
    std::vector<double> values(8);
    net.export_parameters(values);
    for (std::size_t k = 0; k < 2; ++k)
    {
        double mean = 0, variance = 0;
        for (const auto& [first, count] :
             {std::pair<std::size_t, std::size_t>{0, 128}, {128, 72}, {200, 100}})
        {
            double sum = 0, squares = 0;
            for (std::size_t row = first; row < first + count; ++row)
                sum += data.inputs[2 * row + k] / static_cast<double>(count);
            for (std::size_t row = first; row < first + count; ++row)
                squares += std::pow(data.inputs[2 * row + k] - sum, 2);
            mean += sum * static_cast<double>(count) / 300;
            variance += squares / 300;
        }
        BOOST_TEST(std::abs(values[2 + k] - mean) < 1e-14);
        BOOST_TEST(std::abs(values[4 + k] - variance) < 1e-14);
    }
}

BOOST_AUTO_TEST_CASE(fit_calibrates_what_it_validates_and_returns)
{
    using net_type = basic_network<float, input{2}, dense{16}, batch_norm{}, tanh(x), dense{2}>;
    const data_set<float> training = quadrants<float>(500);
    const data_set<float> test = quadrants<float>(200, 2);
    for (const double average : {0.0, 0.9})
    {
        net_type net{seed{1}};
        const training_history history = fit(
            net, training, {.epochs = 20, .validation = &test, .average = average, .output = quiet},
            cross_entropy, adam{.learning_rate = 0.02});
        const evaluation found = evaluate(net, test, cross_entropy);
        BOOST_TEST(found.accuracy > 0.9);
        BOOST_TEST(found.loss == history.back().validation.loss);
    }
}

// Statistics have no gradients, but what shrinks weights shrinks them: found anew, they do not matter.
BOOST_AUTO_TEST_CASE(statistics_do_not_depend_on_the_optimiser)
{
    using net_type = basic_network<double, input{2}, batch_norm{}, dense{2}>;
    const data_set<double> training = quadrants<double>(120);
    const auto statistics = [&](const auto& optimiser)
    {
        net_type net{seed{1}};
        fit(net, training, {.epochs = 2, .output = quiet}, cross_entropy, optimiser);
        std::vector<double> values(net_type::parameter_count);
        net.export_parameters(values);
        return std::vector<double>(values.begin() + 2, values.begin() + 6);
    };
    BOOST_TEST(statistics(sgd{}) == statistics(adamw{.weight_decay = 0.1}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_checkpoint_goes_on_to_the_same_bits)
{
    using net_type = basic_network<float, input{2}, dense{8}, batch_norm{}, tanh(x), dense{2}>;
    const temporary_directory directory;
    const data_set<float> training = quadrants<float>(100);
    const auto train_to = [&](net_type& net, int epochs, const std::filesystem::path& path)
    {
        fit(net, training,
            {.epochs = epochs, .batch = 16, .average = 0.9, .output = quiet, .checkpoint = path},
            cross_entropy, adam{});
    };
    net_type at_once{seed{1}}, first{seed{1}}, second{seed{2}};
    train_to(at_once, 4, {});
    train_to(first, 2, directory.path("training"));
    train_to(second, 4, directory.path("training"));
    BOOST_TEST(second.parameters() == at_once.parameters(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(networks_without_statistics_stay_as_they_are)
{
    static_assert(!detail::needs_calibration<net_of<float, input{2}, residual<dense{2}>{}>>);
    static_assert(detail::needs_calibration<net_of<float, input{2}, batch_norm{}>>);
    static_assert(
        detail::needs_calibration<net_of<float, input{2}, residual<add_up<batch_norm{}>{}>{}>>);
    net_of<float, input{2}, dense{3}> net{seed{1}};
    const auto before = net;
    calibrate(net, some_data<float>(10, 2));
    BOOST_TEST(net.parameters() == before.parameters(), boost::test_tools::per_element());
}
