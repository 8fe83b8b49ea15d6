// SPDX-License-Identifier: BSL-1.0
// A formula and a pool in one pass against the same with a layer between that passes all through.
#define BOOST_TEST_MODULE pooled_formula
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "../network/naive.hpp"

#include <ctgrad/ctgrad.hpp>
#include <ctgrad/network/input_gradient.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);
constexpr average_pool apart{.size = 1};

template <class Network>
constexpr int kept_numbers = Network::memory.kept;

// The same of layers within a layer that holds them.
template <placement In, auto... Layers>
constexpr int kept_in_branch =
    detail::branch<double, In, row_format::rows, pass_size::many_rows, Layers...>::memory.kept;

// Exactly, as all numbers are computed alike; whole inputs and weights make for ties.
template <class T, class together, class separate>
void compare_networks()
{
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

template <class T, input In, auto First, auto Formula, max_pool Pool>
void compare()
{
    using together = basic_network<T, In, First, Formula, Pool>;
    using separate = basic_network<T, In, First, Formula, apart, Pool>;
    static_assert(kept_numbers<together> == 0);
    static_assert(kept_numbers<separate> > 0);
    compare_networks<T, together, separate>();
}

constexpr conv2d few{.filters = 3, .padding = same_size};
constexpr conv2d seventeen{.filters = 17, .padding = same_size};
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

// Within layers that hold others, with samples and with channels in the lanes.
BOOST_AUTO_TEST_CASE(branches_are_those_of_both_apart)
{
    constexpr shape image(18, 4, 4);
    static_assert(kept_in_branch<placement{image, row_format::sample_blocks}, swish, max_pool{}> ==
                  0);
    static_assert(kept_in_branch<placement{image, row_format::channels_last}, swish, max_pool{}> ==
                  0);
    const auto check = []<input In, auto First>()
    {
        compare_networks<float, basic_network<float, In, First, chain<swish, max_pool{}>{}>,
                         basic_network<float, In, First, chain<swish, apart, max_pool{}>{}>>();
        // What the other branch gets must stay as it was.
        compare_networks<
            float,
            basic_network<float, In, First, add_up<chain<swish, max_pool{}>{}, max_pool{}>{}>,
            basic_network<float, In, First,
                          add_up<chain<swish, apart, max_pool{}>{}, max_pool{}>{}>>();
    };
    check.template operator()<input{2, 4, 4}, few>();
    check.template operator()<input{18, 4, 4}, many>();
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences)
{
    // Of few rows: with many, steps of differences go over the edges of some window.
    const auto check = []<input In, auto... Layers>()
    {
        for (const std::ptrdiff_t rows : {1, 7})
        {
            const std::string wrong =
                wrong_gradients<basic_network<double, In, Layers...>>(rows, 60);
            BOOST_TEST(wrong.empty(), rows << " rows: " << wrong);
        }
    };
    const auto check_pairs = [&]<input In, auto... Layers>()
    {
        static_assert(kept_numbers<basic_network<double, In, Layers...>> == 0);
        check.template operator()<In, Layers...>();
    };
    check_pairs
        .template operator()<input{2, 4, 6}, few, tanh(x), max_pool{}, flatten{}, dense{2}>();
    check_pairs
        .template operator()<input{2, 5, 8}, few, swish, max_pool{}, few, swish, max_pool{}>();

    constexpr placement image{shape(2, 4, 4)};
    static_assert(kept_in_branch<image, seventeen, swish, max_pool{}> == 0);
    check.template
    operator()<input{2, 4, 4}, seventeen, chain<swish, max_pool{}>{}, flatten{}, dense{2}>();
    check.template
    operator()<input{2, 4, 4}, seventeen, add_up<chain<swish, max_pool{}>{}, max_pool{}>{},
               flatten{}, dense{2}>();
    check.template
    operator()<input{2, 4, 4},
               concatenate<chain<seventeen, swish, max_pool{}>{}, chain<few, max_pool{}>{}>{},
               flatten{}, dense{2}>();
    // Branches of concatenate get rows, so that a conversion lies between these two: no pair.
    check.template
    operator()<input{2, 4, 4}, seventeen, concatenate<chain<swish, max_pool{}>{}, max_pool{}>{},
               flatten{}, dense{2}>();
    // Between, dropout parts the two; before, it has the same rows.
    check.template
    operator()<input{2, 4, 4}, seventeen, swish, dropout{0.3}, max_pool{}, flatten{}, dense{2}>();
    check.template operator()<input{2, 4, 4}, few, dropout{0.3}, swish, max_pool{}, dropout{0.3},
                              few, tanh(x), max_pool{}, flatten{}, dense{2}>();
}

namespace
{

// Two windows side by side, which a convolution with a weight of one lets through.
template <class T, auto Formula>
struct two_windows
{
    using network_type =
        basic_network<T, input{1, 2, 4}, conv2d{.filters = 1, .kernel = 1, .bias = false}, Formula,
                      max_pool{}>;
    static_assert(kept_numbers<network_type> == 0);

    static constexpr std::array<std::size_t, 4> first_window{0, 1, 4, 5};

    network_type net;
    std::vector<T> numbers{1, 2, 3, 4, 5, 6, 7, 8};

    two_windows() { net.import_parameters(std::array{T(1)}); }
};

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(a_window_with_nan_has_nan, T, element_types)
{
    using windows = two_windows<T, relu(x)>;
    for (const std::size_t place : windows::first_window)
    {
        windows row;
        row.numbers[place] = std::numeric_limits<T>::quiet_NaN();
        const auto pooled = row.net.predict(row.numbers);
        BOOST_TEST(std::isnan(pooled[0]));
        BOOST_TEST(pooled[1] == 8);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(infinities_are_numbers_like_others, T, element_types)
{
    constexpr T infinity = std::numeric_limits<T>::infinity();
    two_windows<T, 2 * x> row;
    row.numbers = {-infinity, -infinity, 3, infinity, -infinity, -infinity, -infinity, 8};
    const auto pooled = row.net.predict(row.numbers);
    BOOST_TEST(pooled[0] == -infinity);
    BOOST_TEST(pooled[1] == infinity);
}

// Loss and gradients of weights show a NaN; what it does not meet is as without it.
BOOST_AUTO_TEST_CASE_TEMPLATE(training_goes_through_a_nan, T, element_types)
{
    using windows = two_windows<T, relu(x)>;
    using network_type = typename windows::network_type;
    constexpr std::size_t row_size = 8;
    const windows whole;
    std::vector<T> numbers = whole.numbers;
    numbers.insert(numbers.end(), whole.numbers.begin(), whole.numbers.end());
    const std::vector<T> targets{1, 2, 3, 4};
    const rows_view<const T> to{targets.data(), 2, 2};
    const auto gradients_of = [&](const std::vector<T>& inputs)
    {
        std::vector<T> dx(inputs.size());
        input_gradients<mean_squared_error>(whole.net, rows_view<const T>{inputs.data(), 2, 8}, to,
                                            rows_view<T>{dx.data(), 2, 8});
        return dx;
    };
    const auto expected = gradients_of(numbers);
    for (const std::size_t place : windows::first_window)
    {
        auto inputs = numbers;
        inputs[place] = std::numeric_limits<T>::quiet_NaN();
        training_workspace<network_type> work;
        const auto result = work.template add_gradients<mean_squared_error>(
            whole.net, {inputs.data(), 2, 8}, to, 0);
        BOOST_TEST(std::isnan(result.loss));
        BOOST_TEST(std::isnan(work.gradients()[0]));

        const auto dx = gradients_of(inputs);
        bool has_nan = false;
        for (std::size_t i = 0; i < dx.size(); ++i)
        {
            if (i < row_size && std::ranges::count(windows::first_window, i) > 0)
            {
                has_nan = has_nan || std::isnan(dx[i]);
            }
            else
            {
                BOOST_TEST(dx[i] == expected[i]);
            }
        }
        BOOST_TEST(has_nan);
    }
}

BOOST_AUTO_TEST_CASE(gradients_by_inputs_go_through_both)
{
    using together =
        basic_network<double, input{2, 4, 6}, few, swish, max_pool{}, flatten{}, dense{2}>;
    using separate =
        basic_network<double, input{2, 4, 6}, few, swish, apart, max_pool{}, flatten{}, dense{2}>;
    static_assert(kept_numbers<together> == 0);
    const together net{seed{3}};
    separate other;
    std::vector<double> parameters(static_cast<std::size_t>(together::parameter_count));
    net.export_parameters(parameters);
    other.import_parameters(parameters);
    const auto inputs = numbers_of<double>(7 * together::input_size, -2, 2, 9);
    std::vector<double> found(inputs.size());
    std::vector<double> expected(inputs.size());
    const rows_view<const double> rows{inputs.data(), 7, together::input_size};
    input_gradients(net, rows, 1, rows_view<double>{found.data(), 7, together::input_size});
    input_gradients(other, rows, 1, rows_view<double>{expected.data(), 7, together::input_size});
    BOOST_TEST(found == expected, boost::test_tools::per_element());
}
