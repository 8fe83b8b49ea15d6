// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/plan.hpp>
#include <ctgrad/graph/print.hpp>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

/// Random formulas as trees, with values and derivatives computed apart from the library: dual
/// numbers over long double, which nest, and the functions of the standard library.
namespace random_formula
{

using ctgrad::graph_builder;
using ctgrad::operation;

/// A number from the environment.
inline std::uint64_t setting(const char* name, std::uint64_t otherwise)
{
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

template <class T>
struct dual
{
    T value{};
    T slope{};

    dual() = default;
    dual(double x) : value(x) {}
    dual(T x, T dx) : value(x), slope(dx) {}

    friend dual operator+(const dual& a, const dual& b)
    {
        return {a.value + b.value, a.slope + b.slope};
    }
    friend dual operator-(const dual& a, const dual& b)
    {
        return {a.value - b.value, a.slope - b.slope};
    }
    friend dual operator-(const dual& a) { return {-a.value, -a.slope}; }
    friend dual operator*(const dual& a, const dual& b)
    {
        return {a.value * b.value, a.slope * b.value + a.value * b.slope};
    }
    friend dual operator/(const dual& a, const dual& b)
    {
        return {a.value / b.value, (a.slope - a.value / b.value * b.slope) / b.value};
    }
};

inline double number(double x) { return x; }
inline double number(long double x) { return static_cast<double>(x); }
template <class T>
double number(const dual<T>& x)
{
    return number(x.value);
}

inline bool is_zero(double x) { return x == 0; }
inline bool is_zero(long double x) { return x == 0; }
template <class T>
bool is_zero(const dual<T>& x)
{
    return is_zero(x.value) && is_zero(x.slope);
}

using std::atan, std::cos, std::erf, std::exp, std::expm1, std::log, std::log1p, std::pow, std::sin,
    std::sqrt;

template <class T>
dual<T> exp(const dual<T>& x)
{
    return {exp(x.value), exp(x.value) * x.slope};
}
template <class T>
dual<T> expm1(const dual<T>& x)
{
    return {expm1(x.value), exp(x.value) * x.slope};
}
template <class T>
dual<T> log(const dual<T>& x)
{
    return {log(x.value), x.slope / x.value};
}
template <class T>
dual<T> log1p(const dual<T>& x)
{
    return {log1p(x.value), x.slope / (T(1.0) + x.value)};
}
template <class T>
dual<T> sqrt(const dual<T>& x)
{
    return {sqrt(x.value), x.slope / (T(2.0) * sqrt(x.value))};
}
template <class T>
dual<T> sin(const dual<T>& x)
{
    return {sin(x.value), cos(x.value) * x.slope};
}
template <class T>
dual<T> cos(const dual<T>& x)
{
    return {cos(x.value), -sin(x.value) * x.slope};
}
template <class T>
dual<T> atan(const dual<T>& x)
{
    return {atan(x.value), x.slope / (T(1.0) + x.value * x.value)};
}
template <class T>
dual<T> erf(const dual<T>& x)
{
    return {erf(x.value), T(1.1283791670955126) * exp(-(x.value * x.value)) * x.slope};
}
template <class T>
dual<T> pow(const dual<T>& x, const dual<T>& y)
{
    const T by_base =
        is_zero(x.slope) ? T(0.0) : y.value * pow(x.value, y.value - T(1.0)) * x.slope;
    const T by_exponent =
        is_zero(y.slope) ? T(0.0) : pow(x.value, y.value) * log(x.value) * y.slope;
    return {pow(x.value, y.value), by_base + by_exponent};
}

template <class N>
N sigmoid(const N& x)
{
    return number(x) < 0 ? exp(x) / (N(1.0) + exp(x)) : N(1.0) / (N(1.0) + exp(-x));
}

template <class N>
N softplus(const N& x)
{
    return number(x) < 0 ? log1p(exp(x)) : x + log1p(exp(-x));
}

template <class N>
N hyperbolic_tangent(const N& x)
{
    return number(x) < 0 ? -hyperbolic_tangent(-x)
                         : -expm1(N(-2.0) * x) / (N(1.0) + exp(N(-2.0) * x));
}

/// 1 - erf(x) for moderate x, with its tail.
template <class N>
N complementary_error(const N& x)
{
    if (number(x) < 2)
    {
        return N(1.0) - erf(x);
    }
    N fraction = x;
    for (int k = 200; k > 0; --k)
    {
        fraction = x + N(0.5 * k) / fraction;
    }
    return exp(-(x * x)) / (fraction * N(1.7724538509055159));
}

template <class N>
N constant_of(const N& x)
{
    return N(number(x));
}

/// How close operands are to a kink, where derivatives are a matter of convention.
inline double& nearest_kink()
{
    static double distance = HUGE_VAL;
    return distance;
}

template <class N>
N chosen(const N& a, const N& b, bool first)
{
    nearest_kink() = std::min(nearest_kink(), std::abs(number(a) - number(b)));
    return first ? a : b;
}

/// sqrt(a^2 + b^2), which has a kink where both are 0.
template <class N>
N length_of(const N& a, const N& b)
{
    const N length = sqrt(a * a + b * b);
    nearest_kink() = std::min(nearest_kink(), std::abs(number(length)));
    return length;
}

/// The library's operations by name, as other people define them. For rows of one element.
template <class N>
const auto& reference_functions()
{
    using operands = const std::array<N, 3>&;
    static const std::map<std::string_view, std::function<N(operands)>> functions{
        {"add", [](operands x) { return x[0] + x[1]; }},
        {"subtract", [](operands x) { return x[0] - x[1]; }},
        {"multiply", [](operands x) { return x[0] * x[1]; }},
        {"divide", [](operands x) { return x[0] / x[1]; }},
        {"negate", [](operands x) { return -x[0]; }},
        {"less",
         [](operands x)
         {
             chosen(x[0], x[1], true);
             return N(number(x[0]) < number(x[1]) ? 1.0 : 0.0);
         }},
        {"less_equal",
         [](operands x)
         {
             chosen(x[0], x[1], true);
             return N(number(x[0]) <= number(x[1]) ? 1.0 : 0.0);
         }},
        {"greater",
         [](operands x)
         {
             chosen(x[0], x[1], true);
             return N(number(x[0]) > number(x[1]) ? 1.0 : 0.0);
         }},
        {"greater_equal",
         [](operands x)
         {
             chosen(x[0], x[1], true);
             return N(number(x[0]) >= number(x[1]) ? 1.0 : 0.0);
         }},
        {"equal",
         [](operands x)
         {
             chosen(x[0], x[1], true);
             return N(number(x[0]) == number(x[1]) ? 1.0 : 0.0);
         }},
        {"where", [](operands x) { return number(x[0]) != 0 ? x[1] : x[2]; }},
        {"maximum", [](operands x) { return chosen(x[0], x[1], number(x[0]) > number(x[1])); }},
        {"minimum", [](operands x) { return chosen(x[0], x[1], number(x[0]) < number(x[1])); }},
        {"abs",
         [](operands x)
         {
             chosen(x[0], N(0.0), true);
             return number(x[0]) < 0 ? -x[0] : x[0];
         }},
        {"sign",
         [](operands x)
         {
             chosen(x[0], N(0.0), true);
             return N(number(x[0]) > 0 ? 1.0 : number(x[0]) < 0 ? -1.0 : 0.0);
         }},
        {"square", [](operands x) { return x[0] * x[0]; }},
        {"sqrt", [](operands x) { return sqrt(x[0]); }},
        {"exp", [](operands x) { return exp(x[0]); }},
        {"expm1", [](operands x) { return expm1(x[0]); }},
        {"log", [](operands x) { return log(x[0]); }},
        {"log1p", [](operands x) { return log1p(x[0]); }},
        {"pow", [](operands x) { return pow(x[0], x[1]); }},
        {"sin", [](operands x) { return sin(x[0]); }},
        {"cos", [](operands x) { return cos(x[0]); }},
        {"atan", [](operands x) { return atan(x[0]); }},
        {"sigmoid", [](operands x) { return sigmoid(x[0]); }},
        {"tanh", [](operands x) { return hyperbolic_tangent(x[0]); }},
        {"softplus", [](operands x) { return softplus(x[0]); }},
        {"relu", [](operands x) { return chosen(x[0], N(0.0), number(x[0]) > 0); }},
        {"tanh_softplus", [](operands x) { return hyperbolic_tangent(softplus(x[0])); }},
        {"tanh_softplus_slope",
         [](operands x)
         {
             const N e = exp(softplus(x[0]));
             const N cosh = (e + N(1.0) / e) / N(2.0);
             return sigmoid(x[0]) / (cosh * cosh);
         }},
        {"hypot", [](operands x) { return length_of(x[0], x[1]); }},
        {"hypot_slope", [](operands x) { return x[0] / length_of(x[0], x[1]); }},
        {"logaddexp",
         [](operands x)
         {
             return number(x[0]) < number(x[1]) ? x[1] + softplus(x[0] - x[1])
                                                : x[0] + softplus(x[1] - x[0]);
         }},
        {"sech", [](operands x) { return N(2.0) / (exp(x[0]) + exp(-x[0])); }},
        {"erf", [](operands x) { return erf(x[0]); }},
        {"erfc", [](operands x) { return complementary_error(x[0]); }},
        {"normal_cdf", [](operands x)
         { return N(0.5) * complementary_error(x[0] * N(-0.70710678118654752440)); }},
        {"sum", [](operands x) { return x[0]; }},
        {"max", [](operands x) { return x[0]; }},
        {"min", [](operands x) { return x[0]; }},
        {"norm",
         [](operands x)
         {
             chosen(x[0], N(0.0), true);
             return number(x[0]) < 0 ? -x[0] : x[0];
         }},
        {"logsumexp", [](operands x) { return x[0]; }},
        {"row_length", [](operands) { return N(1.0); }},
        {"stop_gradient", [](operands x) { return constant_of(x[0]); }},
    };
    return functions;
}

template <class... Operations>
std::vector<const operation*> differentiable(ctgrad::operation_list<Operations...>)
{
    std::vector<const operation*> found;
    const auto add = [&]<class Operation>(Operation)
    {
        constexpr ctgrad::variable<"x"> x;
        constexpr bool has_rule = requires { Operation::partials(x, x); } || requires {
            Operation::partials(x, x, x);
        } || requires { Operation::partials(x < x, x, x, x); };
        if (has_rule)
        {
            found.push_back(&ctgrad::operation_of<Operation>);
        }
    };
    (add(Operations{}), ...);
    return found;
}

/// All operations of the library that have a differentiation rule.
inline const std::vector<const operation*>& differentiable_operations()
{
    static const auto operations = differentiable(ctgrad::library_operations{});
    return operations;
}

/// Those of them that look at a row as a whole.
inline const std::vector<const operation*>& reductions()
{
    static const auto found = []
    {
        std::vector<const operation*> over_row;
        for (const operation* op : differentiable_operations())
        {
            if (op->over_row != ctgrad::reduction::none || op->row_valued)
            {
                over_row.push_back(op);
            }
        }
        return over_row;
    }();
    return found;
}

struct tree
{
    const operation* op = nullptr; // none for a leaf
    int leaf = -1;                 // 0: x, 1: y, 2: the parameter p; -1: a constant
    double constant = 0;
    std::vector<tree> operands;
};

inline constexpr std::array<std::string_view, 3> leaf_names{"x", "y", "p"};

/// The formula as C++ that can be pasted, beside variables x and y and a parameter p.
inline std::string text(const tree& formula)
{
    if (formula.op == nullptr)
    {
        return formula.leaf < 0 ? "constant{" + std::to_string(formula.constant) + "}"
                                : std::string(leaf_names[std::size_t(formula.leaf)]);
    }
    static const std::map<std::string_view, std::string_view> operators{
        {"add", " + "},     {"subtract", " - "},       {"multiply", " * "},
        {"divide", " / "},  {"less", " < "},           {"less_equal", " <= "},
        {"greater", " > "}, {"greater_equal", " >= "}, {"equal", " == "},
    };
    const std::string first = text(formula.operands[0]);
    const auto infix = operators.find(formula.op->name);
    if (infix != operators.end())
    {
        return "(" + first + std::string(infix->second) + text(formula.operands[1]) + ")";
    }
    static const std::array<std::string_view, 6> unnamed{
        "tanh_softplus", "tanh_softplus_slope", "hypot_slope", "sech", "erfc", "row_length"};
    const std::string name(formula.op->name);
    const bool has_function = std::find(unnamed.begin(), unnamed.end(), name) == unnamed.end();
    std::string result = name == "negate" ? "-("
                         : has_function   ? name + "("
                                          : "apply<" + name + "_operation>(";
    for (std::size_t k = 0; k < formula.operands.size(); ++k)
    {
        result += (k == 0 ? "" : ", ") + (k == 0 ? first : text(formula.operands[k]));
    }
    return result + ")";
}

/// The formula in the library's graph, which simplifies it.
inline int build(graph_builder& graph, const tree& formula)
{
    if (formula.op == nullptr)
    {
        return formula.leaf < 0    ? graph.constant(formula.constant)
               : formula.leaf == 2 ? graph.parameter("p", 0.0)
                                   : graph.variable(leaf_names[std::size_t(formula.leaf)]);
    }
    ctgrad::operand_indices operands{-1, -1, -1};
    for (std::size_t k = 0; k < formula.operands.size(); ++k)
    {
        operands[k] = build(graph, formula.operands[k]);
    }
    return graph.apply(*formula.op, operands);
}

/// What an evaluation has met: numbers that are not finite or too large make a case unfit.
struct conditions
{
    double largest = 0;
    bool finite = true;
};

template <class N>
N evaluate(const tree& formula, const std::array<N, 3>& leaves, conditions& met)
{
    N result;
    if (formula.op == nullptr)
    {
        result = formula.leaf < 0 ? N(formula.constant) : leaves[std::size_t(formula.leaf)];
    }
    else
    {
        std::array<N, 3> operands{};
        for (std::size_t k = 0; k < formula.operands.size(); ++k)
        {
            operands[k] = evaluate(formula.operands[k], leaves, met);
        }
        result = reference_functions<N>().at(formula.op->name)(operands);
        // Where roots and powers have no derivative.
        const bool power = formula.op->name == "pow";
        const bool varies =
            power && (formula.operands[1].op != nullptr || formula.operands[1].leaf >= 0);
        const double base = varies ? number(operands[0]) : std::abs(number(operands[0]));
        met.finite = met.finite && !((power || formula.op->name == "sqrt") && base < 1e-9);
    }
    met.finite = met.finite && std::isfinite(number(result));
    const double magnitude = std::abs(number(result));
    met.finite = met.finite && (magnitude == 0 || magnitude > 1e-100);
    met.largest = std::max(met.largest, magnitude);
    return result;
}

class generator
{
public:
    /// `reductions` is the probability that an operation is one over the row.
    explicit generator(std::uint64_t seed, double reductions = 0)
        : random_(seed), reductions_(reductions)
    {
    }

    tree formula(int depth)
    {
        if (depth == 0 || chance(0.1))
        {
            return leaf();
        }
        if (depth > 1 && chance(0.1))
        {
            return textbook(formula(depth - 2));
        }
        const bool reduces = reductions_ > 0 && chance(reductions_);
        const auto& operations = reduces ? reductions() : differentiable_operations();
        const operation* op = operations[pick(operations.size())];
        if (op->predicate)
        {
            return formula(depth);
        }
        tree made;
        made.op = op;
        for (int k = 0; k < op->arity; ++k)
        {
            made.operands.push_back(op->conditional && k == 0 ? condition(depth - 1)
                                                              : formula(depth - 1));
        }
        // A general power is defined for positive bases only: more often a constant exponent.
        if (op->name == "pow" && chance(0.8))
        {
            constexpr std::array<double, 10> exponents{-2, -1, -0.5, 0, 0.5, 1, 2, 3, 4, 1.7};
            made.operands[1] = constant(exponents[pick(exponents.size())]);
        }
        return made;
    }

    double uniform(double low, double high)
    {
        return std::uniform_real_distribution<double>(low, high)(random_);
    }

    std::size_t pick(std::size_t count) { return std::size_t(random_() % count); }

private:
    bool chance(double probability) { return uniform(0, 1) < probability; }

    static tree constant(double value)
    {
        tree made;
        made.constant = value;
        return made;
    }

    template <class Operation>
    static tree apply(tree a)
    {
        return {&ctgrad::operation_of<Operation>, -1, 0, {std::move(a)}};
    }

    template <class Operation>
    static tree apply(tree a, tree b)
    {
        return {&ctgrad::operation_of<Operation>, -1, 0, {std::move(a), std::move(b)}};
    }

    /// Shapes that rules look for, which operations drawn one by one seldom make.
    tree textbook(const tree& u)
    {
        using namespace ctgrad;
        constexpr std::array<double, 4> numbers{1, 0.5, 2, 3};
        const auto number = [&] { return constant(numbers[pick(numbers.size())]); };
        const auto times = [&](tree x)
        { return chance(0.5) ? apply<multiply_operation>(number(), std::move(x)) : x; };
        const auto power = [&](tree x) { return times(apply<exp_operation>(std::move(x))); };
        const auto add = [](tree a, tree b)
        { return apply<add_operation>(std::move(a), std::move(b)); };
        const auto subtract = [](tree a, tree b)
        { return apply<subtract_operation>(std::move(a), std::move(b)); };
        const auto other = [&] { return chance(0.4) ? apply<negate_operation>(u) : leaf(); };
        const auto term = [&] { return chance(0.5) ? number() : power(other()); };
        const tree root =
            apply<sqrt_operation>(add(chance(0.7) ? number() : apply<square_operation>(leaf()),
                                      times(apply<square_operation>(u))));
        const tree sum = add(power(u), term());
        switch (pick(12))
        {
        case 0:
            return root;
        case 1:
            return subtract(root, number());
        case 2:
            return add(times(u), root);
        case 3:
            return subtract(root, times(u));
        case 4:
            return apply<divide_operation>(times(u), root);
        case 5:
            return add(number(), apply<divide_operation>(u, root));
        case 6:
            return apply<log_operation>(sum);
        case 7:
            return apply<log_operation>(add(sum, term()));
        case 8:
            return apply<divide_operation>(chance(0.5) ? apply<exp_operation>(u) : number(), sum);
        case 9:
            return subtract(number(), times(apply<cos_operation>(u)));
        case 10:
            return apply<multiply_operation>(apply<sin_operation>(u), apply<cos_operation>(u));
        default:
            return subtract(number(), times(apply<square_operation>(apply<tanh_operation>(u))));
        }
    }

    tree leaf()
    {
        if (chance(0.3))
        {
            constexpr std::array<double, 9> numbers{0, 1, -1, 2, -2, 0.5, 3, -0.5, 1.7};
            return constant(numbers[pick(numbers.size())]);
        }
        tree made;
        made.leaf = static_cast<int>(chance(0.6) ? 0 : pick(3));
        return made;
    }

    tree condition(int depth)
    {
        std::vector<const operation*> comparisons;
        for (const operation* op : differentiable_operations())
        {
            if (op->predicate)
            {
                comparisons.push_back(op);
            }
        }
        tree made;
        made.op = comparisons[pick(comparisons.size())];
        made.operands = {formula(depth), formula(depth)};
        return made;
    }

    std::mt19937_64 random_;
    double reductions_ = 0;
};

} // namespace random_formula
