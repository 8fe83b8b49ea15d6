// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE initialise
#include <boost/test/unit_test.hpp>

#include <ctgrad/layers/initialise.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

#include <cmath>
#include <tuple>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"z"> z;
constexpr parameter<"beta"> beta{1.0};

constexpr auto swish = x * sigmoid(x);
constexpr auto learnable_swish = x * sigmoid(beta * x);
constexpr auto gelu = 0.5 * x * (1 + erf(x / 1.4142135623730950488));
constexpr auto leaky_relu = where(z > 0, z, 0.01 * z);
constexpr auto elu = where(x > 0, x, exp(x) - 1);
constexpr auto selu = 1.0507 * where(x > 0, x, 1.67326 * (exp(x) - 1));
constexpr auto softmax = exp(x - logsumexp(x));
constexpr auto two_variables = x * z;

static_assert(fitting_initialiser<relu(x)>() == initialiser::he_normal);
static_assert(fitting_initialiser<leaky_relu>() == initialiser::he_normal);
static_assert(fitting_initialiser<swish>() == initialiser::he_normal);
static_assert(fitting_initialiser<learnable_swish>() == initialiser::he_normal);
static_assert(fitting_initialiser<gelu>() == initialiser::he_normal);
static_assert(fitting_initialiser<softplus(x)>() == initialiser::he_normal);
static_assert(fitting_initialiser<x * tanh(softplus(x))>() == initialiser::he_normal); // mish
static_assert(fitting_initialiser<elu>() == initialiser::lecun_normal);
static_assert(fitting_initialiser<selu>() == initialiser::lecun_normal);
static_assert(fitting_initialiser<tanh(x)>() == initialiser::glorot_uniform);
static_assert(fitting_initialiser<sigmoid(x)>() == initialiser::glorot_uniform);
static_assert(fitting_initialiser<sin(x)>() == initialiser::glorot_uniform);
static_assert(fitting_initialiser<x / (1 + abs(x))>() == initialiser::glorot_uniform);
static_assert(fitting_initialiser<clamp(x, -1, 1)>() == initialiser::glorot_uniform);
static_assert(fitting_initialiser<softmax>() == initialiser::glorot_uniform);
static_assert(fitting_initialiser<x - tanh(x)>() == initialiser::glorot_uniform); // odd
static_assert(fitting_initialiser<two_variables>() == initialiser::glorot_uniform);
static_assert(fitting_initialiser<no_activation{}>() == initialiser::glorot_uniform);
static_assert(fitting_initialiser<log(x)>() == initialiser::glorot_uniform); // no number at -8

using element_types = std::tuple<float, double>;

constexpr int fan_in = 200;
constexpr int fan_out = 100;

template <class T>
std::vector<T> draw(initialiser kind, std::uint64_t origin = 1)
{
    std::vector<T> weights(fan_in * fan_out);
    random_engine engine(origin);
    draw_weights<T>(weights, kind, fan_in, fan_out, engine);
    return weights;
}

struct moments
{
    double mean = 0;
    double variance = 0;
    double largest = 0;
};

template <class T>
moments moments_of(const std::vector<T>& values)
{
    moments found;
    for (const T value : values)
    {
        const double number = value;
        found.mean += number / static_cast<double>(values.size());
        found.variance += number * number / static_cast<double>(values.size());
        found.largest = std::max(found.largest, std::abs(number));
    }
    return found;
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(normal_weights_have_the_variance_of_their_kind, T, element_types)
{
    const std::pair<initialiser, double> kinds[] = {
        {initialiser::he_normal, 2.0 / fan_in},
        {initialiser::glorot_normal, 2.0 / (fan_in + fan_out)},
        {initialiser::lecun_normal, 1.0 / fan_in}};
    constexpr double count = fan_in * fan_out;
    for (const auto& [kind, variance] : kinds)
    {
        const moments found = moments_of(draw<T>(kind));
        // Five standard deviations of a mean and of a variance of so many normal numbers.
        BOOST_TEST(std::abs(found.mean) <= 5 * std::sqrt(variance / count));
        BOOST_TEST(std::abs(found.variance / variance - 1) <= 5 * std::sqrt(2 / count));
        // Of 20,000 normal numbers the largest is at 4.1 of them; uniform ones end at 1.7.
        BOOST_TEST(found.largest > 3.3 * std::sqrt(variance));
        BOOST_TEST(found.largest < 6.5 * std::sqrt(variance));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(uniform_weights_have_the_range_of_their_kind, T, element_types)
{
    const std::pair<initialiser, double> kinds[] = {
        {initialiser::he_uniform, 2.0 / fan_in},
        {initialiser::glorot_uniform, 2.0 / (fan_in + fan_out)},
        {initialiser::automatic, 2.0 / (fan_in + fan_out)},
        {initialiser::lecun_uniform, 1.0 / fan_in}};
    constexpr double count = fan_in * fan_out;
    for (const auto& [kind, variance] : kinds)
    {
        const moments found = moments_of(draw<T>(kind));
        const double limit = std::sqrt(3 * variance);
        BOOST_TEST(std::abs(found.mean) <= 5 * std::sqrt(variance / count));
        // The fourth moment of a uniform distribution is 9/5 of the squared variance.
        BOOST_TEST(std::abs(found.variance / variance - 1) <= 5 * std::sqrt(0.8 / count));
        BOOST_TEST(found.largest <= limit * (1 + 1e-6));
        // That none of so many is in the outermost thousandth has a chance of exp(-20).
        BOOST_TEST(found.largest >= limit * 0.999);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(zeros_are_zero, T, element_types)
{
    BOOST_TEST(draw<T>(initialiser::zeros) == std::vector<T>(fan_in * fan_out));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_seed_gives_the_same_bits, T, element_types)
{
    for (const initialiser kind : {initialiser::he_normal, initialiser::glorot_uniform})
    {
        BOOST_TEST(draw<T>(kind, 1) == draw<T>(kind, 1));
        BOOST_TEST(draw<T>(kind, 1) != draw<T>(kind, 2));
    }
}
