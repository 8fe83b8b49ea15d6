// SPDX-License-Identifier: BSL-1.0
// Formulas over rows that a user may write: values against what they are by definition, gradients
// against finite differences, at lengths below, at and beyond whole vectors.
#define BOOST_TEST_MODULE row_formulas
#include <boost/test/unit_test.hpp>

#include <ctgrad/simd/elementwise.hpp>

#include <array>
#include <cmath>
#include <random>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr parameter<"beta"> beta{1.0};

constexpr auto softmax = exp(x) / sum(exp(x));
constexpr auto cosine_similarity = sum(x * y) / (norm(x) * norm(y));
constexpr auto entropy = -sum(softmax * log(softmax));
constexpr auto sharpened = exp(beta * x) / sum(exp(beta * x));
constexpr auto sparse = relu(x - mean(x)) / (sum(relu(x - mean(x))) + 0.01);
constexpr auto gated = softmax / (1 + exp(-y));
constexpr auto centred_contrast = logsumexp(x - mean(x)) - beta * variance(x);

using row = std::vector<double>;

row random_row(std::size_t length, unsigned origin)
{
    std::mt19937 random(origin);
    row values(length);
    for (double& value : values)
    {
        value = std::uniform_real_distribution<double>(-2, 2)(random);
    }
    return values;
}

/// The result of a formula with one variable or two, with a number for the parameter if it has one.
template <auto Formula>
row result_of(const std::array<row, 2>& in, double parameter)
{
    row out(is_row_value<Formula> ? 1 : in[0].size());
    const std::vector<double> parameters(parameter_count<Formula>, parameter);
    if constexpr (variable_count<Formula> == 2)
    {
        forward<Formula>(std::tie(in[0], in[1]), out, parameters);
    }
    else
    {
        forward<Formula>(in[0], out, parameters);
    }
    return out;
}

template <auto Formula>
void check_gradients()
{
    for (const std::size_t length : {1u, 2u, 7u, 8u, 33u, 64u})
    {
        std::array<row, 2> in{random_row(length, 1), random_row(length, 2)};
        const row weights = random_row(is_row_value<Formula> ? 1 : length, 3);
        const auto total = [&](double parameter)
        {
            const row out = result_of<Formula>(in, parameter);
            double sum = 0;
            for (std::size_t i = 0; i < out.size(); ++i)
            {
                sum += weights[i] * out[i];
            }
            return sum;
        };
        constexpr double value = 0.75;
        std::array<row, 2> gradients{row(length), row(length)};
        const std::vector<double> parameters(parameter_count<Formula>, value);
        std::vector<double> by_parameter(parameter_count<Formula>);
        if constexpr (variable_count<Formula> == 2)
        {
            backward<Formula>(std::tie(in[0], in[1]), weights, std::tie(gradients[0], gradients[1]),
                              parameters, by_parameter);
        }
        else
        {
            backward<Formula>(in[0], weights, gradients[0], parameters, by_parameter);
        }
        // Truncation about step^2, rounding about 1e-15 / step.
        constexpr double step = 1e-5;
        constexpr double tolerance = 1e-8;
        for (std::size_t v = 0; v < variable_count<Formula>; ++v)
        {
            for (std::size_t i = 0; i < length; ++i)
            {
                const double kept = in[v][i];
                in[v][i] = kept + step;
                const double above = total(value);
                in[v][i] = kept - step;
                const double below = total(value);
                in[v][i] = kept;
                BOOST_TEST(std::abs(gradients[v][i] - (above - below) / (2 * step)) < tolerance,
                           "variable " << v << ", element " << i << " of " << length);
            }
        }
        if (parameter_count<Formula> > 0)
        {
            const double difference = (total(value + step) - total(value - step)) / (2 * step);
            BOOST_TEST(std::abs(by_parameter[0] - difference) < tolerance);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(cosine_similarities)
{
    check_gradients<cosine_similarity>();
    const row a{3, 0, 4};
    BOOST_TEST(std::abs(result_of<cosine_similarity>({a, row{6, 0, 8}}, 0)[0] - 1) < 1e-15);
    BOOST_TEST(std::abs(result_of<cosine_similarity>({a, row{-3, 0, -4}}, 0)[0] + 1) < 1e-15);
    BOOST_TEST(result_of<cosine_similarity>({a, row{0, 5, 0}}, 0)[0] == 0);
}

BOOST_AUTO_TEST_CASE(entropies)
{
    check_gradients<entropy>();
    BOOST_TEST(std::abs(result_of<entropy>({row(8, 700.0), {}}, 0)[0] - std::log(8.0)) < 1e-14);
    // All of it in one element: 0, not NaN.
    BOOST_TEST(std::abs(result_of<entropy>({row{1000, 0, 0}, {}}, 0)[0]) < 1e-14);
}

BOOST_AUTO_TEST_CASE(softmax_with_a_temperature)
{
    check_gradients<sharpened>();
    const row out = result_of<sharpened>({row{1, 2, 1000}, {}}, 2.0);
    BOOST_TEST(out[2] == 1);
    BOOST_TEST(out[0] == 0);
}

BOOST_AUTO_TEST_CASE(sparse_and_gated_variants)
{
    check_gradients<sparse>();
    check_gradients<gated>();
}

BOOST_AUTO_TEST_CASE(reductions_inside_reductions) { check_gradients<centred_contrast>(); }
