// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE simd_elementary
#include <boost/test/unit_test.hpp>

#include <ctgrad/simd/elementary.hpp>

#include "accuracy.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <tuple>

using ctgrad::simd::batch;
using namespace ctgrad_test;

// Every bound is the worst error that a run over many millions of arguments showed, on the
// architecture that has it worst (no fused multiply-add), rounded up to a quarter.
// --log_level=message prints what this run sees.

namespace
{

using element_types = std::tuple<float, double>;

template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();
template <class T>
constexpr T nan = std::numeric_limits<T>::quiet_NaN();
template <class T>
constexpr T tiny = std::numeric_limits<T>::denorm_min();
template <class T>
constexpr T largest = std::numeric_limits<T>::max();

BOOST_AUTO_TEST_CASE_TEMPLATE(exp_is_accurate, T, element_types)
{
    const auto f = [](auto x) { return exp(x); };
    check_accuracy<T>("exp", f, [](auto x) { return std::exp(x); }, {1.0, 1.0}, {-110, 100}, {-750, 720});
    check_values<T>("exp", f, {{0, 1}, {-T(0), 1}, {infinity<T>, infinity<T>}, {-infinity<T>, 0},
                               {nan<T>, nan<T>}, {tiny<T>, 1}, {largest<T>, infinity<T>},
                               {-largest<T>, 0}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(expm1_is_accurate, T, element_types)
{
    const auto f = [](auto x) { return expm1(x); };
    check_accuracy<T>("expm1", f, [](auto x) { return std::expm1(x); }, {2.0, 2.0}, {-110, 100}, {-750, 720});
    check_values<T>("expm1", f, {{0, 0}, {-T(0), -T(0)}, {infinity<T>, infinity<T>},
                                 {-infinity<T>, -1}, {nan<T>, nan<T>}, {tiny<T>, tiny<T>},
                                 {-tiny<T>, -tiny<T>}, {largest<T>, infinity<T>},
                                 {-largest<T>, -1}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(tanh_is_accurate, T, element_types)
{
    const auto f = [](auto x) { return tanh(x); };
    check_accuracy<T>("tanh", f, [](auto x) { return std::tanh(x); }, {3, 3}, {-12, 12}, {-25, 25});
    check_values<T>("tanh", f, {{0, 0}, {-T(0), -T(0)}, {infinity<T>, 1}, {-infinity<T>, -1},
                                {nan<T>, nan<T>}, {tiny<T>, tiny<T>}, {-tiny<T>, -tiny<T>},
                                {largest<T>, 1}, {-largest<T>, -1}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(log_is_accurate, T, element_types)
{
    const auto f = [](auto x) { return log(x); };
    check_accuracy<T>("log", f, [](auto x) { return std::log(x); }, {1.0, 1.0}, {0, 4}, {0, 4});
    check_values<T>("log", f, {{0, -infinity<T>}, {-T(0), -infinity<T>}, {1, 0}, {-1, nan<T>},
                               {infinity<T>, infinity<T>}, {-infinity<T>, nan<T>},
                               {nan<T>, nan<T>}, {-tiny<T>, nan<T>}, {-largest<T>, nan<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(log1p_is_accurate, T, element_types)
{
    const auto f = [](auto x) { return log1p(x); };
    check_accuracy<T>("log1p", f, [](auto x) { return std::log1p(x); }, {2.0, 2.0}, {-1, 4}, {-1, 4});
    check_values<T>("log1p", f, {{0, 0}, {-T(0), -T(0)}, {-1, -infinity<T>}, {-2, nan<T>},
                                 {infinity<T>, infinity<T>}, {-infinity<T>, nan<T>},
                                 {nan<T>, nan<T>}, {tiny<T>, tiny<T>}, {-tiny<T>, -tiny<T>},
                                 {-largest<T>, nan<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(log1p_unit_is_accurate, T, element_types)
{
    const auto f = [](auto x) { return log1p_unit(x); };
    check_accuracy<T>("log1p_unit", f, [](auto x) { return std::log1p(x); }, {1.75, 1.75}, {0, 1}, {0, 1},
                      [](T x) { return x >= 0 && x <= 1; });
    check_values<T>("log1p_unit", f, {{0, 0}, {nan<T>, nan<T>}, {tiny<T>, tiny<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(exponentials_of_squares_are_accurate, T, element_types)
{
    const auto square = [](auto x) { return exp_minus_square(x); };
    const auto half = [](auto x) { return exp_minus_half_square(x); };
    check_accuracy<T>("exp_minus_square", square, [](auto x) { return exact_exp_minus_square(x, false); },
                      {1.5, 1.5}, {-11, 11}, {-28, 28});
    check_accuracy<T>("exp_minus_half_square", half, [](auto x) { return exact_exp_minus_square(x, true); },
                      {1.5, 1.5}, {-16, 16}, {-40, 40});
    for (T x : {T(0), -T(0), tiny<T>, -tiny<T>})
    {
        check_values<T>("exp_minus_square", square, {{x, 1}});
        check_values<T>("exp_minus_half_square", half, {{x, 1}});
    }
    for (T x : {infinity<T>, -infinity<T>, largest<T>, -largest<T>})
    {
        check_values<T>("exp_minus_square", square, {{x, 0}});
        check_values<T>("exp_minus_half_square", half, {{x, 0}});
    }
    check_values<T>("exp_minus_square", square, {{nan<T>, nan<T>}});
    check_values<T>("exp_minus_half_square", half, {{nan<T>, nan<T>}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(shared_pieces_are_the_functions, T, element_types)
{
    std::size_t compared = 0;
    for (T x : samples<T>(sizeof(T) == 4 ? -110 : -750, sizeof(T) == 4 ? 100 : 720))
    {
        const batch<T> b(x);
        const auto k = exp_octave(b);
        const auto p = exp_fraction(b, k);
        ++compared;
        const bool same_exp = same(first_lane(exp_join(p, k)), first_lane(exp(b)));
        const bool same_expm1 = same(first_lane(expm1_join(p, k)), first_lane(expm1(b)));
        if (!same_exp || !same_expm1)
            BOOST_ERROR("the pieces give another result at " << x);
    }
    BOOST_TEST(compared > sample_count());
}

} // namespace
