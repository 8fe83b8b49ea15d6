// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE schedules
#include <boost/test/unit_test.hpp>

#include <ctgrad/train/schedules.hpp>

using namespace ctgrad;

namespace
{

schedule_position at_step(long step, long steps = 100) { return {.step = step, .steps = steps}; }
schedule_position at_epoch(double epoch) { return {.epoch = epoch}; }

const auto near = boost::test_tools::tolerance(1e-12);

} // namespace

BOOST_AUTO_TEST_CASE(steps_and_exponentials_fall_by_epochs)
{
    const step_decay steps{.every = 5, .factor = 0.5};
    BOOST_TEST(steps(at_epoch(0)) == 1.0);
    BOOST_TEST(steps(at_epoch(4.99)) == 1.0);
    BOOST_TEST(steps(at_epoch(5)) == 0.5);
    BOOST_TEST(steps(at_epoch(14)) == 0.25);
    const exponential_decay smooth{.factor = 0.81};
    BOOST_TEST(smooth(at_epoch(0)) == 1.0);
    BOOST_TEST(smooth(at_epoch(0.5)) == 0.9, near);
    BOOST_TEST(smooth(at_epoch(2)) == 0.6561, near);
}

BOOST_AUTO_TEST_CASE(a_cosine_rises_and_falls)
{
    const cosine falling{};
    BOOST_TEST(falling(at_step(0)) == 1.0);
    BOOST_TEST(falling(at_step(50)) == 0.5, near);
    BOOST_TEST(falling(at_step(100)) == 0.0, near);
    const cosine warm{.warm_up = 0.2, .last = 0.1};
    double before = 0;
    for (long step = 0; step <= 20; ++step)
    {
        const double rate = warm(at_step(step));
        BOOST_TEST(rate > before);
        BOOST_TEST(rate <= 1.0);
        before = rate;
    }
    BOOST_TEST(warm(at_step(20)) == 1.0, near);
    BOOST_TEST(warm(at_step(60)) == 0.55, near);
    BOOST_TEST(warm(at_step(100)) == 0.1, near);
}

BOOST_AUTO_TEST_CASE(one_cycle_has_its_peak_where_it_should)
{
    const one_cycle cycle{.rise = 0.25, .first = 0.1, .last = 0.01};
    BOOST_TEST(cycle(at_step(0)) == 0.1, near);
    BOOST_TEST(cycle(at_step(25)) == 1.0, near);
    BOOST_TEST(cycle(at_step(100)) == 0.01, near);
    for (long step = 0; step < 100; ++step)
        BOOST_TEST((cycle(at_step(step + 1)) > cycle(at_step(step))) == (step < 25));
}

BOOST_AUTO_TEST_CASE(a_plateau_lowers_the_rate)
{
    const double none = std::numeric_limits<double>::quiet_NaN();
    std::vector<epoch_record> history;
    const reduce_on_plateau schedule{.factor = 0.5, .patience = 2, .last = 0.2};
    const auto rate_after = [&](double loss, double validation)
    {
        history.push_back({.loss = loss, .validation = {validation, 0}});
        return schedule({.history = history});
    };
    BOOST_TEST(schedule({.history = history}) == 1.0);
    BOOST_TEST(rate_after(3, none) == 1.0);
    BOOST_TEST(rate_after(2, none) == 1.0);
    BOOST_TEST(rate_after(2, none) == 1.0); // one epoch without progress
    BOOST_TEST(rate_after(2.5, none) == 0.5);
    BOOST_TEST(rate_after(1, none) == 0.5);
    BOOST_TEST(rate_after(0.9999999, none) == 0.5); // too little
    BOOST_TEST(rate_after(none, none) == 0.25);
    BOOST_TEST(rate_after(2, none) == 0.25);
    BOOST_TEST(rate_after(2, none) == 0.2); // no less than that
    // The validation loss counts where there is one.
    history.clear();
    BOOST_TEST(rate_after(3, 1) == 1.0);
    BOOST_TEST(rate_after(2, 1) == 1.0);
    BOOST_TEST(rate_after(1, 1) == 0.5);
}
