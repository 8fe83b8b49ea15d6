// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE steps
#include <boost/test/unit_test.hpp>

#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr conv2d images{.filters = 2};

/// Numbers of a row that are kept between both passes of training.
template <auto... Layers>
constexpr int kept = network<input{1, 8, 8}, images, Layers...>::memory.kept;

constexpr int one_image = 2 * 6 * 6;

} // namespace

// Two layers that rows go through in one pass keep nothing; otherwise a formula keeps its derivatives.
BOOST_AUTO_TEST_CASE(what_goes_together)
{
    static_assert(kept<relu(x), max_pool{}> == 0);
    static_assert(kept<relu(x), max_pool{.size = {1, 3}}, tanh(x), max_pool{}> == 0);
    static_assert(kept<relu(x)> == one_image);
    static_assert(kept<relu(x), average_pool{}> == one_image);
    static_assert(kept<relu(x), average_pool{.size = 1}, max_pool{}> == one_image);
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(what_does_not)
{
    static_assert(kept<relu(x), max_pool{.size = 2, .stride = 1}> == one_image);
    static_assert(kept<relu(x), max_pool{.size = 2, .padding = 1}> == one_image);
    // A window that is too large for the stack.
    static_assert(network<input{1, 67, 67}, images, relu(x), max_pool{.size = 65}>::memory.kept >
                  0);
    // Gradients of a parameter need the pre-activations.
    static_assert(kept<activations::parametric_relu, max_pool{}> > 0);
    BOOST_TEST(true);
}
