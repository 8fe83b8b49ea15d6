// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "numbers.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>

// Whether a contestant computes what the first one, ctgrad, computes. Everything is float; sums are of
// at most 784 terms and added in another order by everyone, which leaves errors of about
// sqrt(784) = 28 times a rounding (6e-8) of what is added up; a factor of 5 is for functions that are
// good to some units only. Gradients of LeNet's filters are sums over a batch's pixels, up to 64 * 784 of
// them, but each of these is a small part of the largest gradient, which the tolerance is relative to.

namespace agreement
{

inline constexpr double rounding = 1e-5;

inline double largest(std::span<const float> values)
{
    double found = 0;
    for (const float value : values)
    {
        found = std::max(found, std::abs(double(value)));
    }
    return found;
}

/// What is wrong with `found`: the elements further from `wanted` than `allowed(i)`.
template <class Allowed>
std::size_t count_wrong(std::span<const float> wanted, std::span<const float> found,
                        Allowed allowed)
{
    if (wanted.size() != found.size())
    {
        return wanted.size();
    }
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i)
    {
        wrong += !(std::abs(double(wanted[i]) - double(found[i])) <= allowed(i));
    }
    return wrong;
}

/// Compares the outputs of both for some rows.
inline bool same_outputs(const std::string& what, std::span<const float> wanted,
                         std::span<const float> found, double tolerance)
{
    const double allowed = tolerance * rounding * largest(wanted);
    const std::size_t wrong = count_wrong(wanted, found, [&](std::size_t) { return allowed; });
    if (wrong > 0)
    {
        std::fprintf(stderr, "%s: %zu of %zu outputs are wrong\n", what.c_str(), wrong,
                     wanted.size());
    }
    return wrong == 0;
}

/// Compares losses and parameters of both after some steps.
inline bool same_training(const std::string& what, trainer& first, trainer& second,
                          std::span<const float> initial, const labelled_rows& data,
                          update_kind rule, double tolerance)
{
    constexpr int steps = 3;
    for (int i = 0; i < steps; ++i)
    {
        const double wanted = first.step(data);
        const double found = second.step(data);
        if (!(std::abs(wanted - found) <= tolerance * rounding * wanted))
        {
            std::fprintf(stderr, "%s: the loss of step %d is %.7g, not %.7g\n", what.c_str(), i + 1,
                         found, wanted);
            return false;
        }
    }
    const std::vector<float> wanted = first.parameters();
    const std::vector<float> found = second.parameters();
    std::vector<float> moved(wanted);
    std::transform(wanted.begin(), wanted.end(), initial.begin(), moved.begin(), std::minus<>());
    // Adam takes steps of one length in the direction of the gradient's sign, so a gradient that is
    // nearly 0 has its relative error in the parameter: of 1,000 gradients about one is so small that
    // this is more than the hundredth of the way that is allowed there.
    const double way = rule == update_kind::sgd ? tolerance * rounding * largest(moved)
                                                : tolerance * 0.01 * largest(moved);
    const std::size_t exempt = rule == update_kind::sgd ? 0 : wanted.size() / 1000;
    const std::size_t wrong =
        count_wrong(wanted, found,
                    [&](std::size_t i)
                    {
                        // Each step rounds the parameter.
                        return way + steps * std::numeric_limits<float>::epsilon() *
                                         std::abs(double(wanted[i]));
                    });
    if (wrong > exempt)
    {
        std::fprintf(stderr, "%s: %zu of %zu parameters are wrong after %d steps\n", what.c_str(),
                     wrong, wanted.size(), steps);
    }
    return wrong <= exempt;
}

} // namespace agreement
