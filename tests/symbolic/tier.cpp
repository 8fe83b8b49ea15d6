// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE tier
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/interpret.hpp>
#include <ctgrad/graph/print.hpp>
#include <ctgrad/symbolic/tier.hpp>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr parameter<"slope"> slope{2.0};

constexpr auto gated = x * sigmoid(slope * x);

template <auto Formula>
constexpr bool fast_formula = is_fast<decltype(Formula)>;

// A part makes the whole fast, through everything that formulas are made of.
static_assert(!fast_formula<gated>);
static_assert(fast_formula<fast(gated)>);
static_assert(fast_formula<1 + fast(gated) * y>);
static_assert(fast_formula<derivative(fast(gated), x)>);
static_assert(fast_formula<pullback(fast(gated), y, x)>);
static_assert(fast_formula<fast(gated)(x = y)>);
static_assert(fast_formula<gated(x = fast(tanh(y)))>);
static_assert(!fast_formula<derivative(gated, x)>);
static_assert(std::same_as<decltype(fast(fast(gated))), decltype(fast(gated))>);

static_assert(variable_count<fast(gated)> == 1 && parameter_count<fast(gated)> == 1);
static_assert(is_row_value<fast(sum(x))> && !is_row_value<fast(gated)>);
static_assert(has_reduction<fast(x - max(x))> && !has_reduction<fast(gated)>);

BOOST_AUTO_TEST_CASE(calls_with_numbers_stay_precise)
{
    for (const double z : {-30.0, -1.5, 0.0, 0.3, 12.0})
    {
        BOOST_TEST(fast(gated)(z) == gated(z));
        BOOST_TEST(derivative(fast(gated), x)(z) == derivative(gated, x)(z));
        BOOST_TEST(derivative(fast(gated), slope)(z) == derivative(gated, slope)(z));
        BOOST_TEST(fast(gated)(x = z, slope = 0.5) == gated(x = z, slope = 0.5));
    }
    static_assert(fast(tanh(x))(0.0) == 0.0);
}

BOOST_AUTO_TEST_CASE(it_composes_and_prints_like_its_formula)
{
    BOOST_TEST(to_string(fast(gated)) == to_string(gated));
    BOOST_TEST(to_string(derivative(fast(gated), x)) == to_string(derivative(gated, x)));
    BOOST_TEST(fast(gated)(y + 1)(2.0) == gated(y + 1)(2.0));
    BOOST_TEST(where(x > 0, fast(tanh(x)), x)(0.5) == tanh(x)(0.5));
}

} // namespace
