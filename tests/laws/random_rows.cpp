// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE random_rows
#include <boost/test/unit_test.hpp>

#include "../graph/random_formula.hpp"

#include <ctgrad/graph/row_loops.hpp>

// Random formulas over rows, with reductions anywhere: values and gradients of the row's sum as the
// planned program computes them, pass by pass and, as short rows are, all at once, are those that dual
// numbers give for the formula as it was drawn; with arrays of their own, and with results written
// over inputs.
// A failure prints the seed; CTGRAD_SEED=<seed> runs that case alone. CTGRAD_CASES=<count> draws so
// many, from CTGRAD_FIRST on (./dev fuzz does).

using namespace random_formula;
using ctgrad::aliasing;
using ctgrad::operation_of;
using ctgrad::planned_node;
using ctgrad::reduction;
namespace row_loops = ctgrad::row_loops;
using row = std::vector<double>;

namespace
{

constexpr std::size_t largest_plan = 200;

/// The row of each leaf: x, y, and the parameter, the same for all elements.
template <class N>
using leaf_rows = std::array<std::vector<N>, 3>;

template <class N>
N over_row(std::string_view name, const std::vector<N>& elements)
{
    N result = name == "logsumexp" || name == "norm" || name == "sum" ? N(0.0) : elements[0];
    for (const N& element : elements)
    {
        const bool larger = number(element) > number(result);
        result = name == "sum"              ? result + element
                 : name == "norm"           ? result + element * element
                 : name == "logsumexp"      ? result + exp(element)
                 : &element == &elements[0] ? result
                                            : chosen(element, result, larger == (name == "max"));
    }
    return name == "row_length"  ? N(double(elements.size()))
           : name == "norm"      ? sqrt(result)
           : name == "logsumexp" ? log(result)
                                 : result;
}

template <class N>
std::vector<N> evaluate_row(const tree& formula, const leaf_rows<N>& leaves, conditions& met)
{
    const std::size_t length = leaves[0].size();
    if (formula.op == nullptr)
    {
        return formula.leaf < 0 ? std::vector<N>(length, N(formula.constant))
                                : leaves[std::size_t(formula.leaf)];
    }
    std::vector<std::vector<N>> operands;
    for (const tree& operand : formula.operands)
    {
        operands.push_back(evaluate_row(operand, leaves, met));
    }
    std::vector<N> result(length);
    const bool reduces = formula.op->over_row != reduction::none || formula.op->row_valued;
    for (std::size_t i = 0; i < length; ++i)
    {
        if (reduces)
        {
            result[i] = i == 0 ? over_row(formula.op->name, operands[0]) : result[0];
        }
        else
        {
            // One element at a time; its operands as leaves that are numbers already.
            tree element;
            element.op = formula.op;
            std::array<N, 3> values{};
            for (std::size_t k = 0; k < operands.size(); ++k)
            {
                values[k] = operands[k][i];
                tree leaf;
                leaf.leaf = static_cast<int>(k);
                element.operands.push_back(leaf);
            }
            result[i] = evaluate(element, values, met);
        }
        met.finite = met.finite && std::isfinite(number(result[i]));
        met.largest = std::max(met.largest, std::abs(number(result[i])));
    }
    // Where the derivative is a matter of convention.
    met.finite = met.finite && !(formula.op->name == "norm" && number(result[0]) < 1e-6);
    return result;
}

using program_type = ctgrad::detail::lowered_program<4>;
using plan_type = ctgrad::program_plan<int(largest_plan), 4>;

/// Runs a plan with rows of double, as simd/evaluate.hpp does with vectors: the value and the
/// gradients by x and y for each element, the gradient by p for the row.
class interpreter
{
public:
    interpreter(const plan_type& plan, std::array<const double*, 2> inputs,
                std::array<double*, 4> outputs, double parameter, std::size_t length)
        : plan_(plan), inputs_(inputs), outputs_(outputs), parameter_(parameter), length_(length)
    {
    }

    /// As a long row: pass by pass.
    void run_passes()
    {
        for (int pass = 0; pass <= plan_.last_pass; ++pass)
        {
            compute_uniform(pass);
            const auto variables = row_loops::variables_of_pass(plan_, pass);
            const auto loaded = row_loops::loaded_in_pass(plan_, pass);
            const auto computed = row_loops::elements_of_pass(plan_, pass, true);
            const auto kept = row_loops::kept_in_pass(plan_, pass);
            const auto written = row_loops::outputs_of_pass(plan_, row_valued, pass);
            std::vector<double> totals = totals_of_nothing();
            for (std::size_t at = 0; at < length_; ++at)
            {
                // What this pass neither loads nor computes must not be used.
                std::fill(local_.begin(), local_.end(), std::nan(""));
                load(variables, at);
                for_each(loaded, [&](std::size_t i)
                         { local_[i] = outputs_[std::size_t(plan_.nodes[i].kept)][at]; });
                for_each(computed, [&](std::size_t i) { local_[i] = compute(plan_.nodes[i]); });
                for_each(kept, [&](std::size_t i)
                         { outputs_[std::size_t(plan_.nodes[i].kept)][at] = local_[i]; });
                for_each(written,
                         [&](std::size_t k) { outputs_[k][at] = value_of(plan_.outputs[k]); });
                accumulate(pass, totals);
            }
            finish(pass, totals);
        }
        *outputs_[3] = value_of(plan_.outputs[3]);
    }

    /// As a short row: everything is computed once and stays in registers.
    void run_stages()
    {
        std::vector<std::vector<double>> elements;
        for (std::size_t at = 0; at < length_; ++at)
        {
            std::fill(local_.begin(), local_.end(), std::nan(""));
            load(row_loops::variables_in(plan_), at);
            elements.push_back(local_);
        }
        for (int stage = 0; stage <= plan_.last_pass; ++stage)
        {
            compute_uniform(stage);
            const auto computed = row_loops::elements_of_stage(plan_, stage);
            std::vector<double> totals = totals_of_nothing();
            for (std::vector<double>& element : elements)
            {
                local_.swap(element);
                for_each(computed, [&](std::size_t i) { local_[i] = compute(plan_.nodes[i]); });
                accumulate(stage, totals);
                local_.swap(element);
            }
            finish(stage, totals);
        }
        for (std::size_t at = 0; at < length_; ++at)
        {
            local_ = elements[at];
            for_each(row_loops::outputs_of_kind(row_valued, false),
                     [&](std::size_t k) { outputs_[k][at] = value_of(plan_.outputs[k]); });
        }
        *outputs_[3] = value_of(plan_.outputs[3]);
    }

private:
    static constexpr std::array row_valued{false, false, false, true};

    static void for_each(const auto& flags, const auto& body)
    {
        for (std::size_t i = 0; i < flags.size(); ++i)
        {
            if (flags[i])
            {
                body(i);
            }
        }
    }

    double value_of(int index) const
    {
        const planned_node& node = plan_[index];
        return node.kind == ctgrad::node_kind::constant ? node.value
               : node.uniform                           ? uniform_[std::size_t(index)]
                                                        : local_[std::size_t(index)];
    }

    double compute(const planned_node& node) const
    {
        std::array<double, 3> operands{};
        for (std::size_t k = 0; k < 3; ++k)
        {
            operands[k] = node.operands[k] < 0 ? 0 : value_of(node.operands[k]);
        }
        return node.op->value_of(operands);
    }

    void compute_uniform(int stage)
    {
        for_each(row_loops::uniforms_of_stage(plan_, stage),
                 [&](std::size_t i)
                 {
                     const planned_node& node = plan_.nodes[i];
                     uniform_[i] = node.kind == ctgrad::node_kind::parameter ? parameter_
                                   : node.op == &operation_of<ctgrad::row_length_operation>
                                       ? double(length_)
                                       : compute(node);
                 });
    }

    void load(const auto& variables, std::size_t at)
    {
        for_each(variables,
                 [&](std::size_t i) { local_[i] = inputs_[std::size_t(plan_.nodes[i].leaf)][at]; });
    }

    std::vector<double> totals_of_nothing() const
    {
        std::vector<double> totals(largest_plan);
        for (std::size_t i = 0; i < largest_plan; ++i)
        {
            const planned_node& node = plan_.nodes[i];
            const reduction kind = node.op == nullptr ? reduction::none : node.op->over_row;
            totals[i] = kind == reduction::max ? -HUGE_VAL : kind == reduction::min ? HUGE_VAL : 0;
        }
        return totals;
    }

    void accumulate(int pass, std::vector<double>& totals) const
    {
        for_each(row_loops::reductions_of_pass(plan_, pass),
                 [&](std::size_t i)
                 {
                     const reduction kind = plan_.nodes[i].op->over_row;
                     const double value = value_of(plan_.nodes[i].operands[0]);
                     totals[i] = kind == reduction::sum   ? totals[i] + value
                                 : kind == reduction::max ? std::fmax(totals[i], value)
                                                          : std::fmin(totals[i], value);
                 });
    }

    void finish(int pass, const std::vector<double>& totals)
    {
        for_each(row_loops::reductions_of_pass(plan_, pass),
                 [&](std::size_t i) { uniform_[i] = totals[i]; });
    }

    const plan_type& plan_;
    std::array<const double*, 2> inputs_;
    std::array<double*, 4> outputs_;
    double parameter_;
    std::size_t length_;
    std::vector<double> uniform_ = std::vector<double>(largest_plan, std::nan(""));
    std::vector<double> local_ = std::vector<double>(largest_plan, std::nan(""));
};

struct expected
{
    double value;
    double tolerance;
};

/// What a case should give: the values, then the gradients by x, y and p.
struct expectations
{
    std::array<std::vector<expected>, 4> results;
};

bool expect(const tree& formula, const std::array<row, 3>& at, expectations& wanted)
{
    conditions met;
    nearest_kink() = HUGE_VAL;
    const std::size_t length = at[0].size();
    const auto evaluate_at = [&]<class T>(T, std::size_t leaf, std::size_t element)
    {
        leaf_rows<dual<T>> leaves;
        for (std::size_t k = 0; k < 3; ++k)
        {
            for (std::size_t i = 0; i < length; ++i)
            {
                const bool varied = k == leaf && (k == 2 || i == element);
                leaves[k].push_back({static_cast<T>(at[k][i]), static_cast<T>(varied ? 1 : 0)});
            }
        }
        return evaluate_row(formula, leaves, met);
    };
    const auto expectation = [&](long double wide, double narrow)
    {
        const double value = static_cast<double>(wide);
        const double rounding = std::abs(value - narrow);
        return expected{value, 1e-8 * std::abs(value) + 1e4 * rounding + 1e-11 * (1 + met.largest)};
    };
    for (std::size_t leaf = 0; leaf < 3; ++leaf)
    {
        for (std::size_t element = 0; element < (leaf < 2 ? length : 1); ++element)
        {
            const auto wide = evaluate_at(0.0L, leaf, element);
            const auto narrow = evaluate_at(0.0, leaf, element);
            if (!met.finite || met.largest > 1e6 || nearest_kink() < 1e-6)
            {
                return false;
            }
            long double slope = 0;
            double narrow_slope = 0;
            for (std::size_t i = 0; i < length; ++i)
            {
                slope += wide[i].slope;
                narrow_slope += narrow[i].slope;
                if (leaf == 0 && element == 0)
                {
                    wanted.results[0].push_back(expectation(wide[i].value, narrow[i].value));
                }
            }
            wanted.results[1 + leaf].push_back(expectation(slope, narrow_slope));
        }
    }
    return true;
}

/// Returns whether the case was fit for a comparison.
bool check(std::uint64_t seed)
{
    generator random(seed, 0.35);
    const tree formula = random.formula(2 + static_cast<int>(seed % 3));
    const std::size_t length = 1 + random.pick(6);
    std::array<row, 3> at;
    const double p = random.uniform(-2, 2);
    for (std::size_t i = 0; i < length; ++i)
    {
        at[0].push_back(random.uniform(-2, 2));
        at[1].push_back(random.uniform(-2, 2));
        at[2].push_back(p);
    }
    expectations wanted;
    if (!expect(formula, at, wanted))
    {
        return false;
    }

    graph_builder graph;
    const std::array<int, 3> leaves{graph.variable("x"), graph.variable("y"),
                                    graph.parameter("p", 0.0)};
    const int root = build(graph, formula);
    const int total = graph.apply(operation_of<ctgrad::sum_operation>, {root, -1, -1});
    std::array<int, 3> gradients{};
    // A sum that was simplified away leaves no reduction, and gradients are each element's.
    if (!ctgrad::detail::has_reduction(graph, total))
    {
        return false;
    }
    ctgrad::differentiate(graph, total, graph.constant(1), leaves, gradients);
    if (!graph[gradients[2]].uniform)
    {
        BOOST_TEST(false, "seed " << seed << ": the gradient by a parameter is not the row's");
        return true;
    }
    program_type lowered{{}, {root, gradients[0], gradients[1], gradients[2]}};
    lowered.graph = ctgrad::lower(graph, lowered.outputs);
    if (ctgrad::detail::count_live(lowered.graph, lowered.outputs) > int(largest_plan))
    {
        return false;
    }
    ctgrad::name_list variables;
    variables.add("x");
    variables.add("y");
    ctgrad::name_list parameters;
    parameters.add("p");
    // Which input each array of results is: none, or one of x and y.
    constexpr std::array<std::array<int, 2>, 4> places{{{-1, -1}, {0, -1}, {1, 0}, {-1, 1}}};
    for (std::size_t turn = 0; turn < 2 * places.size(); ++turn)
    {
        const auto& place = places[turn / 2];
        const bool in_place = place[0] >= 0 || place[1] >= 0;
        const auto plan = ctgrad::detail::make_plan<int(largest_plan), 4>(
            lowered, variables, parameters, in_place ? aliasing::exact : aliasing::none);
        std::array<row, 2> inputs{at[0], at[1]};
        std::array<row, 4> results{row(length), row(length), row(length), row(1)};
        std::array<double*, 4> outputs{results[0].data(), results[1].data(), results[2].data(),
                                       results[3].data()};
        for (std::size_t k = 0; k < 2; ++k)
        {
            outputs[k] = place[k] < 0 ? outputs[k] : inputs[std::size_t(place[k])].data();
        }
        interpreter run(plan, {inputs[0].data(), inputs[1].data()}, outputs, p, length);
        turn % 2 == 0 ? run.run_passes() : run.run_stages();
        for (std::size_t k = 0; k < 4; ++k)
        {
            for (std::size_t i = 0; i < wanted.results[k].size(); ++i)
            {
                const auto& [value, tolerance] = wanted.results[k][i];
                const bool near = std::abs(outputs[k][i] - value) <= tolerance;
                BOOST_TEST((near || !std::isfinite(tolerance) || std::abs(value) > 1e8),
                           "seed " << seed << ": " << text(formula) << ", result " << k << " of "
                                   << i << " is " << outputs[k][i] << ", expected " << value
                                   << " +- " << tolerance);
            }
        }
    }
    return true;
}

BOOST_AUTO_TEST_CASE(rows_mean_what_was_written)
{
    if (const std::uint64_t seed = setting("CTGRAD_SEED", 0); seed != 0)
    {
        BOOST_TEST(check(seed));
        return;
    }
    const std::uint64_t cases = setting("CTGRAD_CASES", 4000);
    const std::uint64_t first = setting("CTGRAD_FIRST", 1);
    std::uint64_t compared = 0;
    for (std::uint64_t seed = first; seed < first + cases; ++seed)
    {
        compared += check(seed) ? 1 : 0;
    }
    BOOST_TEST_MESSAGE(compared << " of " << cases << " formulas were compared");
    BOOST_TEST(compared > cases / 5);
}

} // namespace
