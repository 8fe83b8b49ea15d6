// SPDX-License-Identifier: BSL-1.0
#include "../graph/random_formula.hpp"
#include "cases.hpp"

#include <ctgrad/catalogue/activations.hpp>

// Element-wise formulas: the catalogue, names that are none in C or Python, and random ones.

using namespace source_cases;

namespace
{

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Written in other operations, so that it can be printed.
struct cube_operation
{
    static constexpr fixed_string name = "cube";
    static constexpr auto value(auto x) { return x * x * x; }
    static constexpr auto partials(auto x, auto) { return list(3 * square(x)); }
    static constexpr auto lowered(auto x) { return x * square(x); }
};

/// Not 3, where for hard_sigmoid a rounding decides on which side of a kink it is.
numbers edges()
{
    return {0.0,     -0.0,     1e-300,   -1e-300,   1e-20,       -1e-20, 0.5,   -0.5,
            1.0,     -1.0,     1.7,      -1.7,      2.75,        -2.75,  6.0,   -6.0,
            17.0,    -17.0,    37.5,     -37.5,     90.0,        -90.0,  700.0, -700.0,
            720.0,   -720.0,   1e5,      -1e5,      1e160,       -1e160, 1e300, -1e300,
            1.7e308, -1.7e308, infinity, -infinity, std::nan("")};
}

/// Each of the edges for the first leaf, with moderate numbers for the others, and the reverse.
row edge_elements(const source_function& function)
{
    const numbers at = edges();
    row made{at.size() * function.arguments.size(), {}};
    std::mt19937_64 random(3);
    std::uniform_real_distribution<double> moderate(-2, 2);
    for (std::size_t k = 0; k < function.arguments.size(); ++k)
    {
        numbers& leaf = made.leaves[std::string(function.arguments[k].name)];
        for (std::size_t varied = 0; varied < function.arguments.size(); ++varied)
        {
            for (const double edge : at)
            {
                leaf.push_back(varied == k ? edge
                               : function.arguments[k].is_parameter
                                   ? 0.5 + std::abs(moderate(random))
                                   : moderate(random));
            }
        }
    }
    return made;
}

void add_edges(writer& to, const std::string& name, const auto& formula)
{
    const source_function function = detail::source_of(formula);
    to.add(name, formula, {edge_elements(function)});
}

void catalogue(writer& to)
{
    namespace a = activations;
    constexpr parameter<"beta"> beta{1.0};
    add_edges(to, "identity", a::identity);
    add_edges(to, "binary_step", a::binary_step);
    add_edges(to, "sigmoid", a::sigmoid);
    add_edges(to, "hyperbolic_tangent", a::tanh);
    add_edges(to, "relu", a::relu);
    add_edges(to, "relu6", a::relu6);
    add_edges(to, "leaky_relu", a::leaky_relu());
    add_edges(to, "prelu", a::leaky_relu(beta));
    add_edges(to, "elu", a::elu());
    add_edges(to, "celu", a::celu(2.0));
    add_edges(to, "selu", a::selu);
    add_edges(to, "softplus", a::softplus());
    add_edges(to, "sharp_softplus", a::softplus(4.0));
    add_edges(to, "softsign", a::softsign);
    add_edges(to, "silu", a::swish());
    add_edges(to, "swish", a::swish(beta));
    add_edges(to, "gelu", a::gelu);
    add_edges(to, "gelu_tanh", a::gelu_tanh);
    add_edges(to, "mish", a::mish);
    add_edges(to, "hard_sigmoid", a::hard_sigmoid);
    add_edges(to, "hard_swish", a::hard_swish);
    add_edges(to, "hard_tanh", a::hard_tanh);
    add_edges(to, "log_sigmoid", a::log_sigmoid);
    add_edges(to, "tanhshrink", a::tanhshrink);
    add_edges(to, "soft_shrink", a::soft_shrink());
    add_edges(to, "gaussian", a::gaussian);
    add_edges(to, "sine", a::sine);
    add_edges(to, "arctan", a::arctan);
}

void names(writer& to)
{
    constexpr variable<"exp"> exponent;
    constexpr variable<"lambda"> lambda;
    constexpr variable<"int"> integer;
    constexpr parameter<"y"> y{-0.25};
    constexpr parameter<"dexp"> dexp{1e-30};
    constexpr variable<"2 * a"> odd;
    add_edges(to, "tanh", exp(exponent) * lambda + tanh(integer) * y);
    add_edges(to, "np", exponent * dexp + odd);
    add_edges(to, "cube", apply<cube_operation>(lambda) + stop_gradient(lambda));
    add_edges(to, "unused", (lambda - lambda) * exponent + 3);
}

void formulas_of_formulas(writer& to)
{
    constexpr variable<"x"> x;
    constexpr variable<"y"> y;
    constexpr parameter<"beta"> beta{1.0};
    constexpr auto swish = x * sigmoid(beta * x);
    add_edges(to, "slope", derivative(swish, x));
    add_edges(to, "curvature", derivative(derivative(x * tanh(x), x), x));
    add_edges(to, "composed", swish(softplus(x) - y));
    add_edges(to, "parameters_only", beta * exp(beta));
    add_edges(to, "f", variable<"f_sigmoid">{} * sigmoid(variable<"M_PI">{}));
}

/// The formula of a random tree with x, y and p.
source_function function_of(const random_formula::tree& formula)
{
    source_function made;
    made.arguments = {{"x", false, 0.0}, {"y", false, 0.0}, {"p", true, 0.0}};
    const std::array<int, 3> leaves{made.graph.variable("x"), made.graph.variable("y"),
                                    made.graph.parameter("p", 0.0)};
    const int root = random_formula::build(made.graph, formula);
    std::array<int, 3> slopes{};
    differentiate(made.graph, root, made.graph.constant(1), leaves, slopes);
    made.outputs = {root, slopes[0], slopes[1], slopes[2]};
    made.formula = random_formula::text(formula);
    return made;
}

bool reduces(const graph_builder& graph)
{
    bool found = false;
    for (int i = 0; i < graph.size(); ++i)
    {
        const operation* op = graph[i].op;
        found = found || (op != nullptr && (op->over_row != reduction::none || op->row_valued));
    }
    return found;
}

void random_formulas(writer& to)
{
    for (unsigned long seed = 1; seed <= 300; ++seed)
    {
        random_formula::generator random(seed);
        const random_formula::tree formula = random.formula(2 + static_cast<int>(seed % 4));
        const source_function function = function_of(formula);
        if (reduces(function.graph))
        {
            continue;
        }
        row at{20, {}};
        for (const char* leaf : {"x", "y", "p"})
        {
            for (std::size_t j = 0; j < at.size; ++j)
            {
                const bool odd_one = j >= 14;
                at.leaves[leaf].push_back(odd_one ? edges()[random.pick(edges().size())]
                                                  : random.uniform(-3, 3));
            }
        }
        const std::string name = "random" + std::to_string(seed);
        to.add_traced(name, function, {at});
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
    catalogue(to);
    names(to);
    formulas_of_formulas(to);
    random_formulas(to);
}
