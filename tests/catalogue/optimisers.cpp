// SPDX-License-Identifier: BSL-1.0
// The rules as formulas; tests/train/optimise.cpp tests them at work.
#define BOOST_TEST_MODULE optimisers
#include <boost/test/unit_test.hpp>

#include <ctgrad/catalogue/optimisers.hpp>
#include <ctgrad/graph/interpret.hpp>
#include <ctgrad/graph/print.hpp>

#include <string>

using namespace ctgrad;

static_assert(optimiser<sgd>);
static_assert(optimiser<momentum>);
static_assert(optimiser<adam>);
static_assert(optimiser<adamw>);
static_assert(optimiser<decltype(optimise_by<rules::sgd>())>);
static_assert(!optimiser<double>);
static_assert(!optimiser<std::remove_const_t<decltype(rules::sgd)>>);

namespace
{

// What a rule assigns to the weight, and to its first state.
template <class Optimiser>
constexpr auto new_weight = hana::at_c<0>(Optimiser::rule.assignments).value;
template <class Optimiser>
constexpr auto new_first_moment = hana::at_c<1>(Optimiser::rule.assignments).value;

} // namespace

BOOST_AUTO_TEST_CASE(rules_read_as_in_the_papers)
{
    BOOST_TEST(to_string(new_weight<sgd>) == "weight - learning_rate * dweight");
    BOOST_TEST(to_string(new_weight<momentum>) ==
               "weight - learning_rate * (beta1 * first_moment + dweight)");
    BOOST_TEST(to_string(new_first_moment<momentum>) == "beta1 * first_moment + dweight");
}

BOOST_AUTO_TEST_CASE(rules_can_be_called)
{
    using namespace symbols;
    BOOST_TEST(new_weight<sgd>(weight = 1.0, dweight = 2.0, learning_rate = 0.25) == 0.5);
    BOOST_TEST(new_weight<momentum>(weight = 1.0, dweight = 2.0, first_moment = 4.0, beta1 = 0.5,
                                    learning_rate = 0.25) == 0.0);
    // The first step of Adam is the learning rate, whatever the gradient.
    BOOST_TEST(new_weight<adam>(weight = 1.0, dweight = 123.0, first_moment = 0.0,
                                second_moment = 0.0, learning_rate = 0.25, epsilon = 0.0) == 0.75,
               boost::test_tools::tolerance(1e-15));
    BOOST_TEST(new_weight<adamw>(weight = 1.0, dweight = 123.0, first_moment = 0.0,
                                 second_moment = 0.0, learning_rate = 0.25, epsilon = 0.0,
                                 weight_decay = 0.5) == 0.625,
               boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(an_optimiser_gives_its_rule_the_settings)
{
    const auto settings =
        adamw{.learning_rate = 1, .beta1 = 2, .beta2 = 3, .epsilon = 4, .weight_decay = 5}
            .settings();
    std::string text;
    hana::unpack(settings,
                 [&](const auto&... setting)
                 {
                     ((text += std::string(setting.name.view()) + " " +
                               std::to_string(static_cast<int>(setting.value)) + ", "),
                      ...);
                 });
    BOOST_TEST(text == "learning_rate 1, beta1 2, beta2 3, epsilon 4, weight_decay 5, ");
}
