// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE properties
#include <boost/test/unit_test.hpp>

#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/graph/properties.hpp>

#include <cmath>
#include <ostream>
#include <string>

using namespace ctgrad;
namespace catalogue = ctgrad::activations;

namespace
{

using enum monotonicity;
using enum tail;
using enum continuity;
using symmetry::even;
using symmetry::odd;

constexpr auto no_symmetry = symmetry::none;
constexpr auto not_monotonic = monotonicity::none;
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr variable<"x"> x;
constexpr parameter<"beta"> beta{2.0};

struct expected_properties
{
    /// As in books: "(0, 1]".
    const char* brackets;
    double low;
    double high;
    monotonicity direction;
    symmetry mirror;
    continuity order;
    tail left;
    tail right;
    bool is_identity_at_origin;
    double largest_slope;
};

bool agrees(double found, double expected)
{
    return found == expected || std::abs(found - expected) <= 1e-9 * std::abs(expected);
}

void check(const char* name, const expression auto& f, const expected_properties& expected)
{
    const function_properties found = properties_of(f);
    BOOST_TEST_CONTEXT(name)
    {
        BOOST_TEST(agrees(found.range.low, expected.low), "low " << found.range.low);
        BOOST_TEST(agrees(found.range.high, expected.high), "high " << found.range.high);
        BOOST_TEST(found.range.attains_low == (expected.brackets[0] == '['));
        BOOST_TEST(found.range.attains_high == (expected.brackets[1] == ']'));
        BOOST_TEST((found.direction == expected.direction));
        BOOST_TEST((found.mirror == expected.mirror));
        BOOST_TEST(static_cast<int>(found.order) == static_cast<int>(expected.order));
        BOOST_TEST((found.left == expected.left));
        BOOST_TEST((found.right == expected.right));
        BOOST_TEST(found.is_identity_at_origin == expected.is_identity_at_origin);
        BOOST_TEST(agrees(found.largest_slope, expected.largest_slope),
                   "slope " << found.largest_slope);
    }
}

// Numbers that are no fraction, by mpmath's findroot: minima of x sigmoid(x), x Phi(x),
// x tanh(log(1 + exp(x))), and the largest slopes; sqrt(2/e) for the Gaussian.
constexpr double swish_low = -0.27846454276107380;
constexpr double swish_slope = 1.0998393201288669;
constexpr double gelu_low = -0.16997120747990366;
constexpr double gelu_slope = 1.1289041451851548;
constexpr double mish_low = -0.30884341301725041;
constexpr double mish_slope = 1.0884981612517279;
constexpr double gaussian_slope = 0.85776388496070680;
constexpr double selu_scale = 1.0507009873554804934 * 1.6732632423543772848;
constexpr double half_pi = 1.5707963267948966;

} // namespace

// As textbooks and papers have them.
BOOST_AUTO_TEST_CASE(properties_of_the_catalogue)
{
    check("identity", catalogue::identity,
          {"()", -infinity, infinity, increasing, odd, smooth, open, open, true, 1});
    check("binary_step", catalogue::binary_step,
          {"[]", 0, 1, non_decreasing, no_symmetry, jumps, dies, dies, false, 0});
    check("sigmoid", catalogue::sigmoid,
          {"()", 0, 1, increasing, no_symmetry, smooth, saturates, saturates, false, 0.25});
    check("tanh", catalogue::tanh,
          {"()", -1, 1, increasing, odd, smooth, saturates, saturates, true, 1});
    check("relu", catalogue::relu,
          {"[)", 0, infinity, non_decreasing, no_symmetry, kinks, dies, open, false, 1});
    check("relu6", catalogue::relu6,
          {"[]", 0, 6, non_decreasing, no_symmetry, kinks, dies, dies, false, 1});
    check("leaky_relu", catalogue::leaky_relu(),
          {"()", -infinity, infinity, increasing, no_symmetry, kinks, open, open, false, 1});
    check("elu(1)", catalogue::elu(),
          {"()", -1, infinity, increasing, no_symmetry, once, saturates, open, true, 1});
    check("elu(2)", catalogue::elu(2.0),
          {"()", -2, infinity, increasing, no_symmetry, kinks, saturates, open, false, 2});
    check("celu(2)", catalogue::celu(2.0),
          {"()", -2, infinity, increasing, no_symmetry, once, saturates, open, true, 1});
    check("selu", catalogue::selu,
          {"()", -selu_scale, infinity, increasing, no_symmetry, kinks, saturates, open, false,
           selu_scale});
    check("softplus", catalogue::softplus(),
          {"()", 0, infinity, increasing, no_symmetry, smooth, saturates, open, false, 1});
    check("softsign", catalogue::softsign,
          {"()", -1, 1, increasing, odd, once, saturates, saturates, true, 1});
    check("swish", catalogue::swish(),
          {"[)", swish_low, infinity, not_monotonic, no_symmetry, smooth, saturates, open, false,
           swish_slope});
    check("gelu", catalogue::gelu,
          {"[)", gelu_low, infinity, not_monotonic, no_symmetry, smooth, saturates, open, false,
           gelu_slope});
    check("mish", catalogue::mish,
          {"[)", mish_low, infinity, not_monotonic, no_symmetry, smooth, saturates, open, false,
           mish_slope});
    check("hard_sigmoid", catalogue::hard_sigmoid,
          {"[]", 0, 1, non_decreasing, no_symmetry, kinks, dies, dies, false, 1.0 / 6});
    check("hard_swish", catalogue::hard_swish,
          {"[)", -0.375, infinity, not_monotonic, no_symmetry, kinks, dies, open, false, 1.5});
    check("hard_tanh", catalogue::hard_tanh,
          {"[]", -1, 1, non_decreasing, odd, kinks, dies, dies, true, 1});
    check("log_sigmoid", catalogue::log_sigmoid,
          {"()", -infinity, 0, increasing, no_symmetry, smooth, open, saturates, false, 1});
    check("tanhshrink", catalogue::tanhshrink,
          {"()", -infinity, infinity, increasing, odd, smooth, open, open, false, 1});
    check("soft_shrink", catalogue::soft_shrink(),
          {"()", -infinity, infinity, non_decreasing, odd, kinks, open, open, false, 1});
    check("gaussian", catalogue::gaussian,
          {"(]", 0, 1, not_monotonic, even, smooth, saturates, saturates, false, gaussian_slope});
    check("sine", catalogue::sine, {"[]", -1, 1, not_monotonic, odd, smooth, open, open, true, 1});
    check("arctan", catalogue::arctan,
          {"()", -half_pi, half_pi, increasing, odd, smooth, saturates, saturates, true, 1});
}

BOOST_AUTO_TEST_CASE(properties_of_what_is_in_no_catalogue)
{
    check("x cos x", x * cos(x),
          {"()", -infinity, infinity, not_monotonic, odd, smooth, open, open, true, infinity});
    check("snake", x + square(sin(x)),
          {"()", -infinity, infinity, increasing, no_symmetry, smooth, open, open, true, 2});
    check("abs", abs(x), {"[)", 0, infinity, not_monotonic, even, kinks, open, open, false, 1});
    check("x abs x", x * abs(x),
          {"()", -infinity, infinity, increasing, odd, once, open, open, false, infinity});
    check("abs x cubed", x * x * abs(x),
          {"[)", 0, infinity, not_monotonic, even, twice, open, open, false, infinity});
    check("sign", sign(x), {"[]", -1, 1, non_decreasing, odd, jumps, dies, dies, false, 0});
    check("hard shrink", where(x > 0.5, x, where(x < -0.5, x, 0)),
          {"()", -infinity, infinity, non_decreasing, odd, jumps, open, open, false, 1});
    check("falling", -tanh(x),
          {"()", -1, 1, decreasing, odd, smooth, saturates, saturates, false, 1});
    check("falling ramp", relu(-x),
          {"[)", 0, infinity, non_increasing, no_symmetry, kinks, open, dies, false, 1});
    check("jump down", where(x > 0, x, x + 1),
          {"()", -infinity, infinity, not_monotonic, no_symmetry, jumps, open, open, false, 1});
    check("kink at 1/3", maximum(x, 1.0 / 3),
          {"[)", 1.0 / 3, infinity, non_decreasing, no_symmetry, kinks, dies, open, false, 1});
    check("dies far out", minimum(relu(x), 50),
          {"[]", 0, 50, non_decreasing, no_symmetry, kinks, dies, dies, false, 1});
    check("constant", 0 * x + 2,
          {"[]", 2, 2, monotonicity::constant, even, smooth, dies, dies, false, 0});
    check("exp", exp(x),
          {"()", 0, infinity, increasing, no_symmetry, smooth, saturates, open, false, infinity});
    check("isru", x / sqrt(1 + x * x),
          {"()", -1, 1, increasing, odd, smooth, saturates, saturates, true, 1});
    check(
        "log", log(x),
        {"()", -infinity, infinity, increasing, no_symmetry, smooth, open, open, false, infinity});
    check("parameter", tanh(beta * x),
          {"()", -1, 1, increasing, odd, smooth, saturates, saturates, false, 2});
}

BOOST_AUTO_TEST_CASE(symmetry_is_proven_where_the_graph_shows_it)
{
    BOOST_TEST(properties_of(catalogue::tanh).symmetry_is_proven);
    BOOST_TEST(properties_of(catalogue::gaussian).symmetry_is_proven);
    BOOST_TEST(properties_of(catalogue::softsign).symmetry_is_proven);
    BOOST_TEST(!properties_of(catalogue::swish()).symmetry_is_proven);
    // Almost odd is not odd.
    BOOST_TEST((properties_of(tanh(x) + 1e-9 * x * x).mirror == no_symmetry));
}

// A slope that is small is not one that is 0.
BOOST_AUTO_TEST_CASE(only_what_is_exactly_flat_dies)
{
    BOOST_TEST((properties_of(exp(-x * x)).left == saturates));
    BOOST_TEST((properties_of(relu(x) + 1e-300 * x).left == open));
    BOOST_TEST((properties_of(where(x > 0, x, 0 * x)).left == dies));
}
