// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE norms
#include "naive_rows.hpp"

#include <ctgrad/catalogue/norms.hpp>

using namespace ctgrad;
using namespace naive_rows;

namespace
{

long double mean_of(const exact_row& in)
{
    long double total = 0;
    for (const long double value : in)
    {
        total += value;
    }
    return total / static_cast<long double>(in.size());
}

exact_row naive_rms_norm(const exact_row& in)
{
    exact_row squares;
    for (const long double value : in)
    {
        squares.push_back(value * value);
    }
    exact_row out;
    for (const long double value : in)
    {
        out.push_back(value / std::sqrt(mean_of(squares) + 1e-5L));
    }
    return out;
}

exact_row naive_layer_norm(const exact_row& in)
{
    exact_row centered;
    for (const long double value : in)
    {
        centered.push_back(value - mean_of(in));
    }
    return naive_rms_norm(centered);
}

} // namespace

// At length 1 layer_norm divides what cancelled by sqrt(epsilon).
BOOST_AUTO_TEST_CASE(norms)
{
    check<activations::layer_norm()>(naive_layer_norm, 316);
    check<activations::rms_norm()>(naive_rms_norm);
}

BOOST_AUTO_TEST_CASE(rows_without_variance)
{
    BOOST_TEST(values_of<activations::layer_norm()>(row(64, 1e10)) == row(64, 0.0));
    BOOST_TEST(values_of<activations::rms_norm()>(row(7, 0.0)) == row(7, 0.0));
}

BOOST_AUTO_TEST_CASE(a_shift_and_a_scale_change_no_layer_norm)
{
    row in = numbers(100);
    const row out = values_of<activations::layer_norm()>(in);
    for (double& value : in)
    {
        value = 1000 + 4096 * value;
    }
    const row changed = values_of<activations::layer_norm()>(in);
    double total = 0;
    double squares = 0;
    for (std::size_t i = 0; i < 100; ++i)
    {
        // Epsilon counts 1e-5 of a variance of 4.5, so half of that of its root.
        BOOST_TEST(is_close(changed[i], out[i], 1.5e-6));
        total += changed[i];
        squares += changed[i] * changed[i];
    }
    BOOST_TEST(std::abs(total) < 1e-12);
    BOOST_TEST(is_close(squares / 100, 1, 1e-11));
}
