// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE activations_accuracy
#include "activation_table.hpp"

namespace activations = ctgrad::activations;
using activation_table::check;

namespace
{

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Bounds: the worst that g++ and clang show with and without fused multiply-add, rounded up to a
// quarter. Where a constant multiplies the argument of an exponential,
// its rounding and the product's count |x| times: the condition of such a formula. Near x = -90 in
// float the exponential is subnormal, so has fewer digits than its product with x.

BOOST_AUTO_TEST_CASE(gates)
{
    check<activations::swish()>({"swish(1)",
                                 {7, 7, 9},
                                 {2.5, 3, 4.5},
                                 {0, 0, infinity, 1},
                                 {{{}, {-1.5, -1, 0.25, 0}, {-3, 3, 0.1, 0}}}});
    check<activations::swish(1.702)>(
        {"swish(1.702)", {70, 60, 50}, {35, 30, 25}, {0, 0, infinity, 1}});
    check<activations::gelu>(
        {"gelu", {3, 3, 4}, {3, 3, 4}, {0, 0, infinity, 1}, {{{}, {-0.8, -0.6, 0.25, 0}, {}}}});
    // At -9.5 the argument of the exponential is -76, after three roundings of half a unit at most
    // each, which the exponential magnifies 76 times: 114 units, of which less than half are seen.
    check<activations::gelu_tanh>({"gelu_tanh", {56, 60, 75}, {56, 60, 75}, {0, 0, infinity, 1}});
    check<activations::mish>(
        {"mish", {7, 12, 12}, {2.5, 6.5, 9}, {0, 0, infinity, 1}, {{{}, {-1.5, -1, 0.25, 0}, {}}}});
}

BOOST_AUTO_TEST_CASE(waves)
{
    check<activations::gaussian>(
        {"gaussian", {1, 7.5, 8.5}, {1, 1.5, 2.5}, {0, 0, 0, 0}, {{{}, {}, {-0.8, 0.8, 1, 0}}}});
    check<activations::sine>({"sine", {1, 1, 1}, {1, 1, 1}, {nan, nan, nan, nan}});
    check<activations::arctan>({"arctan",
                                {1.5, 1.5, 2.5},
                                {1.5, 1.5, 2.5},
                                {-1.5707963267948966, 0, 1.5707963267948966, 0}});
}

} // namespace
