// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE custom_operation
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/graph/print.hpp>
#include <ctgrad/simd/elementwise.hpp>

#include <cmath>
#include <tuple>
#include <vector>

// Operations of a user, in the user's namespace.

namespace elsewhere
{

/// x / sqrt(1 + x^2): not `total`, its rule uses itself and the result.
struct bend_operation
{
    static constexpr ctgrad::fixed_string name = "bend";
    static constexpr auto value(auto x)
    {
        using ctgrad::scalar::sqrt;
        return x / sqrt(1 + x * x);
    }
    static constexpr auto partials(auto x, auto y)
    {
        return ctgrad::list((1 - square(y)) * ctgrad::apply<bend_operation>(x) / x);
    }
};

/// a b^2, of two operands, lowered to operations of the library.
struct weigh_operation
{
    static constexpr ctgrad::fixed_string name = "weigh";
    static constexpr ctgrad::fixed_string latex = "\\omega";
    static constexpr auto value(auto a, auto b) { return a * b * b; }
    static constexpr auto partials(auto a, auto b, auto)
    {
        return ctgrad::list(square(b), 2 * a * b);
    }
    static constexpr auto lowered(auto a, auto b) { return a * square(b); }
};

/// 1 from 1 on, otherwise 0; without a derivative rule.
struct step_operation
{
    static constexpr ctgrad::fixed_string name = "step";
    static constexpr bool total = true;
    static constexpr auto value(auto x)
    {
        using ctgrad::scalar::select;
        const decltype(x) zero(0);
        const decltype(x) one(1);
        return select(x < one, zero, one);
    }
};

template <ctgrad::symbolic X>
constexpr auto bend(const X& x)
{
    return ctgrad::apply<bend_operation>(x);
}

template <class A, class B>
    requires ctgrad::some_symbolic<A, B>
constexpr auto weigh(const A& a, const B& b)
{
    return ctgrad::apply<weigh_operation>(a, b);
}

} // namespace elsewhere

using namespace ctgrad;
using elsewhere::bend;
using elsewhere::weigh;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;

double exact_bend(double at) { return at / std::sqrt(1 + at * at); }
double exact_slope(double at) { return std::pow(1 + at * at, -1.5); }

static_assert(bend(x)(0.0) == 0.0);
static_assert(weigh(x, 3)(2.0) == 18.0);

// The straight-through estimator: the value of the steps, the slope of the line.
constexpr auto stepped = x + stop_gradient(apply<elsewhere::step_operation>(x) - x);
static_assert(stepped(1.25) == 1.0 && derivative(stepped, x)(1.25) == 1.0);
static_assert(derivative(y * apply<elsewhere::step_operation>(x), y)(3.0, 1.5) == 1.0);

BOOST_AUTO_TEST_CASE(calls_and_derivatives)
{
    BOOST_TEST(bend(x)(2.0) == exact_bend(2.0), boost::test_tools::tolerance(1e-15));
    BOOST_TEST(bend(x)(2.0F) == static_cast<float>(exact_bend(2.0)));
    BOOST_TEST(derivative(bend(x), x)(2.0) == exact_slope(2.0),
               boost::test_tools::tolerance(1e-14));
    // The second derivative: -3 x (1 + x^2)^(-5/2).
    BOOST_TEST(derivative(derivative(bend(x), x), x)(2.0) == -6 * std::pow(5.0, -2.5),
               boost::test_tools::tolerance(1e-13));
    BOOST_TEST(derivative(weigh(x, bend(y)), y)(3.0, 2.0) == 6 * exact_bend(2.0) * exact_slope(2.0),
               boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(text)
{
    BOOST_TEST(to_string(2 * bend(x + 1)) == "2 * bend(1 + x)");
    BOOST_TEST(to_string(weigh(x, y)) == "weigh(x, y)");
    BOOST_TEST(to_latex(bend(x)) == "\\operatorname{bend}\\left(x\\right)");
    BOOST_TEST(to_latex(weigh(x, y)) == "\\omega\\left(x, y\\right)");
    BOOST_TEST(to_string(derivative(weigh(x, y), x)) == "y^2");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(kernels, T, element_types)
{
    constexpr auto formula = weigh(y, bend(x * bend(x)));
    std::vector<T> at_y;
    std::vector<T> at_x;
    for (int i = 1; i < 30; ++i)
    {
        at_y.push_back(T(0.1) * T(i));
        at_x.push_back(T(3) - T(0.17) * T(i));
    }
    std::vector<T> out(at_x.size());
    std::vector<T> dy(at_x.size());
    std::vector<T> dx(at_x.size());
    value_and_derivative<formula>(std::tie(at_y, at_x), out, std::tie(dy, dx));
    for (std::size_t i = 0; i < out.size(); ++i)
    {
        const double a = static_cast<double>(at_y[i]);
        const double b = static_cast<double>(at_x[i]);
        // Some thirty roundings, of numbers below 30.
        const double allowed = 100 * static_cast<double>(std::numeric_limits<T>::epsilon());
        BOOST_TEST(std::abs(static_cast<double>(out[i]) - formula(a, b)) < allowed);
        BOOST_TEST(std::abs(static_cast<double>(dy[i]) - derivative(formula, y)(a, b)) < allowed);
        BOOST_TEST(std::abs(static_cast<double>(dx[i]) - derivative(formula, x)(a, b)) < allowed);
    }
}

} // namespace
