// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE progress_text
#include <boost/test/unit_test.hpp>

#include <ctgrad/train/progress_text.hpp>

#include <limits>
#include <string>

using namespace ctgrad;

namespace
{

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

progress_state halfway()
{
    return {.epoch = 3,
            .epochs = 12,
            .fraction = 0.5,
            .figures = {.loss = 0.34126, .accuracy = 0.8791},
            .samples_per_second = 312345,
            .seconds_left = 4.2};
}

} // namespace

BOOST_AUTO_TEST_CASE(durations)
{
    BOOST_TEST(duration_text(0) == "0.00 s");
    BOOST_TEST(duration_text(0.994) == "0.99 s");
    BOOST_TEST(duration_text(0.996) == "1.0 s");
    BOOST_TEST(duration_text(7.12) == "7.1 s");
    BOOST_TEST(duration_text(9.96) == "10 s");
    BOOST_TEST(duration_text(59.4) == "59 s");
    BOOST_TEST(duration_text(59.6) == "1:00");
    BOOST_TEST(duration_text(187) == "3:07");
    BOOST_TEST(duration_text(3599.4) == "59:59");
    BOOST_TEST(duration_text(3599.6) == "1:00:00");
    BOOST_TEST(duration_text(3723) == "1:02:03");
    BOOST_TEST(duration_text(360000) == "100:00:00");
    for (const double none : {-1.0, no_number, infinity, 1e300})
    {
        BOOST_TEST(duration_text(none) == "?");
    }
}

BOOST_AUTO_TEST_CASE(magnitudes)
{
    BOOST_TEST(magnitude_text(0) == "0");
    BOOST_TEST(magnitude_text(87.4) == "87");
    BOOST_TEST(magnitude_text(999.4) == "999");
    BOOST_TEST(magnitude_text(999.6) == "1.00k");
    BOOST_TEST(magnitude_text(1234) == "1.23k");
    BOOST_TEST(magnitude_text(9996) == "10.0k");
    BOOST_TEST(magnitude_text(12345) == "12.3k");
    BOOST_TEST(magnitude_text(99960) == "100k");
    BOOST_TEST(magnitude_text(312345) == "312k");
    BOOST_TEST(magnitude_text(999600) == "1.00M");
    BOOST_TEST(magnitude_text(2.5e9) == "2.50G");
    BOOST_TEST(magnitude_text(9.99e14) == "999T");
    for (const double none : {-1.0, no_number, infinity, 1e15})
    {
        BOOST_TEST(magnitude_text(none) == "?");
    }
}

BOOST_AUTO_TEST_CASE(losses_and_percentages)
{
    BOOST_TEST(loss_text(0) == "0.0000");
    BOOST_TEST(loss_text(0.34126) == "0.3413");
    BOOST_TEST(loss_text(-2.5) == "-2.5000");
    BOOST_TEST(loss_text(0.000123456) == "1.235e-04");
    BOOST_TEST(loss_text(123456) == "1.235e+05");
    BOOST_TEST(loss_text(infinity) == "inf");
    BOOST_TEST(loss_text(no_number).find("nan") != std::string::npos);
    BOOST_TEST(percent_text(0.8791, 1) == "87.9%");
    BOOST_TEST(percent_text(1, 0) == "100%");
    BOOST_TEST(percent_text(1e300, 2).size() > 300u); // cut by nothing
}

BOOST_AUTO_TEST_CASE(bars)
{
    BOOST_TEST(bar_text(0, 12) == "[          ]");
    BOOST_TEST(bar_text(0.01, 12) == "[>         ]");
    BOOST_TEST(bar_text(0.5, 12) == "[=====>    ]");
    BOOST_TEST(bar_text(0.99, 12) == "[=========>]");
    BOOST_TEST(bar_text(1, 12) == "[==========]");
    BOOST_TEST(bar_text(2, 12) == "[==========]");
    BOOST_TEST(bar_text(-1, 12) == "[          ]");
    BOOST_TEST(bar_text(no_number, 12) == "[          ]");
    BOOST_TEST(bar_text(0.5, 2) == "[]");
    BOOST_TEST(bar_text(0.5, -5) == "[]");
}

BOOST_AUTO_TEST_CASE(a_line_shows_what_fits)
{
    BOOST_TEST(progress_line(halfway(), 200) ==
               "epoch  3/12 [==============>             ]  50%  loss 0.3413  accuracy 87.9%"
               "  312k samples/s  4.2 s left");
    BOOST_TEST(progress_line(halfway(), 80) ==
               "epoch  3/12 [==========>         ]  50%  loss 0.3413  accuracy 87.9%  4.2 s left");
    BOOST_TEST(progress_line(halfway(), 54) ==
               "epoch  3/12 [=====>    ]  50%  loss 0.3413  4.2 s left");
    BOOST_TEST(progress_line(halfway(), 40) == "epoch  3/12 [====>   ]  50%  loss 0.3413");
    BOOST_TEST(progress_line(halfway(), 36) == "epoch  3/12  50%  loss 0.3413");
    BOOST_TEST(progress_line(halfway(), 14) == "epoch  3/12  5");
    BOOST_TEST(progress_line(halfway(), 0) == "");
    BOOST_TEST(progress_line(halfway(), -3) == "");
}

BOOST_AUTO_TEST_CASE(a_line_never_exceeds_the_width)
{
    progress_state state = halfway();
    for (int width = 0; width < 150; ++width)
    {
        for (const double loss : {0.1, 1e-300, 1e300, no_number})
        {
            for (const double fraction : {0.0, 0.5, 1.0})
            {
                state.figures.loss = loss;
                state.fraction = fraction;
                BOOST_TEST(std::ssize(progress_line(state, width)) <= width);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_line_shows_nothing_that_is_not_known)
{
    const progress_state state{.epoch = 1, .epochs = 2, .figures = {.loss = 1}};
    BOOST_TEST(progress_line(state, 40) == "epoch 1/2 [          ]   0%  loss 1.0000");
}

BOOST_AUTO_TEST_CASE(an_epoch_has_a_line_of_its_own)
{
    progress_state state = halfway();
    BOOST_TEST(epoch_line(state, 1.25) ==
               "epoch  3/12  loss 0.3413  accuracy 87.91%  312k samples/s  1.2 s");
    state.figures.validation_loss = 0.4;
    state.figures.validation_accuracy = 0.87;
    BOOST_TEST(epoch_line(state, 75) ==
               "epoch  3/12  loss 0.3413  accuracy 87.91%  validation loss 0.4000"
               "  validation accuracy 87.00%  312k samples/s  1:15");
    BOOST_TEST(epoch_line({.epoch = 10, .epochs = 10, .figures = {.loss = 2}}, 3) ==
               "epoch 10/10  loss 2.0000  3.0 s");
}
