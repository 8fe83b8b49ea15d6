// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE weight_tensors
#include <boost/test/unit_test.hpp>

#include <ctgrad/network/network.hpp>
#include <ctgrad/train/weight_tensors.hpp>

#include <string>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;

// The names of a network's weights, with their layers.
template <class Network>
std::string weights_of()
{
    std::string names;
    for (const parameter_tensor& tensor : Network::parameter_tensors())
    {
        names += is_weight(tensor)
                     ? std::to_string(tensor.layer) + ' ' + std::string(tensor.name) + "; "
                     : "";
    }
    return names;
}

} // namespace

BOOST_AUTO_TEST_CASE(weights_are_what_inputs_are_multiplied_by)
{
    // A parameter of a formula may have that name.
    constexpr auto scaled = x * parameter<"weight">{1.0} + parameter<"bias">{0.0};
    BOOST_TEST((weights_of<network<input{3}, dense{4}, scaled, dense{2, false}>>()) ==
               "0 weight; 2 weight; ");
    BOOST_TEST(
        (weights_of<
            network<input{1, 8, 8}, conv2d{.filters = 2, .kernel = 3}, flatten{}, dense{4}>>()) ==
        "0 weight; 2 weight; ");
    BOOST_TEST((weights_of<network<input{3}, gru{.units = 4}, dense{1}>>()) ==
               "0 input_weight; 0 state_weight; 1 weight; ");
    BOOST_TEST((weights_of<network<input{1}, embedding{.words = 5, .size = 4},
                                   residual<dense{4}, x * sigmoid(x), dense{4}>{}>>()) ==
               "1 0.weight; 1 2.weight; ");
}

static_assert(!is_weight({.name = "overweight"}));
static_assert(!is_weight({.name = "weights"}));
