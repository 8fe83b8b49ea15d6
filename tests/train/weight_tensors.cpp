// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE weight_tensors
#include <boost/test/unit_test.hpp>

#include <ctgrad/layers/row_formulas.hpp>
#include <ctgrad/network/derivatives.hpp>
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

// By what it is, not by its name.
BOOST_AUTO_TEST_CASE(formulas_within_other_layers_have_no_weights)
{
    constexpr parameter<"weight"> weight{1.0};
    constexpr auto scaled = weight * x;
    BOOST_TEST((weights_of<network<input{3}, residual<dense{3}, scaled>{}, scaled, dense{2}>>()) ==
               "0 0.weight; 2 weight; ");
    BOOST_TEST(
        (weights_of<
            network<input{3}, concatenate<scaled, chain<batch_norm{}, scaled>{}>{}, dense{2}>>()) ==
        "1 weight; ");
    constexpr variable<"u"> u;
    constexpr variable<"v"> v;
    BOOST_TEST(
        (weights_of<network<input{2}, row_formulas<list(weight * u, v), u, v>{}, dense{2}>>()) ==
        "1 weight; ");
    static_assert(!is_weight({.name = "weight"}));
    static_assert(is_weight({.name = "filters", .role = tensor_role::weight}));
}

BOOST_AUTO_TEST_CASE(all_layers_with_weights_say_so)
{
    BOOST_TEST(
        (weights_of<
            network<input{4}, attention{.heads = 2, .size = 2, .context = 3},
                    causal_conv1d{.filters = 4, .kernel = 2}, lstm{.units = 3}, dense{1}>>()) ==
        "0 weight; 1 weight; 2 input_weight; 2 state_weight; 3 weight; ");
    BOOST_TEST((weights_of<network<input{2, 9}, conv1d{.filters = 2, .kernel = 3}, batch_norm{},
                                   flatten{}, dense{1}>>()) == "0 weight; 3 weight; ");
    BOOST_TEST(
        (weights_of<network<input{2}, derivatives<1, dense{3}, x * sigmoid(x), dense{1}>{}>>()) ==
        "0 0.weight; 0 2.weight; ");
}
