// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE diagnosis_warnings
#include <boost/test/unit_test.hpp>

#include <ctgrad/train/diagnosis_warnings.hpp>

#include <limits>

using namespace ctgrad;

namespace
{

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

layer_diagnosis weights(const char* number, double gradient_norm, double update = 1e-3)
{
    return {.number = number,
            .name = "dense",
            .parameters = 100,
            .gradient_norm = gradient_norm,
            .parameter_norm = 2.0,
            .update_ratio = update};
}

layer_diagnosis formula(const char* number, const char* name, double dead, double saturated = 0)
{
    return {.number = number,
            .name = name,
            .is_formula = true,
            .units = 64,
            .dead = dead,
            .saturated = saturated,
            .mean = 0.1,
            .variance = 2.0};
}

/// The warnings of these layers, one below the other.
std::string said_of(std::vector<layer_diagnosis> layers, const warning_limits& limits = {},
                    double loss = 1.0)
{
    std::string all;
    for (const std::string& each :
         warnings({.rows = 1, .loss = loss, .layers = std::move(layers)}, limits))
    {
        all += each + "\n";
    }
    return all;
}

} // namespace

BOOST_AUTO_TEST_CASE(what_is_in_order_has_no_warnings)
{
    BOOST_TEST(said_of({}) == "");
    BOOST_TEST(said_of({weights("0", 1), formula("1", "relu(x)", 0.24), weights("2", 1),
                        formula("3", "tanh(x)", 0, 0.24)}) == "");
}

BOOST_AUTO_TEST_CASE(dead_and_saturated_units)
{
    BOOST_TEST(said_of({weights("0", 1), formula("1", "relu(x)", 0.406)}) ==
               "layer 1 (relu(x)): 41% of units are dead; try leaky_relu or a smaller learning "
               "rate\n");
    const std::string saturated = "layer 3.1 (tanh(x)): 50% of units are saturated; try smaller "
                                  "initial weights, inputs of mean "
                                  "0 and variance 1, or another activation\n";
    BOOST_TEST(said_of({formula("3.1", "tanh(x)", 0, 0.5)}) == saturated);
    // So far out that the slope is 0: one warning is enough.
    BOOST_TEST(said_of({formula("3.1", "tanh(x)", 0.5, 0.5)}) == saturated);
    BOOST_TEST(said_of({formula("3.1", "tanh(x)", 0.5, 0.5)}, {.dead = 0.6, .saturated = 0.6}) ==
               "");
    BOOST_TEST(said_of({formula("1", "relu(x)", 0.004)}, {.dead = 0.001}) ==
               "layer 1 (relu(x)): <1% of units are dead; try leaky_relu or a smaller learning "
               "rate\n");
}

BOOST_AUTO_TEST_CASE(gradients_that_vanish_or_explode)
{
    // Of layers of the same size, then of a hundredth of the parameters.
    BOOST_TEST(said_of({weights("0", 1e-5), weights("2", 1e-4), weights("4", 1)}) ==
               "layer 0 (dense): its gradient is 1e-05 times that of layer 4: gradients vanish on "
               "their way back; try initial weights for the activation, another activation, or "
               "residual layers\n");
    BOOST_TEST(said_of({weights("0", 2e4), weights("2", 1e4), weights("4", 1)}) ==
               "layer 0 (dense): its gradient is 2e+04 times that of layer 4: gradients explode on "
               "their way back; try smaller initial weights, normalisation, or clip gradients\n");
    layer_diagnosis small = weights("0", 5e-4);
    small.parameters = 1;
    BOOST_TEST(said_of({small, weights("2", 1)}) == "");
    BOOST_TEST(said_of({weights("0", 1e-2), weights("2", 1)}, {.gradient = 50}).size() > 0u);
    // Parameters of formulas, and layers whose own layers are there, are no layers of weights.
    layer_diagnosis holder = weights("0", 1e-9);
    holder.holds_layers = true;
    layer_diagnosis learnt = formula("1", "x * beta", 0);
    learnt.gradient_norm = 1e-9;
    learnt.parameters = 1;
    BOOST_TEST(said_of({holder, weights("0.0", 1), learnt, weights("2", 1)}) == "");
}

BOOST_AUTO_TEST_CASE(no_gradient_at_all)
{
    BOOST_TEST(said_of({weights("0", 0), weights("2", 0), weights("4", 1)}) ==
               "layer 0 (dense): it gets no gradient, so it learns nothing\n");
    BOOST_TEST(said_of({weights("0", 0), weights("2", 0)}) ==
               "layer 0 (dense): it gets no gradient, so it learns nothing\n");
}

BOOST_AUTO_TEST_CASE(updates_of_another_size_than_usual)
{
    BOOST_TEST(
        said_of({weights("0", 1, 2e-5), weights("2", 1, 5e-5), weights("4", 1, 0.2)}) ==
        "layer 0 (dense): a step changes the parameters by 2e-05 of their size, where 0.001 is "
        "usual; try a larger learning rate\n"
        "layer 4 (dense): a step changes the parameters by 0.2 of their size, where 0.001 is "
        "usual; try a smaller learning rate\n");
    BOOST_TEST(said_of({weights("0", 1, 2e-5)}, {.update = 100}) == "");
}

BOOST_AUTO_TEST_CASE(the_first_nan_is_the_only_warning)
{
    layer_diagnosis broken = weights("0", not_a_number, not_a_number);
    broken.parameter_norm = infinity;
    layer_diagnosis hit = formula("1", "relu(x)", 0.9);
    hit.mean = not_a_number;
    hit.variance = not_a_number;
    BOOST_TEST(said_of({weights("0", not_a_number), hit, broken}, {}, not_a_number) ==
               "layer 1 (relu(x)): it gets numbers that are NaN or infinite; look for them in the "
               "data, or start again with a smaller learning rate\n");
    BOOST_TEST(
        said_of({broken, hit}, {}, not_a_number) ==
        "layer 0 (dense): parameters are NaN or infinite; start again with a smaller learning "
        "rate, or clip gradients\n");
    const std::string of_loss = "the loss or its gradient is NaN or infinite; look for that in the "
                                "targets, or try a smaller "
                                "learning rate\n";
    BOOST_TEST(said_of({weights("0", not_a_number)}) == of_loss);
    BOOST_TEST(said_of({weights("0", 1)}, {}, infinity) == of_loss);
}
