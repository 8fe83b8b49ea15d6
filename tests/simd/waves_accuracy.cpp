// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE waves_accuracy
#include "activation_table.hpp"

namespace activations = ctgrad::activations;
using activation_table::check;

namespace
{

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Bounds: the worst that g++ and clang show with and without fused multiply-add, rounded up.

// Derivatives are 1 + sin(2 a x) and 2 a cos(2 a x), through 0 again and again; the rounding of a x
// counts as often as a x is large.
BOOST_AUTO_TEST_CASE(oscillations)
{
    check<activations::snake(3)>({"snake(3)",
                                  {2, 3, 3},
                                  {2, 3, 3},
                                  {nan, nan, nan, nan},
                                  {{{}, {-2e3, 2e3, 1, 3}, {-2e3, 2e3, 6, 18}}}});
    check<activations::growing_cosine>({"growing_cosine",
                                        {1.5, 3, 2},
                                        {1.5, 3, 2},
                                        {nan, nan, nan, nan},
                                        {{{}, {-4, 4, 1, 0}, {}}}});
}

BOOST_AUTO_TEST_CASE(powers)
{
    check<activations::quadratic_unit>(
        {"quadratic_unit", {1.5, 1, 0}, {1.5, 1, 0}, {infinity, -infinity, infinity, infinity}});
    check<activations::cube>(
        {"cube", {1, 1.5, 1}, {1, 1.5, 1}, {-infinity, infinity, infinity, infinity}});
    check<activations::exponential>(
        {"exponential", {0.75, 0.75, 0.75}, {0.75, 0.75, 0.75}, {0, 0, infinity, infinity}});
}

} // namespace
