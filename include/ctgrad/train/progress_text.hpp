// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace ctgrad
{

/// What is known of an epoch, or of its part so far; what is not measured stays empty.
struct epoch_figures
{
    double loss = 0;
    std::optional<double> accuracy = {}; ///< fraction of right answers, 0 to 1
    std::optional<double> validation_loss = {};
    std::optional<double> validation_accuracy = {};
};

/// A moment of the training.
struct progress_state
{
    int epoch = 1; ///< from 1
    int epochs = 1;
    double fraction = 0; ///< of the epoch
    epoch_figures figures = {};
    std::optional<double> samples_per_second = {};
    std::optional<double> seconds_left = {}; ///< of the whole training
};

namespace detail
{

template <class... Arguments>
std::string formatted(const char* format, Arguments... arguments)
{
    std::array<char, 400> text{}; // the largest double has 309 digits
    std::snprintf(text.data(), text.size(), format, arguments...);
    return text.data();
}

inline std::string padded_left(const std::string& text, std::size_t width)
{
    return std::string(width - std::min(width, text.size()), ' ') + text;
}

inline std::string epoch_text(int epoch, int epochs)
{
    const std::string of = std::to_string(epochs);
    return "epoch " + padded_left(std::to_string(epoch), of.size()) + "/" + of;
}

} // namespace detail

/// Seconds as a person would say them: "0.42 s", "7.1 s", "42 s", "3:07", "1:02:03".
inline std::string duration_text(double seconds)
{
    if (!(seconds >= 0 && seconds < 1e15))
    {
        return "?";
    }
    if (seconds < 59.5)
    {
        return detail::formatted("%.*f s", seconds < 0.995 ? 2 : seconds < 9.95 ? 1 : 0, seconds);
    }
    const long long whole = std::llround(seconds);
    const long long minutes = whole / 60 % 60;
    return whole < 3600
               ? detail::formatted("%lld:%02lld", minutes, whole % 60)
               : detail::formatted("%lld:%02lld:%02lld", whole / 3600, minutes, whole % 60);
}

/// A count to three digits: "87", "1.23k", "312k", "1.20M".
inline std::string magnitude_text(double number)
{
    constexpr std::string_view units = " kMGT";
    if (!(number >= 0 && number < 9.995e14))
    {
        return "?";
    }
    std::size_t unit = 0;
    for (; number >= 999.5; ++unit)
    {
        number /= 1000;
    }
    if (unit == 0)
    {
        return detail::formatted("%.0f", number);
    }
    return detail::formatted("%.*f%c",
                             number < 9.995   ? 2
                             : number < 99.95 ? 1
                                              : 0,
                             number, units[unit]);
}

/// A loss to four digits or decimals, whatever its size.
inline std::string loss_text(double loss)
{
    const double size = std::abs(loss);
    return detail::formatted(size == 0 || (size >= 1e-3 && size < 1e4) ? "%.4f" : "%.3e", loss);
}

/// A fraction as "87.9%".
inline std::string percent_text(double fraction, int decimals)
{
    return detail::formatted("%.*f%%", decimals, 100 * fraction);
}

/// A bar of `width` characters, brackets included: "[=====>    ]".
inline std::string bar_text(double fraction, int width)
{
    const int room = std::max(width - 2, 0);
    const double part = fraction >= 0 ? std::min(fraction, 1.0) : 0.0; // NaN is nothing too
    const int filled = static_cast<int>(part * room);
    std::string bar(static_cast<std::size_t>(room), ' ');
    std::fill_n(bar.begin(), filled, '=');
    if (part > 0 && filled < room)
    {
        bar[static_cast<std::size_t>(filled)] = '>';
    }
    return "[" + bar + "]";
}

/// The line with the bar, of at most `width` characters. What does not fit is left out, the
/// least important first.
inline std::string progress_line(const progress_state& state, int width)
{
    constexpr int narrowest_bar = 8;
    constexpr int widest_bar = 30;

    const epoch_figures& figures = state.figures;
    const std::string head = detail::epoch_text(state.epoch, state.epochs);
    const std::string percent = detail::padded_left(percent_text(state.fraction, 0), 5);
    const std::string loss = "  loss " + loss_text(figures.loss);
    std::string accuracy, rate, left;
    if (figures.accuracy)
    {
        accuracy = "  accuracy " + percent_text(*figures.accuracy, 1);
    }
    if (state.samples_per_second)
    {
        rate = "  " + magnitude_text(*state.samples_per_second) + " samples/s";
    }
    if (state.seconds_left)
    {
        left = "  " + duration_text(*state.seconds_left) + " left";
    }

    const auto room_for_bar = [&]
    {
        return width - static_cast<int>(head.size() + 1 + percent.size() + loss.size() +
                                        accuracy.size() + rate.size() + left.size());
    };
    for (std::string* const dispensable : {&rate, &accuracy, &left})
    {
        if (room_for_bar() < narrowest_bar)
        {
            dispensable->clear();
        }
    }
    const int room = room_for_bar();
    const std::string bar =
        room < narrowest_bar ? "" : " " + bar_text(state.fraction, std::min(room, widest_bar));
    const std::string line = head + bar + percent + loss + accuracy + rate + left;
    return line.substr(0, static_cast<std::size_t>(std::max(width, 0)));
}

/// The line that stays when an epoch is over, with the duration of the epoch. The epoch and its
/// figures are those of `state`.
inline std::string epoch_line(const progress_state& state, double seconds)
{
    std::string line = detail::epoch_text(state.epoch, state.epochs);
    const auto append = [&line](const char* name, std::optional<double> value, auto text)
    {
        if (value)
        {
            line += "  ";
            line += name;
            line += text(*value);
        }
    };
    const auto percent = [](double fraction) { return percent_text(fraction, 2); };
    const auto rate = [](double number) { return magnitude_text(number) + " samples/s"; };
    append("loss ", state.figures.loss, loss_text);
    append("accuracy ", state.figures.accuracy, percent);
    append("validation loss ", state.figures.validation_loss, loss_text);
    append("validation accuracy ", state.figures.validation_accuracy, percent);
    append("", state.samples_per_second, rate);
    append("", seconds, duration_text);
    return line;
}

} // namespace ctgrad
