// SPDX-License-Identifier: BSL-1.0
// What value and derivative of activations cost together, counted in lowered graphs: no more
// exponentials, logarithms and their like than the functions need, and one division where one will do.
#define BOOST_TEST_MODULE cheap_forms
#include <boost/test/unit_test.hpp>

#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/graph/plan.hpp>

#include <algorithm>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;

struct cost
{
    int transcendentals = 0;
    int divisions = 0;
    int tails = 0;
    int nodes = 0;
};

/// Counts an evaluation of exp (by its octave), log, sin, ... each, and divisions, also those inside
/// the tails of the error function.
template <std::size_t Outputs>
cost count(const graph_builder& graph, const std::array<int, Outputs>& outputs)
{
    const auto among = [](const node& current, const auto&... operations)
    { return (current.is(operations) || ...); };
    const auto live = detail::live_nodes(graph, outputs);
    cost counted;
    for (int i = 0; i < graph.size(); ++i)
    {
        const node& current = graph[i];
        if (!live[static_cast<std::size_t>(i)] || current.kind != node_kind::applied)
        {
            continue;
        }
        ++counted.nodes;
        counted.transcendentals +=
            among(current, operation_of<exp_octave_operation>,
                  operation_of<minus_square_octave_operation>,
                  operation_of<minus_half_square_octave_operation>, operation_of<log_operation>,
                  operation_of<log1p_operation>, operation_of<log1p_unit_operation>,
                  operation_of<sin_operation>, operation_of<cos_operation>,
                  operation_of<sin_of_product_operation>, operation_of<cos_of_product_operation>,
                  operation_of<atan_operation>, operation_of<pow_operation>,
                  operation_of<erf_operation>)
                ? 1
                : 0;
        counted.divisions +=
            among(current, operation_of<divide_operation>, operation_of<erfc_position_operation>,
                  operation_of<normal_position_operation>)
                ? 1
                : 0;
        counted.tails += among(current, operation_of<normal_tail_operation>,
                               operation_of<normal_significand_operation>,
                               operation_of<erfc_significand_operation>)
                             ? 1
                             : 0;
    }
    return counted;
}

template <class... Formulas>
cost cost_of_program(const Formulas&... formulas)
{
    graph_builder graph;
    std::array<int, sizeof...(Formulas)> outputs{trace(graph, formulas)...};
    const graph_builder lowered = lower(graph, outputs);
    return count(lowered, outputs);
}

void check(const char* name, const auto& f, int transcendentals, int divisions)
{
    const cost both = cost_of_program(f, derivative(f, x));
    BOOST_TEST(both.transcendentals <= transcendentals,
               name << " and its derivative have " << both.transcendentals);
    BOOST_TEST(both.divisions <= divisions,
               name << " and its derivative have " << both.divisions << " divisions");
}

} // namespace

BOOST_AUTO_TEST_CASE(one_exponential_for_value_and_derivative)
{
    check("sigmoid", activations::sigmoid, 1, 1);
    check("tanh", activations::tanh, 1, 1);
    check("lecun_tanh", activations::lecun_tanh, 1, 1);
    check("swish", activations::swish(), 1, 1);
    check("swish(1.702)", activations::swish(1.702), 1, 1);
    check("learnable_swish", activations::learnable_swish, 1, 1);
    check("gelu", activations::gelu, 1, 1);
    check("gelu_tanh", activations::gelu_tanh, 1, 1);
    check("mish", activations::mish, 1, 1);
    check("lisht", activations::lisht, 1, 1);
    check("elish", activations::elish, 1, 1);
    check("tanhshrink", activations::tanhshrink, 1, 1);
    check("elu", activations::elu(), 1, 0);
    check("celu", activations::celu(2.0), 1, 0);
    check("selu", activations::selu, 1, 0);
    check("gaussian", activations::gaussian, 1, 0);
    check("exponential", activations::exponential, 1, 0);
    check("arctan", activations::arctan, 1, 1);
}

// The value needs two of them; the derivative no more. Quotients of a root keep their own divisions:
// a reciprocal that they shared would be subnormal for the largest arguments.
BOOST_AUTO_TEST_CASE(no_more_than_the_functions_need)
{
    check("softplus", activations::softplus(), 2, 1);
    check("softplus(3)", activations::softplus(3.0), 2, 1);
    check("log_sigmoid", activations::log_sigmoid, 2, 1);
    check("sine", activations::sine, 2, 0);
    check("snake", activations::snake(), 2, 0);
    check("growing_cosine", activations::growing_cosine, 2, 0);
    check("serf", activations::serf, 4, 1);
    check("softsign", activations::softsign, 0, 2);
    check("isru", activations::isru(), 0, 2);
    check("isrlu", activations::isrlu(), 0, 2);
    check("bent_identity", activations::bent_identity, 0, 2);
    check("hard_swish", activations::hard_swish, 0, 0);
}

// Alone, the distribution function has a tail of its own, which is more accurate.
BOOST_AUTO_TEST_CASE(a_gate_of_gelu_has_one_tail)
{
    constexpr ctgrad::variable<"gate"> gate;
    constexpr auto geglu = gate * activations::gelu;
    BOOST_TEST(cost_of_program(geglu, derivative(geglu, x), derivative(geglu, gate)).tails == 1);
}

// Differentiation shares; it does not blow up.
BOOST_AUTO_TEST_CASE(the_third_derivative_of_mish)
{
    constexpr auto first = derivative(activations::mish, x);
    constexpr auto third = derivative(derivative(first, x), x);
    const int once = cost_of_program(first).nodes;
    const int thrice = cost_of_program(third).nodes;
    BOOST_TEST_MESSAGE("mish has " << once << " nodes in the first derivative, " << thrice
                                   << " in the third");
    BOOST_TEST(thrice <= 4 * once);
    // The derivatives of orders 0 to 3 together cost little more than the third.
    const cost all = cost_of_program(activations::mish, first, derivative(first, x), third);
    BOOST_TEST(all.transcendentals <= 2);
}
