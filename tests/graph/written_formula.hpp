// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "random_formula.hpp"

#include <cctype>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

/// Reads a printed formula by the ordinary rules: ^ before unary minus before * and / before + and -
/// before comparisons; * / + - from left to right.
namespace written_formula
{

class reader
{
public:
    reader(const std::string& text, const std::array<double, 3>& leaves)
        : text_(text), leaves_(leaves)
    {
    }

    double whole()
    {
        const double value = comparison();
        if (at_ != text_.size())
        {
            fail();
        }
        return value;
    }

private:
    [[noreturn]] void fail() const
    {
        throw std::runtime_error("cannot read \"" + text_ + "\" from " + std::to_string(at_));
    }

    bool accept(const std::string& symbol)
    {
        if (text_.compare(at_, symbol.size(), symbol) != 0)
        {
            return false;
        }
        at_ += symbol.size();
        return true;
    }

    double comparison()
    {
        const double a = sum();
        if (accept(" <= "))
        {
            return a <= sum() ? 1 : 0;
        }
        if (accept(" >= "))
        {
            return a >= sum() ? 1 : 0;
        }
        if (accept(" == "))
        {
            return a == sum() ? 1 : 0;
        }
        if (accept(" < "))
        {
            return a < sum() ? 1 : 0;
        }
        return accept(" > ") ? (a > sum() ? 1 : 0) : a;
    }

    double sum()
    {
        double value = product();
        for (;;)
        {
            if (accept(" + "))
            {
                value += product();
            }
            else if (accept(" - "))
            {
                value -= product();
            }
            else
            {
                return value;
            }
        }
    }

    double product()
    {
        double value = negation();
        for (;;)
        {
            if (accept(" * "))
            {
                value *= negation();
            }
            else if (accept(" / "))
            {
                value /= negation();
            }
            else
            {
                return value;
            }
        }
    }

    double negation() { return accept("-") ? -negation() : power(); }

    double power()
    {
        const double base = atom();
        if (!accept("^"))
        {
            return base;
        }
        const double exponent = atom();
        return exponent == 2 ? base * base : std::pow(base, exponent);
    }

    double atom()
    {
        if (accept("("))
        {
            const double value = comparison();
            if (!accept(")"))
            {
                fail();
            }
            return value;
        }
        if (std::isdigit(static_cast<unsigned char>(text_[at_])) != 0)
        {
            char* end = nullptr;
            const double value = std::strtod(text_.c_str() + at_, &end);
            at_ = static_cast<std::size_t>(end - text_.c_str());
            return value;
        }
        std::string name;
        while (at_ < text_.size() &&
               (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_'))
        {
            name += text_[at_++];
        }
        if (!accept("("))
        {
            return named(name);
        }
        std::array<double, 3> operands{};
        std::size_t count = 0;
        do
        {
            operands.at(count++) = comparison();
        } while (accept(", "));
        if (!accept(")"))
        {
            fail();
        }
        return name == "mean" ? operands[0]
                              : random_formula::reference_functions<double>().at(name)(operands);
    }

    double named(const std::string& name) const
    {
        for (std::size_t i = 0; i < 3; ++i)
        {
            if (random_formula::leaf_names[i] == name)
            {
                return leaves_[i];
            }
        }
        if (name == "row_length")
        {
            return 1;
        }
        if (name == "inf" || name == "nan")
        {
            return std::stod(name);
        }
        fail();
    }

    std::string text_;
    std::array<double, 3> leaves_;
    std::size_t at_ = 0;
};

inline double evaluate(const std::string& text, const std::array<double, 3>& leaves)
{
    return reader(text, leaves).whole();
}

/// A bracketed atom, or brackets in brackets: what nobody would write.
inline std::string superfluous_parentheses(const std::string& text)
{
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        if (text[i] == '(')
        {
            open.push_back(i);
        }
        if (text[i] != ')')
        {
            continue;
        }
        const std::size_t from = open.back();
        open.pop_back();
        const bool call =
            from > 0 && (std::isalnum(static_cast<unsigned char>(text[from - 1])) != 0 ||
                         text[from - 1] == '_');
        const std::string inside = text.substr(from + 1, i - from - 1);
        const bool is_atom = inside.find_first_of(" -^(") == std::string::npos;
        const bool is_doubled =
            inside.size() > 1 && inside.front() == '(' && inside.find(')') == inside.size() - 1;
        if (!call && (is_atom || is_doubled))
        {
            return inside;
        }
    }
    return "";
}

} // namespace written_formula
