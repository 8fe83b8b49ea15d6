// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE interrupt
#include <boost/test/unit_test.hpp>

#include <ctgrad/train/interrupt.hpp>

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

using namespace ctgrad;

namespace
{

volatile std::sig_atomic_t seen = 0;

void count_signal(int) { seen = seen + 1; }

} // namespace

BOOST_AUTO_TEST_CASE(a_signal_sets_the_flag_and_the_handler_of_before_comes_back)
{
    std::signal(SIGINT, count_signal);
    {
        const stop_on_interrupt interrupt;
        BOOST_TEST(!interrupt);
        BOOST_TEST(!interrupt.flag()->load());
        std::raise(SIGINT);
        BOOST_TEST(static_cast<bool>(interrupt));
        BOOST_TEST(interrupt.flag()->load());
        BOOST_TEST(seen == 0);
    }
    std::raise(SIGINT);
    BOOST_TEST(seen == 1);

    const stop_on_interrupt again;
    BOOST_TEST(!again);
}

BOOST_AUTO_TEST_CASE(the_inner_one_is_set)
{
    const stop_on_interrupt outer;
    {
        const stop_on_interrupt inner;
        std::raise(SIGINT);
        BOOST_TEST(static_cast<bool>(inner));
        BOOST_TEST(!outer);
    }
    std::raise(SIGINT);
    BOOST_TEST(static_cast<bool>(outer));
}

BOOST_AUTO_TEST_CASE(a_second_signal_ends_the_program)
{
    const pid_t child = fork();
    if (child == 0)
    {
        const stop_on_interrupt interrupt;
        ::raise(SIGINT);
        ::raise(SIGINT);
        _exit(0);
    }
    int status = 0;
    BOOST_REQUIRE(waitpid(child, &status, 0) == child);
    BOOST_TEST(WIFSIGNALED(status));
    BOOST_TEST(WTERMSIG(status) == SIGINT);
}
