// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE simd_operations
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/simd/elementwise.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <tuple>
#include <vector>

// Each operation in SIMD against its interpretation in double.

using namespace ctgrad;

namespace
{

template <class T>
struct operations
{
    static constexpr variable<"x"> x{};
    static constexpr variable<"y"> y{};

    template <auto Formula>
    static void check(const char* name, double low, double high, double ulps = 8)
    {
        std::vector<T> at_x;
        std::vector<T> at_y;
        std::mt19937 random(7);
        std::uniform_real_distribution<T> uniform(static_cast<T>(low), static_cast<T>(high));
        for (int i = 0; i < 203; ++i)
        {
            at_x.push_back(uniform(random));
            at_y.push_back(i % 7 == 0 ? at_x.back() : uniform(random));
        }
        std::vector<T> out(at_x.size());
        constexpr bool two = variable_count<Formula> == 2;
        if constexpr (two)
        {
            forward<Formula>(std::tie(at_x, at_y), out);
        }
        else
        {
            forward<Formula>(at_x, out);
        }
        for (std::size_t i = 0; i < out.size(); ++i)
        {
            double exact = 0;
            if constexpr (two)
            {
                exact = Formula(double(at_x[i]), double(at_y[i]));
            }
            else
            {
                exact = Formula(double(at_x[i]));
            }
            const double allowed = ulps * std::numeric_limits<T>::epsilon() * std::abs(exact);
            BOOST_TEST(std::abs(double(out[i]) - exact) <= allowed,
                       name << " of " << at_x[i] << ", " << at_y[i] << " is " << out[i]
                            << ", interpreted " << exact);
        }
    }
};

BOOST_AUTO_TEST_CASE_TEMPLATE(every_operation_in_simd, T, element_types)
{
    using in = operations<T>;
    constexpr auto x = in::x;
    constexpr auto y = in::y;
    in::template check<x + y>("add", 0, 3);
    in::template check<x - y>("subtract", -3, 3);
    in::template check<x * y>("multiply", -3, 3);
    in::template check<x / y>("divide", 0.1, 3);
    in::template check<-x>("negate", -3, 3);
    in::template check<where(x < y, x, 2)>("less", -3, 3);
    in::template check<where(x <= y, 1, 2)>("less_equal", -3, 3);
    in::template check<where(x > y, 1, 2)>("greater", -3, 3);
    in::template check<where(x >= y, 1, 2)>("greater_equal", -3, 3);
    in::template check<where(x == y, 1, 2)>("equal", -3, 3);
    in::template check<maximum(x, y)>("maximum", -3, 3);
    in::template check<minimum(x, y)>("minimum", -3, 3);
    in::template check<maximum(x, 0.5)>("maximum with a number", -3, 3);
    in::template check<minimum(x, 0.5)>("minimum with a number", -3, 3);
    in::template check<clamp(x, -1, 1)>("clamp", -3, 3);
    in::template check<abs(x)>("abs", -3, 3);
    in::template check<sign(x)>("sign", -3, 3);
    in::template check<square(x)>("square", -3, 3);
    in::template check<sqrt(x)>("sqrt", 0, 9);
    in::template check<exp(x)>("exp", -20, 20);
    in::template check<expm1(x)>("expm1", -3, 3);
    in::template check<log(x)>("log", 2, 9);
    in::template check<log1p(x)>("log1p", 0, 9);
    in::template check<pow(x, y)>("pow", 0.1, 4);
    in::template check<pow(x, 1.7)>("pow with a number", 0.1, 4);
    in::template check<sin(x)>("sin", 0.1, 3);
    in::template check<cos(x)>("cos", -1.5, 1.5);
    in::template check<atan(x)>("atan", -9, 9);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_function_in_simd, T, element_types)
{
    using in = operations<T>;
    constexpr auto x = in::x;
    in::template check<sigmoid(x)>("sigmoid", -20, 20);
    in::template check<tanh(x)>("tanh", -5, 5);
    in::template check<softplus(x)>("softplus", -20, 20);
    in::template check<relu(x)>("relu", -3, 3);
    in::template check<tanh(softplus(x))>("tanh_softplus", -20, 20);
    in::template check<derivative(tanh(softplus(x)), x)>("tanh_softplus_slope", -20, 8, 16);
    in::template check<hypot(x, in::y)>("hypot", -3, 3);
    in::template check<derivative(hypot(x, in::y), x)>("hypot_slope", -3, 3);
    in::template check<logaddexp(x, in::y)>("logaddexp", 1, 20);
    in::template check<1 / (exp(x) + exp(-x))>("sech", -20, 20);
    in::template check<erf(x)>("erf", -3, 3);
    in::template check<erfc(x)>("erfc", -3, 3, 16);
    in::template check<normal_cdf(x)>("normal_cdf", -4, 4, 16);
    in::template check<stop_gradient(x)>("stop_gradient", -3, 3);
}

} // namespace
