// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE evaluate
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "../network/naive.hpp"

#include <ctgrad/train/evaluate.hpp>

#include <cmath>
#include <tuple>

using namespace ctgrad;

namespace
{

using symbols::prediction;
using symbols::target;

constexpr variable<"x"> x;
constexpr auto difference = prediction - target;
constexpr auto huber =
    mean(where(abs(difference) < 0.5, square(difference), abs(difference) - 0.25));

template <class T>
using net_of = basic_network<T, input{3}, dense{9}, tanh(x), dropout{0.9}, dense{2}>;

template <class T>
data_set<T> some_data(std::size_t rows)
{
    aligned_buffer<T> inputs(rows * 3);
    aligned_buffer<T> targets(rows * 2);
    std::ranges::copy(numbers_of<T>(rows * 3, -1, 1, 1), inputs.begin());
    std::ranges::copy(numbers_of<T>(rows * 2, -1, 1, 2), targets.begin());
    return {static_cast<std::ptrdiff_t>(rows), std::move(inputs), std::move(targets)};
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(it_is_the_mean_over_all_rows_without_dropout, T, element_types)
{
    const net_of<T> net{seed{1}};
    for (const std::size_t rows : {1u, 63u, 64u, 65u, 200u})
    {
        const data_set<T> data = some_data<T>(rows);
        double squares = 0;
        double hubers = 0;
        double right = 0;
        for (std::size_t row = 0; row < rows; ++row)
        {
            const auto output = net.predict(std::span(data.inputs.data() + 3 * row, 3));
            const T* const wanted = data.targets.data() + 2 * row;
            for (std::size_t i = 0; i < 2; ++i)
            {
                const double apart = std::abs(static_cast<double>(output[i] - wanted[i]));
                squares += apart * apart / 2;
                hubers += (apart < 0.5 ? apart * apart : apart - 0.25) / 2;
            }
            right += (output[0] < output[1]) == (wanted[0] < wanted[1]) ? 1 : 0;
        }
        // Rounding of a few operations for each row; the sum over rows is in double.
        const auto tolerance = boost::test_tools::tolerance(
            16 * static_cast<double>(std::numeric_limits<T>::epsilon()));
        const auto count = static_cast<double>(rows);
        const evaluation found = evaluate(net, data, mean_squared_error);
        BOOST_TEST(found.loss == squares / count, tolerance);
        BOOST_TEST(found.accuracy == right / count, tolerance);
        BOOST_TEST(evaluate(net, data, loss<huber>).loss == hubers / count, tolerance);
        BOOST_TEST(evaluate(net, data, loss<mean_squared_error>).loss == found.loss);
    }
}

BOOST_AUTO_TEST_CASE(the_loss_is_that_of_training_without_dropout)
{
    using net = basic_network<double, input{3}, dense{9}, tanh(x), dense{2}>;
    const net model{seed{1}};
    const data_set<double> data = some_data<double>(150);
    training_workspace<net> workspace;
    const batch_result trained =
        workspace.add_gradients<cross_entropy>(model, data.input_view(), data.target_view(), 0);
    const evaluation found = evaluate(model, data, cross_entropy);
    // Both are small differences of numbers around 1, summed in another order.
    BOOST_TEST(std::abs(found.loss - trained.loss) <= 1e-14);
    BOOST_TEST(found.accuracy == static_cast<double>(trained.correct) / 150);
}

BOOST_AUTO_TEST_CASE(no_rows_cost_nothing)
{
    const net_of<float> net;
    data_set<float> data;
    data.input_size = 3;
    data.target_size = 2;
    const evaluation found = evaluate(net, data, mean_squared_error);
    BOOST_TEST(found.loss == 0.0);
    BOOST_TEST(std::isnan(found.accuracy));
}

// The one output is the largest of one; that says nothing.
BOOST_AUTO_TEST_CASE(one_output_has_no_accuracy)
{
    const basic_network<float, input{3}, dense{1}> net{seed{1}};
    const data_set<float> data(40, aligned_buffer<float>(120), aligned_buffer<float>(40));
    const evaluation found = evaluate(net, data, mean_squared_error);
    BOOST_TEST(std::isfinite(found.loss));
    BOOST_TEST(std::isnan(found.accuracy));
}

BOOST_AUTO_TEST_CASE(data_that_do_not_fit_are_named)
{
    const data_set<float> data = some_data<float>(4);
    const auto message = [&](const auto& net) -> std::string
    {
        try
        {
            evaluate(net, data, mean_squared_error);
        }
        catch (const data_error& error)
        {
            return error.what();
        }
        return "";
    };
    BOOST_TEST(message(network<input{4}, dense{2}>{}) ==
               "ctgrad: the network has 4 inputs, but a row of the data set has 3");
    BOOST_TEST(message(network<input{3}, dense{1}>{}) ==
               "ctgrad: the network has 1 outputs, but a row of the data set has 2");
}
