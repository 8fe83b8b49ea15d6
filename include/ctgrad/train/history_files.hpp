// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/io/binary_file.hpp>
#include <ctgrad/train/history.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace ctgrad
{

namespace detail
{

inline std::array<std::pair<std::string_view, double>, 6> named_figures(const epoch_record& epoch)
{
    return {{{"loss", epoch.loss},
             {"accuracy", epoch.accuracy},
             {"validation_loss", epoch.validation.loss},
             {"validation_accuracy", epoch.validation.accuracy},
             {"seconds", epoch.seconds},
             {"samples_per_second", epoch.samples_per_second}}};
}

/// The shortest decimal number that reads back as the same double.
inline void append_figure(std::string& text, double figure)
{
    std::array<char, 32> buffer{};
    text.append(buffer.data(),
                std::to_chars(buffer.data(), buffer.data() + buffer.size(), figure).ptr);
}

} // namespace detail

/// Writes a line for each epoch, counted from 1, below the names of the columns. NaN is an empty field,
/// numbers read back as the same double. The file appears complete or not at all.
/// Errors     throws file_error when it cannot be written
inline void write_csv(const training_history& history, const std::filesystem::path& path)
{
    std::string text = "epoch";
    for (const auto& [name, figure] : detail::named_figures({}))
    {
        text += ',';
        text += name;
    }
    text += '\n';
    int number = 0;
    for (const epoch_record& epoch : history)
    {
        text += std::to_string(++number);
        for (const auto& [name, figure] : detail::named_figures(epoch))
        {
            text += ',';
            if (!std::isnan(figure))
            {
                detail::append_figure(text, figure);
            }
        }
        text += '\n';
    }
    detail::write_whole_file(path, text);
}

/// Writes an array with an object for each epoch. NaN and infinities, which JSON does not have, are null.
/// Errors     throws file_error when it cannot be written
inline void write_json(const training_history& history, const std::filesystem::path& path)
{
    std::string text = "[";
    int number = 0;
    for (const epoch_record& epoch : history)
    {
        text += number > 0 ? ",\n" : "\n";
        text += "  {\"epoch\": ";
        text += std::to_string(++number);
        for (const auto& [name, figure] : detail::named_figures(epoch))
        {
            text += ", \"";
            text += name;
            text += "\": ";
            if (std::isfinite(figure))
            {
                detail::append_figure(text, figure);
            }
            else
            {
                text += "null";
            }
        }
        text += '}';
    }
    text += number > 0 ? "\n]\n" : "]\n";
    detail::write_whole_file(path, text);
}

} // namespace ctgrad
