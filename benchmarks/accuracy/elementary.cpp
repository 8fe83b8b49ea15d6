// SPDX-License-Identifier: BSL-1.0
// The error of every elementary function over all floats, beside xsimd's own, as the page
// docs/elementary.md. elementary [STRIDE [FUNCTION]]: with a stride, every so manyth float only.

#include "measure.hpp"

#include <ctgrad/simd/elementary.hpp>
#include <ctgrad/simd/elementwise.hpp>

#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <random>

namespace
{

using namespace accuracy;
using ctgrad::simd::batch;

/// A function of batches, which is a lambda without captures.
template <auto Function>
constexpr contestant batches(const char* name)
{
    return {name, [](const float* in, const float*, float* y, std::size_t count)
            {
                for (std::size_t i = 0; i < count; i += std::size_t(batch<float>::size))
                {
                    Function(batch<float>::load(in + i)).store(y + i);
                }
            }};
}

template <auto Function>
constexpr contestant native(const char* name)
{
    return batches<[](batch<float> x) { return batch<float>(Function(x.native)); }>(name);
}

/// A formula in SIMD, as users get it.
template <auto Formula>
constexpr contestant kernel(const char* name)
{
    return {name, [](const float* in, const float*, float* y, std::size_t count)
            { ctgrad::forward<Formula>(std::span(in, count), std::span(y, count)); }};
}

constexpr ctgrad::variable<"x"> x;

double exact_sigmoid(double z, double)
{
    const double e = std::exp(-std::abs(z));
    return std::signbit(z) ? e / (1 + e) : 1 / (1 + e);
}

double exact_softplus(double z, double)
{
    return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
}

/// One function in both tiers and, if there is one, as xsimd has it.
template <auto Formula>
function forms(const char* name, double (*exact)(double, double),
               std::vector<contestant> others = {})
{
    std::vector<contestant> all{kernel<Formula>("precise"), kernel<fast(Formula)>("fast")};
    all.insert(all.end(), others.begin(), others.end());
    return {name, each(exact), all};
}

/// The same of a formula with two variables.
template <auto Formula>
constexpr contestant kernel_of_two(const char* name)
{
    return {name, [](const float* a, const float* z, float* y, std::size_t count)
            {
                const std::tuple in{std::span(a, count), std::span(z, count)};
                ctgrad::forward<Formula>(in, std::span(y, count));
            }};
}

function power()
{
    constexpr ctgrad::variable<"exponent"> exponent;
    constexpr auto formula = pow(x, exponent);
    function made{
        "pow",
        each([](double z, double n) { return std::isnan(z + n) ? z + n : std::pow(z, n); }),
        {kernel_of_two<formula>("precise"),
         kernel_of_two<fast(formula)>("fast"),
         {"xsimd", [](const float* a, const float* z, float* y, std::size_t count)
          {
              using number = batch<float>;
              for (std::size_t i = 0; i < count; i += std::size_t(number::size))
              {
                  number(xsimd::pow(number::load(a + i).native, number::load(z + i).native))
                      .store(y + i);
              }
          }}}};
    made.has_two_arguments = true;
    return made;
}

std::vector<function> functions()
{
    return {
        forms<exp(x)>("exp", [](double z, double) { return std::exp(z); },
                      {native<[](auto z) { return xsimd::exp(z); }>("xsimd")}),
        forms<expm1(x)>("expm1", [](double z, double) { return std::expm1(z); },
                        {native<[](auto z) { return xsimd::expm1(z); }>("xsimd")}),
        forms<log(x)>("log", [](double z, double) { return std::log(z); },
                      {native<[](auto z) { return xsimd::log(z); }>("xsimd")}),
        forms<log1p(x)>("log1p", [](double z, double) { return std::log1p(z); },
                        {native<[](auto z) { return xsimd::log1p(z); }>("xsimd")}),
        forms<tanh(x)>("tanh", [](double z, double) { return std::tanh(z); },
                       {native<[](auto z) { return xsimd::tanh(z); }>("xsimd")}),
        forms<sigmoid(x)>("sigmoid", exact_sigmoid,
                          {native<[](auto z) { return 1.0f / (1.0f + xsimd::exp(-z)); }>("xsimd")}),
        forms<softplus(x)>("softplus", exact_softplus,
                           {native<[](auto z)
                                   {
                                       return xsimd::max(z, decltype(z)(0.0f)) +
                                              xsimd::log1p(xsimd::exp(-xsimd::abs(z)));
                                   }>("xsimd")}),
        forms<erf(x)>("erf", [](double z, double) { return std::erf(z); },
                      {native<[](auto z) { return xsimd::erf(z); }>("xsimd")}),
        forms<erfc(x)>("erfc", [](double z, double) { return std::erfc(z); },
                       {native<[](auto z) { return xsimd::erfc(z); }>("xsimd")}),
        forms<normal_cdf(x)>("normal_cdf", [](double z, double)
                             { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }),
        forms<sin(x)>("sin", [](double z, double) { return std::sin(z); },
                      {native<[](auto z) { return xsimd::sin(z); }>("xsimd")}),
        forms<cos(x)>("cos", [](double z, double) { return std::cos(z); },
                      {native<[](auto z) { return xsimd::cos(z); }>("xsimd")}),
        forms<atan(x)>("atan", [](double z, double) { return std::atan(z); },
                       {native<[](auto z) { return xsimd::atan(z); }>("xsimd")}),
        power(),
    };
}

} // namespace

int main(int count, char** arguments)
{
    const request asked(count, arguments);
    std::puts(
        "# Accuracy of elementary functions\n\n"
        "Worst error in float, and the argument where it occurs, in units in the last place of\n"
        "the exact result, and relative to it where argument and result are at least 2^-125\n"
        "in size. Infinity counts as 2^128.\n"
        "Special: NaN for a number (or the other way round), and wrong signs of zero.\n"
        "Precise is what formulas are computed with, fast what `fast(formula)` is, xsimd the\n"
        "library's own. The reference are glibc's functions in double, right to 2e-9 of a unit.\n"
        "Pow: each base with one exponent.\n"
        "ns: of one result, from the first level cache, on the machine that made this page.\n");
    asked.print_origin();
    std::puts("| | | ULP | relative | special | ns |\n"
              "|---|---|---|---|---|---|");
    for (const function& measured : functions())
    {
        if (!asked.wants(measured.name))
        {
            continue;
        }
        const auto reports = measure(measured, asked.stride);
        for (std::size_t k = 0; k < reports.size(); ++k)
        {
            const report& r = reports[k];
            const std::string name = measured.contestants[k].name;
            char ulps[64] = "";
            if (name != "fast")
            {
                std::snprintf(ulps, sizeof ulps, "%.*f (%.7g)", r.ulps.error < 100 ? 2 : 0,
                              r.ulps.error, static_cast<double>(r.ulps.x));
            }
            std::printf("| %s | %s | %s | %.1e (%.7g) | %llu | %.2f |\n", measured.name.c_str(),
                        name.c_str(), ulps, r.relative.error, static_cast<double>(r.relative.x),
                        static_cast<unsigned long long>(r.wrong_nan + r.wrong_sign_of_zero),
                        time_of(measured.contestants[k]));
        }
        std::fflush(stdout);
    }
}
