// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE rectifiers_accuracy
#include "activation_table.hpp"

namespace activations = ctgrad::activations;
using activation_table::check;

namespace
{

constexpr double infinity = std::numeric_limits<double>::infinity();

// Bounds: the worst that g++ and clang show with and without fused multiply-add, rounded up to a
// quarter. What is linear has no error but that of a rounded constant.

BOOST_AUTO_TEST_CASE(linear_pieces)
{
    check<activations::identity>(
        {"identity", {0.25, 0.25, 0.25}, {0.5, 0, 0}, {-infinity, 1, infinity, 1}, {}, true});
    check<activations::binary_step>(
        {"binary_step", {0.25, 0.25, 0.25}, {0.5, 0, 0}, {0, 0, 1, 0}, {}, true});
    check<activations::relu>({"relu", {0.25, 0.25, 0.25}, {0.5, 0, 0}, {0, 0, infinity, 1}});
    check<activations::relu6>({"relu6", {0.25, 0.25, 0.25}, {0.5, 0, 0}, {0, 0, 6, 0}});
    check<activations::leaky_relu()>(
        {"leaky_relu(0.01)", {1, 0.5, 0}, {1, 0.5, 0}, {-infinity, 0.01, infinity, 1}});
    check<activations::hard_tanh>({"hard_tanh", {0.25, 0.25, 0.25}, {0.5, 0, 0}, {-1, 0, 1, 0}});
    check<activations::soft_shrink()>(
        {"soft_shrink(0.5)", {0.25, 0.25, 0.25}, {0.5, 0, 0}, {-infinity, 1, infinity, 1}});
}

BOOST_AUTO_TEST_CASE(hard_gates)
{
    check<activations::hard_sigmoid>({"hard_sigmoid", {3, 0.5, 0}, {3, 0.5, 0}, {0, 0, 1, 0}});
    check<activations::hard_swish>({"hard_swish", {4, 4, 0.5}, {4, 4, 0.5}, {0, 0, infinity, 1}});
}

BOOST_AUTO_TEST_CASE(exponential_pieces)
{
    check<activations::elu()>(
        {"elu(1)", {0.75, 0.75, 0.75}, {0.75, 0.75, 0.75}, {-1, 0, infinity, 1}});
    check<activations::celu(2.0)>(
        {"celu(2)", {0.75, 0.75, 0.75}, {0.75, 0.75, 0.75}, {-2, 0, infinity, 1}});
    check<activations::selu>({"selu",
                              {2.5, 2.5, 2.5},
                              {2.5, 2.5, 2.5},
                              {-1.7580993408473766, 0, infinity, 1.0507009873554805}});
}

} // namespace
