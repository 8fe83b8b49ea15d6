// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE simd_batch
#include <boost/test/unit_test.hpp>

#include "lanes.hpp"

#include <ctgrad/simd/batch.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace ctgrad_test;
using ctgrad::simd::mask;

namespace
{

template <class T>
bool first(mask<T> m)
{
    return lanes(select(m, batch<T>(T(1)), batch<T>(T(0))))[0] == T(1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(partial_transfers_touch_nothing_else, T, element_types)
{
    constexpr int size = batch<T>::size;
    for (int count = 0; count <= size; ++count)
    {
        // The last element read is the last of its allocation: address sanitizers check the rest.
        std::vector<T> exact(std::size_t(count), T(0));
        for (int i = 0; i < count; ++i)
            exact[std::size_t(i)] = T(i + 1);
        const auto loaded = batch<T>::load_partial(exact.data(), count, T(-5));
        const auto got = lanes(loaded);
        for (int i = 0; i < size; ++i)
            BOOST_TEST(got[std::size_t(i)] == (i < count ? T(i + 1) : T(-5)));
        BOOST_TEST(lanes(batch<T>::load_partial(exact.data(), count))[size - 1] ==
                   (count == size ? T(size) : T(0)));

        std::vector<T> written(std::size_t(2 * size), T(-7));
        loaded.store_partial(written.data(), count);
        for (int i = 0; i < 2 * size; ++i)
            BOOST_TEST(written[std::size_t(i)] == (i < count ? T(i + 1) : T(-7)));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(unary_functions_equal_the_standard_ones, T, element_types)
{
    for (T a : interesting_values<T>())
    {
        const batch<T> x(a);
        check_same(-x, -a, a);
        check_same(abs(x), std::abs(a), a);
        check_same(sqrt(x), std::sqrt(a), a);
        check_same(sign(x), a > 0 ? T(1) : a < 0 ? T(-1) : a, a);
        BOOST_TEST(first(is_nan(x)) == (a != a));
        if (a == a)
            BOOST_TEST(first(is_negative(x)) == std::signbit(a));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(binary_functions_equal_the_scalar_ones, T, element_types)
{
    for (T a : interesting_values<T>())
        for (T b : interesting_values<T>())
        {
            const batch<T> x(a);
            const batch<T> y(b);
            check_same(x + y, a + b, a, b);
            check_same(x - y, a - b, a, b);
            check_same(x * y, a * b, a, b);
            check_same(x / y, a / b, a, b);
            check_same(copysign(x, y), std::copysign(a, b), a, b);
            BOOST_TEST(first(x < y) == (a < b));
            BOOST_TEST(first(x <= y) == (a <= b));
            BOOST_TEST(first(x > y) == (a > b));
            BOOST_TEST(first(x >= y) == (a >= b));
            BOOST_TEST(first(x == y) == (a == b));
            BOOST_TEST(first(x != y) == (a != b));
            BOOST_TEST(first((x < y) | (x > y)) == (a < b || a > b));
            BOOST_TEST(first((x <= y) & (x >= y)) == (a == b));
            check_same(select(x < y, x, y), a < b ? a : b, a, b);

            const T nan = a + b;
            const bool unordered = a != a || b != b;
            // Of two zeros either may be the larger.
            if (!(a == 0 && b == 0))
            {
                check_same(maximum(x, y), unordered ? nan : std::max(a, b), a, b);
                check_same(minimum(x, y), unordered ? nan : std::min(a, b), a, b);
                if (a == a)
                {
                    check_same(at_least(x, y), unordered ? nan : std::max(a, b), a, b);
                    check_same(at_most(x, y), unordered ? nan : std::min(a, b), a, b);
                }
            }
            for (T c : {T(0), T(1), limits<T>::max()})
            {
                const bool fused =
                    ctgrad::simd::detail::has_fused_multiply_add<typename batch<T>::arch_type>;
                // Volatile: the compiler may not fuse what the test means to round twice.
                const volatile T product = a * b;
                check_same(multiply_add(x, y, batch<T>(c)), fused ? std::fma(a, b, c) : product + c,
                           a, b, c);
                check_same(negative_multiply_add(x, y, batch<T>(c)),
                           fused ? std::fma(-a, b, c) : c - product, a, b, c);
            }
        }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(multiply_add_rounds_once_where_it_can, T, element_types)
{
    const T a = 1 + limits<T>::epsilon();
    const T b = 1 - limits<T>::epsilon();
    const T expected = ctgrad::simd::detail::has_fused_multiply_add<typename batch<T>::arch_type>
                           ? -limits<T>::epsilon() * limits<T>::epsilon()
                           : T(0);
    check_same(multiply_add(batch<T>(a), batch<T>(b), batch<T>(T(-1))), expected, a, b);
    check_same(negative_multiply_add(batch<T>(a), batch<T>(b), batch<T>(T(1))), T(0) - expected, a,
               b);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(first_lanes_are_the_first, T, element_types)
{
    for (int count = 0; count <= batch<T>::size; ++count)
    {
        T chosen[batch<T>::size];
        select(batch<T>::first_lanes(count), batch<T>(T(1)), batch<T>(T(0))).store(chosen);
        for (int i = 0; i < batch<T>::size; ++i)
        {
            BOOST_TEST(chosen[i] == T(i < count ? 1 : 0));
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(any_and_all_see_every_lane, T, element_types)
{
    constexpr int size = batch<T>::size;
    for (int lane = 0; lane < size; ++lane)
    {
        T values[size];
        std::fill_n(values, size, T(1));
        values[lane] = T(-2);
        BOOST_TEST(any(batch<T>::load(values) < T(-1)));
        BOOST_TEST(!all(batch<T>::load(values) > T(-1)));
    }
    BOOST_TEST(all(batch<T>(T(1)) == T(1)));
    BOOST_TEST(!any(batch<T>(T(1)) != T(1)));
}

} // namespace
