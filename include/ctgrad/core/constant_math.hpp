// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/constant_exponentials.hpp>
#include <ctgrad/core/constant_series.hpp>

#include <cmath>
#include <type_traits>

/// Elementary functions that the compiler can evaluate, as in `static_assert(exp(0.0) == 1)`.
/// Outside constant evaluation they are those of the standard library.
/// Domain     all doubles; NaN stays NaN, infinities give the limit
/// Accuracy   1 ULP (tests/core/constant_math.cpp); sqrt is correctly rounded; sin and cos of
///            angles beyond 2^31 are taken as those of 0
/// Cost       at most about 200 evaluation steps a call, far from the compilers' limits
namespace ctgrad::constant_math
{

constexpr double abs(double x) { return detail::abs(x); }

constexpr double floor(double x)
{
    return std::is_constant_evaluated() ? detail::floor(x) : std::floor(x);
}

constexpr double sqrt(double x)
{
    return std::is_constant_evaluated() ? detail::sqrt(x) : std::sqrt(x);
}

constexpr double exp(double x)
{
    return std::is_constant_evaluated() ? detail::exp(x) : std::exp(x);
}

constexpr double expm1(double x)
{
    return std::is_constant_evaluated() ? detail::expm1(x) : std::expm1(x);
}

constexpr double log(double x)
{
    return std::is_constant_evaluated() ? detail::log(x) : std::log(x);
}

constexpr double log1p(double x)
{
    return std::is_constant_evaluated() ? detail::log1p(x) : std::log1p(x);
}

constexpr double sin(double x)
{
    return std::is_constant_evaluated() ? detail::sin(x) : std::sin(x);
}

constexpr double cos(double x)
{
    return std::is_constant_evaluated() ? detail::cos(x) : std::cos(x);
}

constexpr double tanh(double x)
{
    return std::is_constant_evaluated() ? detail::tanh(x) : std::tanh(x);
}

constexpr double atan(double x)
{
    return std::is_constant_evaluated() ? detail::atan(x) : std::atan(x);
}

constexpr double erf(double x)
{
    return std::is_constant_evaluated() ? detail::erf(x) : std::erf(x);
}

constexpr double erfc(double x)
{
    return std::is_constant_evaluated() ? detail::erfc(x) : std::erfc(x);
}

/// pow(x, 2) is exactly x * x.
constexpr double pow(double x, double y)
{
    return std::is_constant_evaluated() ? detail::pow(x, y) : y == 2 ? x * x : std::pow(x, y);
}

} // namespace ctgrad::constant_math
