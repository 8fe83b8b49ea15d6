// SPDX-License-Identifier: BSL-1.0
#include "../graph/random_formula.hpp"
#include "cases.hpp"

#include <ctgrad/catalogue/losses.hpp>

// Formulas that look at a row as a whole.

using namespace source_cases;

namespace
{

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Rows of several lengths, with equal elements, large ones and infinite ones, if the formula can
/// take them.
std::vector<row> rows_for(const source_function& function, bool extreme)
{
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal;
    std::vector<row> made;
    const auto add = [&](const numbers& first)
    {
        row& at = made.emplace_back(row{first.size(), {}});
        for (std::size_t k = 0; k < function.arguments.size(); ++k)
        {
            const auto& argument = function.arguments[k];
            numbers& leaf = at.leaves[std::string(argument.name)];
            for (std::size_t j = 0; j < (argument.is_parameter ? 1 : first.size()); ++j)
            {
                leaf.push_back(argument.is_parameter ? 0.5 + std::abs(normal(random))
                               : k == 0              ? first[j]
                                                     : normal(random));
            }
        }
        numbers& incoming = at.leaves[std::string(detail::incoming_gradient.view())];
        for (std::size_t j = 0; j < (function.is_row_value ? 1 : first.size()); ++j)
        {
            incoming.push_back(normal(random));
        }
    };
    for (const std::size_t size : {1u, 2u, 5u, 17u})
    {
        numbers first(size);
        for (double& value : first)
        {
            value = normal(random);
        }
        add(first);
    }
    add({0.5, -1.5, 2.5, -3.5, 1.0, 2.5});
    add({1.0, std::nan(""), 2.0});
    if (extreme)
    {
        add({1000.0, 999.0, -1000.0});
        add({-infinity, 3.0, 1.0});
        add({-1e5, -1e5, -1e5, -1e5 - 1});
    }
    return made;
}

void add(writer& to, const std::string& name, const auto& formula, bool extreme = false)
{
    to.add(name, formula, rows_for(detail::source_of(formula), extreme));
}

/// The formula of a random tree with x, y and p, with a value for each element of the row.
source_function function_of(const random_formula::tree& formula)
{
    source_function made;
    made.over_row = true;
    made.arguments = {{"x", false, 0.0}, {"y", false, 0.0}, {"p", true, 0.0}};
    graph_builder& graph = made.graph;
    const std::array<int, 3> leaves{graph.variable("x"), graph.variable("y"),
                                    graph.parameter("p", 0.0)};
    const int root = random_formula::build(graph, formula);
    reference seed{&graph, graph.variable(detail::incoming_gradient.view())};
    if (graph[root].uniform)
    {
        seed = sum(seed);
    }
    std::array<int, 3> slopes{};
    differentiate(graph, root, seed.index, leaves, slopes);
    made.outputs = {root, slopes[0], slopes[1], slopes[2]};
    made.formula = random_formula::text(formula);
    return made;
}

void random_rows(writer& to)
{
    for (unsigned long seed = 1; seed <= 300; ++seed)
    {
        random_formula::generator random(seed, 0.3);
        const random_formula::tree formula = random.formula(2 + static_cast<int>(seed % 4));
        const source_function function = function_of(formula);
        if (detail::has_reduction(function.graph, function.outputs[0]))
        {
            to.add_traced("random" + std::to_string(seed), function, rows_for(function, false));
        }
    }
}

} // namespace

int main(int count, char** arguments)
{
    if (count != 2)
    {
        return 2;
    }
    writer to(arguments[1]);
    constexpr variable<"x"> x;
    constexpr variable<"n"> n;
    constexpr parameter<"gamma"> gamma{1.0};
    constexpr parameter<"beta"> beta{0.0};
    constexpr auto normalised = (x - mean(x)) / sqrt(mean(square(x - mean(x))) + 1e-5);
    add(to, "softmax", exp(x - max(x)) / sum(exp(x - max(x))), true);
    add(to, "log_softmax", x - logsumexp(x), true);
    add(to, "softmin", exp(min(x) - x) / sum(exp(min(x) - x)));
    add(to, "layer_norm", gamma * normalised + beta);
    add(to, "rms_norm", gamma * x / sqrt(mean(square(x)) + 1e-6));
    add(to, "unit", x / norm(x));
    add(to, "spread", max(x) - min(x));
    add(to, "weighted", sum(n * tanh(gamma * x)));
    add(to, "gated", x * stop_gradient(sigmoid(mean(x))) + beta * max(n));
    add(to, "length", mean(1 + beta * x) + sum(beta));
    add(to, "mean_squared_error", mean_squared_error);
    add(to, "cross_entropy", cross_entropy);
    add(to, "binary_cross_entropy", binary_cross_entropy);
    add(to, "slope_of_norm", derivative(norm(x), x));
    add(to, "flow", pullback(tanh(gamma * x), n, gamma));
    random_rows(to);
}
