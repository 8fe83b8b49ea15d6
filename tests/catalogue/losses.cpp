// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE losses
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/graph/print.hpp>
#include <ctgrad/network/workspace.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <random>
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

// Naively, in double, for random rows.
BOOST_AUTO_TEST_CASE_TEMPLATE(the_others_are_what_they_say, T, element_types)
{
    constexpr std::size_t size = 5;
    std::mt19937 engine(1);
    std::uniform_real_distribution<double> draw(-3, 3);
    for (int round = 0; round < 50; ++round)
    {
        std::array<T, size> p, t, one_hot{}, signs;
        for (std::size_t i = 0; i < size; ++i)
        {
            p[i] = static_cast<T>(draw(engine));
            t[i] = static_cast<T>(draw(engine));
            signs[i] = t[i] < 0 ? T(-1) : T(1);
        }
        const std::size_t wanted = static_cast<std::size_t>(round) % size;
        one_hot[wanted] = 1;
        double absolute = 0, of_huber = 0, of_cosh = 0, of_hinge = 0, all = 0;
        for (std::size_t i = 0; i < size; ++i)
        {
            const double d = double(p[i]) - double(t[i]);
            absolute += std::abs(d) / size;
            of_huber += (std::abs(d) < 1.5 ? d * d / 2 : 1.5 * (std::abs(d) - 0.75)) / size;
            of_cosh += std::log(std::cosh(d)) / size;
            of_hinge += std::max(0.0, 1 - double(p[i]) * double(signs[i])) / size;
            all += std::exp(double(p[i]));
        }
        const auto log_probability = [&](std::size_t i) { return double(p[i]) - std::log(all); };
        const double right = std::exp(log_probability(wanted));
        double smoothed = -0.8 * log_probability(wanted);
        for (std::size_t i = 0; i < size; ++i)
            smoothed -= 0.2 / size * log_probability(i);
        const double focal = -(1 - right) * (1 - right) * log_probability(wanted);
        const auto near = [](double found, double expected)
        { return std::abs(found - expected) <= 30 * rounding<T> * (1 + std::abs(expected)); };
        BOOST_TEST(near(take_loss<mean_absolute_error>(p, t).loss, absolute));
        BOOST_TEST(near(take_loss<huber_loss(1.5)>(p, t).loss, of_huber));
        BOOST_TEST(near(take_loss<log_cosh_error>(p, t).loss, of_cosh));
        BOOST_TEST(near(take_loss<hinge_loss>(p, signs).loss, of_hinge));
        BOOST_TEST(near(take_loss<smoothed_cross_entropy(0.2)>(p, one_hot).loss, smoothed));
        BOOST_TEST(near(take_loss<focal_loss(2.0)>(p, one_hot).loss, focal));
        BOOST_TEST(near(take_loss<kullback_leibler>(p, one_hot).loss, -log_probability(wanted)));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_distribution_has_no_divergence_from_itself, T, element_types)
{
    const std::array<T, 3> logits{T(0.5), T(-1), T(2)};
    std::array<T, 3> own;
    double sum = 0;
    for (const T logit : logits)
        sum += std::exp(double(logit));
    for (std::size_t i = 0; i < 3; ++i)
        own[i] = static_cast<T>(std::exp(double(logits[i])) / sum);
    BOOST_TEST(std::abs(take_loss<kullback_leibler>(logits, own).loss) <= 8 * rounding<T>);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(distances_of_extreme_numbers, T, element_types)
{
    // Neither overflow, nor NaN where a probability rounds to 1 or 0.
    const auto far = take_loss<log_cosh_error, T, 2>({T(1e4), T(-1e4)}, {0, 0});
    BOOST_TEST(far.loss == 1e4 - std::log(2.0), boost::test_tools::tolerance(2 * rounding<T>));
    BOOST_TEST((far.gradient == std::array<T, 2>{T(0.5), T(-0.5)}));
    const auto sure = take_loss<focal_loss(2.0), T, 2>({T(1e4), T(-1e4)}, {1, 0});
    BOOST_TEST(sure.loss == 0.0);
    BOOST_TEST((sure.gradient == std::array<T, 2>{0, 0}));
    const auto wrong = take_loss<focal_loss(2.0), T, 2>({T(1e4), T(-1e4)}, {0, 1});
    BOOST_TEST(wrong.loss == 2e4);
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
