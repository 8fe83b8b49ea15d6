// SPDX-License-Identifier: BSL-1.0
// Gradients of losses, through a network, against finite differences.
#define BOOST_TEST_MODULE loss_gradients
#include <boost/test/unit_test.hpp>

#include "../network/gradients.hpp"

using namespace ctgrad;

namespace
{

using symbols::prediction;
using symbols::target;

constexpr auto difference = prediction - target;

template <int Outputs>
using problem_for = learning_problem<
    basic_network<double, input{3}, dense{5}, tanh(variable<"x">{}), dense{Outputs}>>;

template <auto Loss, int Outputs>
void check_width(const auto& set_targets)
{
    for (const std::ptrdiff_t rows : {1, 6, 130})
    {
        problem_for<Outputs> problem(rows);
        set_targets(problem.targets, rows, Outputs);
        const std::string wrong = problem.template wrong_gradients<Loss>();
        BOOST_TEST(wrong.empty(), rows << " rows of " << Outputs << ": " << wrong);
    }
}

// Rows shorter than a vector, and longer.
template <auto Loss>
void check(const auto& set_targets)
{
    check_width<Loss, 1>(set_targets);
    check_width<Loss, 3>(set_targets);
    check_width<Loss, 9>(set_targets);
}

// The targets as they are: numbers in [0, 1).
constexpr auto any = [](const std::vector<double>&, std::ptrdiff_t, int) {};

constexpr auto one_hot_rows = [](std::vector<double>& targets, std::ptrdiff_t rows, int columns)
{
    std::fill(targets.begin(), targets.end(), 0.0);
    for (std::ptrdiff_t row = 0; row < rows; ++row)
    {
        targets[static_cast<std::size_t>(row * columns + row % columns)] = 1;
    }
};

constexpr auto soft = [](std::vector<double>& targets, std::ptrdiff_t rows, int columns)
{ targets = probabilities(rows, columns, 7); };

} // namespace

BOOST_AUTO_TEST_CASE(squared_error) { check<mean_squared_error>(any); }

BOOST_AUTO_TEST_CASE(distances)
{
    // Not around the kink.
    check<mean_absolute_error>(
        [](std::vector<double>& targets, std::ptrdiff_t, int)
        { std::ranges::for_each(targets, [](double& t) { t = t < 0.5 ? -9 : 9; }); });
    check<huber_loss(0.5)>(any);
    check<log_cosh_error>(any);
}

BOOST_AUTO_TEST_CASE(margins)
{
    check<hinge_loss>([](std::vector<double>& targets, std::ptrdiff_t, int)
                      { std::ranges::for_each(targets, [](double& t) { t = t < 0.5 ? -1 : 1; }); });
}

BOOST_AUTO_TEST_CASE(relatives_of_cross_entropy)
{
    check<smoothed_cross_entropy(0.1)>(one_hot_rows);
    check<smoothed_cross_entropy(0.3)>(soft);
    check_width<focal_loss(2.0), 3>(one_hot_rows);
    check_width<focal_loss(1.5), 9>(soft);
    check<kullback_leibler>(one_hot_rows);
    check<kullback_leibler>(soft);
}

BOOST_AUTO_TEST_CASE(cross_entropy_of_classes) { check<cross_entropy>(one_hot_rows); }

BOOST_AUTO_TEST_CASE(cross_entropy_of_probabilities) { check<cross_entropy>(soft); }

BOOST_AUTO_TEST_CASE(cross_entropy_of_targets_that_are_no_probabilities)
{
    check<cross_entropy>(any);
}

BOOST_AUTO_TEST_CASE(binary_cross_entropy_of_answers_and_of_probabilities)
{
    check<binary_cross_entropy>(one_hot_rows);
    check<binary_cross_entropy>(any);
}

BOOST_AUTO_TEST_CASE(a_loss_with_numbers_of_its_own)
{
    constexpr auto pseudo_huber = mean(0.25 * (sqrt(1 + square(difference / 0.5)) - 1));
    check<pseudo_huber>(any);
}

BOOST_AUTO_TEST_CASE(a_loss_that_takes_the_target_first)
{
    constexpr auto squares = sum(square(target - prediction));
    check<squares>(any);
}

BOOST_AUTO_TEST_CASE(a_loss_without_target)
{
    constexpr auto energy = mean(square(prediction));
    check<energy>(any);
}

BOOST_AUTO_TEST_CASE(a_loss_with_a_constant_gradient)
{
    constexpr auto shift = sum(prediction) - sum(target);
    constexpr auto unmoved = mean(square(target));
    check<shift>(any);
    check<unmoved>(any);
}

BOOST_AUTO_TEST_CASE(a_loss_of_the_softmax_of_the_row)
{
    constexpr auto probability = exp(prediction - logsumexp(prediction));
    constexpr auto brier_score = sum(square(probability - target));
    check<brier_score>(soft);
}
