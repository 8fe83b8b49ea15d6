// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE print
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/print.hpp>

#include "random_formula.hpp"
#include "written_formula.hpp"

#include <sstream>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr variable<"gate_2"> gate;
constexpr parameter<"beta"> beta{1.0};

// The compiler prints as the program does, as far as there is room.
template <auto Formula>
void check_constant(std::string_view expected)
{
    constexpr auto whole =
        detail::print_formula<bounded_string<64>>(Formula, detail::notation::text);
    constexpr auto cut = detail::print_formula<bounded_string<20>>(Formula, detail::notation::text);
    BOOST_TEST(whole.view() == expected);
    BOOST_TEST(cut.view() == expected.substr(0, 20));
    BOOST_TEST(to_string(Formula) == expected);
}

BOOST_AUTO_TEST_CASE(constants)
{
    check_constant<x * sigmoid(beta * x)>("x * sigmoid(x * beta)");
    check_constant<where(x >= 0, x - 1, -2 * x)>("where(x >= 0, x - 1, -2 * x)");
    check_constant<(x - mean(x)) / sqrt(variance(x) + 1)>(
        "(x - mean(x)) / sqrt(1 + mean((x - mean(x))^2))");
    check_constant<x * tanh(softplus(x))>("x * tanh(softplus(x))");
    check_constant<maximum(x, 0) + pow(abs(x), beta)>("maximum(0, x) + abs(x)^beta");
}

BOOST_AUTO_TEST_CASE(operators)
{
    BOOST_TEST(to_string(x + y) == "x + y");
    BOOST_TEST(to_string(x - y) == "x - y");
    BOOST_TEST(to_string(x * y) == "x * y");
    BOOST_TEST(to_string(x / y) == "x / y");
    BOOST_TEST(to_string(-x) == "-x");
    BOOST_TEST(to_string(+x) == "x");
    BOOST_TEST(to_string(2 * x) == "2 * x");
    BOOST_TEST(to_string(x * 2) == "2 * x");
    BOOST_TEST(to_string(x - 1) == "x - 1");
    BOOST_TEST(to_string(1 - x) == "1 - x");
    BOOST_TEST(to_string(1 + x) == "1 + x");
    BOOST_TEST(to_string(x / 3) == "x / 3");
    BOOST_TEST(to_string(1 / x) == "1 / x");
    BOOST_TEST(to_string(x + -2 * y) == "x - 2 * y");
    BOOST_TEST(to_string(-y + x) == "x - y");
}

BOOST_AUTO_TEST_CASE(no_parenthesis_too_many_and_none_too_few)
{
    BOOST_TEST(to_string((x + y) * x) == "x * (x + y)");
    BOOST_TEST(to_string(x - (y + gate)) == "x - (y + gate_2)");
    BOOST_TEST(to_string(x - (y - gate)) == "x - (y - gate_2)");
    BOOST_TEST(to_string((x - y) - gate) == "x - y - gate_2");
    BOOST_TEST(to_string(x / (y * gate)) == "x / (y * gate_2)");
    BOOST_TEST(to_string((x * y) / gate) == "x * y / gate_2");
    BOOST_TEST(to_string(-(x * y)) == "-x * y");
    BOOST_TEST(to_string(sin(-(x + y))) == "-sin(x + y)");
    BOOST_TEST(to_string(square(x + y)) == "(x + y)^2");
    BOOST_TEST(to_string(square(x)) == "x^2");
    BOOST_TEST(to_string(-square(x)) == "-x^2");
    BOOST_TEST(to_string(square(square(x))) == "(x^2)^2");
    BOOST_TEST(to_string(pow(x, y)) == "x^y");
    BOOST_TEST(to_string(pow(x, y + 1)) == "x^(1 + y)");
    BOOST_TEST(to_string(pow(-x, y)) == "(-x)^y");
    BOOST_TEST(to_string(pow(x, -1.5)) == "x^(-1.5)");
    BOOST_TEST(to_string(pow(x * y, 1.5)) == "(x * y)^1.5");
    BOOST_TEST(to_string(exp(-square(x))) == "exp(-x^2)");
    BOOST_TEST(to_string(sqrt(x * (y + 1))) == "sqrt(x * (1 + y))");
    BOOST_TEST(to_string(1 / (x / y)) == "y / x");
}

BOOST_AUTO_TEST_CASE(functions_and_choices)
{
    BOOST_TEST(to_string(where(x > 0, x, 0.01 * x)) == "where(x > 0, x, 0.01 * x)");
    BOOST_TEST(to_string(where(x <= y, x, y)) == "where(x <= y, x, y)");
    BOOST_TEST(to_string(where(x >= 1, x, y)) == "where(x >= 1, x, y)");
    BOOST_TEST(to_string(where(x == y, 1, 2)) == "where(x == y, 1, 2)");
    BOOST_TEST(to_string(maximum(x, y)) == "maximum(x, y)");
    BOOST_TEST(to_string(clamp(x, y, gate)) == "minimum(maximum(x, y), gate_2)");
    BOOST_TEST(to_string(logsumexp(x) - sum(x * y)) == "logsumexp(x) - sum(x * y)");
    BOOST_TEST(to_string(beta * x) == "beta * x");
    BOOST_TEST(to_string(constant{0.5}) == "0.5");
    BOOST_TEST(to_string(derivative(x * y, gate)) == "0");
}

BOOST_AUTO_TEST_CASE(derivatives_read_like_a_person_wrote_them)
{
    BOOST_TEST(to_string(derivative(x * tanh(log(1 + exp(x))), x)) ==
               "tanh(softplus(x)) + x * (1 - tanh(softplus(x))^2) * sigmoid(x)");
    BOOST_TEST(to_string(variance(x)) == "mean((x - mean(x))^2)");
    BOOST_TEST(to_string(derivative(sum(y * exp(x - max(x)) / sum(exp(x - max(x)))), x)) ==
               "exp(x - logsumexp(x)) * (y - sum(y * exp(x - logsumexp(x))))");
    BOOST_TEST(to_string(derivative(x * sigmoid(x), x)) ==
               "sigmoid(x) + x * sigmoid(x) * sigmoid(-x)");
    BOOST_TEST(to_string(derivative(tanh(x), x)) == "1 - tanh(x)^2");
    BOOST_TEST(to_string(derivative(log(x), x)) == "1 / x");
    BOOST_TEST(to_string(derivative(sin(x), x)) == "cos(x)");
    BOOST_TEST(to_string(derivative(cos(x), x)) == "-sin(x)");
    BOOST_TEST(to_string(derivative(exp(2 * x), x)) == "2 * exp(2 * x)");
    BOOST_TEST(to_string(derivative(pow(x, 3), x)) == "3 * x^2");
    BOOST_TEST(to_string(derivative(square(x), x)) == "2 * x");
    BOOST_TEST(to_string(derivative(sqrt(x), x)) == "0.5 / sqrt(x)");
    BOOST_TEST(to_string(derivative(softplus(x), x)) == "sigmoid(x)");
    BOOST_TEST(to_string(derivative(relu(x), x)) == "where(x > 0, 1, 0)");
    BOOST_TEST(to_string(derivative(atan(x), x)) == "1 / (1 + x^2)");
    BOOST_TEST(to_string(derivative(x * y, y)) == "x");
    BOOST_TEST(to_string(derivative(x / y, y)) == "-x / y^2");
    BOOST_TEST(to_string(derivative(derivative(sin(x), x), x)) == "-sin(x)");
    BOOST_TEST(to_string(derivative(logsumexp(x), x)) == "exp(x - logsumexp(x))");
}

BOOST_AUTO_TEST_CASE(latex)
{
    BOOST_TEST(to_latex(x * y) == "x \\, y");
    BOOST_TEST(to_latex(2 * x) == "2 \\, x");
    BOOST_TEST(to_latex(x / (1 + y)) == "\\frac{x}{1 + y}");
    BOOST_TEST(to_latex(exp(-square(x))) == "e^{-x^2}");
    BOOST_TEST(to_latex(square(x + y)) == "\\left(x + y\\right)^2");
    BOOST_TEST(to_latex(pow(x, y + 1)) == "x^{1 + y}");
    BOOST_TEST(to_latex(sqrt(x)) == "\\sqrt{x}");
    BOOST_TEST(to_latex(abs(x)) == "\\left|x\\right|");
    BOOST_TEST(to_latex(beta) == "\\beta");
    BOOST_TEST(to_latex(gate) == "\\mathrm{gate\\_2}");
    BOOST_TEST(to_latex(normal_cdf(x)) == "\\Phi\\left(x\\right)");
    BOOST_TEST(to_latex(where(x >= 1, x, 0)) ==
               "\\begin{cases} x & x \\ge 1 \\\\ 0 & \\text{otherwise} \\end{cases}");
    BOOST_TEST(to_latex(square(x / y)) == "\\left(\\frac{x}{y}\\right)^2");
    BOOST_TEST(to_latex(square(exp(x))) == "\\left(e^{x}\\right)^2");
}

BOOST_AUTO_TEST_CASE(streams)
{
    std::ostringstream stream;
    stream << x * sigmoid(x) << "; " << derivative(x * x, x);
    BOOST_TEST(stream.str() == "x * sigmoid(x); 2 * x");
}

// The text of a random formula, read by the rules of arithmetic, has the value of the graph.
BOOST_AUTO_TEST_CASE(printed_text_means_the_formula)
{
    int compared = 0;
    for (std::uint64_t seed = 1; seed <= 5000; ++seed)
    {
        random_formula::generator random(seed);
        const auto formula = random.formula(2 + static_cast<int>(seed % 4));
        graph_builder graph;
        const int root = random_formula::build(graph, formula);
        const std::string text = detail::printer(graph, detail::notation::text).print(root).text;
        const std::array<double, 3> at{random.uniform(-3, 3), random.uniform(-3, 3),
                                       random.uniform(-3, 3)};
        const double meant =
            interpret(graph, root,
                      [&](const node& leaf)
                      {
                          return at[leaf.name == "x" ? 0u : leaf.name == "y" ? 1u : 2u];
                      });
        const double read = written_formula::evaluate(text, at);
        // Only the order of multiplications may differ: a * (b / c) prints as a * b / c.
        const bool same = std::abs(read - meant) <= 1e-9 * (1 + std::abs(meant)) ||
                          (std::isnan(read) && std::isnan(meant)) || read == meant;
        random_formula::conditions met;
        random_formula::evaluate(formula, at, met);
        const bool fit = met.finite && std::isfinite(meant) && std::abs(meant) < 1e8;
        compared += fit ? 1 : 0;
        BOOST_TEST((same || !fit), "seed " << seed << ": " << text << " is read as " << read
                                           << ", but means " << meant);
        BOOST_TEST(written_formula::superfluous_parentheses(text) == "", "seed " << seed);
    }
    BOOST_TEST(compared > 3000);
}

} // namespace
