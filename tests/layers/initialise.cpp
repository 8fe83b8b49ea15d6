// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE initialise
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

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
constexpr auto softmax = exp(x - logsumexp(x));
constexpr auto two_variables = x * z;

// The library's own operations the compiler computes.
static_assert(fitting_gain<relu(x)>().weights > 1.99999 && fitting_gain<relu(x)>().biases == 0);
static_assert(fitting_gain<swish>() == gain_of(swish));
static_assert(fitting_gain<learnable_swish>() == fitting_gain<swish>(), "as it begins");
static_assert(fitting_gain<swish, false>() == gain_of(swish, false));
static_assert(fitting_gain<swish, false>().biases == 0);

static_assert(has_gain<swish> && has_gain<learnable_swish>);
static_assert(!has_gain<softmax> && !has_gain<two_variables> && !has_gain<no_activation{}>);
static_assert(!has_gain<3>, "a layer");

// An operation that the compiler cannot compute.
struct arsinh_operation
{
    static constexpr fixed_string name = "arsinh";
    static auto value(auto a)
    {
        using std::asinh;
        return asinh(a);
    }
    static auto partials(auto a, auto) { return list(1 / sqrt(1 + a * a)); }
};

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

BOOST_AUTO_TEST_CASE_TEMPLATE(deep_parameters_have_the_variances_of_the_gain, T, element_types)
{
    const auto check = [](const initial_gain& expected, auto draw_into)
    {
        std::vector<T> weights(fan_in * fan_out);
        std::vector<T> biases(5000, T(7));
        random_engine engine(1);
        draw_into(std::span<T>(weights), std::span<T>(biases), engine);
        const double variance = expected.weights / fan_in;
        // Five standard deviations of the variance of so many normal numbers.
        BOOST_TEST(std::abs(moments_of(weights).variance / variance - 1) <=
                   5 * std::sqrt(2.0 / (fan_in * fan_out)));
        BOOST_TEST(std::abs(moments_of(biases).variance - expected.biases) <=
                   expected.biases * 5 * std::sqrt(2.0 / 5000));
        BOOST_TEST(std::abs(moments_of(biases).mean) <= 5 * std::sqrt(expected.biases / 5000));
    };
    const auto deep = []<auto Next>(std::integral_constant<decltype(Next), Next>)
    {
        return [](std::span<T> weights, std::span<T> biases, random_engine& engine)
        {
            draw_parameters<Next, initialiser::deep, true>(weights, biases, fan_in, fan_out,
                                                           engine);
        };
    };
    const auto behind = []<auto Next>() { return std::integral_constant<decltype(Next), Next>{}; };
    check({2.0, 0.0}, deep(behind.template operator()<relu(x)>()));
    check(fitting_gain<swish>(), deep(behind.template operator()<swish>()));
    check(fitting_gain<tanh(x)>(), deep(behind.template operator()<tanh(x)>()));
    check(fitting_gain<apply<arsinh_operation>(x)>(),
          deep(behind.template operator()<apply<arsinh_operation>(x)>()));
    // Nothing that has a gain follows: Glorot.
    const initial_gain glorot{2.0 * fan_in / (fan_in + fan_out), 0.0};
    check(glorot, deep(behind.template operator()<no_activation{}>()));
    check(glorot, deep(behind.template operator()<softmax>()));
}

BOOST_AUTO_TEST_CASE(operations_that_the_compiler_cannot_compute_have_gains_too)
{
    // asinh is nearly x at the origin: E asinh(u)^2 = 1 for q near 1.93.
    const initial_gain found = fitting_gain<apply<arsinh_operation>(x)>();
    BOOST_TEST(found.pre_activation == 1.93, boost::test_tools::tolerance(0.01));
    BOOST_TEST(found.weights == 1.81, boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(automatic_weights_have_the_gain_without_biases, T, element_types)
{
    std::vector<T> weights(fan_in * fan_out);
    std::vector<T> biases(fan_out, T(7));
    random_engine engine(1);
    draw_parameters<swish, initialiser::automatic, true>(
        std::span<T>(weights), std::span<T>(biases), fan_in, fan_out, engine);
    BOOST_TEST(biases == std::vector<T>(fan_out));
    const double variance = fitting_gain<swish, false>().weights / fan_in;
    BOOST_TEST(std::abs(moments_of(weights).variance / variance - 1) <=
               5 * std::sqrt(2.0 / (fan_in * fan_out)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(other_kinds_leave_biases_at_zero, T, element_types)
{
    std::vector<T> weights(fan_in * fan_out);
    std::vector<T> biases(fan_out, T(7));
    random_engine engine(1);
    draw_parameters<swish, initialiser::he_normal, true>(
        std::span<T>(weights), std::span<T>(biases), fan_in, fan_out, engine);
    BOOST_TEST(biases == std::vector<T>(fan_out));
    BOOST_TEST(weights == draw<T>(initialiser::he_normal));
}
