// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/train/progress_text.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace ctgrad
{

/// What a training prints while it runs.
enum class progress_mode
{
    automatic, ///< a bar on a terminal, lines elsewhere
    bar,       ///< a line redrawn in place, and one that stays for each epoch
    lines,     ///< one line for each epoch
    quiet      ///< nothing
};

/// Seconds since some fixed moment, never going back.
inline double steady_seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

struct progress_options
{
    progress_mode mode = progress_mode::automatic;
    std::FILE* stream = stdout;
    int width = 0;                      ///< of the terminal; 0 asks the terminal
    double (*clock)() = steady_seconds; ///< what tells the time
};

namespace detail
{

// Whether a line can be redrawn in place there.
inline bool is_terminal([[maybe_unused]] std::FILE* stream)
{
#if defined(__unix__) || defined(__APPLE__)
    const char* const kind = std::getenv("TERM");
    return isatty(fileno(stream)) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
#else
    return false;
#endif
}

// Columns of a terminal; 80 where it does not say.
inline int terminal_width([[maybe_unused]] std::FILE* stream)
{
#if defined(__unix__) || defined(__APPLE__)
    winsize size{};
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    {
        return size.ws_col;
    }
#endif
    return 80;
}

} // namespace detail

/// Tells a person how a training goes: a bar with loss, accuracy, speed and time left that is
/// redrawn at most ten times a second, and a line for each epoch; plain lines in a pipe.
class progress
{
public:
    /// `epochs_before` are done already.
    progress(std::ptrdiff_t samples_per_epoch, int epochs, progress_options what = {},
             int epochs_before = 0)
        : options(what), samples(samples_per_epoch), before(epochs_before)
    {
        if (options.mode == progress_mode::automatic)
        {
            options.mode =
                detail::is_terminal(options.stream) ? progress_mode::bar : progress_mode::lines;
        }
        state.epochs = epochs;
        state.epoch += before;
        start = epoch_start = last_update = options.clock();
    }

    /// Leaves the cursor at the beginning of a line, also when the training ends by an exception.
    ~progress()
    {
        if (bar_is_drawn)
        {
            std::fputc('\n', options.stream);
            std::fflush(options.stream);
        }
    }

    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    /// So many samples of this epoch are done, with these figures so far.
    void update(std::ptrdiff_t samples_done, const epoch_figures& figures)
    {
        if (options.mode == progress_mode::quiet)
        {
            return;
        }
        last_update = options.clock();
        done = samples_done;
        if (options.mode == progress_mode::bar && !(last_update - last_drawn < redraw_interval))
        {
            state.figures = figures;
            draw();
        }
    }

    /// The epoch is over, its validation included; the next begins.
    void epoch_done(const epoch_figures& figures)
    {
        if (options.mode == progress_mode::quiet)
        {
            return;
        }
        const double now = options.clock();
        state.figures = figures;
        state.samples_per_second = speed();
        const std::string line = epoch_line(state, now - epoch_start);
        std::fprintf(options.stream, "%s%s\n", bar_is_drawn ? "\r\x1b[K" : "", line.c_str());
        std::fflush(options.stream);

        bar_is_drawn = false;
        ++state.epoch;
        done = 0;
        epoch_start = now;
    }

private:
    static constexpr double redraw_interval = 0.1;

    // Samples a second in this epoch, up to the last update: validation does not count.
    std::optional<double> speed() const
    {
        const double seconds = last_update - epoch_start;
        return seconds > 0 ? std::optional(static_cast<double>(done) / seconds) : std::nullopt;
    }

    void draw()
    {
        state.fraction = samples > 0 ? static_cast<double>(done) / static_cast<double>(samples) : 0;
        state.samples_per_second = speed();
        const double epochs_done = state.epoch - 1 + state.fraction;
        const double measured = epochs_done - before;
        const double elapsed = last_update - start;
        state.seconds_left =
            measured > 0 && elapsed > 0
                ? std::optional(std::max(elapsed / measured * (state.epochs - epochs_done), 0.0))
                : std::nullopt;

        // One column stays free: some terminals go to the next line when the last is written.
        const int width =
            (options.width > 0 ? options.width : detail::terminal_width(options.stream)) - 1;
        std::fprintf(options.stream, "\r%s\x1b[K", progress_line(state, width).c_str());
        std::fflush(options.stream);
        bar_is_drawn = true;
        last_drawn = last_update;
    }

    progress_options options;
    progress_state state;
    std::ptrdiff_t samples;
    int before;
    std::ptrdiff_t done = 0;
    double start = 0;
    double epoch_start = 0;
    double last_update = 0;
    double last_drawn = -1e300;
    bool bar_is_drawn = false;
};

} // namespace ctgrad
