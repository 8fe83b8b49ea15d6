// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE sigmoids_accuracy
#include "activation_table.hpp"

namespace activations = ctgrad::activations;
using activation_table::check;

namespace
{

constexpr double infinity = std::numeric_limits<double>::infinity();

// Bounds: the worst that g++ and clang show with and without fused multiply-add, rounded up to a
// quarter. Where a constant multiplies the argument of an exponential,
// its rounding counts |x| times: that is the condition of such a formula in that precision.

BOOST_AUTO_TEST_CASE(sigmoids)
{
    check<activations::sigmoid>(
        {"sigmoid", {2, 3, 3.5}, {2.5, 4, 4.5}, {0, 0, 1, 0}, {{{}, {}, {-0.5, 0.5, 0.125, 0}}}});
    check<activations::log_sigmoid>({"log_sigmoid", {1, 2, 3}, {1, 2.5, 4}, {-infinity, 1, 0, 0}});
    check<activations::tanh>({"tanh", {3, 4, 4.5}, {3, 4, 4.5}, {-1, 0, 1, 0}});
    check<activations::tanhshrink>(
        {"tanhshrink", {3, 4, 4.5}, {3, 4, 4.5}, {-infinity, 1, infinity, 1}});
    check<activations::softplus()>({"softplus(1)", {1, 2, 3}, {1, 2.5, 4}, {0, 0, infinity, 1}});
    check<activations::softplus(3.0)>(
        {"softplus(3)", {16, 12, 18}, {2, 3, 4}, {0, 0, infinity, 1}});
    check<activations::softsign>({"softsign", {1, 2.5, 2.5}, {1, 2.5, 2.5}, {-1, 0, 1, 0}});
}

} // namespace
