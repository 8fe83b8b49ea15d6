// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE workspace
#include <boost/test/unit_test.hpp>

#include "naive.hpp"

#include <cstring>
#include <limits>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr parameter<"beta"> beta{1.0};
constexpr auto learnable_swish = x * sigmoid(beta * x);

template <class T>
using net_of = basic_network<T, input{17}, dense{31}, learnable_swish, dense{3, false}, dense{33},
                             sigmoid(x), dense{5}>;

template <class T>
struct batch_of
{
    net_of<T> net;
    std::vector<T> inputs, targets;

    explicit batch_of(std::size_t rows)
        : inputs(numbers_of<T>(rows * 17, -1, 1, 1)), targets(numbers_of<T>(rows * 5, 0, 1, 2))
    {
        net.import_parameters(
            numbers_of<T>(static_cast<std::size_t>(net_of<T>::parameter_count), -1, 1, 3));
    }

    rows_view<const T> input_rows(std::size_t first, std::size_t count) const
    {
        return rows_view<const T>{inputs.data(), std::ssize(inputs) / 17, 17}.slice(
            static_cast<std::ptrdiff_t>(first), static_cast<std::ptrdiff_t>(count));
    }

    rows_view<const T> target_rows(std::size_t first, std::size_t count) const
    {
        return rows_view<const T>{targets.data(), std::ssize(targets) / 5, 5}.slice(
            static_cast<std::ptrdiff_t>(first), static_cast<std::ptrdiff_t>(count));
    }

    batch_result add(training_workspace<net_of<T>>& workspace, std::size_t first,
                     std::size_t count) const
    {
        return workspace.template add_gradients<cross_entropy>(net, input_rows(first, count),
                                                               target_rows(first, count), 0);
    }

    std::vector<double> logical_gradients(training_workspace<net_of<T>>& workspace) const
    {
        net_of<T> holder;
        std::copy_n(workspace.gradients().data(), holder.parameters().size(),
                    holder.parameters().data());
        std::vector<T> values(static_cast<std::size_t>(net_of<T>::parameter_count));
        holder.export_parameters(values);
        return {values.begin(), values.end()};
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(float_gradients_are_rounded_double_ones)
{
    // The kernels of float have other widths and other tails than those of double.
    for (const std::size_t rows : {1u, 5u, 128u, 131u})
    {
        const batch_of<float> narrow(rows);
        const batch_of<double> wide(rows);
        training_workspace<net_of<float>> narrow_workspace;
        training_workspace<net_of<double>> wide_workspace;
        const batch_result narrow_result = narrow.add(narrow_workspace, 0, rows);
        const batch_result wide_result = wide.add(wide_workspace, 0, rows);
        // Sums of 31 or 33 rounded products, in each of the layers above and back again, and the
        // parameters themselves rounded: (6 * 33 + rows) units of numbers around 1.
        const double tolerance =
            (200 + static_cast<double>(rows)) * std::numeric_limits<float>::epsilon();
        BOOST_TEST(std::abs(narrow_result.loss - wide_result.loss) <= tolerance * wide_result.loss);
        BOOST_TEST(narrow_result.correct == wide_result.correct);
        const auto found = narrow.logical_gradients(narrow_workspace);
        const auto expected = wide.logical_gradients(wide_workspace);
        for (std::size_t i = 0; i < expected.size(); ++i)
        {
            BOOST_TEST(std::abs(found[i] - expected[i]) <= tolerance * (1 + std::abs(expected[i])),
                       "parameter " << i << ": " << found[i] << ", in double " << expected[i]);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_gradient_of_a_batch_is_the_mean_of_those_of_its_rows)
{
    const std::size_t rows = 259; // three tiles
    const batch_of<double> batch(rows);
    training_workspace<net_of<double>> whole;
    const batch_result result = batch.add(whole, 0, rows);
    training_workspace<net_of<double>> row_by_row;
    double loss = 0;
    std::ptrdiff_t correct = 0;
    for (std::size_t row = 0; row < rows; ++row)
    {
        const batch_result one = batch.add(row_by_row, row, 1);
        loss += one.loss;
        correct += one.correct;
    }
    BOOST_TEST(result.rows == 259);
    BOOST_TEST(result.correct == correct);
    BOOST_TEST(result.loss == loss / 259, boost::test_tools::tolerance(1e-14));
    const auto found = batch.logical_gradients(whole);
    const auto sums = batch.logical_gradients(row_by_row);
    for (std::size_t i = 0; i < found.size(); ++i)
    {
        // Rounding of 259 numbers around 1.
        BOOST_TEST(std::abs(found[i] - sums[i] / 259) <= 1e-13);
    }
}

BOOST_AUTO_TEST_CASE(gradients_are_added_to_what_is_there)
{
    const batch_of<double> batch(3);
    training_workspace<net_of<double>> workspace;
    batch.add(workspace, 0, 3);
    const auto once = batch.logical_gradients(workspace);
    batch.add(workspace, 0, 3);
    const auto twice = batch.logical_gradients(workspace);
    for (std::size_t i = 0; i < once.size(); ++i)
    {
        BOOST_TEST(std::abs(twice[i] - 2 * once[i]) <= 1e-14 * (1 + std::abs(once[i])));
    }
}

BOOST_AUTO_TEST_CASE(rows_may_have_gaps)
{
    const batch_of<double> dense_rows(6);
    batch_of<double> spread(0);
    spread.inputs.assign(6 * 20, std::numeric_limits<double>::quiet_NaN());
    spread.targets.assign(6 * 7, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t row = 0; row < 6; ++row)
    {
        std::copy_n(dense_rows.inputs.data() + row * 17, 17, spread.inputs.data() + row * 20);
        std::copy_n(dense_rows.targets.data() + row * 5, 5, spread.targets.data() + row * 7);
    }
    training_workspace<net_of<double>> first;
    training_workspace<net_of<double>> second;
    dense_rows.add(first, 0, 6);
    second.add_gradients<cross_entropy>(dense_rows.net, {spread.inputs.data(), 6, 17, 20},
                                        {spread.targets.data(), 6, 5, 7}, 0);
    BOOST_TEST(dense_rows.logical_gradients(first) == dense_rows.logical_gradients(second));
}

BOOST_AUTO_TEST_CASE(padding_gets_no_gradient)
{
    // Formulas whose value or derivative at 0, which padding holds, is not 0 or not even a number.
    using net = network<input{3}, log(x), dense{5}, exp(x), sigmoid(x), dense{1}, 1 / x, dense{3}>;
    net model;
    model.import_parameters(
        numbers_of<float>(static_cast<std::size_t>(net::parameter_count), 0.5, 1, 3));
    training_workspace<net> workspace;
    const auto inputs = numbers_of<float>(7 * 3, 1, 2, 1);
    const auto targets = numbers_of<float>(7 * 3, 0, 1, 2);
    // Twice, since the second finds in its memory what the first left there.
    for (int step = 0; step < 2; ++step)
    {
        workspace.add_gradients<mean_squared_error>(model, {inputs.data(), 7, 3},
                                                    {targets.data(), 7, 3}, 0);
    }
    net holder;
    std::copy_n(workspace.gradients().data(), holder.parameters().size(),
                holder.parameters().data());
    std::vector<float> logical(static_cast<std::size_t>(net::parameter_count));
    holder.export_parameters(logical);
    net without_padding;
    std::fill(without_padding.parameters().begin(), without_padding.parameters().end(), 0.0f);
    without_padding.import_parameters(logical);
    for (std::size_t i = 0; i < holder.parameters().size(); ++i)
    {
        BOOST_TEST(holder.parameters()[i] == without_padding.parameters()[i]);
    }
    for (const float gradient : logical)
    {
        BOOST_TEST((std::isfinite(gradient) && gradient != 0));
    }
}

BOOST_AUTO_TEST_CASE(the_loss_is_that_of_predict)
{
    const batch_of<double> batch(4);
    std::vector<double> outputs(4 * 5);
    batch.net.predict(batch.inputs, outputs);
    training_workspace<net_of<double>> workspace;
    const batch_result result = workspace.add_gradients<mean_squared_error>(
        batch.net, batch.input_rows(0, 4), batch.target_rows(0, 4), 0);
    double loss = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i)
    {
        loss += (outputs[i] - batch.targets[i]) * (outputs[i] - batch.targets[i]) / 20;
    }
    BOOST_TEST(result.loss == loss, boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(the_same_key_drops_the_same_elements)
{
    using net = network<input{4}, dense{64}, dropout{0.5}, dense{2}>;
    const net model{seed{1}};
    const auto inputs = numbers_of<float>(3 * 4, -1, 1, 1);
    const auto targets = numbers_of<float>(3 * 2, -1, 1, 2);
    const auto loss_of = [&](std::uint64_t key)
    {
        training_workspace<net> workspace;
        return workspace
            .add_gradients<mean_squared_error>(model, {inputs.data(), 3, 4}, {targets.data(), 3, 2},
                                               key)
            .loss;
    };
    BOOST_TEST(loss_of(1) == loss_of(1));
    BOOST_TEST(loss_of(1) != loss_of(2));
}

BOOST_AUTO_TEST_CASE(each_tile_and_each_layer_drops_others)
{
    // The loss of one row adds up a power of two for each of its elements that is kept.
    static constexpr auto kept = sum(symbols::target * symbols::prediction);
    std::vector<double> powers(32);
    for (std::size_t i = 0; i < powers.size(); ++i)
    {
        powers[i] = static_cast<double>(std::uint64_t{1} << i);
    }
    const auto mask_of = [&]<class Network>(const Network& model, std::size_t row)
    {
        const std::vector<double> inputs(300 * 32, 1.0);
        std::vector<double> targets(300 * 32);
        std::ranges::copy(powers, targets.begin() + static_cast<std::ptrdiff_t>(32 * row));
        training_workspace<Network> workspace;
        return 300 * workspace
                         .template add_gradients<kept>(model, {inputs.data(), 300, 32},
                                                       {targets.data(), 300, 32}, 1)
                         .loss;
    };
    const basic_network<double, input{32}, dropout{0.5}> once;
    BOOST_TEST(mask_of(once, 0) != mask_of(once, 1));
    BOOST_TEST(mask_of(once, 0) != mask_of(once, 128));
    BOOST_TEST(mask_of(once, 128) != mask_of(once, 256));
    // What is kept twice is scaled by 4, and a part of what is kept once.
    const basic_network<double, input{32}, dropout{0.5}, dropout{0.5}> twice;
    BOOST_TEST(mask_of(twice, 0) != 2 * mask_of(once, 0));
    BOOST_TEST(mask_of(twice, 0) < 2 * mask_of(once, 0));
}

BOOST_AUTO_TEST_CASE(rows_that_do_not_fit_are_named)
{
    using net = network<input{3}, dense{2}>;
    const net model;
    const std::vector<float> numbers_in_a_row(12);
    const auto message = [&](rows_view<const float> inputs,
                             rows_view<const float> targets) -> std::string
    {
        training_workspace<net> workspace;
        try
        {
            workspace.add_gradients<mean_squared_error>(model, inputs, targets, 0);
        }
        catch (const size_error& error)
        {
            return error.what();
        }
        return "";
    };
    const float* const data = numbers_in_a_row.data();
    BOOST_TEST(message({data, 4, 3}, {data, 4, 2}) == "");
    BOOST_TEST(message({data, 4, 3}, {data, 3, 2}) ==
               "ctgrad: a network of 3 inputs and 2 outputs cannot learn from 4 rows of 3 inputs "
               "and 3 rows of 2 targets");
    BOOST_TEST(message({data, 4, 2}, {data, 4, 2}) != "");
    BOOST_TEST(message({data, 4, 3}, {data, 4, 3}) != "");
}
