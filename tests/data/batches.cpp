// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE batches
#include <boost/test/unit_test.hpp>

#include "temporary_directory.hpp"

#include <ctgrad/data/batches.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

using namespace ctgrad;

namespace
{

using order_type = std::vector<std::ptrdiff_t>;

order_type order_of(std::ptrdiff_t rows, seed origin, std::uint64_t epoch)
{
    shuffled_order order(rows, origin);
    order.shuffle(epoch);
    return {order.indices().begin(), order.indices().end()};
}

} // namespace

BOOST_AUTO_TEST_CASE(each_row_occurs_once)
{
    for (const std::ptrdiff_t rows : {0, 1, 2, 3, 100, 1000})
    {
        order_type order = order_of(rows, seed{1}, 3);
        std::ranges::sort(order);
        order_type expected(static_cast<std::size_t>(rows));
        std::iota(expected.begin(), expected.end(), 0);
        BOOST_TEST(order == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(the_order_depends_on_seed_and_epoch_only)
{
    shuffled_order order(100, seed{1});
    BOOST_TEST(
        (order_of(100, seed{1}, 0) == order_type(order.indices().begin(), order.indices().end())));
    order.shuffle(7);
    order.shuffle(5);
    BOOST_TEST(
        (order_of(100, seed{1}, 5) == order_type(order.indices().begin(), order.indices().end())));
    BOOST_TEST((order_of(100, seed{1}, 5) != order_of(100, seed{1}, 6)));
    BOOST_TEST((order_of(100, seed{1}, 5) != order_of(100, seed{2}, 5)));
    BOOST_TEST((order_of(100, seed{1}, 2) != order_of(100, seed{2}, 1)));
}

BOOST_AUTO_TEST_CASE(the_order_stays_the_same_from_release_to_release)
{
    const order_type expected{2, 8, 7, 3, 6, 4, 0, 9, 5, 1};
    BOOST_TEST(order_of(10, seed{42}, 1) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_order_is_equally_likely)
{
    // 24 orders of 4 rows; a count has a standard deviation below sqrt(draws / 24).
    constexpr int draws = 24000;
    std::array<int, 256> counts{};
    for (std::uint64_t epoch = 0; epoch < draws; ++epoch)
    {
        const order_type order = order_of(4, seed{1}, epoch);
        ++counts[static_cast<std::size_t>(order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3])];
    }
    BOOST_TEST(std::ranges::count_if(counts, [](int count) { return count > 0; }) == 24);
    for (const int count : counts)
    {
        BOOST_TEST((count == 0 || std::abs(count - draws / 24) < 5 * std::sqrt(draws / 24.0)));
    }
}

BOOST_AUTO_TEST_CASE(batches_cover_the_order)
{
    for (const std::ptrdiff_t rows : {0, 1, 9, 10, 11, 30})
    {
        const shuffled_order order(rows, seed{1});
        order_type together;
        for (std::ptrdiff_t i = 0; i < order.batches(10); ++i)
        {
            const auto batch = order.batch(i, 10);
            BOOST_TEST((batch.size() == 10 || i == order.batches(10) - 1));
            together.insert(together.end(), batch.begin(), batch.end());
        }
        BOOST_TEST((together == order_type(order.indices().begin(), order.indices().end())));
    }
}

BOOST_AUTO_TEST_CASE(gather_copies_rows_across_strides)
{
    std::array<float, 12> from{};
    std::iota(from.begin(), from.end(), 0.0f);
    std::array<float, 12> to{};
    to.fill(-1);

    const std::array<std::ptrdiff_t, 2> indices{2, 0};
    gather(rows_view<const float>{from.data(), 3, 3, 4}, indices,
           rows_view<float>{to.data(), 2, 3, 5});
    const std::array<float, 12> expected{8, 9, 10, -1, -1, 0, 1, 2, -1, -1, -1, -1};
    BOOST_TEST(to == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(gather_refuses_a_target_that_does_not_fit)
{
    std::array<float, 12> from{};
    std::array<float, 12> to{};
    const std::array<std::ptrdiff_t, 2> indices{2, 0};
    const rows_view<const float> rows{from.data(), 4, 3};
    BOOST_TEST(
        message_of<data_error>([&] { gather(rows, indices, rows_view<float>{to.data(), 1, 3}); }) ==
        "cannot gather 2 rows of 3 into 1 rows of 3");
    BOOST_TEST(
        message_of<data_error>([&] { gather(rows, indices, rows_view<float>{to.data(), 2, 4}); }) ==
        "cannot gather 2 rows of 3 into 2 rows of 4");
}
