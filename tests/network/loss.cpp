// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE network_loss
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/network/loss.hpp>

#include <limits>
#include <random>
#include <utility>
#include <vector>

using namespace ctgrad;

namespace
{

// Of whole numbers, so that some are equal.
template <class T, int Size>
void check_largest()
{
    std::mt19937 engine(Size);
    for (int times = 0; times < 50; ++times)
    {
        std::vector<T> row(Size);
        std::ranges::generate(row, [&] { return static_cast<T>(engine() % 7) - 3; });
        const auto first = std::ranges::max_element(row) - row.begin();
        BOOST_TEST(detail::place_of_largest<Size>(row.data()) == first);
        row[engine() % Size] = std::numeric_limits<T>::quiet_NaN();
        BOOST_TEST(detail::place_of_largest<Size>(row.data()) == -1);
    }
    const std::vector<T> lowest(Size, -std::numeric_limits<T>::infinity());
    BOOST_TEST(detail::place_of_largest<Size>(lowest.data()) == 0);
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(the_first_largest_number_of_a_row, T, element_types)
{
    [&]<int... Sizes>(std::integer_sequence<int, Sizes...>)
    { (check_largest<T, Sizes + 1>(), ...); }(std::make_integer_sequence<int, 36>{});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(predictions_with_nan_are_wrong, T, element_types)
{
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    const auto correct = [](std::vector<T> prediction, std::vector<T> target)
    {
        batch_result result;
        std::vector<T> gradient(3);
        detail::take_loss<mean_squared_error, T, 3>(prediction.data(), target.data(), T(1),
                                                    gradient.data(), result);
        BOOST_TEST(result.predictions == 1);
        return result.correct;
    };
    BOOST_TEST(correct({1, 3, 2}, {0, 1, 0}) == 1);
    BOOST_TEST(correct({1, 3, 2}, {1, 0, 0}) == 0);
    BOOST_TEST(correct({nan, 3, 2}, {1, 0, 0}) == 0);
    BOOST_TEST(correct({nan, 3, 2}, {nan, 0, 0}) == 0);
}
