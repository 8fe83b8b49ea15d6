// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE losses
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/graph/print.hpp>
#include <ctgrad/network/workspace.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

using namespace ctgrad;

namespace
{

using symbols::prediction;
using symbols::target;

static_assert(is_row_value<mean_squared_error>);
static_assert(is_row_value<cross_entropy>);
static_assert(is_row_value<binary_cross_entropy>);

template <class T, int Size>
struct loss_and_gradient
{
    double loss;
    std::array<T, Size> gradient;
};

// The loss of one row and its gradient by the prediction, which comes from biases alone.
template <auto Loss, class T, std::size_t Size>
auto take_loss(const std::array<T, Size>& predicted, const std::array<T, Size>& wanted)
{
    constexpr int size = static_cast<int>(Size);
    using net = basic_network<T, input{1}, dense{size, true, initialiser::zeros}>;
    net predictor;
    std::vector<T> parameters(2 * Size);
    std::copy_n(predicted.data(), Size, parameters.data() + Size);
    predictor.import_parameters(parameters);
    training_workspace<net> workspace;
    const T nothing = 0;
    const auto result = workspace.template add_gradients<Loss>(predictor, {&nothing, 1, 1},
                                                               {wanted.data(), 1, size}, 0);
    std::copy_n(workspace.gradients().data(), predictor.parameters().size(),
                predictor.parameters().data());
    predictor.export_parameters(parameters);
    loss_and_gradient<T, size> taken{result.loss, {}};
    std::copy_n(parameters.data() + Size, Size, taken.gradient.data());
    return taken;
}

template <class T>
constexpr double rounding = std::numeric_limits<T>::epsilon();

// -log(sigmoid(z)) for a right answer, as far as double goes.
double softplus_of(double z) { return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))); }

} // namespace

BOOST_AUTO_TEST_CASE(they_read_as_in_a_book)
{
    BOOST_TEST(to_string(cross_entropy) ==
               "sum(target) * logsumexp(prediction) - sum(target * prediction)");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(mean_squared_error_is_what_it_says, T, element_types)
{
    const auto taken = take_loss<mean_squared_error, T, 3>({T(1), T(2), T(4)}, {T(2), T(2), T(1)});
    BOOST_TEST(taken.loss == 10.0 / 3, boost::test_tools::tolerance(2 * rounding<T>));
    const std::array<double, 3> expected{-2.0 / 3, 0, 2};
    for (std::size_t i = 0; i < 3; ++i)
    {
        BOOST_TEST(taken.gradient[i] == expected[i], boost::test_tools::tolerance(4 * rounding<T>));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cross_entropy_is_minus_the_log_of_a_softmax, T, element_types)
{
    const std::array<T, 4> logits{T(0.5), T(-1), T(2), T(0.25)};
    const std::array<T, 4> wanted{T(0.25), T(0), T(0.5), T(0.25)};
    double sum = 0;
    for (const T logit : logits)
    {
        sum += std::exp(static_cast<double>(logit));
    }
    double loss = 0;
    for (std::size_t i = 0; i < 4; ++i)
    {
        loss -= wanted[i] * std::log(std::exp(static_cast<double>(logits[i])) / sum);
    }
    const auto taken = take_loss<cross_entropy>(logits, wanted);
    // A few roundings of numbers of at most 2.4; the loss is half of that.
    BOOST_TEST(taken.loss == loss, boost::test_tools::tolerance(16 * rounding<T>));
    for (std::size_t i = 0; i < 4; ++i)
    {
        const double softmax = std::exp(static_cast<double>(logits[i])) / sum;
        BOOST_TEST(std::abs(taken.gradient[i] - (softmax - wanted[i])) <= 8 * rounding<T>);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(binary_cross_entropy_is_minus_the_log_of_a_sigmoid, T, element_types)
{
    const std::array<T, 3> logits{T(0.5), T(-3), T(2)};
    const std::array<T, 3> wanted{T(1), T(0), T(0.25)};
    double loss = 0;
    for (std::size_t i = 0; i < 3; ++i)
    {
        const double z = logits[i];
        loss += (wanted[i] * softplus_of(-z) + (1 - wanted[i]) * softplus_of(z)) / 3;
    }
    const auto taken = take_loss<binary_cross_entropy>(logits, wanted);
    BOOST_TEST(taken.loss == loss, boost::test_tools::tolerance(16 * rounding<T>));
    for (std::size_t i = 0; i < 3; ++i)
    {
        const double sigmoid = 1 / (1 + std::exp(-static_cast<double>(logits[i])));
        BOOST_TEST(std::abs(taken.gradient[i] - (sigmoid - wanted[i]) / 3) <= 8 * rounding<T>);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cross_entropy_of_extreme_logits_is_exact, T, element_types)
{
    const std::array<T, 3> logits{T(1e4), T(-1e4), T(0)};
    const auto right = take_loss<cross_entropy, T, 3>(logits, {1, 0, 0});
    BOOST_TEST(right.loss == 0.0);
    BOOST_TEST((right.gradient == std::array<T, 3>{0, 0, 0}));

    const auto wrong = take_loss<cross_entropy, T, 3>(logits, {0, 1, 0});
    BOOST_TEST(wrong.loss == 2e4);
    BOOST_TEST((wrong.gradient == std::array<T, 3>{1, -1, 0}));

    const auto all_low = take_loss<cross_entropy, T, 2>({T(-1e4), T(-1e4)}, {1, 0});
    // The logarithm of the sum is rounded as a number of that size.
    BOOST_TEST(std::abs(all_low.loss - std::log(2.0)) <= 1e4 * rounding<T>);
    BOOST_TEST(std::abs(all_low.gradient[0] + 0.5) <= 0.5 * 1e4 * rounding<T>);
    BOOST_TEST(std::abs(all_low.gradient[1] - 0.5) <= 0.5 * 1e4 * rounding<T>);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(binary_cross_entropy_of_extreme_logits_is_exact, T, element_types)
{
    const std::array<T, 2> logits{T(1e4), T(-1e4)};
    const auto right = take_loss<binary_cross_entropy, T, 2>(logits, {1, 0});
    BOOST_TEST(right.loss == 0.0);
    BOOST_TEST((right.gradient == std::array<T, 2>{0, 0}));

    const auto wrong = take_loss<binary_cross_entropy, T, 2>(logits, {0, 1});
    BOOST_TEST(wrong.loss == 1e4);
    BOOST_TEST((wrong.gradient == std::array<T, 2>{T(0.5), T(-0.5)}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(small_losses_keep_their_digits, T, element_types)
{
    // log(1 + exp(-30)) is nothing like log(1 + 0).
    const auto one = take_loss<binary_cross_entropy, T, 1>({T(-30)}, {0});
    BOOST_TEST(one.loss == std::log1p(std::exp(-30.0)),
               boost::test_tools::tolerance(8 * rounding<T>));
    BOOST_TEST(one.gradient[0] == 1 / (1 + std::exp(30.0)),
               boost::test_tools::tolerance(8 * rounding<T>));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_prediction_that_is_no_number_gives_a_loss_that_is_none, T,
                              element_types)
{
    const T nan = std::numeric_limits<T>::quiet_NaN();
    BOOST_TEST(std::isnan(take_loss<mean_squared_error, T, 2>({nan, 1}, {1, 1}).loss));
    BOOST_TEST(std::isnan(take_loss<cross_entropy, T, 2>({nan, 1}, {1, 0}).loss));
    BOOST_TEST(std::isnan(take_loss<binary_cross_entropy, T, 2>({nan, 1}, {1, 0}).loss));
}

BOOST_AUTO_TEST_CASE(the_largest_output_counts_as_the_answer)
{
    using net = network<input{3}, flatten{}, tanh(variable<"x">{})>;
    const net predictor;
    training_workspace<net> workspace;
    const std::array<float, 6> inputs{1, 2, 3, 3, 2, 1};
    const std::array<float, 6> targets{0, 0, 1, 0, 0, 1};
    const batch_result result = workspace.add_gradients<cross_entropy>(
        predictor, {inputs.data(), 2, 3}, {targets.data(), 2, 3}, 0);
    BOOST_TEST(result.correct == 1);
    BOOST_TEST(result.rows == 2);
}
