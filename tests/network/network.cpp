// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE network
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "naive.hpp"

#include <bit>
#include <thread>
#include <tuple>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr parameter<"beta"> beta{1.0};
constexpr auto learnable_swish = x * sigmoid(beta * x);
constexpr auto softmax = exp(x - logsumexp(x));

template <class T>
using classifier = basic_network<T, input{17}, dense{33}, learnable_swish, dropout{0.5},
                                 dense{5, false}, tanh(x), dense{3}, softmax>;

template <class T>
naive_row<T> naive_classifier(std::span<const T> parameters, std::span<const T> row)
{
    naive_row<T> result(row);
    result.dense(parameters, 33);
    const double beta_value = parameters[0];
    parameters = parameters.subspan(1);
    result.apply([&](double z) { return z / (1 + std::exp(-beta_value * z)); },
                 1.1 + std::abs(beta_value));
    result.dense(parameters, 5, false);
    result.apply([](double z) { return std::tanh(z); }, 1);
    result.dense(parameters, 3);
    result.softmax();
    BOOST_TEST(parameters.empty());
    return result;
}

// A classifier with parameters that are all different, and what they are.
template <class T>
struct with_parameters
{
    classifier<T> net;
    std::vector<T> parameters =
        numbers_of<T>(static_cast<std::size_t>(classifier<T>::parameter_count), -0.5, 0.5, 1);

    with_parameters() { net.import_parameters(parameters); }
};

template <class T>
bool same_bits(std::span<const T> a, std::span<const T> b)
{
    return std::ranges::equal(a, b, [](T left, T right)
                              { return std::memcmp(&left, &right, sizeof(T)) == 0; });
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(predict_equals_the_definition, T, element_types)
{
    const with_parameters<T> model;
    for (const std::size_t rows : {0u, 1u, 2u, 63u, 64u, 65u, 200u})
    {
        const auto inputs = numbers_of<T>(rows * 17, -1, 1, 2);
        std::vector<T> outputs(rows * 3, T(-7));
        model.net.predict(inputs, outputs);
        for (std::size_t row = 0; row < rows; ++row)
        {
            const auto expected =
                naive_classifier<T>(model.parameters, std::span(inputs).subspan(row * 17, 17));
            BOOST_TEST(expected.relative_bound() < 4000 * std::numeric_limits<T>::epsilon());
            BOOST_TEST(expected.agrees_with(std::span(outputs).subspan(row * 3, 3)),
                       "row " << row << " of " << rows);
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(predict_reads_and_writes_rows_with_gaps, T, element_types)
{
    const with_parameters<T> model;
    const auto inputs = numbers_of<T>(70 * 20, -1, 1, 3);
    std::vector<T> outputs(70 * 5, T(-7));
    model.net.predict({inputs.data(), 70, 17, 20}, rows_view<T>{outputs.data(), 70, 3, 5});
    for (std::size_t row = 0; row < 70; ++row)
    {
        const auto one = model.net.predict(std::span(inputs).subspan(row * 20, 17));
        const auto expected =
            naive_classifier<T>(model.parameters, std::span(inputs).subspan(row * 20, 17));
        BOOST_TEST(expected.agrees_with(one));
        BOOST_TEST(expected.agrees_with(std::span(outputs).subspan(row * 5, 3)));
        BOOST_TEST(outputs[row * 5 + 3] == T(-7));
        BOOST_TEST(outputs[row * 5 + 4] == T(-7));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_network_may_begin_with_a_formula, T, element_types)
{
    using net = basic_network<T, input{2, 3}, tanh(x), flatten{}, softmax, dense{2}>;
    net model;
    const auto parameters = numbers_of<T>(14, -1, 1, 1);
    model.import_parameters(parameters);
    const auto inputs = numbers_of<T>(66 * 6, -1, 1, 2);
    std::vector<T> outputs(66 * 2);
    model.predict(inputs, outputs);
    for (std::size_t row = 0; row < 66; ++row)
    {
        naive_row<T> expected{std::span(inputs).subspan(row * 6, 6)};
        expected.apply([](double z) { return std::tanh(z); }, 1);
        expected.softmax();
        std::span<const T> rest = parameters;
        expected.dense(rest, 2);
        BOOST_TEST(expected.agrees_with(std::span(outputs).subspan(row * 2, 2)));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(layers_may_grow_and_shrink, T, element_types)
{
    using net = basic_network<T, input{6}, dense{3}, dense{70}, tanh(x), dense{40}, dense{2}>;
    net model;
    const auto parameters =
        numbers_of<T>(static_cast<std::size_t>(net::parameter_count), -0.5, 0.5, 1);
    model.import_parameters(parameters);
    const auto inputs = numbers_of<T>(66 * 6, -1, 1, 2);
    std::vector<T> outputs(66 * 2);
    model.predict(inputs, outputs);
    for (std::size_t row = 0; row < 66; ++row)
    {
        naive_row<T> expected{std::span(inputs).subspan(row * 6, 6)};
        std::span<const T> rest = parameters;
        expected.dense(rest, 3);
        expected.dense(rest, 70);
        expected.apply([](double z) { return std::tanh(z); }, 1);
        expected.dense(rest, 40);
        expected.dense(rest, 2);
        BOOST_TEST(expected.agrees_with(std::span(outputs).subspan(row * 2, 2)));
    }
}

// A row alone goes a way of its own, with small layers in line; sums of few terms of size 1 differ by
// their order only.
template <class Network>
void check_row_alone()
{
    using T = typename Network::value_type;
    const Network net{seed{7}};
    const auto in = numbers_of<T>(static_cast<std::size_t>(3 * Network::input_size), -1, 1, 2);
    constexpr auto outputs = static_cast<std::size_t>(Network::output_size);
    std::vector<T> together(3 * outputs);
    net.predict(in, together);
    for (std::size_t row = 0; row < 3; ++row)
    {
        std::vector<T> alone(outputs + 1, T(-77));
        const auto inputs = static_cast<std::size_t>(Network::input_size);
        net.predict(std::span<const T>(in).subspan(row * inputs, inputs),
                    std::span<T>(alone).first(outputs));
        for (std::size_t i = 0; i < outputs; ++i)
        {
            BOOST_TEST(std::abs(alone[i] - together[row * outputs + i]) <
                       100 * std::numeric_limits<T>::epsilon());
        }
        BOOST_TEST(alone[outputs] == T(-77));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_row_alone_is_predicted_as_among_others, T, element_types)
{
    check_row_alone<basic_network<T, input{1}, dense{8}, tanh(x), dense{8}, tanh(x), dense{1}>>();
    check_row_alone<
        basic_network<T, input{16}, dense{16}, relu(x), dense{16}, relu(x), dense{1}>>();
    check_row_alone<
        basic_network<T, input{64}, dense{64}, sigmoid(x), dense{65}, exp(-x), dense{10, false}>>();
    check_row_alone<
        basic_network<T, input{3}, dense{129}, x * sigmoid(x), dropout{0.2}, dense{2}>>();
    check_row_alone<basic_network<T, input{150}, dense{70}, tanh(x), dense{3}, softmax>>();
    check_row_alone<basic_network<T, input{2, 2}, tanh(x), flatten{}, dense{3}, learnable_swish>>();
}

BOOST_AUTO_TEST_CASE(a_wide_network_goes_in_shorter_tiles)
{
    // A row of 70,000 floats is more than the stack space of a tile.
    using net = network<input{70000}, dense{1}>;
    net model;
    std::vector<float> parameters(70001);
    parameters[0] = 2;
    parameters[69999] = 3;
    parameters[70000] = 0.5f;
    model.import_parameters(parameters);
    std::vector<float> inputs(3 * 70000, 100.0f);
    std::vector<float> outputs(3);
    for (std::size_t row = 0; row < 3; ++row)
    {
        inputs[row * 70000] = static_cast<float>(row);
        inputs[row * 70000 + 69999] = 1;
    }
    model.predict(inputs, outputs);
    BOOST_TEST(outputs == (std::vector<float>{3.5f, 5.5f, 7.5f}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(two_threads_share_a_network)
{
    const with_parameters<float> model;
    const auto inputs = numbers_of<float>(200 * 17, -1, 1, 2);
    std::vector<float> expected(200 * 3);
    model.net.predict(inputs, expected);
    std::vector<float> found[2];
    std::thread threads[2];
    for (int i = 0; i < 2; ++i)
    {
        threads[i] = std::thread(
            [&, i]
            {
                for (int repetition = 0; repetition < 20; ++repetition)
                {
                    found[i].assign(200 * 3, 0);
                    model.net.predict(inputs, found[i]);
                }
            });
    }
    for (std::thread& thread : threads)
    {
        thread.join();
    }
    BOOST_TEST(same_bits<float>(found[0], expected));
    BOOST_TEST(same_bits<float>(found[1], expected));
}

BOOST_AUTO_TEST_CASE(predict_names_lengths_that_do_not_fit)
{
    const with_parameters<float> model;
    const auto message = [&](std::size_t in, std::size_t out) -> std::string
    {
        try
        {
            const std::vector<float> inputs(in);
            std::vector<float> outputs(out);
            model.net.predict(inputs, outputs);
        }
        catch (const size_error& error)
        {
            return error.what();
        }
        return "";
    };
    BOOST_TEST(message(34, 6) == "");
    BOOST_TEST(message(34, 3) == "ctgrad: the network takes rows of 17 inputs and gives rows of 3 "
                                 "outputs, but has 34 inputs and 3 outputs");
    BOOST_TEST(message(35, 6) != "");
    BOOST_TEST(message(34, 9) != "");
    BOOST_TEST(message(17, 0) != "");
    BOOST_CHECK_THROW(model.net.predict(std::vector<float>(34)), size_error);
    BOOST_CHECK_THROW(model.net.predict(std::vector<float>{}), size_error);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(parameters_go_out_and_in_exactly, T, element_types)
{
    with_parameters<T> model;
    std::vector<T> exported(model.parameters.size());
    model.net.export_parameters(exported);
    BOOST_TEST(same_bits<T>(exported, model.parameters));

    const classifier<T> copy = model.net;
    BOOST_TEST(same_bits<T>(copy.parameters(), model.net.parameters()));
    model.net.parameters()[0] += 1;
    BOOST_TEST(!same_bits<T>(copy.parameters(), model.net.parameters()));

    exported.pop_back();
    BOOST_CHECK_THROW(model.net.export_parameters(exported), size_error);
    BOOST_CHECK_THROW(model.net.import_parameters(exported), size_error);
}

BOOST_AUTO_TEST_CASE(the_table_names_all_parameters)
{
    struct row
    {
        int layer;
        std::string_view layer_name, name;
        int rows, columns;
    };
    constexpr row expected[] = {{0, "dense", "weight", 33, 17},  {0, "dense", "bias", 1, 33},
                                {1, "activation", "beta", 1, 1}, {3, "dense", "weight", 5, 33},
                                {5, "dense", "weight", 3, 5},    {5, "dense", "bias", 1, 3}};
    constexpr auto table = classifier<float>::parameter_tensors();
    static_assert(table.size() == std::size(expected));
    int count = 0;
    for (std::size_t i = 0; i < table.size(); ++i)
    {
        BOOST_TEST(table[i].layer == expected[i].layer);
        BOOST_TEST(table[i].layer_name == expected[i].layer_name);
        BOOST_TEST(table[i].name == expected[i].name);
        BOOST_TEST(table[i].rows == expected[i].rows);
        BOOST_TEST(table[i].columns == expected[i].columns);
        count += table[i].rows * table[i].columns;
    }
    BOOST_TEST(count == classifier<float>::parameter_count);
    BOOST_TEST(classifier<float>::architecture() ==
               "input 17; 0 dense weight 33x17; 0 dense bias 1x33; 1 activation beta 1x1; "
               "3 dense weight 5x33; 5 dense weight 3x5; 5 dense bias 1x3");
    using image_net = network<input{2, 3}, flatten{}, dense{1}>;
    BOOST_TEST(image_net::architecture() == "input 2x3; 1 dense weight 1x6; 1 dense bias 1x1");
}

BOOST_AUTO_TEST_CASE(a_network_without_parameters_is_a_function)
{
    using net = network<input{3}, softmax>;
    static_assert(net::parameter_count == 0);
    const net model;
    const auto probabilities_of = model.predict(std::vector{1.0f, 1.0f, 1.0f});
    BOOST_TEST(probabilities_of[0] == 1.0f / 3, boost::test_tools::tolerance(1e-6f));
    BOOST_TEST(net::parameter_tensors().empty());
}

BOOST_AUTO_TEST_CASE(a_fast_network_takes_the_parameters_of_a_precise_one)
{
    using precise = network<input{5}, dense{17}, x * sigmoid(beta * x), dense{3}, tanh(x)>;
    using quick = fast_network<input{5}, dense{17}, x * sigmoid(beta * x), dense{3}, tanh(x)>;
    static_assert(!std::is_same_v<precise, quick>);
    BOOST_TEST(precise::architecture() == quick::architecture());
    precise exact{seed{3}};
    quick rough{seed{4}};
    std::vector<float> values(static_cast<std::size_t>(precise::parameter_count));
    exact.export_parameters(values);
    rough.import_parameters(values);
    const std::vector<float> in{0.5f, -1.0f, 2.0f, 0.0f, -3.0f};
    const auto a = exact.predict(in);
    const auto b = rough.predict(in);
    bool differs = false;
    for (std::size_t i = 0; i < a.size(); ++i)
    {
        // 1e-4 in each of two activations, through weights of order 1.
        BOOST_TEST(std::abs(a[i] - b[i]) < 1e-3f);
        differs = differs || a[i] != b[i];
    }
    BOOST_TEST(differs);
}
