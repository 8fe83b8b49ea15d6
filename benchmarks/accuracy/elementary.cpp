// SPDX-License-Identifier: BSL-1.0
// The error of every elementary function over all floats, beside xsimd's own, as the page
// docs/elementary.md. elementary [STRIDE [FUNCTION]]: with a stride, every so manyth float only.

#include "measure.hpp"

#include <ctgrad/simd/elementary.hpp>
#include <ctgrad/simd/elementary/fast.hpp>
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
    return {name, [](const float* x, float* y, std::size_t count)
            {
                for (std::size_t i = 0; i < count; i += std::size_t(batch<float>::size))
                {
                    Function(batch<float>::load(x + i)).store(y + i);
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
    return {name, [](const float* x, float* y, std::size_t count)
            { ctgrad::forward<Formula>(std::span(x, count), std::span(y, count)); }};
}

constexpr ctgrad::variable<"x"> x;

double exact_sigmoid(double z)
{
    const double e = std::exp(-std::abs(z));
    return std::signbit(z) ? e / (1 + e) : 1 / (1 + e);
}

double exact_softplus(double z) { return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))); }

/// One function in all forms: the batch function, the formula, xsimd's own if there is one.
template <auto Fast, auto Ours, auto Formula>
function forms(const char* name, double (*exact)(double), std::vector<contestant> others = {})
{
    std::vector<contestant> all{kernel<Formula>("formula")};
    if constexpr (!std::is_same_v<std::remove_cv_t<decltype(Ours)>, int>)
    {
        all.push_back(batches<Ours>("batch"));
    }
    all.push_back(batches<Fast>("fast"));
    all.insert(all.end(), others.begin(), others.end());
    return {name, exact, all};
}

std::vector<function> functions()
{
    using number = batch<float>;
    return {
        forms<[](number z) { return fast_exp(z); }, [](number z) { return exp(z); }, exp(x)>(
            "exp", [](double z) { return std::exp(z); },
            {native<[](auto z) { return xsimd::exp(z); }>("xsimd")}),
        forms<[](number z) { return fast_expm1(z); }, [](number z) { return expm1(z); }, expm1(x)>(
            "expm1", [](double z) { return std::expm1(z); },
            {native<[](auto z) { return xsimd::expm1(z); }>("xsimd")}),
        forms<[](number z) { return fast_log(z); }, [](number z) { return log(z); }, log(x)>(
            "log", [](double z) { return std::log(z); },
            {native<[](auto z) { return xsimd::log(z); }>("xsimd")}),
        forms<[](number z) { return fast_log1p(z); }, [](number z) { return log1p(z); }, log1p(x)>(
            "log1p", [](double z) { return std::log1p(z); },
            {native<[](auto z) { return xsimd::log1p(z); }>("xsimd")}),
        forms<[](number z) { return fast_tanh(z); }, [](number z) { return tanh(z); }, tanh(x)>(
            "tanh", [](double z) { return std::tanh(z); },
            {native<[](auto z) { return xsimd::tanh(z); }>("xsimd")}),
        forms<[](number z) { return fast_sigmoid(z); }, 0, sigmoid(x)>(
            "sigmoid", exact_sigmoid,
            {native<[](auto z) { return 1.0f / (1.0f + xsimd::exp(-z)); }>("xsimd")}),
        forms<[](number z) { return fast_softplus(z); }, 0, softplus(x)>(
            "softplus", exact_softplus,
            {native<[](auto z)
                    {
                        return xsimd::max(z, decltype(z)(0.0f)) +
                               xsimd::log1p(xsimd::exp(-xsimd::abs(z)));
                    }>("xsimd")}),
        forms<[](number z) { return fast_erf(z); }, [](number z) { return erf(z); }, erf(x)>(
            "erf", [](double z) { return std::erf(z); },
            {native<[](auto z) { return xsimd::erf(z); }>("xsimd")}),
        forms<[](number z) { return fast_erfc(z); }, 0, erfc(x)>(
            "erfc", [](double z) { return std::erfc(z); },
            {native<[](auto z) { return xsimd::erfc(z); }>("xsimd")}),
        forms<[](number z) { return fast_normal_cdf(z); }, 0, normal_cdf(x)>(
            "normal_cdf", [](double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }),
        forms<[](number z) { return fast_sin(z); }, [](number z) { return sin(z); }, sin(x)>(
            "sin", [](double z) { return std::sin(z); },
            {native<[](auto z) { return xsimd::sin(z); }>("xsimd")}),
        forms<[](number z) { return fast_cos(z); }, [](number z) { return cos(z); }, cos(x)>(
            "cos", [](double z) { return std::cos(z); },
            {native<[](auto z) { return xsimd::cos(z); }>("xsimd")}),
        forms<[](number z) { return fast_atan(z); }, [](number z) { return atan(z); }, atan(x)>(
            "atan", [](double z) { return std::atan(z); },
            {native<[](auto z) { return xsimd::atan(z); }>("xsimd")}),
    };
}

} // namespace

int main(int count, char** arguments)
{
    const std::uint64_t stride = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1;
    for (const function& measured : functions())
    {
        if (count > 2 && measured.name != arguments[2])
        {
            continue;
        }
        const auto reports = measure(measured, std::max<std::uint64_t>(stride, 1));
        for (std::size_t k = 0; k < reports.size(); ++k)
        {
            const report& r = reports[k];
            std::printf("| %s | %s | %.2f (%.9g) | %.2g (%.6g) | %llu | %llu |\n",
                        measured.name.c_str(), measured.contestants[k].name, r.ulps.error,
                        static_cast<double>(r.ulps.x), r.relative.error,
                        static_cast<double>(r.relative.x),
                        static_cast<unsigned long long>(r.wrong_nan),
                        static_cast<unsigned long long>(r.wrong_sign_of_zero));
        }
    }
}
