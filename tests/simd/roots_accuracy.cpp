// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE roots_accuracy
#include "activation_table.hpp"

namespace activations = ctgrad::activations;
using activation_table::check;

namespace
{

constexpr double infinity = std::numeric_limits<double>::infinity();

// Bounds: the worst that g++ and clang show with and without fused multiply-add, rounded up.

BOOST_AUTO_TEST_CASE(inverse_roots)
{
    // As far as the root of 3 goes.
    constexpr double limit = 1 / 1.7320508075688772935;
    check<activations::isru(3)>({"isru(3)", {4, 6, 8}, {4, 6, 8}, {-limit, 0, limit, 0}});
    check<activations::isrlu(3)>({"isrlu(3)", {4, 6, 8}, {4, 6, 8}, {-limit, 0, infinity, 1}});
}

BOOST_AUTO_TEST_CASE(rectifiers)
{
    check<activations::squareplus()>({"squareplus(4)", {4, 6, 8}, {4, 6, 8}, {0, 0, infinity, 1}});
    check<activations::bent_identity>(
        {"bent_identity", {4, 6, 8}, {4, 6, 8}, {-infinity, 0.5, infinity, 1.5}});
}

} // namespace
