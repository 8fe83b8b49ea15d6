// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE simd_fast_forms
#include <boost/test/unit_test.hpp>

#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/simd/elementwise.hpp>

#include <cmath>
#include <limits>
#include <vector>

using namespace ctgrad;

// Kernels of fast formulas against calls of the formulas, which are precise. The bound leaves room
// for some functions of 1e-4 in one formula, and counts in units of 1 beside crossings of zero.

namespace
{

constexpr variable<"x"> x;
constexpr double tolerance = 5e-4;

/// A grid over both tails, of a length that is no multiple of a vector.
template <class T>
std::vector<T> arguments()
{
    std::vector<T> values;
    for (int i = -331; i <= 331; ++i)
    {
        values.push_back(static_cast<T>(i * 0.0517));
        values.push_back(static_cast<T>(i) / 4);
    }
    constexpr T infinity = std::numeric_limits<T>::infinity();
    for (const T extreme : {T(1e-6), infinity, -infinity, std::numeric_limits<T>::quiet_NaN(),
                            std::numeric_limits<T>::max(), std::numeric_limits<T>::lowest()})
    {
        values.push_back(extreme);
    }
    return values;
}

template <class T>
bool agrees(T got, double exact, double at)
{
    if (std::isnan(exact) || std::isinf(exact))
    {
        return std::isnan(exact) ? std::isnan(got) : static_cast<double>(got) == exact;
    }
    // An error of 1e-4 may carry the largest numbers over.
    constexpr double largest = std::numeric_limits<T>::max();
    if (std::isinf(got) && std::abs(exact) * (1 + tolerance) > largest)
    {
        return (got > 0) == (exact > 0);
    }
    // Where both tails vanish, far below what counts beside the crossing.
    const double size = std::max(std::abs(exact), std::abs(at) < 9 ? 0.05 : 0.0);
    return std::abs(static_cast<double>(got) - exact) <=
           tolerance * size + 100 * static_cast<double>(std::numeric_limits<T>::min());
}

template <auto Formula, class T>
void compare(const char* name, const std::vector<T>& in, const std::vector<T>& value,
             const std::vector<T>& slope)
{
    constexpr auto derived = derivative(Formula, x);
    int wrong = 0;
    for (std::size_t i = 0; i < in.size(); ++i)
    {
        const double at = static_cast<double>(in[i]);
        const double y = Formula(at);
        const double d = derived(at);
        if (!(agrees(value[i], y, at) && agrees(slope[i], d, at)) && ++wrong < 4)
        {
            BOOST_ERROR(name << " at " << at << ": " << value[i] << " of " << y << ", " << slope[i]
                             << " of " << d);
        }
    }
    BOOST_TEST(wrong == 0);
}

template <auto Formula, class T>
void check(const char* name)
{
    const std::vector<T> in = arguments<T>();
    std::vector<T> value(in.size());
    std::vector<T> slope(in.size());
    value_and_derivative<fast(Formula)>(in, value, slope);
    compare<Formula>(name, in, value, slope);
}

BOOST_AUTO_TEST_CASE(values_and_derivatives_in_float)
{
    check<sigmoid(x), float>("sigmoid");
    check<tanh(x), float>("tanh");
    check<activations::mish, float>("mish");
    check<activations::gelu, float>("gelu");
    check<erf(x), float>("erf");
    check<log(1 + abs(x)), float>("logarithm");
}

BOOST_AUTO_TEST_CASE(values_and_derivatives_in_double)
{
    check<tanh(x), double>("tanh");
    check<activations::gelu, double>("gelu");
}

BOOST_AUTO_TEST_CASE(forward_and_backward)
{
    const std::vector<float> in = arguments<float>();
    const std::vector<float> dy(in.size(), 1.0f);
    std::vector<float> value(in.size());
    std::vector<float> dx(in.size());
    constexpr auto swish = x * sigmoid(x);
    forward<fast(swish)>(in, value);
    backward<fast(swish)>(in, dy, dx);
    compare<swish>("swish", in, value, dx);
}

BOOST_AUTO_TEST_CASE(it_differs_from_the_precise_tier)
{
    const std::vector<float> in{0.3f, 1.7f, -2.2f};
    std::vector<float> quick(3);
    std::vector<float> exact(3);
    forward<fast(x * sigmoid(x))>(in, quick);
    forward<x * sigmoid(x)>(in, exact);
    BOOST_TEST((quick != exact));
}

BOOST_AUTO_TEST_CASE(a_part_makes_the_whole_fast_and_rows_work)
{
    const std::vector<double> in{0.5, -1.0, 2.0, 0.25, -3.0, 1.5, 0.0};
    std::vector<double> quick(in.size());
    std::vector<double> exact(in.size());
    forward<fast(exp(x - max(x))) / sum(exp(x - max(x)))>(in, quick);
    forward<exp(x - max(x)) / sum(exp(x - max(x)))>(in, exact);
    for (std::size_t i = 0; i < in.size(); ++i)
    {
        BOOST_TEST(std::abs(quick[i] - exact[i]) <= tolerance * exact[i]);
        BOOST_TEST(quick[i] != exact[i]);
    }
}

} // namespace
