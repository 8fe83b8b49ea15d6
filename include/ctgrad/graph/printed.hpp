// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/bounded_string.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

// Pieces of a printed formula, and how names and numbers are written.

namespace ctgrad::detail
{

enum class notation
{
    text,
    latex
};

/// How tightly a printed formula holds together; a looser one inside a tighter one is bracketed.
enum class binding_strength
{
    comparison,
    sum,
    product,
    negation,
    power,
    atom
};

template <class Text>
struct basic_printed
{
    Text text;
    binding_strength strength = binding_strength::atom;
    /// A leading minus that a sum can turn into a subtraction.
    bool negative = false;
};

using printed = basic_printed<std::string>;

/// The shortest decimal number that reads back as the same double.
inline std::string shortest(double value)
{
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

/// A number with six significant digits, as printf's %g.
template <class Text>
constexpr Text brief(double value)
{
    if (value != value || value - value != 0)
    {
        return value != value ? "nan" : value < 0 ? "-inf" : "inf";
    }
    Text text = value < 0 ? "-" : "";
    double scaled = value < 0 ? -value : value;
    if (scaled == 0)
    {
        return "0";
    }
    int exponent = 5;
    for (; scaled >= 999999.5; ++exponent)
    {
        scaled /= 10;
    }
    for (; scaled < 99999.95; --exponent)
    {
        scaled *= 10;
    }
    const bounded_string<20> all = decimal(static_cast<int>(scaled + 0.5));
    const std::string_view digits = all.view().substr(0, all.view().find_last_not_of('0') + 1);
    if (exponent < -4 || exponent > 5)
    {
        const int power = exponent < 0 ? -exponent : exponent;
        text += digits.substr(0, 1);
        text += digits.size() > 1 ? "." : "";
        text += digits.substr(1);
        text += exponent < 0 ? "e-" : "e+";
        text += power < 10 ? "0" : "";
        return text += decimal(power).view();
    }
    // Digit 0 is that of 10^exponent; around those there are, there are zeros.
    const int count = static_cast<int>(digits.size());
    for (int i = std::min(exponent, 0); i <= std::max(exponent, count - 1); ++i)
    {
        text += i == exponent + 1 ? "." : "";
        text += i < 0 || i >= count ? "0" : digits.substr(static_cast<std::size_t>(i), 1);
    }
    return text;
}

constexpr bool is_greek(std::string_view name)
{
    for (const std::string_view letter :
         {"alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "kappa", "lambda", "mu",
          "nu", "rho", "sigma", "tau", "phi", "omega"})
    {
        if (letter == name)
        {
            return true;
        }
    }
    return false;
}

/// A name between the braces of a LaTeX command.
template <class Text = std::string>
constexpr Text escaped(std::string_view name)
{
    Text text;
    for (const char& character : name)
    {
        text += character == '_' ? "\\_" : std::string_view(&character, 1);
    }
    return text;
}

/// A variable or parameter.
template <class Text = std::string>
constexpr Text print_name(std::string_view name, notation form)
{
    if (form == notation::text || name.size() == 1)
    {
        return Text(name);
    }
    return is_greek(name) ? "\\" + Text(name) : "\\mathrm{" + escaped<Text>(name) + "}";
}

/// A number as exactly as std::string has room for it, or briefly.
template <class Text = std::string>
constexpr Text print_number(double value)
{
    if constexpr (std::same_as<Text, std::string>)
    {
        return shortest(value);
    }
    else
    {
        return brief<Text>(value);
    }
}

template <class Text = std::string>
constexpr basic_printed<Text> print_constant(double value)
{
    return {print_number<Text>(value),
            value < 0 ? binding_strength::negation : binding_strength::atom, value < 0};
}

template <class Text>
constexpr Text bracketed(const basic_printed<Text>& part, notation form)
{
    return form == notation::latex ? "\\left(" + part.text + "\\right)" : "(" + part.text + ")";
}

} // namespace ctgrad::detail
