// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE lists
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/simd/lists.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <tuple>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"h"> h;
constexpr variable<"gate"> gate;
constexpr parameter<"beta"> beta{1.25};

// A gated cell: what it remembers, and what it says.
constexpr auto memory = sigmoid(gate) * h + (1 - sigmoid(gate)) * tanh(beta * x);
constexpr auto cell = list(memory, sigmoid(gate) * tanh(memory));

template <class T>
std::vector<T> random_row(std::size_t length, unsigned origin)
{
    std::mt19937 random(origin);
    std::vector<T> row(length);
    for (T& value : row)
    {
        value = static_cast<T>(std::uniform_real_distribution<double>(-2, 2)(random));
    }
    return row;
}

BOOST_AUTO_TEST_CASE_TEMPLATE(values_at_every_length, T, element_types)
{
    for (std::size_t length = 0; length < 40; ++length)
    {
        const auto g = random_row<T>(length, 1);
        const auto before = random_row<T>(length, 2);
        const auto in = random_row<T>(length, 3);
        std::vector<T> after(length);
        std::vector<T> out(length);
        const std::array<T, 1> slope{T(0.5)};
        forward<cell>(std::tie(g, before, in), std::tie(after, out), slope);
        for (std::size_t i = 0; i < length; ++i)
        {
            const double s = 1 / (1 + std::exp(-double(g[i])));
            const double m = s * before[i] + (1 - s) * std::tanh(0.5 * in[i]);
            const double tolerance = 16 * double(std::numeric_limits<T>::epsilon());
            BOOST_TEST(std::abs(after[i] - m) <= tolerance);
            BOOST_TEST(std::abs(out[i] - s * std::tanh(m)) <= tolerance);
        }
    }
}

// Against finite differences of c . memory + d . output, in double.
BOOST_AUTO_TEST_CASE(gradients_of_all_results_add_up)
{
    constexpr std::size_t length = 21;
    std::array<std::vector<double>, 3> in{random_row<double>(length, 1),
                                          random_row<double>(length, 2),
                                          random_row<double>(length, 3)};
    const auto c = random_row<double>(length, 4);
    const auto d = random_row<double>(length, 5);
    const auto total = [&](double slope)
    {
        std::vector<double> after(length);
        std::vector<double> out(length);
        forward<cell>(std::tie(in[0], in[1], in[2]), std::tie(after, out), std::array{slope});
        double sum = 0;
        for (std::size_t i = 0; i < length; ++i)
        {
            sum += c[i] * after[i] + d[i] * out[i];
        }
        return sum;
    };
    std::array<std::vector<double>, 3> gradients;
    gradients.fill(std::vector<double>(length));
    const std::array values{0.75};
    std::array by_parameter{10.0};
    backward<cell>(std::tie(in[0], in[1], in[2]), std::tie(c, d),
                   std::tie(gradients[0], gradients[1], gradients[2]), values, by_parameter);
    constexpr double step = 1e-5;
    for (std::size_t v = 0; v < 3; ++v)
    {
        for (std::size_t i = 0; i < length; ++i)
        {
            const double kept = in[v][i];
            in[v][i] = kept + step;
            const double above = total(0.75);
            in[v][i] = kept - step;
            const double below = total(0.75);
            in[v][i] = kept;
            // Truncation about step^2, rounding about 1e-16 / step of a sum of order 10.
            BOOST_TEST(std::abs(gradients[v][i] - (above - below) / (2 * step)) < 1e-8);
        }
    }
    const double difference = (total(0.75 + step) - total(0.75 - step)) / (2 * step);
    BOOST_TEST(std::abs(by_parameter[0] - 10 - difference) < 1e-8);
}

// What a formula without the parameter adds to its gradient is one zero, not one for each element.
BOOST_AUTO_TEST_CASE(a_parameter_of_one_formula_only)
{
    constexpr variable<"u"> u;
    constexpr auto both = list(beta * u, u + 1);
    const auto in = random_row<double>(37, 1);
    const auto incoming = random_row<double>(37, 2);
    std::vector<double> gradient(37);
    // One number more on each side, which stays as it is.
    std::array by_parameter{1.0, 0.0, 2.0};
    backward<both>(std::tie(in), std::tie(incoming, incoming), std::tie(gradient), std::array{0.5},
                   std::span(by_parameter).subspan(1, 1));
    BOOST_TEST(by_parameter[0] == 1.0);
    BOOST_TEST(by_parameter[2] == 2.0);
    double wanted = 0;
    for (std::size_t i = 0; i < in.size(); ++i)
    {
        wanted += incoming[i] * in[i];
        BOOST_TEST(std::abs(gradient[i] - 1.5 * incoming[i]) < 1e-15);
    }
    BOOST_TEST(std::abs(by_parameter[1] - wanted) < 1e-13);
}

// A loss and a softmax share the exponentials; one result has a number for the row.
BOOST_AUTO_TEST_CASE(rows)
{
    constexpr variable<"z"> z;
    constexpr variable<"target"> target;
    constexpr auto both = list(logsumexp(z) - sum(z * target), exp(z) / sum(exp(z)));
    const std::vector<double> logits{0.5, -1, 2, 0, 1.5};
    const std::vector<double> wanted{0, 0, 1, 0, 0};
    std::array<double, 1> loss{};
    std::vector<double> shares(5);
    forward<both>(std::tie(logits, wanted), std::tie(loss, shares));
    double norm = 0;
    for (const double logit : logits)
    {
        norm += std::exp(logit);
    }
    BOOST_TEST(std::abs(loss[0] - (std::log(norm) - 2)) < 1e-14);
    for (std::size_t i = 0; i < 5; ++i)
    {
        BOOST_TEST(std::abs(shares[i] - std::exp(logits[i]) / norm) < 1e-15);
    }
    // Of the loss alone: softmax minus target.
    const std::array<double, 1> one{1.0};
    const std::vector<double> nothing(5);
    std::vector<double> dz(5);
    std::vector<double> dtarget(5);
    backward<both>(std::tie(logits, wanted), std::tie(one, nothing), std::tie(dz, dtarget));
    for (std::size_t i = 0; i < 5; ++i)
    {
        BOOST_TEST(std::abs(dz[i] - (shares[i] - wanted[i])) < 1e-15);
        BOOST_TEST(std::abs(dtarget[i] + logits[i]) < 1e-15);
    }
}

BOOST_AUTO_TEST_CASE(values_and_derivatives_are_a_list_like_any_other)
{
    constexpr auto f = x * x * h;
    constexpr auto everything = list(f, derivative(f, x), derivative(f, h));
    const std::vector<float> a{1, 2, 3};
    const std::vector<float> b{-1, 0.5f, 2};
    std::vector<float> value(3);
    std::vector<float> by_x(3);
    std::vector<float> by_h(3);
    forward<everything>(std::tie(a, b), std::tie(value, by_x, by_h));
    for (std::size_t i = 0; i < 3; ++i)
    {
        BOOST_TEST(value[i] == a[i] * a[i] * b[i]);
        BOOST_TEST(by_x[i] == 2 * a[i] * b[i]);
        BOOST_TEST(by_h[i] == a[i] * a[i]);
    }
}

BOOST_AUTO_TEST_CASE(wrong_lengths_are_refused)
{
    const std::vector<double> three(3);
    const std::vector<double> four(4);
    std::vector<double> out(3);
    std::vector<double> other(3);
    std::vector<double> short_one(2);
    BOOST_CHECK_THROW(forward<cell>(std::tie(three, three, four), std::tie(out, other)),
                      size_error);
    BOOST_CHECK_THROW(forward<cell>(std::tie(three, three, three), std::tie(out, short_one)),
                      size_error);
}

} // namespace
