// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE metrics
#include <boost/test/unit_test.hpp>

#include "scored_rows.hpp"

#include <ctgrad/train/metrics.hpp>

#include <tuple>

using namespace ctgrad;

namespace
{

using element_types = std::tuple<float, double>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

rows_view<const double> column_of(const std::vector<double>& numbers)
{
    return {numbers.data(), std::ssize(numbers), 1};
}

double auc_of(const std::vector<double>& scores, const std::vector<double>& targets)
{
    return roc_auc(column_of(scores), column_of(targets));
}

double r_squared_of(const std::vector<double>& predictions, const std::vector<double>& targets)
{
    return r_squared(column_of(predictions), column_of(targets));
}

// The share of pairs of a positive and a negative row that are in order.
template <class T>
double share_of_ordered_pairs(const scored_rows<T>& some, std::ptrdiff_t rows,
                              std::ptrdiff_t column)
{
    double in_order = 0;
    double pairs = 0;
    for (std::ptrdiff_t a = 0; a < rows; ++a)
    {
        for (std::ptrdiff_t b = 0; b < rows; ++b)
        {
            if (some.targets()(a, column) == T(1) && some.targets()(b, column) == T(0))
            {
                const T positive = some.predictions()(a, column);
                const T negative = some.predictions()(b, column);
                in_order += positive > negative ? 1 : positive == negative ? 0.5 : 0;
                pairs += 1;
            }
        }
    }
    return in_order / pairs;
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(accuracies_count_places, T, element_types)
{
    for (const std::ptrdiff_t columns : {2, 3, 10})
    {
        const scored_rows<T> some(200, columns, static_cast<unsigned>(columns));
        for (int k = -1; k <= columns + 1; ++k)
        {
            double right = 0;
            for (std::ptrdiff_t row = 0; row < 200; ++row)
            {
                const int place = some.place(row, some.target_class(row));
                right += place >= 0 && place < k ? 1 : 0;
            }
            BOOST_TEST(top_k_accuracy(some.predictions(), some.targets(), k) == right / 200);
        }
        const double found = accuracy(some.predictions(), some.targets());
        BOOST_TEST(found == top_k_accuracy(some.predictions(), some.targets(), 1));
        BOOST_TEST(found == confusion_matrix(some.predictions(), some.targets()).accuracy());
    }
}

BOOST_AUTO_TEST_CASE(a_single_column_has_a_threshold)
{
    const std::vector<double> scores{-1, 0, 0.25, 2};
    const std::vector<double> wanted{0, 0, 1, 0};
    BOOST_TEST(accuracy(column_of(scores), column_of(wanted)) == 0.75);
    BOOST_TEST(accuracy(column_of(scores), column_of(wanted), 0.5) == 0.5);
    BOOST_TEST(accuracy(column_of({not_a_number, 1}), column_of({0, 1})) == 0.5);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_area_is_the_share_of_ordered_pairs, T, element_types)
{
    for (const std::ptrdiff_t columns : {2, 4})
    {
        for (const std::ptrdiff_t rows : {20, 21, 150})
        {
            const scored_rows<T> some(rows, columns, static_cast<unsigned>(rows), 0.0);
            for (std::ptrdiff_t column = 0; column < columns; ++column)
            {
                // Halves of whole numbers: no rounding before the quotient.
                BOOST_TEST(roc_auc(some.predictions(), some.targets(), column) ==
                           share_of_ordered_pairs(some, rows, column));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(areas_at_the_edges)
{
    BOOST_TEST(auc_of({1, 2, 3, 4}, {0, 0, 1, 1}) == 1.0);
    BOOST_TEST(auc_of({4, 3, 2, 1}, {0, 0, 1, 1}) == 0.0);
    BOOST_TEST(auc_of({7, 7, 7}, {0, 1, 1}) == 0.5);
    BOOST_TEST(auc_of({-infinity, infinity, infinity}, {0, 1, 0}) == 0.75);
    BOOST_TEST(auc_of({-0.0, 0.0}, {1, 0}) == 0.5);
    BOOST_TEST(std::isnan(auc_of({1, 2}, {1, 1})));
    BOOST_TEST(std::isnan(auc_of({1, 2}, {0, 0})));
    BOOST_TEST(std::isnan(auc_of({1, not_a_number, 2}, {0, 1, 1})));
    BOOST_TEST(std::isnan(auc_of({}, {})));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(r_squared_is_that_of_the_definition, T, element_types)
{
    constexpr std::ptrdiff_t rows = 100;
    constexpr std::ptrdiff_t columns = 3;
    std::mt19937 engine(1);
    std::normal_distribution<double> normal(0, 1);
    std::vector<T> targets(rows * columns);
    std::vector<T> predictions(rows * columns);
    for (std::size_t i = 0; i < targets.size(); ++i)
    {
        targets[i] = static_cast<T>(5 + normal(engine));
        predictions[i] = targets[i] + static_cast<T>(0.5 * normal(engine));
    }
    double sum = 0;
    for (std::size_t column = 0; column < columns; ++column)
    {
        long double mean = 0;
        for (std::size_t i = column; i < targets.size(); i += columns)
        {
            mean += static_cast<long double>(targets[i]) / rows;
        }
        long double errors = 0;
        long double around = 0;
        for (std::size_t i = column; i < targets.size(); i += columns)
        {
            const auto target = static_cast<long double>(targets[i]);
            const long double error = target - static_cast<long double>(predictions[i]);
            errors += error * error;
            around += (target - mean) * (target - mean);
        }
        sum += static_cast<double>(1 - errors / around);
    }
    const double found = r_squared(rows_view<const T>{predictions.data(), rows, columns},
                                   rows_view<const T>{targets.data(), rows, columns});
    // Sums of 100 squares in double.
    BOOST_TEST(found == sum / columns, boost::test_tools::tolerance(100 * 0x1p-52));
    BOOST_TEST((found > 0.6 && found < 0.9));
}

BOOST_AUTO_TEST_CASE(r_squared_at_the_edges)
{
    BOOST_TEST(r_squared_of({1, 2, 4}, {1, 2, 4}) == 1.0);
    BOOST_TEST(r_squared_of({2, 2, 2}, {1, 2, 3}) == 0.0);
    BOOST_TEST(r_squared_of({3, 2, 1}, {1, 2, 3}) == -3.0);
    BOOST_TEST(r_squared_of({infinity, 2, 3}, {1, 2, 3}) == -infinity);
    // Targets that are all equal, though their mean cannot be represented.
    BOOST_TEST(std::isnan(r_squared_of({0.1, 0.1, 0.1}, {0.1, 0.1, 0.1})));
    BOOST_TEST(std::isnan(r_squared_of({1, 2, 3}, {0.1, 0.1, 0.1})));
    BOOST_TEST(std::isnan(r_squared_of({1}, {1})));
    BOOST_TEST(std::isnan(r_squared_of({}, {})));
    BOOST_TEST(std::isnan(r_squared_of({1, not_a_number, 3}, {1, 2, 3})));
    BOOST_TEST(std::isnan(r_squared_of({1, 2, 3}, {1, not_a_number, 3})));
    // Small differences of large numbers.
    BOOST_TEST(r_squared_of({1e9, 1e9 + 1, 1e9 + 2}, {1e9, 1e9 + 1, 1e9 + 3}) == 1 - 1 / (14.0 / 3),
               boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(no_rows_have_no_accuracy)
{
    const rows_view<const float> none{nullptr, 0, 3};
    BOOST_TEST(std::isnan(accuracy(none, none)));
    BOOST_TEST(std::isnan(top_k_accuracy(none, none, 2)));
    BOOST_TEST(std::isnan(accuracy(rows_view<const float>{}, rows_view<const float>{})));
    BOOST_TEST(std::isnan(roc_auc(none, none, 2)));
    BOOST_TEST(std::isnan(r_squared(none, none)));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_named)
{
    std::vector<float> numbers(12, 1.0f);
    const rows_view<const float> threes{numbers.data(), 4, 3};
    const rows_view<const float> fewer{numbers.data(), 3, 3};
    const rows_view<const float> singles{numbers.data(), 4, 1};
    BOOST_TEST(message_of<size_error>([&] { accuracy(threes, fewer); }) ==
               "ctgrad: accuracy needs a target for each prediction, but has 4 rows of 3 "
               "predictions and 3 rows of 3 targets");
    BOOST_TEST(message_of<size_error>([&] { top_k_accuracy(singles, singles, 1); }) ==
               "ctgrad: top-k accuracy needs rows of at least 2, but has 4 rows of 1");
    BOOST_TEST(message_of<size_error>([&] { roc_auc(threes, threes, 3); }) ==
               "ctgrad: predictions of 3 columns have no column 3");
    BOOST_CHECK_THROW(roc_auc(threes, threes, -1), size_error);
    BOOST_CHECK_THROW(roc_auc(threes, fewer), size_error);
    BOOST_CHECK_THROW(r_squared(threes, singles), size_error);
    numbers[5] = std::numeric_limits<float>::quiet_NaN();
    BOOST_TEST(message_of<data_error>([&] { accuracy(threes, threes); }) ==
               "the target of row 1 is NaN");
    BOOST_CHECK_THROW(top_k_accuracy(threes, threes, 3), data_error);
    BOOST_CHECK_THROW(roc_auc(threes, threes, 2), data_error);
    BOOST_TEST(std::isnan(roc_auc(threes, threes, 1)));
}
