// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE progress
#include <boost/test/unit_test.hpp>

#include <ctgrad/train/progress.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

using namespace ctgrad;

namespace
{

double now = 0; // the time of these tests, in seconds

double test_clock() { return now; }

// A file in memory to print to, and what was printed.
class recorder
{
public:
    std::FILE* stream() const { return file.get(); }

    progress_options options(progress_mode mode) const
    {
        return {.mode = mode, .stream = stream(), .width = 100, .clock = test_clock};
    }

    std::string text() const
    {
        std::fflush(stream());
        std::rewind(stream());
        std::string contents;
        for (int c = std::fgetc(stream()); c != EOF; c = std::fgetc(stream()))
        {
            contents += static_cast<char>(c);
        }
        return contents;
    }

private:
    struct closer
    {
        void operator()(std::FILE* stream) const { std::fclose(stream); }
    };
    std::unique_ptr<std::FILE, closer> file{std::tmpfile()};
};

std::size_t count(std::string_view text, char what)
{
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), what));
}

// Two epochs of 100 samples in 2 seconds each, in steps of 10 samples, and validation for 1.
void train(progress& shown)
{
    for (int epoch = 0; epoch < 2; ++epoch)
    {
        for (int done = 10; done <= 100; done += 10)
        {
            now += 0.2;
            shown.update(done, {.loss = 0.5, .accuracy = 0.75});
        }
        now += 1;
        shown.epoch_done({.loss = 0.25, .accuracy = 0.75, .validation_accuracy = 0.5});
    }
}

const std::string first_epoch =
    "epoch 1/2  loss 0.2500  accuracy 75.00%  validation accuracy 50.00%  50 samples/s  3.0 s\n";
const std::string second_epoch =
    "epoch 2/2  loss 0.2500  accuracy 75.00%  validation accuracy 50.00%  50 samples/s  3.0 s\n";

} // namespace

BOOST_AUTO_TEST_CASE(lines_are_one_for_each_epoch)
{
    const recorder output;
    progress shown(100, 2, output.options(progress_mode::lines));
    train(shown);
    BOOST_TEST(output.text() == first_epoch + second_epoch);
}

BOOST_AUTO_TEST_CASE(a_file_is_no_terminal)
{
    const recorder output;
    progress shown(100, 2, output.options(progress_mode::automatic));
    train(shown);
    BOOST_TEST(output.text() == first_epoch + second_epoch);
}

BOOST_AUTO_TEST_CASE(quiet_prints_nothing)
{
    const recorder output;
    {
        progress shown(100, 2, output.options(progress_mode::quiet));
        train(shown);
    }
    BOOST_TEST(output.text() == "");
}

BOOST_AUTO_TEST_CASE(a_bar_is_redrawn_in_place_and_replaced_by_the_line_of_the_epoch)
{
    const recorder output;
    {
        progress shown(100, 2, output.options(progress_mode::bar));
        train(shown);
    }
    const std::string text = output.text();
    BOOST_TEST(text.starts_with("\repoch 1/2 ["));
    BOOST_TEST(text.ends_with("\r\x1b[K" + second_epoch));
    BOOST_TEST(text.find("\r\x1b[K" + first_epoch) != std::string::npos);
    BOOST_TEST(count(text, '\n') == 2u);
    BOOST_TEST(count(text, '\r') == 22u);

    // After 10 of 200 samples in 0.2 s, 3.8 s are left if it goes on like that.
    BOOST_TEST(text.substr(0, text.find('\x1b')) ==
               "\repoch 1/2 [==>                        ]  10%  loss 0.5000  accuracy 75.0%"
               "  50 samples/s  3.8 s left");
    // In the middle of the second epoch after 4 s and 150 samples with the validation of one.
    BOOST_TEST(text.find(" 50%  loss 0.5000  accuracy 75.0%  50 samples/s  1.3 s left") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_bar_is_redrawn_ten_times_a_second_at_most)
{
    const recorder output;
    {
        progress shown(10000, 1, output.options(progress_mode::bar));
        for (int done = 1; done <= 10000; ++done)
        {
            now += 0.001;
            shown.update(done, {.loss = 1});
        }
    }
    const std::string text = output.text();
    BOOST_TEST(count(text, '\r') >= 95u); // 100 but for the rounding of the time
    BOOST_TEST(count(text, '\r') <= 100u);
}

BOOST_AUTO_TEST_CASE(an_exception_leaves_the_cursor_at_the_beginning_of_a_line)
{
    const recorder output;
    try
    {
        progress shown(100, 1, output.options(progress_mode::bar));
        now += 1;
        shown.update(10, {.loss = 1});
        throw std::runtime_error("");
    }
    catch (const std::runtime_error&)
    {
    }
    BOOST_TEST(output.text().ends_with("\x1b[K\n"));
}

BOOST_AUTO_TEST_CASE(nothing_is_divided_by_zero)
{
    const recorder output;
    {
        progress shown(0, 0, output.options(progress_mode::bar));
        shown.update(0, {.loss = 1});
        shown.epoch_done({.loss = 1});
        shown.epoch_done({.loss = 1}); // more epochs than said, without an update
        now += 1;
        shown.update(5, {.loss = 1});
    }
    const std::string text = output.text();
    BOOST_TEST(text.find("nan") == std::string::npos);
    BOOST_TEST(text.find("inf") == std::string::npos);
    BOOST_TEST(text.find('?') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_terminal_is_known_and_asked_for_its_width)
{
    const int controller = posix_openpt(O_RDWR | O_NOCTTY);
    if (controller < 0 || grantpt(controller) != 0 || unlockpt(controller) != 0)
    {
        BOOST_TEST_MESSAGE("no pseudo-terminals here");
        return;
    }
    // O_NOCTTY: it must not become the terminal of the test, which would end with it.
    std::FILE* const terminal = fdopen(open(ptsname(controller), O_RDWR | O_NOCTTY), "r+");
    BOOST_REQUIRE(terminal != nullptr);
    winsize size{};
    size.ws_col = 40;
    BOOST_REQUIRE(ioctl(controller, TIOCSWINSZ, &size) == 0);

    setenv("TERM", "dumb", 1);
    BOOST_TEST(!detail::is_terminal(terminal));
    setenv("TERM", "xterm", 1);
    BOOST_TEST(detail::is_terminal(terminal));
    BOOST_TEST(detail::terminal_width(terminal) == 40);

    {
        progress shown(100, 1, {.stream = terminal, .clock = test_clock});
        now += 1;
        shown.update(10, {.loss = 0.5});
    }
    std::string text(1000, '\0');
    const auto length = read(controller, text.data(), text.size());
    text.resize(static_cast<std::size_t>(length > 0 ? length : 0));
    BOOST_TEST(text.starts_with("\repoch 1/1 [>        ]  10%  loss 0.5000\x1b[K"));

    std::fclose(terminal);
    close(controller);
}
