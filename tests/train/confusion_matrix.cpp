// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE confusion_matrix
#include <boost/test/unit_test.hpp>

#include "scored_rows.hpp"

#include <ctgrad/train/confusion_matrix.hpp>

#include <sstream>
#include <tuple>

using namespace ctgrad;

namespace
{

using element_types = std::tuple<float, double>;

// Three classes: class 0 is found twice in three rows, class 1 always, class 2 never.
confusion_matrix small()
{
    confusion_matrix matrix(3);
    matrix.add(0, 0);
    matrix.add(0, 0);
    matrix.add(0, 1);
    matrix.add(1, 1);
    matrix.add(2, -1);
    return matrix;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

} // namespace

BOOST_AUTO_TEST_CASE(scores_are_those_of_the_definitions_by_hand)
{
    const confusion_matrix matrix = small();
    BOOST_TEST(matrix.rows() == 5);
    BOOST_TEST(matrix.accuracy() == 3.0 / 5);
    BOOST_TEST(matrix.scores(0).precision == 1.0);
    BOOST_TEST(matrix.scores(0).recall == 2.0 / 3);
    BOOST_TEST(matrix.scores(0).f1 == 4.0 / 5);
    BOOST_TEST(matrix.scores(1).precision == 0.5);
    BOOST_TEST(matrix.scores(1).recall == 1.0);
    BOOST_TEST(matrix.scores(1).f1 == 2.0 / 3);
    // Never predicted, but it occurs.
    BOOST_TEST(matrix.scores(2).precision == 0.0);
    BOOST_TEST(matrix.scores(2).recall == 0.0);
    BOOST_TEST(matrix.scores(2).f1 == 0.0);
    BOOST_TEST(matrix.macro_mean().precision == 1.5 / 3);
    BOOST_TEST(matrix.macro_mean().recall == (2.0 / 3 + 1.0) / 3);
    BOOST_TEST(matrix.macro_mean().f1 == (4.0 / 5 + 2.0 / 3) / 3);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(counts_and_scores_are_those_of_the_definitions, T, element_types)
{
    for (const std::ptrdiff_t classes : {2, 3, 7})
    {
        for (const std::ptrdiff_t rows : {1, 2, 10, 300})
        {
            const scored_rows<T> some(rows, classes, static_cast<unsigned>(rows + classes));
            const confusion_matrix matrix(some.predictions(), some.targets());
            BOOST_TEST(matrix.rows() == rows);
            for (int a = 0; a < classes; ++a)
            {
                std::ptrdiff_t wanted = 0;
                std::ptrdiff_t predicted = 0;
                for (int b = -1; b < classes; ++b)
                {
                    std::ptrdiff_t expected = 0;
                    for (std::ptrdiff_t row = 0; row < rows; ++row)
                    {
                        expected += some.target_class(row) == a && some.predicted_class(row) == b;
                    }
                    BOOST_TEST(matrix(a, b) == expected);
                }
                for (std::ptrdiff_t row = 0; row < rows; ++row)
                {
                    wanted += some.target_class(row) == a;
                    predicted += some.predicted_class(row) == a;
                }
                const double right = static_cast<double>(matrix(a, a));
                const bool occurs = wanted + predicted > 0;
                const class_scores found = matrix.scores(a);
                const auto share = [&](std::ptrdiff_t of)
                {
                    return of > 0   ? right / static_cast<double>(of)
                           : occurs ? 0.0
                                    : std::numeric_limits<double>::quiet_NaN();
                };
                BOOST_TEST(same(found.precision, share(predicted)));
                BOOST_TEST(same(found.recall, share(wanted)));
                const double sum = found.precision + found.recall;
                if (sum > 0)
                {
                    // Two quotients of counts, rounded, and a product and quotient of them.
                    BOOST_TEST(found.f1 == 2 * found.precision * found.recall / sum,
                               boost::test_tools::tolerance(1e-15));
                }
                else
                {
                    BOOST_TEST(same(found.f1, occurs ? 0.0 : found.precision));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_single_column_has_two_classes)
{
    const std::vector<float> logits{-1.0f, 0.0f, 0.25f, 2.0f};
    const std::vector<float> wanted{0.0f, 1.0f, 1.0f, 0.0f};
    const rows_view<const float> predictions{logits.data(), 4, 1};
    const rows_view<const float> targets{wanted.data(), 4, 1};
    const confusion_matrix matrix(predictions, targets);
    BOOST_TEST(matrix.classes() == 2);
    BOOST_TEST(matrix(0, 0) == 1);
    BOOST_TEST(matrix(0, 1) == 1);
    BOOST_TEST(matrix(1, 0) == 1);
    BOOST_TEST(matrix(1, 1) == 1);
    BOOST_TEST(confusion_matrix(predictions, targets, 0.5)(1, 1) == 0);
    BOOST_TEST(confusion_matrix(predictions, targets, -0.5)(1, 1) == 2);
}

BOOST_AUTO_TEST_CASE(predictions_that_are_not_numbers_are_of_no_class)
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> outputs{nan, 0, 1, nan, nan, nan, 2, 1};
    const std::vector<double> wanted{1, 0, 0, 1, 1, 0, 1, 0};
    const confusion_matrix matrix(rows_view<const double>{outputs.data(), 4, 2},
                                  rows_view<const double>{wanted.data(), 4, 2});
    BOOST_TEST(matrix(0, -1) == 2);
    BOOST_TEST(matrix(1, -1) == 1);
    BOOST_TEST(matrix(0, 0) == 1);
    BOOST_TEST(matrix.accuracy() == 0.25);
    BOOST_TEST(matrix.scores(0).recall == 1.0 / 3);
    BOOST_TEST(matrix.scores(0).precision == 1.0);
}

BOOST_AUTO_TEST_CASE(nothing_has_no_scores)
{
    const confusion_matrix matrix(rows_view<const float>{nullptr, 0, 3},
                                  rows_view<const float>{nullptr, 0, 3});
    BOOST_TEST(matrix.rows() == 0);
    BOOST_TEST(std::isnan(matrix.accuracy()));
    BOOST_TEST(std::isnan(matrix.scores(1).precision));
    BOOST_TEST(std::isnan(matrix.scores(1).recall));
    BOOST_TEST(std::isnan(matrix.macro_mean().f1));
    // A class that is nowhere does not count for the mean.
    confusion_matrix one(3);
    one.add(1, 1);
    BOOST_TEST(one.macro_mean().f1 == 1.0);
    BOOST_TEST(std::isnan(one.scores(0).f1));
}

BOOST_AUTO_TEST_CASE(it_prints_as_a_table)
{
    std::ostringstream printed;
    printed << small();
    BOOST_TEST(printed.str() ==
               "   target       0       1       2    none  recall\n"
               "        0       2       1       0       0   0.667\n"
               "        1       0       1       0       0   1.000\n"
               "        2       0       0       0       1   0.000\n"
               "precision   1.000   0.500   0.000       -\n"
               "       F1   0.800   0.667   0.000       -\n"
               "accuracy 0.600; mean over the classes: precision 0.500, recall 0.556, F1 0.489\n");
    BOOST_TEST(to_string(confusion_matrix(1)) ==
               "   target       0  recall\n"
               "        0       0       -\n"
               "precision       -\n"
               "       F1       -\n"
               "accuracy -; mean over the classes: precision -, recall -, F1 -\n");
    confusion_matrix many(2);
    for (int i = 0; i < 1'234'567; ++i)
    {
        many.add(1, 1);
    }
    BOOST_TEST(to_string(many).starts_with("   target        0        1   recall\n"
                                           "        0        0        0        -\n"
                                           "        1        0  1234567    1.000\n"));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_named)
{
    const std::vector<float> numbers(12, 1.0f);
    const rows_view<const float> threes{numbers.data(), 4, 3};
    const rows_view<const float> pairs{numbers.data(), 4, 2};
    const rows_view<const float> nothings{numbers.data(), 4, 0};
    BOOST_TEST(message_of<size_error>([&] { confusion_matrix(threes, pairs); }) ==
               "ctgrad: a confusion matrix needs a target for each prediction, but has 4 rows of 3 "
               "predictions and 4 rows of 2 targets");
    BOOST_TEST(message_of<size_error>([&] { confusion_matrix(nothings, nothings); }) ==
               "ctgrad: a confusion matrix needs at least one class, but has 0");
    BOOST_TEST(message_of<size_error>([] { confusion_matrix(3).add(0, 3); }) ==
               "ctgrad: a confusion matrix of 3 classes cannot count class 0 predicted as 3");
    BOOST_CHECK_THROW(confusion_matrix(3).add(3, 0), size_error);
    BOOST_CHECK_THROW(confusion_matrix(3).add(-1, 0), size_error);
    BOOST_CHECK_THROW(confusion_matrix(3).add(0, -2), size_error);
    std::vector<float> wanted(12, 0.0f);
    wanted[7] = std::numeric_limits<float>::quiet_NaN();
    BOOST_TEST(message_of<data_error>(
                   [&] { confusion_matrix(threes, rows_view<float>{wanted.data(), 4, 3}); }) ==
               "the target of row 2 is NaN");
}
