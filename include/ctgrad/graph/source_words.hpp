// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/reference.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

// How numbers, names and functions are written in the languages that formulas are printed in.

namespace ctgrad::detail
{

enum class source_language
{
    c,
    cuda,
    numpy
};

/// A language and, for C and CUDA, whether numbers are `float`.
struct source_dialect
{
    source_language language;
    bool is_float = false;

    bool numpy() const { return language == source_language::numpy; }
    std::string type() const { return is_float ? "float" : "double"; }

    /// The shortest number that reads back as the same double (or float).
    std::string literal(double value) const
    {
        if (scalar::is_nan(value))
        {
            return numpy() ? "np.nan" : "NAN";
        }
        const bool negative = scalar::is_negative(value);
        return (negative ? "-" : "") + magnitude(negative ? -value : value);
    }

    /// A function of math.h by its name for doubles.
    std::string function(std::string_view name) const
    {
        return std::string(name) + (is_float ? "f" : "");
    }

    /// What stands before the type of a function.
    std::string qualifiers() const
    {
        return language == source_language::cuda ? "__device__ __forceinline__ " : "static inline ";
    }

    /// `name = value` as a line of a function's body.
    std::string definition(const std::string& line) const
    {
        return numpy() ? "    " + line + "\n" : "    const " + type() + " " + line + ";\n";
    }

private:
    std::string magnitude(double value) const
    {
        // The largest number is the bound that keeps a limit finite: in float, its own.
        if (!numpy() && value == std::numeric_limits<double>::max())
        {
            return is_float ? "FLT_MAX" : "DBL_MAX";
        }
        const auto narrow = static_cast<float>(value);
        if (scalar::is_infinite(is_float ? static_cast<double>(narrow) : value))
        {
            return numpy() ? "np.inf" : "INFINITY";
        }
        std::array<char, 32> buffer{};
        char* const last = buffer.data() + buffer.size();
        char* const end = is_float ? std::to_chars(buffer.data(), last, narrow).ptr
                                   : std::to_chars(buffer.data(), last, value).ptr;
        std::string text(buffer.data(), end);
        if (text.find_first_of(".e") == std::string::npos)
        {
            text += ".0";
        }
        return text + (is_float ? "f" : "");
    }
};

/// A function that source text calls directly.
struct source_word
{
    const operation* op;
    std::string_view c;
    std::string_view numpy;
};

inline const std::vector<source_word>& source_words()
{
    static const std::vector<source_word> words{
        {&operation_of<abs_operation>, "fabs", "np.abs"},
        {&operation_of<sqrt_operation>, "sqrt", "np.sqrt"},
        {&operation_of<exp_operation>, "exp", "np.exp"},
        {&operation_of<expm1_operation>, "expm1", "np.expm1"},
        {&operation_of<log_operation>, "log", "np.log"},
        {&operation_of<log1p_operation>, "log1p", "np.log1p"},
        {&operation_of<log1p_unit_operation>, "log1p", "np.log1p"},
        {&operation_of<pow_operation>, "pow", "np.power"},
        {&operation_of<sin_operation>, "sin", "np.sin"},
        {&operation_of<cos_operation>, "cos", "np.cos"},
        {&operation_of<atan_operation>, "atan", "np.arctan"},
        {&operation_of<tanh_operation>, "tanh", "np.tanh"},
        {&operation_of<hypot_operation>, "hypot", "np.hypot"},
        {&operation_of<copysign_operation>, "copysign", "np.copysign"},
    };
    return words;
}

/// What no name of ours may be in a language: its keywords, and what the text itself uses.
inline bool is_reserved(std::string_view name, source_language language)
{
    const auto among = [name](std::initializer_list<std::string_view> names)
    { return std::find(names.begin(), names.end(), name) != names.end(); };
    if (language == source_language::numpy)
    {
        return among({"False",    "None",  "True",   "and",    "as",       "assert",
                      "async",    "await", "break",  "class",  "continue", "def",
                      "del",      "elif",  "else",   "except", "for",      "from",
                      "global",   "if",    "import", "in",     "is",       "lambda",
                      "nonlocal", "not",   "or",     "pass",   "raise",    "return",
                      "try",      "while", "with",   "yield",  "np",       "math"});
    }
    // Macros of math.h and float.h come with these.
    for (const std::string_view start : {"M_", "FP_", "MATH_", "DBL_", "FLT_", "LDBL_", "HUGE_"})
    {
        if (name.substr(0, start.size()) == start)
        {
            return true;
        }
    }
    for (const source_word& word : source_words())
    {
        if (name == word.c || name == std::string(word.c) + "f")
        {
            return true;
        }
    }
    // C and C++, of which CUDA is one; macros of math.h, float.h and stddef.h.
    return among({"alignas",
                  "alignof",
                  "and",
                  "and_eq",
                  "asm",
                  "auto",
                  "bitand",
                  "bitor",
                  "bool",
                  "break",
                  "case",
                  "catch",
                  "char",
                  "char8_t",
                  "char16_t",
                  "char32_t",
                  "class",
                  "compl",
                  "concept",
                  "const",
                  "consteval",
                  "constexpr",
                  "constinit",
                  "const_cast",
                  "continue",
                  "co_await",
                  "co_return",
                  "co_yield",
                  "decltype",
                  "default",
                  "delete",
                  "do",
                  "double",
                  "dynamic_cast",
                  "else",
                  "enum",
                  "explicit",
                  "export",
                  "extern",
                  "false",
                  "float",
                  "for",
                  "friend",
                  "goto",
                  "if",
                  "inline",
                  "int",
                  "long",
                  "mutable",
                  "namespace",
                  "new",
                  "noexcept",
                  "not",
                  "not_eq",
                  "nullptr",
                  "operator",
                  "or",
                  "or_eq",
                  "private",
                  "protected",
                  "public",
                  "register",
                  "reinterpret_cast",
                  "requires",
                  "restrict",
                  "return",
                  "short",
                  "signed",
                  "sizeof",
                  "static",
                  "static_assert",
                  "static_cast",
                  "struct",
                  "switch",
                  "template",
                  "this",
                  "thread_local",
                  "throw",
                  "true",
                  "try",
                  "typedef",
                  "typeid",
                  "typename",
                  "typeof",
                  "typeof_unqual",
                  "union",
                  "unsigned",
                  "using",
                  "virtual",
                  "void",
                  "volatile",
                  "wchar_t",
                  "while",
                  "xor",
                  "xor_eq",
                  "linux",
                  "unix",
                  "main",
                  "erf",
                  "erff",
                  "erfc",
                  "erfcf",
                  "isnan",
                  "isinf",
                  "isfinite",
                  "isnormal",
                  "signbit",
                  "fpclassify",
                  "isgreater",
                  "isgreaterequal",
                  "isless",
                  "islessequal",
                  "islessgreater",
                  "isunordered",
                  "NAN",
                  "INFINITY",
                  "HUGE_VAL",
                  "HUGE_VALF",
                  "HUGE_VALL",
                  "DBL_MAX",
                  "FLT_MAX",
                  "NULL",
                  "size_t",
                  "float_t",
                  "double_t",
                  "math_errhandling"});
}

/// Functions of math.h that the text does not use: names for an argument, but not for a function.
inline bool is_declared_by_math(std::string_view name)
{
    for (const source_word& word : source_words())
    {
        if (name == std::string(word.c) + "l")
        {
            return true;
        }
    }
    for (const std::string_view taken :
         {"acos",    "acosh",     "asin",      "asinh",      "atan2",  "atanh",     "cbrt",
          "ceil",    "cosh",      "drem",      "exp2",       "exp10",  "fdim",      "finite",
          "floor",   "fma",       "fmax",      "fmin",       "fmod",   "frexp",     "gamma",
          "ilogb",   "j0",        "j1",        "jn",         "ldexp",  "lgamma",    "llrint",
          "llround", "log10",     "log2",      "logb",       "lrint",  "lround",    "modf",
          "nan",     "nearbyint", "nextafter", "nexttoward", "pow10",  "remainder", "remquo",
          "rint",    "round",     "scalb",     "scalbln",    "scalbn", "signgam",   "significand",
          "sincos",  "sinh",      "tan",       "tgamma",     "trunc",  "y0",        "y1",
          "yn",      "abs",       "div",       "labs",       "ldiv"})
    {
        if (name == taken || name == std::string(taken) + "f" || name == std::string(taken) + "l")
        {
            return true;
        }
    }
    return false;
}

/// The names of one text: each is an identifier of the language and there once.
class source_names
{
public:
    explicit source_names(source_language language) : language_(language) {}

    /// A name as close to the wanted one as may be.
    std::string local(std::string_view wanted) { return claim(identifier(wanted), false); }

    /// Likewise for a function.
    std::string function(std::string_view wanted) { return claim(identifier(wanted), true); }

private:
    static std::string identifier(std::string_view wanted)
    {
        // Names with two underscores in a row are the compiler's.
        std::string name;
        for (const char character : wanted)
        {
            const bool digit = character >= '0' && character <= '9';
            const bool letter =
                (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
            if (digit || letter)
            {
                name += character;
            }
            else if (name.empty() || name.back() != '_')
            {
                name += '_';
            }
        }
        const bool starts_with_letter = !name.empty() && !(name[0] >= '0' && name[0] <= '9');
        return starts_with_letter ? name : "v" + name;
    }

    std::string claim(std::string name, bool function)
    {
        const bool in_c = language_ != source_language::numpy;
        while (is_reserved(name, language_) || (function && in_c && is_declared_by_math(name)) ||
               std::find(taken_.begin(), taken_.end(), name) != taken_.end())
        {
            const bool prefixed = is_reserved(name + '_', language_);
            name = prefixed ? "v" + name : name + (name.back() == '_' ? '1' : '_');
        }
        taken_.push_back(name);
        return name;
    }

    source_language language_;
    std::vector<std::string> taken_;
};

} // namespace ctgrad::detail
