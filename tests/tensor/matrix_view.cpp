// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE matrix_view
#include <boost/test/unit_test.hpp>

#include <ctgrad/tensor/matrix_view.hpp>

#include <array>
#include <concepts>
#include <numeric>

using ctgrad::rows_view;

static_assert(std::convertible_to<rows_view<float>, rows_view<const float>>);
static_assert(!std::convertible_to<rows_view<const float>, rows_view<float>>);

BOOST_AUTO_TEST_CASE(rows_follow_each_other_unless_a_stride_is_given)
{
    std::array<int, 12> numbers{};
    std::iota(numbers.begin(), numbers.end(), 0);

    const rows_view<int> dense{numbers.data(), 4, 3};
    BOOST_TEST(dense.stride == 3);
    BOOST_TEST(dense(2, 1) == 7);

    const rows_view<int> padded{numbers.data(), 3, 2, 4};
    BOOST_TEST(padded.row(1).size() == 2u);
    BOOST_TEST(padded.row(1)[0] == 4);
    BOOST_TEST(padded(2, 1) == 9);
}

BOOST_AUTO_TEST_CASE(views_and_slices_share_the_memory)
{
    std::array<int, 12> numbers{};
    const rows_view<int> all{numbers.data(), 3, 2, 4};
    const rows_view<int> tail = all.slice(1, 2);
    tail.row(1)[1] = 5;

    const rows_view<const int> read_only = all;
    BOOST_TEST(tail.rows == 2);
    BOOST_TEST(read_only(2, 1) == 5);
    BOOST_TEST(numbers[9] == 5);
}
