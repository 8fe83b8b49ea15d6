// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/train/diagnosis.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace ctgrad
{

namespace detail
{

inline std::string short_number(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2g", value);
    return text.data();
}

/// In whole percent, but not 0% of a few.
inline std::string percent(double share)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), share > 0 && share < 0.005 ? "<1%%" : "%.0f%%",
                  100 * share);
    return text.data();
}

using diagnosis_cells = std::array<std::string, 8>;

inline diagnosis_cells cells_of(const layer_diagnosis& layer)
{
    const auto number = [](const std::optional<double>& value)
    { return value ? short_number(*value) : ""; };
    const auto share = [](const std::optional<double>& value)
    { return value ? percent(*value) : ""; };
    return {layer.number + " " + layer.name, share(layer.dead),
            share(layer.saturated),          number(layer.mean),
            number(layer.variance),          number(layer.gradient_norm),
            number(layer.parameter_norm),    number(layer.update_ratio)};
}

/// A line whose first column begins at the left; the others end at the right.
inline std::string diagnosis_line(const diagnosis_cells& cells,
                                  const std::array<std::size_t, 8>& widths)
{
    std::string line = cells[0] + std::string(widths[0] - cells[0].size(), ' ');
    for (std::size_t i = 1; i < cells.size(); ++i)
    {
        line += std::string(widths[i] + 2 - cells[i].size(), ' ') + cells[i];
    }
    return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

} // namespace detail

/// A table with a line for each layer; what does not apply to a layer is left out.
inline std::string to_string(const diagnosis& found)
{
    std::vector<detail::diagnosis_cells> lines{
        {"layer", "dead", "saturated", "mean", "variance", "gradient", "parameters", "update"}};
    std::ranges::transform(found.layers, std::back_inserter(lines), detail::cells_of);
    std::array<std::size_t, 8> widths{};
    for (const detail::diagnosis_cells& cells : lines)
    {
        for (std::size_t i = 0; i < cells.size(); ++i)
        {
            widths[i] = std::max(widths[i], cells[i].size());
        }
    }
    std::string table;
    for (const detail::diagnosis_cells& cells : lines)
    {
        table += detail::diagnosis_line(cells, widths);
    }
    return table + "loss " + detail::short_number(found.loss) + " over " +
           std::to_string(found.rows) + (found.rows == 1 ? " row\n" : " rows\n");
}

inline std::ostream& operator<<(std::ostream& out, const diagnosis& found)
{
    return out << to_string(found);
}

} // namespace ctgrad
