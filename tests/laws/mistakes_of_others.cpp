// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE mistakes_of_others
#include "../simd/activation_table.hpp"

#include <array>
#include <numbers>

// What other libraries get wrong in float, a case for each mistake: the textbook's form is evaluated
// as they do, by dual numbers of float, which shows the mistake, and as a formula in SIMD, which has
// to be right in value, first and second derivative for all sizes of arguments, has its limits at the
// infinities, and returns NaN for NaN.

namespace
{

/// A value and its derivative, by the rules of a textbook.
struct dual
{
    // Implicit, so that formulas have plain numbers in them.
    dual(double number) : value(static_cast<float>(number)) {}
    dual(float at, float by) : value(at), slope(by) {}

    float value;
    float slope = 0;

    friend dual operator-(dual a) { return {-a.value, -a.slope}; }
    friend dual operator+(dual a, dual b) { return {a.value + b.value, a.slope + b.slope}; }
    friend dual operator-(dual a, dual b) { return {a.value - b.value, a.slope - b.slope}; }
    friend dual operator*(dual a, dual b)
    {
        return {a.value * b.value, a.slope * b.value + a.value * b.slope};
    }
    friend dual operator/(dual a, dual b)
    {
        return {a.value / b.value, (a.slope * b.value - a.value * b.slope) / (b.value * b.value)};
    }
    friend bool operator>(dual a, dual b) { return a.value > b.value; }
};

dual exp(dual a) { return {std::exp(a.value), std::exp(a.value) * a.slope}; }
dual log(dual a) { return {std::log(a.value), a.slope / a.value}; }

dual tanh(dual a)
{
    const float t = std::tanh(a.value);
    return {t, (1 - t * t) * a.slope};
}

dual erf(dual a)
{
    constexpr float scale = 1.12837917f;
    return {std::erf(a.value), scale * std::exp(-a.value * a.value) * a.slope};
}

dual where(bool condition, dual a, dual b) { return condition ? a : b; }

/// Relative; what is below the smallest normal number may lose digits.
bool is_close(float got, long double exact)
{
    constexpr long double largest = std::numeric_limits<float>::max();
    if (std::isinf(got))
    {
        return std::abs(exact) > largest && (got > 0) == (exact > 0);
    }
    return std::abs(got - exact) <= 2e-6L * std::abs(exact) + 1e-40L;
}

enum class part
{
    value,
    slope
};

/// Where a peer goes wrong.
struct mistake
{
    part of;
    float at;
};

/// `Written` makes the textbook's form of its argument; `name` is that of its table. Errors of a second
/// derivative count relative to the terms that cancel at its zero, where those are given.
template <auto Written>
void check(const char* name, std::initializer_list<mistake> mistakes, std::array<float, 4> limits,
           double cancelling = 0)
{
    constexpr auto formula = Written(ctgrad::activations::x);
    const activation_table::rows table = activation_table::read(name);
    const std::vector<float> at = activation_table::arguments_of<float>(table);
    const auto y = activation_table::derivatives_at<formula>(at);

    for (std::size_t order = 0; order < 3; ++order)
    {
        for (std::size_t i = 0; i < table.x.size(); ++i)
        {
            const long double exact = table.exact[order][i];
            const bool right =
                std::isnan(exact) || is_close(y[order][i], exact) ||
                std::abs(y[order][i] - exact) <= table.off_by[order] ||
                (order == 2 && std::abs(static_cast<double>(y[order][i]) -
                                        static_cast<double>(exact)) <= 2e-6 * cancelling);
            BOOST_TEST(right, name << ", derivative " << order << " at " << at[i] << ": "
                                   << y[order][i] << ", not " << exact);
        }
        BOOST_TEST(std::isnan(y[order].back()), name << ", derivative " << order << " of NaN");
    }
    const std::size_t end = table.x.size();
    const std::array<float, 4> found{y[0][end], y[1][end], y[0][end + 1], y[1][end + 1]};
    BOOST_TEST(found == limits, boost::test_tools::per_element());

    for (const auto& [of, where] : mistakes)
    {
        const dual naive = Written(dual{where, 1});
        const std::size_t order = of == part::value ? 0 : 1;
        const float theirs = order == 0 ? naive.value : naive.slope;
        const float right = activation_table::derivatives_at<formula>(std::vector{where})[order][0];
        BOOST_TEST(!(std::abs(theirs - right) <= 1e-4f * std::abs(right)),
                   name << " is right in the textbook's form at " << where << ": " << theirs);
        BOOST_TEST(std::isfinite(right));
    }
}

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

constexpr auto exponential_sum = [](auto t) { return log(1 + exp(t)); };
constexpr auto logistic = [](auto t) { return 1 / (1 + exp(-t)); };

BOOST_AUTO_TEST_CASE(softplus_is_infinite_from_90)
{
    check<exponential_sum>("softplus(1)",
                           {{part::value, 90}, {part::slope, 90}, {part::value, 1000}},
                           {0, 0, infinity, 1});
}

BOOST_AUTO_TEST_CASE(slope_of_mish_is_nan_from_90)
{
    check<[](auto t) { return t * tanh(exponential_sum(t)); }>(
        "mish", {{part::slope, 90}, {part::slope, 3e38f}, {part::value, -infinity}},
        {0, 0, infinity, 1});
}

BOOST_AUTO_TEST_CASE(slope_of_sigmoid_is_nan_to_minus_90)
{
    check<logistic>("sigmoid", {{part::slope, -90}, {part::slope, -1000}}, {0, 0, 1, 0}, 0.125);
}

BOOST_AUTO_TEST_CASE(slope_of_swish_is_nan_to_minus_90)
{
    check<[](auto t) { return t * logistic(t); }>(
        "swish(1)", {{part::slope, -90}, {part::slope, -1000}, {part::value, -infinity}},
        {0, 0, infinity, 1});
}

// 1 - t * t.
BOOST_AUTO_TEST_CASE(slope_of_tanh_has_no_digits_at_minus_12)
{
    check<[](auto t) { return tanh(t); }>("tanh", {{part::slope, -12}, {part::slope, 9}},
                                          {-1, 0, 1, 0});
}

// In exponentials its value is NaN from 45 on.
BOOST_AUTO_TEST_CASE(tanh_by_exponentials)
{
    check<[](auto t)
          {
              const auto square = exp(2 * t);
              return (square - 1) / (square + 1);
          }>("tanh", {{part::value, 45}, {part::value, 3e38f}, {part::slope, 12}}, {-1, 0, 1, 0});
}

BOOST_AUTO_TEST_CASE(tail_of_gelu_has_no_digits_at_minus_12)
{
    check<[](auto t)
          {
              const auto cdf = 1 + erf(t / std::numbers::sqrt2);
              return 0.5 * t * cdf;
          }>("gelu", {{part::value, -12}, {part::value, -7}, {part::value, -infinity}},
             {0, 0, infinity, 1});
}

// Exp(x) - 1 loses digits near 0; where x is NaN, so is the slope.
BOOST_AUTO_TEST_CASE(elu_near_0)
{
    check<[](auto t) { return where(t > 0, t, exp(t) - 1); }>(
        "elu(1)", {{part::value, -1e-4f}, {part::value, -1e-7f}}, {-1, 0, infinity, 1});
}

BOOST_AUTO_TEST_CASE(unary_minus_and_the_inner_derivative_of_erf)
{
    using ctgrad::activations::x;
    constexpr auto mirrored = erf(-3 * x);
    constexpr auto both = ctgrad::list(-x, mirrored, derivative(-x, x), derivative(mirrored, x));
    const std::array<float, 5> at{-2, -0.5f, 0, 0.25f, nan};
    std::array<std::array<float, 5>, 4> y{};
    ctgrad::forward<both>(at, std::tie(y[0], y[1], y[2], y[3]));
    for (std::size_t i = 0; i + 1 < at.size(); ++i)
    {
        const double u = 3 * static_cast<double>(at[i]);
        BOOST_TEST(y[0][i] == -at[i]);
        BOOST_TEST(is_close(y[1][i], static_cast<long double>(std::erf(-u))));
        BOOST_TEST(y[2][i] == -1);
        const double slope = -3 * 1.1283791670955126 * std::exp(-u * u);
        BOOST_TEST(is_close(y[3][i], static_cast<long double>(slope)));
    }
    BOOST_TEST(std::isnan(y[1].back()));
    BOOST_TEST(std::isnan(y[3].back()));
}

} // namespace
