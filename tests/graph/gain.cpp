// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE gain
#include <boost/test/unit_test.hpp>

#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/graph/gain.hpp>

#include <cmath>

using namespace ctgrad;
namespace catalogue = ctgrad::activations;

namespace
{

constexpr variable<"x"> x;
constexpr parameter<"slope"> slope{0.5};

// By the compiler, as layers do it.
constexpr initial_gain gain_of_relu = gain_of(relu(x));
static_assert(gain_of_relu.weights > 1.99999 && gain_of_relu.weights < 2.00001, "He");
static_assert(gain_of_relu.biases == 0);
constexpr initial_gain gain_of_identity = gain_of(x);
static_assert(gain_of_identity.weights > 0.999999 && gain_of_identity.weights < 1.000001);
static_assert(gain_of_identity.biases == 0);
static_assert(gain_of(catalogue::mish).biases > 0.1, "within the limits of both compilers");

bool near(double found, double expected, double tolerance)
{
    const bool is_near = std::abs(found - expected) <= tolerance * expected;
    BOOST_TEST_INFO(found << " for " << expected);
    return is_near;
}

bool has_moments(const expression auto& f, double value, double slope_moment, double tolerance)
{
    const second_moments found = second_moments_of(f);
    return near(found.value, value, tolerance) && near(found.slope, slope_moment, tolerance);
}

} // namespace

// Expected values by mpmath's quad with 25 digits, cut at the kinks.
BOOST_AUTO_TEST_CASE(second_moments_are_those_of_mpmath)
{
    const double smooth = 2e-6;
    BOOST_TEST(has_moments(x, 1, 1, smooth));
    BOOST_TEST(has_moments(catalogue::tanh, 0.394294490398, 0.464402902448, smooth));
    BOOST_TEST(has_moments(catalogue::swish(), 0.355775519817, 0.379482351633, smooth));
    BOOST_TEST(has_moments(catalogue::gelu, 0.42522148257, 0.455850865649, smooth));
    BOOST_TEST(has_moments(catalogue::mish, 0.452342192376, 0.479083758374, smooth));
    BOOST_TEST(has_moments(catalogue::sigmoid, 0.293379035858, 0.0448362413502, smooth));
    BOOST_TEST(has_moments(catalogue::softplus(), 0.921245908859, 0.293379035858, smooth));
    BOOST_TEST(has_moments(sin(x), (1 - std::exp(-2)) / 2, (1 + std::exp(-2)) / 2, smooth));
    BOOST_TEST(has_moments(exp(-x * x), 1 / std::sqrt(5), 4 * std::pow(5, -1.5), smooth));
    // Kinks at ends of cells cost the order of the rule, those elsewhere are narrowed down.
    BOOST_TEST(has_moments(relu(x), 0.5, 0.5, smooth));
    BOOST_TEST(has_moments(catalogue::elu(), 0.644945417493, 0.668102001223, 2e-6));
    BOOST_TEST(has_moments(catalogue::selu, 1.0, 1.07157499246, 2e-6));
    BOOST_TEST(has_moments(catalogue::softsign, 0.183014021267, 0.227671340422, 1e-4));
    BOOST_TEST(has_moments(catalogue::hard_tanh, 0.516058550962, 0.682689492137, 2e-6));
    BOOST_TEST(has_moments(catalogue::hard_swish, 0.331567375138, 0.358531517179, 2e-6));
    BOOST_TEST(has_moments(catalogue::soft_shrink(), 0.419278520051, 0.617075077452, 2e-6));
    BOOST_TEST(has_moments(where(x > 1.0 / 3, x, 0), 0.495235749413, 0.369441340182, 1e-4));
}

BOOST_AUTO_TEST_CASE(moments_scale)
{
    for (const double variance : {0.25, 0.5, 1.0, 2.0, 4.0})
    {
        const second_moments ramp = second_moments_of(relu(x), variance);
        BOOST_TEST(near(ramp.value, variance / 2, 2e-6));
        BOOST_TEST(near(ramp.slope, 0.5, 2e-6));
        const second_moments wave = second_moments_of(sin(x), variance);
        BOOST_TEST(near(wave.value, (1 - std::exp(-2 * variance)) / 2, 2e-5));
    }
    BOOST_TEST(near(second_moments_of(slope * x).value, 0.25, 2e-6), "parameters as they begin");
}

// What the rule is for: q = weights E f^2 + biases, 1 = weights E f'^2 and, for inputs of variance 1,
// q = weights + biases.
BOOST_AUTO_TEST_CASE(gains_keep_variances)
{
    const auto check = [](const expression auto& f)
    {
        const initial_gain found = gain_of(f);
        const second_moments moments = second_moments_of(f, found.pre_activation);
        BOOST_TEST(near(found.weights * moments.value + found.biases, found.pre_activation, 2e-3));
        BOOST_TEST(near(found.weights * moments.slope, 1, 2e-3));
        // q is interpolated between powers of 2.
        BOOST_TEST(near(found.weights + found.biases, found.pre_activation, 0.02));
    };
    check(x);
    check(relu(x));
    check(catalogue::leaky_relu());
    check(catalogue::elu());
    check(catalogue::swish());
    check(catalogue::gelu);
    check(catalogue::hard_swish);
    check(sin(x) + 0.5 * x);
    check(x * cos(x));
    check(x + square(sin(x)));
}

BOOST_AUTO_TEST_CASE(bounded_formulas_have_pre_activations_of_variance_one)
{
    for (const initial_gain found : {gain_of(catalogue::tanh), gain_of(sin(x)), gain_of(atan(x))})
    {
        BOOST_TEST(found.pre_activation == 1);
        BOOST_TEST(found.biases > 0);
    }
    BOOST_TEST(near(gain_of(sin(x)).weights, 2 / (1 + std::exp(-2)), 2e-6));
}

BOOST_AUTO_TEST_CASE(where_both_cannot_be_kept_weights_are_between)
{
    // Positive everywhere: the mean alone is more than the variance of biases may be.
    const initial_gain sigmoid = gain_of(catalogue::sigmoid);
    BOOST_TEST(sigmoid.biases == 0);
    BOOST_TEST(near(sigmoid.weights, 2 / (0.293379035858 + 0.0448362413502), 1e-5));
    BOOST_TEST(gain_of(catalogue::softplus()).biases == 0);
    // Without biases.
    const initial_gain sine = gain_of(sin(x), false);
    BOOST_TEST(sine.biases == 0);
    BOOST_TEST(near(sine.weights, 2, 1e-5));
    BOOST_TEST(near(gain_of(relu(x), false).weights, 2, 1e-6));
}

BOOST_AUTO_TEST_CASE(any_formula_has_a_gain_that_can_be_used)
{
    const auto usable = [](const expression auto& f)
    {
        const initial_gain found = gain_of(f);
        return found.weights > 0 && std::isfinite(found.weights) && found.biases >= 0 &&
               std::isfinite(found.biases);
    };
    BOOST_TEST(usable(log(x)), "no number on the left");
    BOOST_TEST(usable(1 / x));
    BOOST_TEST(usable(0 * x));
    BOOST_TEST(usable(constant{2.0} + 0 * x));
    BOOST_TEST(usable(catalogue::binary_step), "no slope");
    BOOST_TEST(usable(exp(x)));
    BOOST_TEST(usable(exp(exp(x))), "overflows");
    BOOST_TEST(usable(1e-3 * x));
    BOOST_TEST(usable(1e3 * x));
    BOOST_TEST(usable(where(sin(100 * x) > 0, x, 0)), "more kinks than there is room for");
}
