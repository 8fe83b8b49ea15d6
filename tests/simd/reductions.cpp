// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE simd_reductions
#include <boost/test/unit_test.hpp>

#include <ctgrad/simd/reductions.hpp>

#include <algorithm>
#include <cmath>
#include <tuple>

using ctgrad::reduction;
using ctgrad::simd::batch;

namespace
{

using element_types = std::tuple<float, double>;

template <class T>
using limits = std::numeric_limits<T>;

template <class T>
struct lanes
{
    static constexpr int size = batch<T>::size;
    T values[size];

    lanes()
    {
        for (int i = 0; i < size; ++i)
        {
            values[i] = T(i);
        }
    }
    batch<T> load() const { return batch<T>::load(values); }
};

BOOST_AUTO_TEST_CASE_TEMPLATE(reductions_see_every_lane, T, element_types)
{
    constexpr int size = batch<T>::size;
    for (int lane = 0; lane < size; ++lane)
    {
        lanes<T> row;
        row.values[lane] = T(1000);
        // Small integers: every order of summation is exact.
        BOOST_TEST(reduce_add(row.load()) == T(size * (size - 1) / 2 - lane + 1000));
        BOOST_TEST(reduce_max(row.load()) == T(1000));
        BOOST_TEST(reduce_min(-row.load()) == T(-1000));
        row.values[lane] = -limits<T>::infinity();
        BOOST_TEST(reduce_min(row.load()) == -limits<T>::infinity());
        BOOST_TEST(reduce_max(-row.load()) == limits<T>::infinity());
    }
    BOOST_TEST(reduce_max(batch<T>(-limits<T>::infinity())) == -limits<T>::infinity());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nan_in_any_lane_is_the_result, T, element_types)
{
    for (int lane = 0; lane < lanes<T>::size; ++lane)
    {
        for (const T elsewhere : {T(1), T(-1), limits<T>::infinity(), -limits<T>::infinity()})
        {
            lanes<T> row;
            std::fill_n(row.values, lanes<T>::size, elsewhere);
            row.values[lane] = limits<T>::quiet_NaN();
            BOOST_TEST(std::isnan(reduce_add(row.load())));
            BOOST_TEST(std::isnan(reduce_max(row.load())));
            BOOST_TEST(std::isnan(reduce_min(row.load())));
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_identity_of_a_reduction_changes_nothing, T, element_types)
{
    using ctgrad::simd::combine;
    using ctgrad::simd::identity_of;
    for (const T x : {T(0), T(-3), limits<T>::max(), limits<T>::infinity(), -limits<T>::infinity()})
    {
        const auto add = combine<reduction::sum>(batch<T>(identity_of<T>(reduction::sum)), {x});
        const auto most = combine<reduction::max>(batch<T>(identity_of<T>(reduction::max)), {x});
        const auto least = combine<reduction::min>(batch<T>(identity_of<T>(reduction::min)), {x});
        BOOST_TEST(first_lane(add) == x);
        BOOST_TEST(first_lane(most) == x);
        BOOST_TEST(first_lane(least) == x);
    }
}

} // namespace
