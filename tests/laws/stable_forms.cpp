// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE stable_forms
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/interpret.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <limits>

// What is written as in a textbook, and what graphs make of it. Each formula is evaluated twice: with
// double, just as it is written, which has to go wrong somewhere (that is the gain), and as a formula,
// which has to be right everywhere, with its first and second derivatives. The exact values are
// computed with 400 digits. Edges: infinities have the limit, NaN stays NaN.

namespace
{

using ctgrad::derivative;

constexpr ctgrad::variable<"x"> x;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct point
{
    double x;
    std::array<double, 3> exact;
};

double relative_error(double got, double exact)
{
    return got == exact ? 0 : std::abs(got - exact) / std::max(std::abs(exact), 1e-300);
}

// In the namespace of the test, so that `exp(x)` is that of the standard library for a number and
// the library's, found by the type of its argument, for a formula.
using std::cos, std::erf, std::exp, std::log, std::sqrt, std::tanh;

void check(const auto& written, std::initializer_list<point> points)
{
    const auto formula = written(x);
    const auto slope = derivative(formula, x);
    const auto curvature = derivative(slope, x);
    double naive_error = 0;
    for (const auto& [at, exact] : points)
    {
        const double error = relative_error(written(at), exact[0]);
        naive_error = std::isnan(error) ? HUGE_VAL : std::max(naive_error, error);
        // A few roundings, and that of an exponential's argument, magnified.
        const double tolerance = 1e-14 * (1 + std::min(std::abs(at), 1000.0));
        const std::array<double, 3> got{formula(at), slope(at), curvature(at)};
        for (std::size_t k = 0; k < 3; ++k)
        {
            BOOST_TEST(relative_error(got[k], exact[k]) <= tolerance,
                       "derivative " << k << " at " << at << " is " << got[k] << ", not "
                                     << exact[k]);
        }
    }
    BOOST_TEST(naive_error > 1e-9, "the textbook's form is off by no more than " << naive_error);
    BOOST_TEST(std::isnan(formula(nan)));
    BOOST_TEST(std::isnan(slope(nan)));
    BOOST_TEST(std::isnan(curvature(nan)));
}

// Exp(x) is infinite from 710 on.
BOOST_AUTO_TEST_CASE(log_of_a_sum_of_exponentials)
{
    check([](auto t) { return log(exp(t) + 2.7182818284590452); },
          {{-800, {1.0, 0, 0}},
           {-40, {1.0, 1.5628821893349888e-18, 1.5628821893349888e-18}},
           {1, {1.6931471805599453, 0.5, 0.25}},
           {40, {40.0, 0.99999999999999999, 1.1548224173015786e-17}},
           {800, {800.0, 1.0, 0}}});
}

// Both exponentials overflow.
BOOST_AUTO_TEST_CASE(log_of_opposite_exponentials)
{
    check([](auto t) { return log(exp(t) + exp(-t)); },
          {{-800, {800.0, -1.0, 0}},
           {-12, {12.000000000037751, -0.99999999992449731, 1.510053817597626e-10}},
           {0.5, {0.81326168751822283, 0.46211715726000976, 0.78644773296592741}},
           {12, {12.000000000037751, 0.99999999992449731, 1.510053817597626e-10}},
           {800, {800.0, 1.0, 0}}});
}

// The square overflows from 1e154 on.
BOOST_AUTO_TEST_CASE(root_of_a_sum_of_squares)
{
    check([](auto t) { return sqrt(t * t + 1); },
          {{-1e200, {1e200, -1.0, 0}},
           {-40, {40.012498047485113, -0.99968764640812275, 1.561036299825301e-5}},
           {1e-9, {1.0, 1.0000000000000001e-9, 1.0}},
           {3, {3.1622776601683793, 0.9486832980505138, 0.031622776601683793}},
           {1e200, {1e200, 1.0, 0}}});
}

// The tangent is its argument near 0.
BOOST_AUTO_TEST_CASE(argument_minus_tanh)
{
    check([](auto t) { return t - tanh(t); },
          {{-1e200, {-1e200, 1.0, 0}},
           {-20, {-19.0, 0.99999999999999998, -3.39868340423327114e-17}},
           {-0.001, {-3.33333200000053989e-10, 9.99999333333711153e-7, -0.00199999733333560004}},
           {1e-9, {3.33333333333333395e-28, 1.00000000000000012e-18, 2e-9}},
           {0.5, {0.0378828427399902415, 0.21355226703407259, 0.726861981383587276}},
           {20, {19.0, 0.99999999999999998, 3.39868340423327114e-17}},
           {1e200, {1e200, 1.0, 0}}});
}

// The root is 1 near 0.
BOOST_AUTO_TEST_CASE(root_minus_its_value_at_0)
{
    check([](auto t) { return sqrt(t * t + 1) - 1; },
          {{-1e200, {1e200, -1.0, 0}},
           {-40, {39.012498047485113, -0.99968764640812275, 1.561036299825301e-5}},
           {1e-9, {5.0000000000000006e-19, 1.0000000000000001e-9, 1.0}},
           {3, {2.1622776601683793, 0.9486832980505138, 0.031622776601683793}},
           {1e200, {1e200, 1.0, 0}}});
}

// The square overflows, and so the quotient vanishes.
BOOST_AUTO_TEST_CASE(quotient_by_that_root)
{
    check([](auto t) { return t / sqrt(1 + t * t); },
          {{-1e200, {-1.0, 0, 0}},
           {-800, {-0.99999921875091553, 1.9531204223722219e-9, 7.3241901398487387e-12}},
           {1e-9, {1.0000000000000001e-9, 1.0, -3.0000000000000002e-9}},
           {3, {0.9486832980505138, 0.031622776601683793, -0.028460498941515414}},
           {1e200, {1.0, 0, 0}}});
}

// The root is -x far to the left.
BOOST_AUTO_TEST_CASE(root_beside_its_argument)
{
    check([](auto t) { return (t + sqrt(t * t + 4)) / 2; },
          {{-1e8, {9.999999999999999e-9, 9.999999999999997e-17, 1.9999999999999988e-24}},
           {-800, {0.0012499980468811035, 1.5624926758193968e-6, 3.9062133791923502e-9}},
           {0.0, {1.0, 0.5, 0.25}},
           {3, {3.3027756377319946, 0.91602514716892184, 0.042669245863479163}},
           {1e200, {1e200, 1.0, 0}}});
}

// The cosine is 1 near 0.
BOOST_AUTO_TEST_CASE(one_minus_cosine)
{
    check([](auto t) { return 1 - cos(t); },
          {{-1e-9, {5.0000000000000006e-19, -1.0000000000000001e-9, 1.0}},
           {0.0001, {4.9999999958333338e-9, 9.9999999833333338e-5, 0.999999995}},
           {0.5, {0.12241743810962728, 0.479425538604203, 0.87758256189037272}},
           {3, {1.9899924966004455, 0.14112000805986722, -0.98999249660044546}},
           {40, {1.6669380616522618, 0.74511316047934879, -0.66693806165226184}}});
}

// Tanh is 1 far out.
BOOST_AUTO_TEST_CASE(one_minus_squared_tanh)
{
    check([](auto t) { return 1 - tanh(t) * tanh(t); },
          {{-300, {1.0601586212017243e-260, 2.1203172424034487e-260, 4.2406344848068973e-260}},
           {-12, {1.510053817597626e-10, 3.0201076349672257e-10, 6.0402152690223464e-10}},
           {0.5, {0.78644773296592741, -0.72686198138358728, -0.56520928825977036}},
           {12, {1.510053817597626e-10, -3.0201076349672257e-10, 6.0402152690223464e-10}},
           {40, {7.2194055513816607e-35, -1.4438811102763321e-34, 2.8877622205526643e-34}}});
}

// Erf is 1 from 6 on.
BOOST_AUTO_TEST_CASE(one_minus_erf)
{
    check([](auto t) { return 1 - erf(t); },
          {{-3, {1.9999779095030014, -0.00013925305194674785, -0.00083551831168048712}},
           {0.5, {0.47950012218695346, -0.87878257893544479, 0.87878257893544479}},
           {6, {2.1519736712498913e-17, -2.6173012392492648e-16, 3.1407614870991178e-15}},
           {12, {1.3562611692059042e-64, -3.266251823898804e-63, 7.8390043773571296e-62}},
           {25, {8.3001725711965228e-274, -4.1534010636398967e-272, 2.0767005318199484e-270}}});
}

// The sigmoid is 1 from 37 on.
BOOST_AUTO_TEST_CASE(tail_of_one_minus_sigmoid)
{
    check([](auto t) { return t * (1 - 1 / (1 + exp(-t))); },
          {{-800, {-800.0, 1.0, 0}},
           {-12, {-11.999926269904773, 1.0000675854676138, 6.1440462497741485e-5}},
           {0.5, {0.18877033439907272, 0.26003881269734819, -0.44122902697702861}},
           {40, {1.6993417021166356e-16, -1.6568581595637197e-16, 1.6143746170108038e-16}},
           {700, {6.9017735806318396e-302, -6.8919139040880798e-302, 6.8820542275443201e-302}}});
}

// Inf / inf.
BOOST_AUTO_TEST_CASE(quotient_by_squared_exponentials)
{
    check([](auto t) { return exp(t) / ((exp(t) + exp(-t)) * (exp(t) + exp(-t))); },
          {{-200.0, {2.6503965530043108e-261, 7.9511896590129324e-261, 2.3853568977038797e-260}},
           {-12.0, {2.3195228300684392e-16, 6.9585684898550571e-16, 2.0875705467813869e-15}},
           {0.5, {0.32415827640870473, 0.0245600740161145, -0.50800627236426663}},
           {12.0, {6.1442123528643052e-6, -6.1442123519364961e-6, 6.1442123491530687e-6}},
           {600.0, {2.6503965530043108e-261, -2.6503965530043108e-261, 2.6503965530043108e-261}}});
}

// Inf / inf.
BOOST_AUTO_TEST_CASE(share_of_an_exponential)
{
    check([](auto t) { return exp(t) / (2 + exp(t)); },
          {{-700, {4.9298382718798854e-305, 4.9298382718798854e-305, 4.9298382718798854e-305}},
           {-12, {3.0720967388567381e-6, 3.0720873010783652e-6, 3.072068425579607e-6}},
           {0.5, {0.45186276187760604, 0.24768280630594794, 0.023845532451944391}},
           {40, {0.99999999999999999, 8.4967085105831778e-18, -8.4967085105831777e-18}},
           {800, {1.0, 0, 0}}});
}

// Value and slope at the infinities, for what has a limit there.
BOOST_AUTO_TEST_CASE(limits)
{
    const auto at = [](const auto& formula, double where, double value, double slope)
    {
        BOOST_TEST(formula(where) == value);
        BOOST_TEST(derivative(formula, x)(where) == slope);
    };
    constexpr auto root = sqrt(square(x) + 1);
    at(root, infinity, infinity, 1);
    at(root, -infinity, infinity, -1);
    at(x / root, infinity, 1, 0);
    at(x / root, -infinity, -1, 0);
    at(x + root, -infinity, 0, 0);
    at(x + root, infinity, infinity, 2);
    // Both terms grow, one of them faster.
    at((root - 1) / 2 + x, -infinity, -infinity, 0.5);
    at(log(exp(x) + exp(2 * x)), infinity, infinity, 2);
    at(log(exp(x) + exp(2 * x)), -infinity, -infinity, 1);
    at(log(exp(x) + exp(-x)), -infinity, infinity, -1);
    at(log(exp(x) + exp(-x) + 1), infinity, infinity, 1);
    at(x / exp(x), infinity, 0, 0);
    at(exp(x) / (2 + exp(x)), infinity, 1, 0);
}

// The halves of a sum may overflow where the sum of their halves does not.
BOOST_AUTO_TEST_CASE(up_to_the_largest_number)
{
    constexpr double largest = std::numeric_limits<double>::max();
    BOOST_TEST(((x + sqrt(square(x) + 4)) / 2)(largest) == largest);
    BOOST_TEST(sqrt(square(x) + 1)(largest) == largest);
    BOOST_TEST(sqrt(square(x) + 1)(1e-300) == 1);
    BOOST_TEST(relative_error(hypot(x, 1e-200)(1e-200), 1.4142135623730951e-200) < 1e-15);
}

} // namespace
