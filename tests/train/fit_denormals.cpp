// SPDX-License-Identifier: BSL-1.0
// Training flushes denormals; the caller's floating-point state is the same afterwards.
#define BOOST_TEST_MODULE fit_denormals
#include <boost/test/unit_test.hpp>

#include <ctgrad/train/fit.hpp>

#include <cstdint>
#include <stdexcept>

using namespace ctgrad;

namespace
{

using control = detail::floating_point_control;

control::word modes() { return control::read() & ~control::flags; }

bool flushes() { return (control::read() & control::flush) == control::flush; }

int ticks = 0;
bool flushed_within = false;

// Called by training for the time: it looks around, and may throw.
double watching_clock()
{
    flushed_within = flushes();
    return ++ticks;
}

double throwing_clock()
{
    return watching_clock() > 4 ? throw std::runtime_error("out of time") : 1.0;
}

using net = network<input{1}, dense{3}, relu(variable<"x">{}), dense{1}>;

void train(double (*clock)(), int epochs = 3)
{
    net model{seed{1}};
    const data_set<float> data(4, aligned_buffer<float>(4), aligned_buffer<float>(4));
    std::FILE* const output = std::tmpfile();
    struct closer
    {
        std::FILE* file;
        ~closer() { std::fclose(file); }
    } const closed{output};
    ticks = 0;
    fit(model, data,
        {.epochs = epochs,
         .batch = 2,
         .output = {.mode = progress_mode::lines, .stream = output, .clock = clock}},
        mean_squared_error, adam{});
}

// Runs an action with denormals as they are, and with denormals flushed.
void check_unchanged(const auto& action)
{
    const control::word before = control::read();
    for (const bool flush : {false, true})
    {
        control::write(flush ? before | control::flush : before & ~control::flush);
        const control::word expected = modes();
        action();
        BOOST_TEST(modes() == expected);
    }
    control::write(before);
}

} // namespace

BOOST_AUTO_TEST_CASE(training_flushes_and_leaves_the_state_as_it_was)
{
    check_unchanged(
        []
        {
            flushed_within = false;
            train(watching_clock);
            BOOST_TEST(flushed_within == flush_denormals::supported);
        });
}

BOOST_AUTO_TEST_CASE(also_when_training_ends_by_an_exception)
{
    check_unchanged(
        []
        {
            flushed_within = false;
            BOOST_CHECK_THROW(train(throwing_clock), std::runtime_error);
            BOOST_TEST(flushed_within == flush_denormals::supported);
        });
}

BOOST_AUTO_TEST_CASE(also_when_it_does_not_begin)
{
    check_unchanged([] { BOOST_CHECK_THROW(train(watching_clock, -1), data_error); });
}
