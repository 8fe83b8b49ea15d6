// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE random_formulas
#include <boost/test/unit_test.hpp>

#include "../graph/random_formula.hpp"

// Some thousand random formulas: what the library makes of them (simplified, differentiated once and
// twice, lowered) has the values that dual numbers give for the formula as it was drawn.
// A failure prints the formula, ready to be pasted, and the seed: CTGRAD_SEED=<seed> runs that case
// alone. CTGRAD_CASES=<count> draws so many, from CTGRAD_FIRST on (./dev fuzz does).

using namespace random_formula;
using number_type = dual<dual<long double>>;

namespace
{

struct subject
{
    std::uint64_t seed;
    tree formula;
    std::array<double, 3> at;
};

/// The tolerance: 1e-8 of the value, and what rounding in double can do, estimated from the same
/// formula computed in double and in long double, and from the size of what may have cancelled.
struct expected
{
    double value;
    double tolerance;
};

template <class Wide, class Narrow>
expected expectation(Wide wide, Narrow narrow, double size)
{
    const double value = number(wide);
    const double rounding = std::abs(value - number(narrow));
    return {value, 1e-8 * std::abs(value) + 1e4 * rounding + 1e-11 * size};
}

bool is_near(double got, const expected& wanted)
{
    return std::abs(got - wanted.value) <= wanted.tolerance;
}

bool is_fit(const expected& wanted)
{
    return std::abs(wanted.value) < 1e8 && std::isfinite(wanted.tolerance);
}

/// Returns whether the case was fit for a comparison.
bool check(const subject& tested)
{
    const auto& [seed, formula, at] = tested;
    const auto report = [&](const std::string& what, double got, const expected& wanted)
    {
        BOOST_TEST_CONTEXT("seed " << seed << ": " << text(formula) << " at x = " << at[0]
                                   << ", y = " << at[1] << ", p = " << at[2])
        {
            BOOST_TEST(is_near(got, wanted), what << " is " << got << ", expected " << wanted.value
                                                  << " +- " << wanted.tolerance);
        }
    };
    // Derivatives by leaf i, then by leaf j.
    const auto evaluate_at = [&]<class T>(T, std::size_t i, std::size_t j, conditions& met)
    {
        std::array<dual<dual<T>>, 3> leaves{};
        for (std::size_t k = 0; k < 3; ++k)
        {
            leaves[k].value.value = static_cast<T>(at[k]);
        }
        leaves[i].value.slope = 1;
        leaves[j].slope.value = 1;
        return evaluate(formula, leaves, met);
    };

    nearest_kink() = HUGE_VAL;
    conditions met;
    evaluate_at(0.0L, 0, 0, met);
    if (!met.finite || met.largest > 1e6 || nearest_kink() < 1e-6)
    {
        return false;
    }

    graph_builder graph;
    const std::array<int, 3> leaves{graph.variable("x"), graph.variable("y"),
                                    graph.parameter("p", 0.0)};
    const int root = build(graph, formula);
    std::array<int, 3> slopes{};
    differentiate(graph, root, graph.constant(1), leaves, slopes);
    std::array<int, 3> curvatures{};
    differentiate(graph, slopes[0], graph.constant(1), leaves, curvatures);

    std::array<int, 7> outputs{root,          slopes[0],     slopes[1],    slopes[2],
                               curvatures[0], curvatures[1], curvatures[2]};
    std::array<expected, 7> wanted{};
    for (std::size_t k = 0; k < 3; ++k)
    {
        const auto wide = evaluate_at(0.0L, 0, k, met);
        const auto narrow = evaluate_at(0.0, 0, k, met);
        // x / x has the derivative 1 / x - 1 / x: next to 0 terms of derivatives are larger by 1 / x.
        const double size = 1 + met.largest;
        const auto growth = [&](std::size_t leaf) { return std::max(1.0, 1 / std::abs(at[leaf])); };
        wanted[0] = expectation(wide.value.value, narrow.value.value, size);
        wanted[1 + k] = expectation(wide.slope.value, narrow.slope.value, size * growth(k));
        wanted[4 + k] =
            expectation(wide.slope.slope, narrow.slope.slope, size * growth(0) * growth(k));
    }
    constexpr std::array<const char*, 7> names{"the value",
                                               "the derivative by x",
                                               "the derivative by y",
                                               "the derivative by p",
                                               "the second derivative by x",
                                               "the second derivative by x and y",
                                               "the second derivative by x and p"};
    const auto leaf_value = [&](const ctgrad::node& leaf)
    {
        return at[leaf.name == "x" ? 0u : leaf.name == "y" ? 1u : 2u];
    };
    for (std::size_t k = 0; k < 7; ++k)
    {
        if (is_fit(wanted[k]))
        {
            report(names[k], interpret(graph, outputs[k], leaf_value), wanted[k]);
        }
    }
    const graph_builder lowered = lower(graph, outputs);
    for (std::size_t k = 0; k < 7; ++k)
    {
        if (is_fit(wanted[k]))
        {
            report(std::string(names[k]) + ", lowered,", interpret(lowered, outputs[k], leaf_value),
                   wanted[k]);
        }
    }
    return true;
}

subject draw(std::uint64_t seed)
{
    generator random(seed);
    subject drawn{seed, random.formula(2 + static_cast<int>(seed % 4)), {}};
    for (double& x : drawn.at)
    {
        x = random.uniform(-3, 3);
    }
    return drawn;
}

BOOST_AUTO_TEST_CASE(every_operation_has_a_reference)
{
    for (const operation* op : differentiable_operations())
    {
        BOOST_TEST(reference_functions<double>().contains(op->name),
                   "tests/graph/random_formula.hpp lacks the operation " << op->name);
    }
    BOOST_TEST(differentiable_operations().size() == reference_functions<double>().size());
}

BOOST_AUTO_TEST_CASE(graphs_mean_what_was_written)
{
    if (const std::uint64_t seed = setting("CTGRAD_SEED", 0); seed != 0)
    {
        BOOST_TEST(check(draw(seed)));
        return;
    }
    const std::uint64_t cases = setting("CTGRAD_CASES", 30000);
    const std::uint64_t first = setting("CTGRAD_FIRST", 1);
    std::uint64_t compared = 0;
    for (std::uint64_t seed = first; seed < first + cases; ++seed)
    {
        compared += check(draw(seed)) ? 1 : 0;
    }
    BOOST_TEST_MESSAGE(compared << " of " << cases << " formulas were compared");
    BOOST_TEST(compared > cases / 3);
}

} // namespace
