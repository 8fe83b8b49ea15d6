// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <charconv>
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

struct printed
{
    std::string text;
    binding_strength strength = binding_strength::atom;
    /// A leading minus that a sum can turn into a subtraction.
    bool negative = false;
};

/// The shortest decimal number that reads back as the same double.
inline std::string shortest(double value)
{
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

inline bool is_greek(std::string_view name)
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
inline std::string escaped(std::string_view name)
{
    std::string text;
    for (const char character : name)
    {
        text += character == '_' ? "\\_" : std::string(1, character);
    }
    return text;
}

/// A variable or parameter.
inline std::string print_name(std::string_view name, notation form)
{
    if (form == notation::text || name.size() == 1)
    {
        return std::string(name);
    }
    return is_greek(name) ? "\\" + std::string(name) : "\\mathrm{" + escaped(name) + "}";
}

inline printed print_constant(double value)
{
    return {shortest(value), value < 0 ? binding_strength::negation : binding_strength::atom,
            value < 0};
}

inline std::string bracketed(const printed& part, notation form)
{
    return form == notation::latex ? "\\left(" + part.text + "\\right)" : "(" + part.text + ")";
}

} // namespace ctgrad::detail
