// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE class_weights
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "../network/naive.hpp"
#include "temporary_directory.hpp"

#include <ctgrad/data/class_weights.hpp>
#include <ctgrad/train/evaluate.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace ctgrad;

namespace
{

template <class T>
data_set<T> classes(const std::vector<int>& labels, int count)
{
    aligned_buffer<T> inputs(2 * labels.size());
    std::ranges::copy(numbers_of<T>(2 * labels.size(), -1, 1, 1), inputs.begin());
    return {std::move(inputs), labels, count};
}

const std::vector<int> labels{0, 2, 2, 0, 0, 0, 2, 0};
const std::vector<double> weights{0.5, 3, 4};

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(weights_are_inverse_to_frequencies, T, element_types)
{
    // Five rows of class 0, none of class 1, three of class 2.
    const std::vector<double> balanced = balanced_class_weights(classes<T>(labels, 3));
    BOOST_REQUIRE(balanced.size() == 3u);
    BOOST_TEST(balanced[0] == 8.0 / (2 * 5));
    BOOST_TEST(balanced[1] == 1);
    BOOST_TEST(balanced[2] == 8.0 / (2 * 3));
    BOOST_TEST(5 * balanced[0] + 3 * balanced[2] == 8); // the mean over the rows is 1

    BOOST_TEST((balanced_class_weights(classes<T>({1, 1}, 2)) == std::vector<double>{1, 1}));
    BOOST_TEST((balanced_class_weights(classes<T>({}, 2)) == std::vector<double>{1, 1}));
    BOOST_TEST(balanced_class_weights(data_set<T>()).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(balanced_classes_are_as_heavy_as_each_other, T, element_types)
{
    data_set<T> data = classes<T>(labels, 3);
    weigh_classes(data, balanced_class_weights(data));
    // Three or five roundings of numbers around 4.
    const double tolerance = 16 * static_cast<double>(std::numeric_limits<T>::epsilon());
    double sums[3]{};
    for (std::ptrdiff_t i = 0; i < data.rows; ++i)
    {
        for (int column = 0; column < 3; ++column)
        {
            sums[column] += static_cast<double>(data.target_view()(i, column));
        }
    }
    BOOST_TEST(std::abs(sums[0] - 4) < tolerance);
    BOOST_TEST(sums[1] == 0);
    BOOST_TEST(std::abs(sums[2] - 4) < tolerance);
    BOOST_TEST((data.labels == labels));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(losses_of_rows_are_weighted, T, element_types)
{
    const data_set<T> plain = classes<T>(labels, 3);
    data_set<T> weighted = plain;
    weigh_classes(weighted, weights);
    const basic_network<T, input{2}, dense{3}> net{seed{1}};
    const auto check = [&](const auto& formula)
    {
        double expected = 0;
        for (std::ptrdiff_t i = 0; i < plain.rows; ++i)
        {
            const data_set<T> row = plain.select(std::vector{i});
            expected += weights[static_cast<std::size_t>(row.labels[0])] *
                        evaluate(net, row, formula).loss / static_cast<double>(plain.rows);
        }
        const evaluation found = evaluate(net, weighted, formula);
        // Losses below 16, each the result of some ten roundings.
        BOOST_TEST(std::abs(found.loss - expected) <
                   160 * static_cast<double>(std::numeric_limits<T>::epsilon()));
        BOOST_TEST(found.accuracy == evaluate(net, plain, formula).accuracy);
    };
    check(cross_entropy);
    check(loss<smoothed_cross_entropy(0.1)>);
    check(loss<focal_loss(2.0)>);
}

BOOST_AUTO_TEST_CASE(what_is_no_classification_is_named)
{
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    for (const float bad : {-0.5f, nan, std::numeric_limits<float>::infinity()})
    {
        aligned_buffer<float> targets(4);
        targets[3] = bad;
        const data_set<float> data(2, aligned_buffer<float>(2), std::move(targets));
        BOOST_TEST(message_of<data_error>([&] { balanced_class_weights(data); }) ==
                   "classes are balanced by their targets, which are at least 0, but the target of "
                   "row 1 in column 1 is " +
                       std::to_string(bad));
    }
}

BOOST_AUTO_TEST_CASE(weights_that_make_no_sense_are_named_and_change_nothing)
{
    data_set<float> data = classes<float>(labels, 3);
    const data_set<float> before = data;
    const auto said_of = [&](const std::vector<double>& some)
    { return message_of<data_error>([&] { weigh_classes(data, some); }); };
    BOOST_TEST(said_of({1, 2}) == "there are 3 classes, but 2 weights of classes");
    BOOST_TEST(said_of({1, 0, 2}) == "the weight of class 1 is 0.000000, but must be a finite "
                                     "number above 0 of the element type");
    for (const double bad : {-1.0, 1e-60, 1e60, std::numeric_limits<double>::quiet_NaN()})
    {
        BOOST_TEST(names(said_of({1, 2, bad}), {"the weight of class 2 is "}));
    }
    BOOST_TEST(std::ranges::equal(data.targets, before.targets));

    aligned_buffer<float> soft(6);
    soft[0] = 1;
    soft[3] = 0.5;
    soft[4] = 0.5;
    data_set<float> shares(2, aligned_buffer<float>(2), std::move(soft));
    BOOST_TEST(message_of<data_error>([&] { weigh_classes(shares, weights); }) ==
               "classes are weighed in rows of one class, but the targets of row 1 have 2 numbers "
               "that are not 0");
    BOOST_TEST(shares.targets[0] == 1);
}
