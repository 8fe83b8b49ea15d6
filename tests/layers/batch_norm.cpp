// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE batch_norm
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "../network/check_gradients.hpp"

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;

} // namespace

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences)
{
    check_gradients<input{3}, dense{5}, batch_norm{}, tanh(x), dense{2}>();
    check_gradients<input{3}, batch_norm{}, dense{2}>();
    check_gradients<input{2, 3, 2}, conv2d{.filters = 3, .padding = same_size}, batch_norm{},
                    tanh(x), flatten{}, dense{2}>();
    check_gradients<input{3}, residual<dense{3}, batch_norm{}>{}, dense{2}>();
}
