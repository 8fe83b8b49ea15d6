// SPDX-License-Identifier: BSL-1.0
// Rows that are changed before they are learnt from: the same seed gives the same bits, with any number
// of threads and after an interruption.
#define BOOST_TEST_MODULE fit_augmentation
#include <boost/test/unit_test.hpp>

#include "../data/temporary_directory.hpp"
#include "../element_types.hpp"
#include "../network/naive.hpp"
#include "every_runner.hpp"

#include <ctgrad/data/augment.hpp>
#include <ctgrad/train/fit.hpp>

#include <algorithm>
#include <set>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;

template <class T>
using net_of = basic_network<T, input{4}, dense{12}, tanh(x), dropout{0.1}, dense{2}>;

// Of each row the first input is its number.
template <class T>
data_set<T> numbered(std::size_t rows)
{
    aligned_buffer<T> inputs(rows * 4);
    std::ranges::copy(numbers_of<T>(rows * 4, -1, 1, 1), inputs.begin());
    std::vector<int> labels(rows);
    for (std::size_t row = 0; row < rows; ++row)
    {
        labels[row] = inputs[4 * row + 1] > 0 ? 1 : 0;
        inputs[4 * row] = static_cast<T>(row);
    }
    return {std::move(inputs), std::move(labels), 2};
}

template <class T>
training_options<T> options_of(augmentation<T> change, int batch = 16)
{
    return {.epochs = 2,
            .batch = batch,
            .augment = std::move(change),
            .randomness = {7},
            .output = {.mode = progress_mode::quiet}};
}

template <class T>
const augmentation<T> noisy = gaussian_noise{0.3};

template <class T, class Runner = one_thread>
std::vector<T> trained(const data_set<T>& data, const training_options<T>& options,
                       Runner&& runner = {})
{
    net_of<T> net{seed{1}};
    fit(net, data, options, cross_entropy, adam{}, runner);
    return {net.parameters().begin(), net.parameters().end()};
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(each_row_is_changed_once_an_epoch, T, element_types)
{
    const data_set<T> data = numbered<T>(70);
    const data_set<T> before = data;
    std::vector<int> calls(70);
    std::set<std::uint64_t> drawn;
    const auto look = [&](std::span<T> row, split_mix_engine& engine)
    {
        BOOST_REQUIRE(row.size() == 4u);
        const auto index = static_cast<std::ptrdiff_t>(row[0]);
        BOOST_TEST(std::ranges::equal(row, before.input_view().row(index)));
        ++calls[static_cast<std::size_t>(index)];
        drawn.insert(engine());
        row[0] = 0; // a copy
    };
    trained<T>(data, options_of<T>(look));
    BOOST_TEST((calls == std::vector<int>(70, 2)));
    BOOST_TEST(drawn.size() == 140u); // each row of each step has numbers of its own
    BOOST_TEST(std::ranges::equal(data.inputs, before.inputs));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_changed_is_learnt_from, T, element_types)
{
    const data_set<T> data = numbered<T>(70);
    const auto none = trained<T>(data, options_of<T>({}));
    BOOST_TEST((trained<T>(data, options_of<T>([](std::span<T>, auto&) {})) == none));
    // A change that is not random is as good as other data.
    data_set<T> doubled = data;
    std::ranges::for_each(doubled.inputs, [](T& number) { number *= 2; });
    const auto twice = [](std::span<T> row, split_mix_engine&)
    { std::ranges::for_each(row, [](T& number) { number *= 2; }); };
    BOOST_TEST((trained<T>(data, options_of<T>(twice)) == trained<T>(doubled, options_of<T>({}))));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(validation_is_with_the_rows_as_they_are, T, element_types)
{
    const data_set<T> data = numbered<T>(70);
    auto options = options_of<T>(noisy<T>);
    options.validation = &data;
    net_of<T> net{seed{1}};
    const training_history history = fit(net, data, options, cross_entropy, adam{});
    BOOST_TEST(history.back().validation.loss == evaluate(net, data, cross_entropy).loss);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_same_seed_gives_the_same_bits, T, element_types)
{
    const data_set<T> data = numbered<T>(70);
    auto options = options_of<T>(noisy<T>);
    const auto first = trained<T>(data, options);
    BOOST_TEST((trained<T>(data, options) == first));
    options.randomness = {8};
    BOOST_TEST((trained<T>(data, options) != first));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_number_of_threads_does_not_matter, T, element_types)
{
    const data_set<T> data = numbered<T>(441);
    // Three parts, and a last batch in one of them.
    const auto options = options_of<T>(noisy<T>, 389);
    const auto once = trained<T>(data, options, backwards_runner{});
    for (const int count : {1, 2, 3, 8})
    {
        BOOST_TEST((trained<T>(data, options, standard_threads{count}) == once));
    }
}

BOOST_AUTO_TEST_CASE(rows_are_the_same_with_threads_and_without)
{
    const data_set<float> data = numbered<float>(441);
    const auto rows_seen = [&](auto&& runner)
    {
        std::vector<std::vector<float>> seen;
        const auto change = [&](std::span<float> row, split_mix_engine& engine)
        {
            gaussian_noise{}(row, engine);
            seen.emplace_back(row.begin(), row.end());
        };
        trained<float>(data, options_of<float>(change, 389), runner);
        std::ranges::sort(seen);
        return seen;
    };
    BOOST_TEST((rows_seen(backwards_runner{}) == rows_seen(one_thread{})));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(training_goes_on_to_the_same_bits, T, element_types)
{
    const temporary_directory directory;
    const data_set<T> data = numbered<T>(70);
    auto options = options_of<T>(noisy<T>);
    options.epochs = 4;
    const auto at_once = trained<T>(data, options);
    options.checkpoint = directory.path("training");
    options.epochs = 2;
    BOOST_TEST((trained<T>(data, options) != at_once));
    options.epochs = 4;
    BOOST_TEST((trained<T>(data, options) == at_once));
}

BOOST_AUTO_TEST_CASE(an_image_that_does_not_fit_is_refused_before_anything_is_learnt)
{
    const data_set<float> data = numbered<float>(70);
    net_of<float> net{seed{1}};
    const std::vector<float> before(net.parameters().begin(), net.parameters().end());
    BOOST_TEST(message_of<data_error>(
                   [&]
                   {
                       fit(net, data, options_of<float>(random_mirror{shape(3, 3)}), cross_entropy,
                           adam{});
                   }) == "an image of 1 x 3 x 3 cannot be made of the 4 inputs of a row");
    BOOST_TEST(std::ranges::equal(before, net.parameters()));
}
