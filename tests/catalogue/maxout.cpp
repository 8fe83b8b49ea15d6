// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE maxout
#include <boost/test/unit_test.hpp>

#include <ctgrad/catalogue/maxout.hpp>
#include <ctgrad/graph/print.hpp>
#include <ctgrad/simd/elementwise.hpp>

#include <cmath>
#include <limits>
#include <vector>

using namespace ctgrad;
using activations::maxout;

namespace
{

constexpr variable<"a"> a;
constexpr variable<"b"> b;
constexpr variable<"c"> c;
constexpr auto largest = maxout(a, b, c);
constexpr double infinity = std::numeric_limits<double>::infinity();

} // namespace

static_assert(maxout(a)(-2.0) == -2.0);
static_assert(maxout(a, b)(1.0, 2.0) == 2.0);
static_assert(maxout(a, 0)(-1.0) == 0.0);
static_assert(maxout(0, a)(3.0) == 3.0);
static_assert(maxout(-1, 1, a)(0.5) == 1.0);
static_assert(largest(1.0, 3.0, 2.0) == 3.0);
static_assert(largest(-infinity, -infinity, -infinity) == -infinity);
static_assert(maxout(a, b, c, 2 * a, -b)(1.0, -7.0, 3.0) == 7.0);

BOOST_AUTO_TEST_CASE(is_a_maximum_of_maxima)
{
    BOOST_TEST(to_string(largest) == to_string(maximum(maximum(a, b), c)));
}

BOOST_AUTO_TEST_CASE(gradient_goes_to_the_largest)
{
    std::vector<std::vector<double>> in(3);
    std::vector<double> incoming;
    for (std::size_t i = 0; i < 100; ++i)
    {
        for (std::size_t piece = 0; piece < 3; ++piece)
        {
            in[piece].push_back(std::sin(double(1 + i) * (1.0 + double(piece))));
        }
        incoming.push_back(1 + double(i));
    }
    std::vector<double> out(100);
    std::vector<std::vector<double>> din(3, std::vector<double>(100));
    forward<largest>(std::tie(in[0], in[1], in[2]), out);
    backward<largest>(std::tie(in[0], in[1], in[2]), incoming, std::tie(din[0], din[1], din[2]));
    for (std::size_t i = 0; i < 100; ++i)
    {
        BOOST_TEST(out[i] == std::max({in[0][i], in[1][i], in[2][i]}));
        for (std::size_t piece = 0; piece < 3; ++piece)
        {
            BOOST_TEST(din[piece][i] == (in[piece][i] == out[i] ? incoming[i] : 0));
        }
    }
}

BOOST_AUTO_TEST_CASE(ties_share_the_gradient)
{
    BOOST_TEST(derivative(largest, a)(1.0, 1.0, 0.0) == 0.5);
    BOOST_TEST(derivative(largest, b)(1.0, 1.0, 0.0) == 0.5);
    BOOST_TEST(derivative(largest, c)(1.0, 1.0, 0.0) == 0);
    // Two by two, from the left.
    BOOST_TEST(derivative(largest, a)(1.0, 1.0, 1.0) == 0.25);
    BOOST_TEST(derivative(largest, c)(1.0, 1.0, 1.0) == 0.5);
}

BOOST_AUTO_TEST_CASE(nan_stays) { BOOST_TEST(std::isnan(largest(1.0, std::nan(""), 2.0))); }
