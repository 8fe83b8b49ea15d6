// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE gates_accuracy
#include "activation_table.hpp"

namespace activations = ctgrad::activations;
using activation_table::check;

namespace
{

constexpr double infinity = std::numeric_limits<double>::infinity();

// Bounds: the worst that g++ and clang show with and without fused multiply-add, rounded up.

// Its second derivative beyond 2 is that of exp(-softplus(x)^2): at 22 the argument is -484, and half
// a unit in softplus counts 968 times. Elsewhere terms of either sign cancel.
BOOST_AUTO_TEST_CASE(error_function_of_softplus)
{
    check<activations::serf>(
        {"serf", {7, 7, 120}, {2.5, 4, 800}, {0, 0, infinity, 1}, {{{}, {-2, -1, 0.25, 0}, {}}}});
}

BOOST_AUTO_TEST_CASE(hyperbolic_tangent)
{
    check<activations::lisht>({"lisht",
                               {2.5, 3, 7},
                               {2.5, 2.5, 5},
                               {infinity, -1, infinity, 1},
                               {{{}, {}, {-1.5, 1.5, 0.25, 0}}}});
}

BOOST_AUTO_TEST_CASE(exponential_with_a_gate)
{
    check<activations::elish>({"elish",
                               {2, 2.5, 7},
                               {2, 4.5, 4.5},
                               {0, 0, infinity, 1},
                               {{{}, {-1, -0.5, 0.25, 0}, {-2.2, 3, 0.1, 0}}}});
}

} // namespace
