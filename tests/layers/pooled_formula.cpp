// SPDX-License-Identifier: BSL-1.0
// A formula and a pool in one pass against the same with a layer between that passes all through.
#define BOOST_TEST_MODULE pooled_formula
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "../network/naive.hpp"

#include <ctgrad/ctgrad.hpp>

#include <limits>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);
constexpr average_pool apart{.size = 1};

template <class Network>
constexpr int kept_numbers = Network::memory.kept;

// Exactly, as all numbers are computed alike; whole inputs and weights make for ties.
template <class T, input In, auto First, auto Formula, max_pool Pool>
void compare()
{
    using together = basic_network<T, In, First, Formula, Pool>;
    using separate = basic_network<T, In, First, Formula, apart, Pool>;
    static_assert(kept_numbers<together> == 0);
    static_assert(kept_numbers<separate> > 0);
    together net;
    separate other;
    auto parameters =
        numbers_of<T>(static_cast<std::size_t>(together::parameter_count), -2.5, 2.5, 3);
    std::ranges::for_each(parameters, [](T& number) { number = std::round(number); });
    net.import_parameters(parameters);
    other.import_parameters(parameters);
    constexpr auto in_size = static_cast<std::size_t>(together::input_size);
    constexpr auto out_size = static_cast<std::size_t>(together::output_size);
    training_workspace<together> work;
    training_workspace<separate> other_work;
    for (const std::size_t rows : {1u, 7u, 17u, 131u})
    {
        auto inputs = numbers_of<T>(rows * in_size, -2, 2, static_cast<unsigned>(rows));
        std::ranges::for_each(inputs, [](T& number) { number = std::round(number); });
        std::vector<T> outputs(rows * out_size);
        std::vector<T> expected(rows * out_size);
        net.predict(std::span<const T>(inputs), std::span<T>(outputs));
        other.predict(std::span<const T>(inputs), std::span<T>(expected));
        BOOST_TEST(outputs == expected);

        const auto targets = numbers_of<T>(rows * out_size, -1, 1, 5);
        const auto count = static_cast<std::ptrdiff_t>(rows);
        const rows_view<const T> in{inputs.data(), count, static_cast<std::ptrdiff_t>(in_size)};
        const rows_view<const T> to{targets.data(), count, static_cast<std::ptrdiff_t>(out_size)};
        std::ranges::fill(work.gradients(), T(0));
        std::ranges::fill(other_work.gradients(), T(0));
        work.template add_gradients<mean_squared_error>(net, in, to, 0);
        other_work.template add_gradients<mean_squared_error>(other, in, to, 0);
        BOOST_TEST(work.gradients() == other_work.gradients(), boost::test_tools::per_element());
    }
}

constexpr conv2d few{.filters = 3, .padding = same_size};
constexpr conv2d many{.filters = 18, .padding = same_size};

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(values_and_gradients_are_those_of_both_apart, T, element_types)
{
    compare<T, input{2, 4, 6}, few, relu(x), max_pool{}>();
    compare<T, input{2, 4, 6}, few, swish, max_pool{}>();
    // Not monotone: the largest value is not that of the largest number.
    compare<T, input{1, 6, 4}, few, abs(x) - x * x / 8, max_pool{.size = {3, 2}}>();
    // Rows and columns beyond the last window.
    compare<T, input{2, 7, 5}, few, relu(x), max_pool{.size = {2, 3}}>();
    // With the channels in the lanes, more than a vector of them.
    compare<T, input{18, 5, 4}, many, relu(x), max_pool{}>();
    // More windows side by side than are taken at once.
    compare<T, input{1, 2, 601}, few, tanh(x), max_pool{.size = {2, 3}}>();
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences)
{
    // Of few rows: with many, steps of differences go over the edges of some window.
    const auto check = []<class Network>(std::ptrdiff_t rows)
    {
        const std::string wrong = wrong_gradients<Network>(rows, 60);
        BOOST_TEST(wrong.empty(), rows << " rows: " << wrong);
    };
    for (const std::ptrdiff_t rows : {1, 7})
    {
        check.template operator()<
            basic_network<double, input{2, 4, 6}, few, tanh(x), max_pool{}, flatten{}, dense{2}>>(
            rows);
        check.template operator()<
            basic_network<double, input{2, 5, 4}, swish, max_pool{}, few, swish, max_pool{}>>(rows);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_window_with_nan_has_nan, T, element_types)
{
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    const basic_network<T, input{1, 2, 4}, relu(x), max_pool{}> net;
    for (std::size_t place : {0u, 1u, 4u, 5u})
    {
        std::vector<T> numbers{1, 2, 3, 4, 5, 6, 7, 8};
        numbers[place] = nan;
        const auto pooled = net.predict(numbers);
        BOOST_TEST(std::isnan(pooled[0]));
        BOOST_TEST(pooled[1] == 8);
    }
}
