// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE gated_units
#include <boost/test/unit_test.hpp>

#include <ctgrad/catalogue/gated_units.hpp>
#include <ctgrad/simd/elementwise.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

// Values against the papers' formulas in long double, gradients of the kernels against differences of
// those, at lengths below, at and beyond those of vectors.

using namespace ctgrad;
using activations::gate;
using activations::x;

namespace
{

constexpr std::array<std::size_t, 4> lengths{1, 7, 64, 100};
constexpr double infinity = std::numeric_limits<double>::infinity();

using real = long double;
using naive = real (*)(real, real);

real sigmoid(real z) { return 1 / (1 + std::exp(-z)); }

real normal_cdf(real z) { return std::erfc(-z / std::sqrt(real(2))) / 2; }

struct inputs
{
    std::vector<double> x;
    std::vector<double> gate;
    std::vector<double> incoming;
};

inputs numbers(std::size_t length)
{
    inputs in;
    for (std::size_t i = 0; i < length; ++i)
    {
        const double at = static_cast<double>(i);
        in.x.push_back(3 * std::sin(1 + 1.7 * at));
        in.gate.push_back(3 * std::cos(2 + 2.3 * at));
        in.incoming.push_back(1 + std::sin(5 * at));
    }
    return in;
}

bool is_near(double got, real wanted, double tolerance)
{
    return std::abs(got - wanted) <= tolerance * (1 + std::abs(wanted));
}

template <auto Unit>
void check(naive formula)
{
    static_assert(variables_of<decltype(Unit)>.size == 2);
    for (const std::size_t length : lengths)
    {
        const inputs in = numbers(length);
        std::vector<double> out(length);
        std::vector<double> dx(length);
        std::vector<double> dgate(length);
        forward<Unit>(std::tie(in.x, in.gate), out);
        backward<Unit>(std::tie(in.x, in.gate), in.incoming, std::tie(dx, dgate));
        for (std::size_t i = 0; i < length; ++i)
        {
            // Some dozen roundings, and step^2 of truncation.
            constexpr real step = 1e-6L;
            const real a = in.x[i];
            const real b = in.gate[i];
            const real by_x = (formula(a + step, b) - formula(a - step, b)) / (2 * step);
            const real by_gate = (formula(a, b + step) - formula(a, b - step)) / (2 * step);
            BOOST_TEST(is_near(out[i], formula(a, b), 1e-14), "value " << i << " of " << length);
            BOOST_TEST(is_near(dx[i], in.incoming[i] * by_x, 1e-10),
                       "dx " << i << " of " << length);
            BOOST_TEST(is_near(dgate[i], in.incoming[i] * by_gate, 1e-10),
                       "dgate " << i << " of " << length);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(units_with_a_sigmoid)
{
    check<activations::glu>([](real a, real b) { return a * sigmoid(b); });
    check<activations::gated_tanh>([](real a, real b) { return std::tanh(a) * sigmoid(b); });
}

BOOST_AUTO_TEST_CASE(units_of_transformers)
{
    check<activations::bilinear>([](real a, real b) { return a * b; });
    check<activations::reglu>([](real a, real b) { return std::max(a, real(0)) * b; });
    check<activations::geglu>([](real a, real b) { return a * normal_cdf(a) * b; });
    check<activations::swiglu()>([](real a, real b) { return a * sigmoid(a) * b; });
}

BOOST_AUTO_TEST_CASE(a_closed_gate_lets_nothing_pass)
{
    BOOST_TEST(activations::glu(x = 2.0, gate = -infinity) == 0);
    BOOST_TEST(activations::glu(x = 2.0, gate = infinity) == 2);
    BOOST_TEST(activations::swiglu()(x = -infinity, gate = 2.0) == 0);
    BOOST_TEST(activations::geglu(x = -infinity, gate = 2.0) == 0);
    BOOST_TEST(activations::reglu(x = -infinity, gate = 2.0) == 0);
    BOOST_TEST(derivative(activations::glu, gate)(x = 2.0, gate = infinity) == 0);
    BOOST_TEST(derivative(activations::swiglu(), x)(x = infinity, gate = 2.0) == 2);
    BOOST_TEST(std::isnan(activations::glu(x = std::nan(""), gate = 0.0)));
    BOOST_TEST(std::isnan(activations::glu(x = 0.0, gate = std::nan(""))));
}

BOOST_AUTO_TEST_CASE(sharpness_is_learnt)
{
    constexpr parameter<"beta"> beta{1.0};
    constexpr auto unit = activations::swiglu(beta);
    const inputs in = numbers(7);
    std::vector<double> dx(7);
    std::vector<double> dgate(7);
    std::vector<double> dbeta{0.5};
    backward<unit>(std::tie(in.x, in.gate), in.incoming, std::tie(dx, dgate), std::vector{1.5},
                   dbeta);
    real wanted = 0.5L;
    for (std::size_t i = 0; i < 7; ++i)
    {
        const real s = sigmoid(1.5L * in.x[i]);
        wanted += in.incoming[i] * in.gate[i] * in.x[i] * in.x[i] * s * (1 - s);
    }
    BOOST_TEST(is_near(dbeta[0], wanted, 1e-14));
}
