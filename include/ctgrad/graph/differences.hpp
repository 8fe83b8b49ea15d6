// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/reference.hpp>

#include <array>
#include <utility>

namespace ctgrad::detail
{

// Sums whose terms cancel, and what is computed instead. The rules apply when a graph is lowered, so
// that formulas print as they were written and their derivatives come from the simple form:
//
//     1 - tanh(u)^2        sech(u)^2             tanh(u) is 1 from 9 (19 in double) on
//     1 - cos(u)           2 sin(u/2)^2          cos(u) is 1 for |u| < 2e-4 (1e-8)
//     hypot(c, u) - c      u (u / (hypot + c))   the root is c for small u
//     u + hypot(u, c)      c^2 / (hypot - u)     for u < 0, where the root is -u
//     1 + u / hypot(u, c)  (c / hypot)^2 / (1 - u / hypot)    for u < 0, likewise
//     u - tanh(u)          u^3 P(u^2)            tanh(u) is u for small u

/// A sum as factor * term + factor * term, with term -1 for the factor alone.
struct weighed
{
    double factor;
    int term;
};

constexpr weighed weigh(const graph_builder& graph, int index)
{
    const node& current = graph[index];
    if (current.is_constant())
    {
        return {current.value, -1};
    }
    if (current.is(operation_of<negate_operation>))
    {
        return {-1.0, current.operand(0)};
    }
    if (current.is(operation_of<multiply_operation>) && graph[current.operand(0)].is_constant())
    {
        return {graph[current.operand(0)].value, current.operand(1)};
    }
    return {1.0, index};
}

/// c + k T for a term T that comes near -c / k; `lowered` gives the place of a node in the new graph.
constexpr reference lower_beside_constant(const graph_builder& graph, double c, weighed other,
                                          const auto& lowered)
{
    const node& term = graph[other.term];
    const double k = other.factor;
    if (term.is(operation_of<square_operation>) && c == -k)
    {
        const node& root = graph[term.operand(0)];
        return root.is(operation_of<tanh_operation>)
                   ? c * apply<sech_squared_operation>(lowered(root.operand(0)))
                   : reference{};
    }
    if (term.is(operation_of<cos_operation>) && c == -k)
    {
        return 2 * c * square(sin(0.5 * lowered(term.operand(0))));
    }
    if (term.is(operation_of<hypot_operation>) && graph[term.operand(0)].is_constant() &&
        c == -k * graph[term.operand(0)].value)
    {
        const reference u = lowered(term.operand(1));
        const reference leg = lowered(term.operand(0));
        const reference sum = leg + hypot(leg, u);
        return k * u *
               (apply<above_minus_infinity_operation>(apply<below_infinity_operation>(u)) /
                apply<below_infinity_operation>(sum));
    }
    if (term.is(operation_of<hypot_slope_operation>) && (c == k || c == -k))
    {
        const reference u = lowered(term.operand(0));
        const reference v = lowered(term.operand(1));
        const reference slope = apply<hypot_slope_operation>(u, v);
        const reference toward = c == k ? slope : -slope;
        const reference other_slope = square(apply<hypot_slope_operation>(v, u));
        const reference small = other_slope / (1 - toward);
        return c * select(apply<less_operation>(toward, 0), small, 1 + toward);
    }
    return {};
}

/// f u + k hypot(u, c), where |f u| = |k u|: one of the roots of t^2 - 2 u t - c^2.
constexpr reference lower_beside_hypot(const graph_builder& graph, weighed line, weighed root,
                                       const auto& lowered)
{
    const node& hypotenuse = graph[root.term];
    if (!hypotenuse.is(operation_of<hypot_operation>))
    {
        return {};
    }
    for (int leg = 0; leg < 2; ++leg)
    {
        const weighed scaled = weigh(graph, hypotenuse.operand(leg));
        const bool fits = scaled.term >= 0 && scaled.term == line.term &&
                          scalar::abs(line.factor) == scalar::abs(root.factor * scaled.factor);
        if (!fits)
        {
            continue;
        }
        const reference c = lowered(hypotenuse.operand(1 - leg));
        const reference h = lowered(root.term);
        const reference v = lowered(hypotenuse.operand(leg));
        const bool same_sign = (line.factor > 0) == (root.factor * scaled.factor > 0);
        const reference u = same_sign ? v : -v;
        const double k = root.factor;
        // Halves of both, which do not overflow where the root does not.
        const auto small = 0.5 * k * c * (c / (0.5 * h + 0.5 * abs(v)));
        return select(apply<less_operation>(u, 0), small, k * h + k * abs(v));
    }
    return {};
}

/// (u - tanh(u)) / u^3 as a polynomial in s = u^2 for s <= 1, to 2e-17 (Chebyshev interpolation).
constexpr reference tanh_remainder(reference s)
{
    constexpr std::array coefficients{
        0.33333333333333332859,     -0.13333333333333090074,    0.053968253968046375855,
        -0.021869488529129090127,   0.0088632354045782824851,   -0.0035921266793663411995,
        0.0014558246920964941967,   -0.00058997929463000516564, 0.0002389570522873822522,
        -0.00009646277743313181427, 0.000038389607893147333132, -0.000014606131676715378477,
        4.9877603175203466704e-6,   -1.3791814499083341601e-6,  2.6330772232959334619e-7,
        -2.515502365938210575e-8};
    reference sum = s.constant(coefficients.back());
    for (std::size_t i = coefficients.size() - 1; i-- > 0;)
    {
        sum = coefficients[i] + s * sum;
    }
    return sum;
}

/// f u - f tanh(u).
constexpr reference lower_beside_tanh(const graph_builder& graph, weighed line, weighed other,
                                      const auto& lowered)
{
    const node& curve = graph[other.term];
    if (!curve.is(operation_of<tanh_operation>))
    {
        return {};
    }
    const weighed scaled = weigh(graph, curve.operand(0));
    if (scaled.term < 0 || scaled.term != line.term || line.factor != -other.factor * scaled.factor)
    {
        return {};
    }
    const reference u = lowered(curve.operand(0));
    const reference s = square(u);
    const auto small = u * (s * tanh_remainder(s));
    const double f = -other.factor;
    return select(apply<less_operation>(s, 1), f * small, f * u - f * lowered(other.term));
}

/// What a sum, or a multiple of one, becomes where its terms may cancel; otherwise the empty reference.
constexpr reference lower_sum(const graph_builder& graph, int index, const auto& lowered)
{
    const weighed whole = weigh(graph, index);
    const node& current = graph[whole.term < 0 ? index : whole.term];
    const bool difference = current.is(operation_of<subtract_operation>);
    if (graph.lowering() || !(difference || current.is(operation_of<add_operation>)))
    {
        return {};
    }
    weighed a = weigh(graph, current.operand(0));
    weighed b = weigh(graph, current.operand(1));
    b.factor = difference ? -b.factor : b.factor;
    if (a.term < 0)
    {
        return whole.factor == 1 ? lower_beside_constant(graph, a.factor, b, lowered) : reference{};
    }
    // The factor inside: the sum may overflow where its half does not.
    a.factor *= whole.factor;
    b.factor *= whole.factor;
    for (const auto& [line, other] : {std::pair{a, b}, std::pair{b, a}})
    {
        if (const auto beside = lower_beside_hypot(graph, line, other, lowered))
        {
            return beside;
        }
        if (const auto beside = lower_beside_tanh(graph, line, other, lowered))
        {
            return beside;
        }
    }
    return {};
}

} // namespace ctgrad::detail
