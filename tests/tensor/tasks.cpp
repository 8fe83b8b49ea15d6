// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE tasks
#include <boost/test/unit_test.hpp>

#include "../train/every_runner.hpp"

#include <vector>

using namespace ctgrad;

static_assert(task_runner<one_thread>);
static_assert(task_runner<const one_thread>);
static_assert(task_runner<backwards_runner>);
static_assert(task_runner<standard_threads>);
static_assert(!task_runner<int>);

BOOST_AUTO_TEST_CASE(one_thread_takes_the_tasks_in_order)
{
    std::vector<std::ptrdiff_t> taken;
    one_thread::run(5, [&](std::ptrdiff_t i) { taken.push_back(i); });
    BOOST_TEST(taken == (std::vector<std::ptrdiff_t>{0, 1, 2, 3, 4}),
               boost::test_tools::per_element());
    one_thread::run(0, [&](std::ptrdiff_t i) { taken.push_back(i); });
    BOOST_TEST(taken.size() == 5u);
}
