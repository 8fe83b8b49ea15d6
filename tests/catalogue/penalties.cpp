// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE penalties
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/catalogue/penalties.hpp>
#include <ctgrad/graph/print.hpp>
#include <ctgrad/train/optimise.hpp>

#include <cmath>
#include <tuple>
#include <vector>

using namespace ctgrad;

namespace
{

using symbols::dweight;
using symbols::weight;

constexpr auto clipped = with_gradient<clamp(dweight, -1, 1)>(sgd{.learning_rate = 0.5});
constexpr auto clipped_by_norm =
    with_gradient<dweight * minimum(1, 2 / norm(dweight))>(sgd{.learning_rate = 0.5});
constexpr auto elastic =
    penalise<0.05 * square(weight) + 0.2 * abs(weight)>(sgd{.learning_rate = 0.5});

template <class Optimiser, class T>
std::vector<T> updated(const Optimiser& chosen, std::vector<T> weights, std::vector<T> gradients)
{
    optimiser_state<Optimiser, T> state(chosen, weights.size());
    state.apply(weights, gradients);
    BOOST_TEST((gradients == std::vector<T>(weights.size())));
    return weights;
}

template <class T>
void check(const std::vector<T>& got, const std::vector<double>& wanted)
{
    BOOST_REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i)
    {
        // A few roundings of numbers below 4.
        BOOST_TEST(std::abs(double(got[i]) - wanted[i]) <
                   16 * double(std::numeric_limits<T>::epsilon()));
    }
}

} // namespace

static_assert(optimiser<std::remove_const_t<decltype(clipped)>>);

BOOST_AUTO_TEST_CASE(rules_read_as_one_would_write_them)
{
    const auto new_weight = [](const auto& chosen)
    { return to_string(hana::at_c<0>(chosen.rule.assignments).value); };
    BOOST_TEST(new_weight(penalise<0.5 * square(weight)>(sgd{})) ==
               "weight - learning_rate * (weight + dweight)");
    BOOST_TEST(new_weight(penalise<0.1 * abs(weight)>(sgd{})) ==
               "weight - learning_rate * (dweight + 0.1 * sign(weight))");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gradients_are_clipped_by_value, T, element_types)
{
    check(updated(clipped, std::vector<T>{1, 1, 1}, std::vector<T>{T(0.5), 7, -7}),
          {0.75, 0.5, 1.5});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gradients_are_clipped_by_norm, T, element_types)
{
    check(updated(clipped_by_norm, std::vector<T>{1, 1}, std::vector<T>{T(0.3), T(0.4)}),
          {0.85, 0.8});
    check(updated(clipped_by_norm, std::vector<T>{1, 1}, std::vector<T>{3, 4}), {0.4, 0.2});
    check(updated(clipped_by_norm, std::vector<T>{1, 1}, std::vector<T>{0, 0}), {1, 1});
    // In a block of many vectors, whose weights and gradients are overwritten while it runs.
    const std::size_t size = 1001;
    const double norm = std::sqrt(double(size));
    check(updated(clipped_by_norm, std::vector<T>(size, T(1)), std::vector<T>(size, T(1))),
          std::vector<double>(size, 1 - 0.5 * 2 / norm));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(penalties_are_added_to_the_gradient, T, element_types)
{
    check(updated(elastic, std::vector<T>{2, -1, 0}, std::vector<T>{1, 1, 1}),
          {2 - 0.5 * (1 + 0.1 * 2 + 0.2), -1 - 0.5 * (1 - 0.1 - 0.2), -0.5});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_rule_may_look_at_all_weights, T, element_types)
{
    // Steps of the weights' own length, as LAMB has them.
    using symbols::learning_rate;
    static constexpr auto trusting =
        update(weight = weight - learning_rate * norm(weight) / norm(dweight) * dweight);
    const auto chosen = optimise_by<trusting>(learning_rate = 0.5);
    check(updated(chosen, std::vector<T>{3, 4}, std::vector<T>{0, 10}), {3, 1.5});
}

BOOST_AUTO_TEST_CASE(settings_are_those_of_the_optimiser_inside)
{
    std::vector<double> weights{1};
    std::vector<double> gradients{100};
    const auto chosen = with_gradient<clamp(dweight, -1, 1)>(adam{.learning_rate = 0.25});
    optimiser_state<std::remove_const_t<decltype(chosen)>, double> state(chosen, 1);
    state.apply(weights, gradients);
    BOOST_TEST(weights[0] == 0.75, boost::test_tools::tolerance(1e-7));
}
