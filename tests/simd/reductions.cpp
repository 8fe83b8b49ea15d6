// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE simd_reductions
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/simd/reductions.hpp>

#include <algorithm>
#include <cmath>
#include <tuple>

using ctgrad::reduction;
using ctgrad::simd::batch;

namespace
{

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

template <reduction Kind, class T, bool MayMissNan = false>
using total = ctgrad::simd::row_total<Kind, batch<T>, MayMissNan>;

template <reduction Kind, class T>
void check_nan_stays()
{
    for (int lane = 0; lane < lanes<T>::size; ++lane)
    {
        for (const T elsewhere : {T(1), T(-1), limits<T>::infinity(), -limits<T>::infinity()})
        {
            lanes<T> row;
            std::fill_n(row.values, lanes<T>::size, elsewhere);
            row.values[lane] = limits<T>::quiet_NaN();
            // Whether it comes in first or last, or in the vectors of another total.
            total<Kind, T> first;
            first.add(row.load());
            first.add(batch<T>(T(2)));
            BOOST_TEST(std::isnan(first.result()));
            total<Kind, T> last;
            last.add(batch<T>(T(2)));
            last.add(row.load());
            BOOST_TEST(std::isnan(last.result()));
            BOOST_TEST(std::isnan(total<Kind, T>(row.load()).result()));
            total<Kind, T> begun(row.load());
            begun.add(batch<T>(T(2)));
            BOOST_TEST(std::isnan(begun.result()));
            total<Kind, T> other;
            other.add(batch<T>(T(2)));
            other.add(first);
            BOOST_TEST(std::isnan(other.result()));
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nan_in_any_lane_is_the_result, T, element_types)
{
    check_nan_stays<reduction::sum, T>();
    check_nan_stays<reduction::max, T>();
    check_nan_stays<reduction::min, T>();
}

template <reduction Kind, class T, bool MayMissNan>
void check_one_value(T x)
{
    total<Kind, T, MayMissNan> found;
    if constexpr (Kind == reduction::sum)
    {
        lanes<T> row;
        std::fill_n(row.values, lanes<T>::size, T(0));
        row.values[0] = x;
        found.add(row.load());
        found.add(total<Kind, T, MayMissNan>());
    }
    else
    {
        found.add(batch<T>(x));
        found.add(total<Kind, T, MayMissNan>());
    }
    BOOST_TEST(found.result() == x);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_total_of_nothing_changes_nothing, T, element_types)
{
    for (const T x : {T(0), T(-3), limits<T>::max(), limits<T>::infinity(), -limits<T>::infinity()})
    {
        check_one_value<reduction::sum, T, false>(x);
        check_one_value<reduction::max, T, false>(x);
        check_one_value<reduction::max, T, true>(x);
        check_one_value<reduction::min, T, false>(x);
        check_one_value<reduction::min, T, true>(x);
    }
    BOOST_TEST((total<reduction::sum, T>().result()) == 0);
    BOOST_TEST((total<reduction::max, T>().result()) == -limits<T>::infinity());
    BOOST_TEST((total<reduction::min, T>().result()) == limits<T>::infinity());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(products_are_added_to_a_sum, T, element_types)
{
    total<reduction::sum, T> found;
    found.add_product(lanes<T>().load(), batch<T>(T(3)));
    found.add_product(batch<T>(T(2)), batch<T>(T(-1)));
    BOOST_TEST(found.result() == T(lanes<T>::size * (3 * (lanes<T>::size - 1) / 2.0 - 2)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lengths_are_exact, T, element_types)
{
    using ctgrad::simd::length_as;
    for (const std::ptrdiff_t length : {0, 1, 10, 4096, (1 << 24) - 1, 1 << 24, (1 << 24) + 2})
    {
        BOOST_TEST(length_as<T>(length) == static_cast<T>(length));
    }
    const std::ptrdiff_t most = std::ptrdiff_t(1) << 52;
    BOOST_TEST(length_as<T>(most - 1) == static_cast<T>(most - 1));
}

} // namespace
