// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE source
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/source.hpp>

#include <fstream>
#include <iterator>

// What the text looks like. That it computes the right numbers is for tests/source/run.py to say.

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr parameter<"beta"> beta{1.0};

BOOST_AUTO_TEST_CASE(a_function_in_c)
{
    BOOST_TEST(to_c(x * sigmoid(beta * x), "swish") == R"(#include <float.h>
#include <math.h>

/* 1 / (1 + exp(-x)), where no exponential overflows. */
static inline double swish_sigmoid(double x)
{
    const double t1 = exp(-fabs(x));
    const double t2 = 1.0 / (1.0 + t1);
    return signbit(x) ? t1 * t2 : t2;
}

/* Limits -infinity, so that its product with what vanishes there is 0. */
static inline double swish_above_minus_infinity(double x)
{
    return x < -DBL_MAX ? -DBL_MAX : x;
}

/* Limits both infinities, so that their product with what vanishes there is 0. */
static inline double swish_finite(double x)
{
    return x < -DBL_MAX ? -DBL_MAX : x > DBL_MAX ? DBL_MAX : x;
}

/* x * sigmoid(x * beta), and its derivatives by x and beta. */
static inline double swish(double x, double beta /* = 1.0 */, double *dx, double *dbeta)
{
    const double t1 = x * beta;
    const double t2 = swish_sigmoid(t1);
    const double t3 = swish_finite(x);
    const double t4 = t2 * swish_sigmoid(-t1) * t3;
    *dx = t2 + beta * t4;
    *dbeta = t3 * t4;
    return t2 * swish_above_minus_infinity(x);
}
)");
}

BOOST_AUTO_TEST_CASE(a_function_in_cuda)
{
    BOOST_TEST(to_cuda(where(x > 0, x, 0.3 * expm1(x)), "elu") == R"(#include <math.h>

/* where(x > 0, x, 0.3 * expm1(x)), and its derivative by x. */
__device__ __forceinline__ float elu(float x, float *dx)
{
    *dx = x > 0.0f ? 1.0f : 0.3f * expf(x);
    return x > 0.0f ? x : 0.3f * expm1f(x);
}
)");
}

BOOST_AUTO_TEST_CASE(a_function_in_numpy)
{
    BOOST_TEST(to_numpy(log(1 + exp(beta * x)), "smooth") == R"(import numpy as np


# log(1 + exp(x)), where no exponential overflows.
def _smooth_softplus(x):
    return np.maximum(0.0, x) + np.log1p(np.exp(-np.abs(x)))


# 1 / (1 + exp(-x)), where no exponential overflows.
def _smooth_sigmoid(x):
    t1 = np.exp(-np.abs(x))
    t2 = 1.0 / (1.0 + t1)
    return np.where(np.signbit(x), t1 * t2, t2)


# Limits -infinity, so that its product with what vanishes there is 0.
def _smooth_above_minus_infinity(x):
    limits = np.finfo(np.result_type(x, 0.0))
    return np.maximum(x, limits.min)


@np.errstate(all="ignore")
def smooth(x, beta=1.0):
    """softplus(beta * x), and its derivatives by x and beta."""
    t1 = beta * x
    t2 = _smooth_sigmoid(t1)
    y = _smooth_softplus(t1)
    dx = beta * t2
    dbeta = t2 * _smooth_above_minus_infinity(x)
    return y, dx, dbeta
)");
}

BOOST_AUTO_TEST_CASE(rows_in_c)
{
    constexpr auto centered = x - mean(x);
    constexpr auto layer_norm = centered / sqrt(mean(square(centered)) + 1e-5);
    BOOST_TEST(to_c(layer_norm, "layer_norm") == R"(#include <math.h>
#include <stddef.h>

/* (x - mean(x)) / sqrt(1e-05 + mean((x - mean(x))^2)),
   and what flows back to x when dy comes in. */
static inline void layer_norm(size_t n, const double *x, const double *dy, double *y, double *dx)
{
    double t1 = 0.0;
    double t8 = 0.0;
    for (size_t i = 0; i < n; ++i)
    {
        t1 += x[i];
        t8 += dy[i];
    }
    const double t2 = t1 / (double)n;
    double t4 = 0.0;
    double t6 = 0.0;
    for (size_t i = 0; i < n; ++i)
    {
        const double t3 = x[i] - t2;
        t4 += t3 * t3;
        t6 += t3 * dy[i];
    }
    const double t5 = sqrt(1e-05 + t4 / (double)n);
    const double t7 = t6 / (t5 * t5 * t5 * (double)n);
    const double t9 = t8 / (t5 * (double)n);
    for (size_t i = 0; i < n; ++i)
    {
        const double t3 = x[i] - t2;
        y[i] = t3 / t5;
        dx[i] = dy[i] / t5 - t3 * t7 - t9;
    }
}
)");
}

BOOST_AUTO_TEST_CASE(rows_in_numpy)
{
    BOOST_TEST(to_numpy(mean(square(x)), "power") == R"(import numpy as np


@np.errstate(all="ignore")
def power(x, dy=1.0):
    """mean(x^2), and what flows back to x when dy comes in."""
    n = np.shape(x)[-1]
    t1 = np.sum(x * x, axis=-1, keepdims=True)
    y = t1 / n
    dx = 2.0 * (dy / n * x)
    return y, dx
)");
}

BOOST_AUTO_TEST_CASE(numbers_read_back)
{
    using detail::source_dialect;
    using detail::source_language;
    const source_dialect c{source_language::c};
    const source_dialect c_float{source_language::c, true};
    const source_dialect numpy{source_language::numpy};
    constexpr double infinity = std::numeric_limits<double>::infinity();
    BOOST_TEST(c.literal(2) == "2.0");
    BOOST_TEST(c.literal(-0.0) == "-0.0");
    BOOST_TEST(c.literal(0.1) == "0.1");
    BOOST_TEST(c.literal(1e22) == "1e+22");
    BOOST_TEST(c.literal(1.0 / 3) == "0.3333333333333333");
    BOOST_TEST(c.literal(5e-324) == "5e-324");
    BOOST_TEST(c.literal(-infinity) == "-INFINITY");
    BOOST_TEST(c.literal(std::nan("")) == "NAN");
    BOOST_TEST(c_float.literal(2) == "2.0f");
    BOOST_TEST(c_float.literal(1.0 / 3) == "0.33333334f");
    BOOST_TEST(c_float.literal(1e22) == "1e+22f");
    BOOST_TEST(c_float.literal(1e60) == "INFINITY");
    BOOST_TEST(c_float.literal(1e-60) == "0.0f");
    BOOST_TEST(c_float.literal(std::numeric_limits<double>::lowest()) == "-FLT_MAX");
    BOOST_TEST(numpy.literal(1e22) == "1e+22");
    BOOST_TEST(numpy.literal(-infinity) == "-np.inf");
    BOOST_TEST(numpy.literal(std::nan("")) == "np.nan");
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_CASE(names_are_made_safe)
{
    constexpr variable<"exp"> exponent;
    constexpr variable<"lambda"> lambda;
    constexpr variable<"y"> y;
    const std::string in_c = to_c(exp(exponent) * lambda, "tanh");
    BOOST_TEST(
        contains(in_c, " tanh_(double exp_, double lambda, double *dexp_, double *dlambda)"));
    BOOST_TEST(contains(in_c, " = exp(exp_);"));
    BOOST_TEST(contains(to_numpy(exp(exponent) * lambda, "tanh"), "def tanh(exp, lambda_):"));
    // The gradient of y and the one that comes in.
    BOOST_TEST(
        contains(to_c(mean(y), "average"), "(size_t n, const double *y, double dy, double *dy_)"));
    BOOST_TEST(
        contains(to_c(variable<"t1">{} * square(x + 1), "f"), "const double t1_ = 1.0 + x;"));
    BOOST_TEST(contains(to_c(variable<"1 <- \"x\"*/">{}, "f g"), " f_g(double v1_x_,"));
}

BOOST_AUTO_TEST_CASE(nothing_is_computed_twice)
{
    const std::string text = to_c(exp(-square(x)) * cos(x) + sin(x), "wave");
    for (const std::string call : {"exp(", "cos(", "sin(", "x * x"})
    {
        const std::size_t first = text.find(call, text.rfind("\n{\n"));
        BOOST_TEST(first != std::string::npos);
        BOOST_TEST(text.find(call, first + 1) == std::string::npos, call);
    }
}

BOOST_AUTO_TEST_CASE(signs_read_well)
{
    BOOST_TEST(contains(to_c(sin(x) - 2 * cos(x), "f"), " - 2.0 * "));
    BOOST_TEST(contains(to_c(sin(x) + -2 * cos(x), "f"), " - 2.0 * "));
    BOOST_TEST(contains(to_c(exp(x) - 3, "f"), "return t1 - 3.0;"));
    BOOST_TEST(!contains(to_c(-sin(x) * exp(-x), "f"), "--"));
}

BOOST_AUTO_TEST_CASE(choices_decide_nothing_on_nan)
{
    BOOST_TEST(
        contains(to_c(where(x > 1, 2, 3), "f"), "return x > 1.0 ? 2.0 : isnan(x) ? x : 3.0;"));
    BOOST_TEST(contains(to_numpy(where(x > 1, 2, 3), "f"),
                        "y = np.where(x > 1.0, 2.0, np.where(np.isnan(x), x, 3.0))"));
    // The second branch is NaN by itself.
    BOOST_TEST(contains(to_c(where(x > 1, 2, 3 * x), "f"), "return x > 1.0 ? 2.0 : 3.0 * x;"));
}

BOOST_AUTO_TEST_CASE(the_tutorial_shows_what_is_printed)
{
    std::ifstream file("docs/tutorial.md");
    const std::string page(std::istreambuf_iterator<char>(file), {});
    const auto last_function = [](const std::string& text, const std::string& start)
    { return text.substr(text.rfind(start)); };
    constexpr auto softmax = exp(x - max(x)) / sum(exp(x - max(x)));
    BOOST_TEST(
        contains(page, last_function(to_c(x * sigmoid(beta * x), "swish"), "\n/*").substr(1)));
    BOOST_TEST(contains(page, last_function(to_numpy(softmax, "softmax"), "@np")));
}

BOOST_AUTO_TEST_CASE(formulas_without_arguments)
{
    BOOST_TEST(contains(to_c(constant{2}, "two"), "static inline double two(void)"));
    BOOST_TEST(contains(to_numpy(constant{2}, "two"), "def two():"));
}

struct step_operation
{
    static constexpr fixed_string name = "step";
    static constexpr auto value(auto at) { return at; }
    static constexpr auto partials(auto, auto) { return list(0); }
};

struct cube_operation
{
    static constexpr fixed_string name = "cube";
    static constexpr auto value(auto at) { return at * at * at; }
    static constexpr auto partials(auto at, auto) { return list(3 * square(at)); }
    static constexpr auto lowered(auto at) { return at * square(at); }
};

BOOST_AUTO_TEST_CASE(operations_of_a_user)
{
    BOOST_TEST(contains(to_c(apply<cube_operation>(x), "cube"), "const double t1 = x * x;\n"
                                                                "    *dx = 3.0 * t1;\n"
                                                                "    return x * t1;\n"));
    const auto names_it = [](const std::invalid_argument& error)
    { return contains(error.what(), "'step'") && contains(error.what(), "lowered"); };
    BOOST_CHECK_EXCEPTION(to_c(apply<step_operation>(x), "f"), std::invalid_argument, names_it);
    BOOST_CHECK_EXCEPTION(to_numpy(apply<step_operation>(x), "f"), std::invalid_argument, names_it);
}

} // namespace
