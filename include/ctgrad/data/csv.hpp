// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/data/data_set.hpp>
#include <ctgrad/data/error.hpp>
#include <ctgrad/data/gzip.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace ctgrad
{

/// How a text file of numbers is written.
struct csv_format
{
    char separator = ',';
    int header_lines = 0;     ///< lines to leave out at the beginning
    double input_scale = 1.0; ///< what the inputs of a data set are multiplied by
};

/// Numbers in rows of the same length, row-major.
struct csv_table
{
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<double> values;
    std::vector<std::size_t> lines; ///< the line of the file that holds row i, from 1

    double operator()(std::size_t row, std::size_t column) const
    {
        return values[row * columns + column];
    }
};

namespace detail
{

inline std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    text.remove_suffix(text.size() - (text.find_last_not_of(blanks) + 1));
    return text;
}

inline std::string csv_place(std::size_t line, std::size_t column)
{
    return "line " + std::to_string(line) + ", column " + std::to_string(column + 1) + ": ";
}

inline double csv_number(const std::filesystem::path& path, std::string_view field,
                         std::size_t line, std::size_t column)
{
    const std::string_view text = trimmed(field);
    const bool plus = text.starts_with('+') && !text.starts_with("+-"); // from_chars knows no +
    const std::string_view digits = text.substr(plus ? 1 : 0);
    double number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc::result_out_of_range)
    {
        throw data_error(path, csv_place(line, column) + "expected a number within the range of " +
                                   "double, found \"" + std::string(text) + "\"");
    }
    if (error != std::errc{} || end != digits.data() + digits.size())
    {
        throw data_error(path, csv_place(line, column) + "expected a number, found \"" +
                                   std::string(text.substr(0, 40)) + "\"");
    }
    return number;
}

} // namespace detail

/// Reads a text file of numbers, packed or not. Blank lines are left out.
/// Errors     data_error with line and column (both from 1): not a number; rows of other lengths
inline csv_table read_csv(const std::filesystem::path& path, const csv_format& format = {})
{
    const std::string contents = read_file(path);
    csv_table table;
    std::string_view rest = contents;
    if (constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
        rest.starts_with(byte_order_mark))
    {
        rest.remove_prefix(byte_order_mark.size());
    }
    for (std::size_t line = 1; !rest.empty(); ++line)
    {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view text = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (std::cmp_less_equal(line, format.header_lines) || detail::trimmed(text).empty())
        {
            continue;
        }

        std::size_t column = 0;
        for (bool more = true; more; ++column)
        {
            const std::size_t stop = text.find(format.separator);
            more = stop != std::string_view::npos;
            table.values.push_back(detail::csv_number(path, text.substr(0, stop), line, column));
            text.remove_prefix(more ? stop + 1 : text.size());
        }
        if (table.rows == 0)
        {
            table.columns = column;
        }
        if (column != table.columns)
        {
            throw data_error(path, "line " + std::to_string(line) + ": expected " +
                                       std::to_string(table.columns) +
                                       " columns as before, found " + std::to_string(column));
        }
        table.lines.push_back(line);
        ++table.rows;
    }
    return table;
}

namespace detail
{

// Columns [first, last) of a table, times `scale`.
template <class T>
aligned_buffer<T> csv_columns(const std::filesystem::path& path, const csv_table& table,
                              std::size_t first, std::size_t last, double scale)
{
    aligned_buffer<T> block(table.rows * (last - first));
    T* to = block.data();
    for (std::size_t row = 0; row < table.rows; ++row)
    {
        for (std::size_t column = first; column < last; ++column)
        {
            const double value = table(row, column) * scale;
            if (std::isfinite(value) && std::abs(value) > std::numeric_limits<T>::max())
            {
                throw data_error(path, csv_place(table.lines[row], column) +
                                           "expected a number within the range of the element "
                                           "type, found " +
                                           std::to_string(value));
            }
            *to++ = static_cast<T>(value);
        }
    }
    return block;
}

inline void require_columns(const std::filesystem::path& path, const csv_table& table,
                            std::size_t at_least)
{
    if (table.rows == 0)
    {
        throw data_error(path, "expected rows of numbers, found none");
    }
    if (table.columns < at_least)
    {
        throw data_error(path, "expected " + std::to_string(at_least) + " columns or more, found " +
                                   std::to_string(table.columns));
    }
}

} // namespace detail

/// Reads a classification: the last column is the class, the others are the inputs.
/// Errors     data_error: as `read_csv`; no rows; a class that is not a whole number of [0,
/// classes)
template <std::floating_point T = float>
data_set<T> load_csv(const std::filesystem::path& path, int classes, const csv_format& format = {})
{
    const csv_table table = read_csv(path, format);
    detail::require_columns(path, table, 2);

    const std::size_t last = table.columns - 1;
    std::vector<int> labels(table.rows);
    for (std::size_t row = 0; row < table.rows; ++row)
    {
        const double label = table(row, last);
        if (!(label >= 0 && label < classes && std::floor(label) == label))
        {
            throw data_error(path, detail::csv_place(table.lines[row], last) +
                                       "expected a class, a whole number below " +
                                       std::to_string(classes) + ", found " +
                                       std::to_string(label));
        }
        labels[row] = static_cast<int>(label);
    }
    return {detail::csv_columns<T>(path, table, 0, last, format.input_scale), std::move(labels),
            classes};
}

/// Reads a regression: the last `targets` columns are the targets, the others are the inputs.
/// Errors     data_error: as `read_csv`; no rows; too few columns
template <std::floating_point T = float>
data_set<T> load_csv_regression(const std::filesystem::path& path, int targets = 1,
                                const csv_format& format = {})
{
    const csv_table table = read_csv(path, format);
    const auto count = static_cast<std::size_t>(std::max(targets, 1));
    detail::require_columns(path, table, count + 1);

    const std::size_t first = table.columns - count;
    return {static_cast<std::ptrdiff_t>(table.rows),
            detail::csv_columns<T>(path, table, 0, first, format.input_scale),
            detail::csv_columns<T>(path, table, first, table.columns, 1.0)};
}

} // namespace ctgrad
