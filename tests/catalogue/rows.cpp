// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE rows
#include "naive_rows.hpp"

#include <ctgrad/catalogue/rows.hpp>
#include <ctgrad/graph/print.hpp>

using namespace ctgrad;
using namespace naive_rows;
using activations::x;

namespace
{

constexpr double infinity = std::numeric_limits<double>::infinity();

exact_row naive_softmax(const exact_row& in)
{
    exact_row out;
    long double total = 0;
    for (const long double value : in)
    {
        out.push_back(std::exp(value));
        total += out.back();
    }
    for (long double& value : out)
    {
        value /= total;
    }
    return out;
}

exact_row naive_softmin(const exact_row& in)
{
    exact_row negative;
    for (const long double value : in)
    {
        negative.push_back(-value);
    }
    return naive_softmax(negative);
}

exact_row naive_log_softmax(const exact_row& in)
{
    exact_row out = naive_softmax(in);
    for (long double& value : out)
    {
        value = std::log(value);
    }
    return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(they_become_the_stable_forms)
{
    BOOST_TEST(to_string(activations::softmax) == "exp(x - logsumexp(x))");
    BOOST_TEST(to_string(activations::log_softmax) == "x - logsumexp(x)");
}

BOOST_AUTO_TEST_CASE(probabilities)
{
    check<activations::softmax>(naive_softmax);
    check<activations::softmin>(naive_softmin);
    check<activations::log_softmax>(naive_log_softmax);
}

BOOST_AUTO_TEST_CASE(a_shift_of_logits_changes_no_probability)
{
    for (const std::size_t length : lengths)
    {
        const row in = numbers(length);
        const row out = values_of<activations::softmax>(in);
        // The shift costs digits of the logits, 2^-53 of 1000.
        const row shifted = values_of<activations::softmax>(numbers(length, 1000));
        double total = 0;
        for (std::size_t i = 0; i < length; ++i)
        {
            BOOST_TEST(is_close(shifted[i], out[i], 1e-12));
            total += out[i];
        }
        BOOST_TEST(is_close(total, 1));
        const row logarithms = values_of<activations::log_softmax>(in);
        row negative = in;
        for (double& value : negative)
        {
            value = -value;
        }
        const row mirrored = values_of<activations::softmin>(negative);
        for (std::size_t i = 0; i < length; ++i)
        {
            BOOST_TEST(is_close(std::exp(logarithms[i]), out[i]));
            BOOST_TEST(is_close(mirrored[i], out[i]));
        }
    }
}

BOOST_AUTO_TEST_CASE(temperature)
{
    constexpr parameter<"t"> t{0.5};
    BOOST_TEST(to_string(activations::softmax(x = x / t)) == "exp(x / t - logsumexp(x / t))");
}

// Masked logits are -infinity: no probability, no gradient, and the others as if they were not there.
BOOST_AUTO_TEST_CASE(masked_logits)
{
    for (const std::size_t length : {std::size_t(7), std::size_t(100)})
    {
        row in = numbers(length);
        const row others(in.begin() + 1, in.end());
        in[0] = -infinity;
        const row out = values_of<activations::softmax>(in);
        const row wanted = values_of<activations::softmax>(others);
        BOOST_TEST(out[0] == 0);
        const row logarithms = values_of<activations::log_softmax>(in);
        const row wanted_logarithms = values_of<activations::log_softmax>(others);
        BOOST_TEST(logarithms[0] == -infinity);
        for (std::size_t i = 1; i < length; ++i)
        {
            BOOST_TEST(is_close(out[i], wanted[i - 1]));
            BOOST_TEST(is_close(logarithms[i], wanted_logarithms[i - 1]));
        }
        row din(length);
        const row incoming(length, 1.0);
        backward<activations::softmax>(in, incoming, din);
        BOOST_TEST(din[0] == 0);
        for (const double gradient : din)
        {
            BOOST_TEST(std::abs(gradient) < 1e-15);
        }
        row logarithm_gradients(length);
        backward<activations::log_softmax>(in, incoming, logarithm_gradients);
        BOOST_TEST(logarithm_gradients[0] == 1);
    }
}

// What softmin masks is +infinity.
BOOST_AUTO_TEST_CASE(masked_distances)
{
    const row in{infinity, 1, 2, infinity};
    const row out = values_of<activations::softmin>(in);
    const row wanted = values_of<activations::softmax>({-1, -2});
    BOOST_TEST(out[0] == 0);
    BOOST_TEST(is_close(out[1], wanted[0]));
    BOOST_TEST(is_close(out[2], wanted[1]));
    BOOST_TEST(out[3] == 0);
    row din(4);
    backward<activations::softmin>(in, row{1, 1, 0, 1}, din);
    const double slope = wanted[0] * wanted[1];
    BOOST_TEST(din[0] == 0);
    BOOST_TEST(is_close(din[1], -slope));
    BOOST_TEST(is_close(din[2], slope));
    BOOST_TEST(din[3] == 0);
}

BOOST_AUTO_TEST_CASE(numbers_of_any_size)
{
    const double largest = std::numeric_limits<double>::max();
    const row out = values_of<activations::softmax>({-largest, 0, largest, 1});
    BOOST_TEST(out == (row{0, 0, 1, 0}));
    const row logarithms = values_of<activations::log_softmax>({-800, 0, 800, 800});
    BOOST_TEST(is_close(logarithms[0], -1600 - std::log(2)));
    BOOST_TEST(is_close(logarithms[3], -std::log(2)));
    for (const double value : values_of<activations::softmax>({1, std::nan(""), 2}))
    {
        BOOST_TEST(std::isnan(value));
    }
}
