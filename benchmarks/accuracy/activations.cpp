// SPDX-License-Identifier: BSL-1.0
// The error of every activation's value and derivative over all floats, in both tiers, as the page
// docs/activation_errors.md. activations [STRIDE [NAME]]: with a stride, every so manyth float only.

#include "../../docs/catalogue.hpp"
#include "measure.hpp"

#include <ctgrad/simd/lists.hpp>

#include <cstdio>
#include <cstdlib>

namespace
{

using namespace accuracy;
using ctgrad::activations::x;

/// Value and derivative.
template <auto Formula, class T>
void run(const T* in, T* out, std::size_t count)
{
    constexpr auto both = ctgrad::list(Formula, derivative(Formula, x));
    const std::span value(out, count);
    const std::span slope(out + count, count);
    ctgrad::forward<both>(std::span(in, count), std::tie(value, slope));
}

template <auto Formula>
constexpr contestant kernel(const char* name)
{
    return {name, [](const float* in, const float*, float* out, std::size_t count)
            { run<Formula>(in, out, count); }};
}

/// Around each change of sign beside the origin, an eighth of its distance.
std::vector<interval> crossings_of(const std::vector<double>& at, const double* y)
{
    const auto sign = [](double value) { return (value > 0) - (value < 0); };
    std::vector<interval> found;
    for (std::size_t i = 1; i < at.size(); ++i)
    {
        if (sign(y[i]) == sign(y[i - 1]) || std::isnan(y[i] + y[i - 1]) || at[i - 1] * at[i] <= 0)
        {
            continue;
        }
        const double low = at[i - 1] - std::abs(at[i - 1]) / 8;
        const double high = at[i] + std::abs(at[i]) / 8;
        if (!found.empty() && low <= found.back().high)
        {
            found.back().high = high;
        }
        else
        {
            found.push_back({low, high});
        }
    }
    return found;
}

template <auto Formula>
function measured(const char* name)
{
    function result;
    result.name = name;
    result.outputs = 2;
    result.exact = [](const double* in, const double*, double* out, std::size_t count)
    { run<Formula>(in, out, count); };
    result.contestants = {kernel<Formula>("precise"), kernel<fast(Formula)>("fast")};

    // Every 4096th float from the most negative to the largest.
    std::vector<double> at;
    for (std::int64_t bits = 0x7f7ff000; bits > -0x7f800000; bits -= 4096)
    {
        const auto size = std::bit_cast<float>(static_cast<std::uint32_t>(std::abs(bits)));
        at.push_back(static_cast<double>(bits > 0 ? -size : size));
    }
    std::vector<double> y(2 * at.size());
    result.exact(at.data(), nullptr, y.data(), at.size());
    for (std::size_t output = 0; output < 2; ++output)
    {
        result.crossings.push_back(crossings_of(at, y.data() + output * at.size()));
    }
    return result;
}

void print(const function& shown, std::uint64_t stride)
{
    const std::vector<report> reports = measure(shown, stride);
    std::printf("| %s", shown.name.c_str());
    const auto cell = [](const char* form, const worst& found)
    {
        if (found.error <= 0)
        {
            std::printf(" | 0");
            return;
        }
        std::printf(" | ");
        std::printf(form, found.error);
        std::printf(" (%.6g)", static_cast<double>(found.x));
    };
    std::uint64_t special = 0;
    for (std::size_t output = 0; output < 2; ++output)
    {
        cell("%.2f", reports[output].ulps);
        cell("%.1e", reports[output].absolute);
    }
    for (std::size_t output = 2; output < 4; ++output)
    {
        cell("%.1e", reports[output].relative);
        cell("%.1e", reports[output].absolute);
    }
    for (const report& r : reports)
    {
        special += r.wrong_nan;
    }
    std::printf(" | %llu", static_cast<unsigned long long>(special));
    for (const contestant& tier : shown.contestants)
    {
        std::printf(" | %.2f", time_of(tier, shown.outputs));
    }
    std::puts(" |");
    std::fflush(stdout);
}

} // namespace

int main(int count, char** arguments)
{
    const request asked(count, arguments);
    std::puts(
        "# Errors of activations over all floats\n\n"
        "Worst error of value and derivative in float, and the argument where it occurs: in\n"
        "units in the last place of the exact result (ULP); in the fast tier, `fast(f)`,\n"
        "relative to it where argument and result are at least 2^-125 in size. *Beside zeros*,\n"
        "within an eighth of the distance of a zero from the origin, errors are absolute (over\n"
        "|x| where that is more than 1). NaN: how many results of both tiers are NaN for a\n"
        "number, or the other way round. The reference is the same formula in double, whose\n"
        "own errors are in [accuracy.md](accuracy.md). ns: value and derivative of one number\n"
        "in each tier, from the first level cache, on the machine that made this page.\n");
    asked.print_origin();
    std::puts("| | f | beside zeros | f' | beside zeros | fast f | beside zeros | fast f' |"
              " beside zeros | NaN | ns | fast ns |\n"
              "|---|---|---|---|---|---|---|---|---|---|---|---|");
    visit_activations(
        [&]<auto Formula>(const char* name, const window& = {})
        {
            if (asked.wants(name))
            {
                print(measured<Formula>(name), asked.stride);
            }
        });
}
