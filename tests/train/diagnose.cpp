// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE diagnose
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "random_rows.hpp"
#include "scored_rows.hpp"

#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/catalogue/rows.hpp>
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/diagnose.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace ctgrad;

namespace
{

using boost::test_tools::tolerance;

/// Rows of one input from -1 to 1.
template <class T>
data_set<T> ramp(std::size_t rows)
{
    aligned_buffer<T> x(rows);
    for (std::size_t i = 0; i < rows; ++i)
    {
        x[i] = T(2) * static_cast<T>(i) / static_cast<T>(rows - 1) - T(1);
    }
    return {static_cast<std::ptrdiff_t>(rows), std::move(x), aligned_buffer<T>(rows)};
}

/// Four units of one input, with these weights and biases, and their formula.
template <class T, auto Formula>
auto four_units(const std::vector<T>& weights, const std::vector<T>& biases)
{
    basic_network<T, input{1}, dense{4}, Formula, dense{1}> net;
    std::vector<T> parameters(net.parameter_count);
    net.export_parameters(parameters);
    std::ranges::copy(weights, parameters.begin());
    std::ranges::copy(biases, parameters.begin() + 4);
    net.import_parameters(parameters);
    return net;
}

/// The share of saturated units if two get -200 and two 200.
template <class T, auto Formula>
double saturated_far_out()
{
    const auto net = four_units<T, Formula>({0, 0, 0, 0}, {-200, 200, -200, 200});
    return diagnose(net, ramp<T>(3), mean_squared_error).layers[1].saturated.value();
}

const layer_diagnosis& layer_named(const diagnosis& found, std::string_view number)
{
    const auto at = std::ranges::find(found.layers, number, &layer_diagnosis::number);
    BOOST_REQUIRE((at != found.layers.end()));
    return *at;
}

/// Mean and variance, number by number.
template <class T>
std::array<double, 2> naive_moments(const std::vector<T>& values)
{
    double mean = 0;
    for (const T value : values)
    {
        mean += static_cast<double>(value) / static_cast<double>(values.size());
    }
    double variance = 0;
    for (const T value : values)
    {
        const double gap = static_cast<double>(value) - mean;
        variance += gap * gap / static_cast<double>(values.size());
    }
    return {mean, variance};
}

/// The outputs of a network with the first parameters of another.
template <class Part, class Network, class T>
std::vector<T> outputs_of_part(const Network& net, const data_set<T>& data)
{
    std::vector<T> parameters(Network::parameter_count);
    net.export_parameters(parameters);
    Part part;
    part.import_parameters(std::span(parameters).first(Part::parameter_count));
    std::vector<T> outputs(static_cast<std::size_t>(data.rows * Part::output_size));
    part.predict(data.input_view(), {outputs.data(), data.rows, Part::output_size});
    return outputs;
}

double norm_of(const auto& values)
{
    double squares = 0;
    for (const auto value : values)
    {
        squares += static_cast<double>(value) * static_cast<double>(value);
    }
    return std::sqrt(squares);
}

constexpr parameter<"slope"> slope{.initial = 0.0, .scope = per_element};
constexpr auto learnt_rectifier = where(activations::x > 0, activations::x, slope* activations::x);

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(units_that_never_fire_are_dead, T, element_types)
{
    // Off everywhere; at 0 everywhere, where the slope is 0 too; on at one row; on at half of them.
    const auto net = four_units<T, activations::relu>({1, 0, 1, 1}, {-2, 0, T(-0.99), 0});
    const diagnosis found = diagnose(net, ramp<T>(131), mean_squared_error);
    const layer_diagnosis& relu = layer_named(found, "1");
    BOOST_TEST(relu.is_formula);
    BOOST_TEST(relu.units == 4);
    BOOST_TEST(relu.dead.value() == 0.5);
    // Flat on one side only.
    BOOST_TEST(relu.saturated.value() == 0);
    BOOST_TEST(!layer_named(found, "0").dead.has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(units_of_learnt_slopes_are_dead_by_their_values, T, element_types)
{
    auto net = four_units<T, learnt_rectifier>({1, 1, 1, 1}, {-2, -2, -2, 2});
    BOOST_TEST(diagnose(net, ramp<T>(20), mean_squared_error).layers[1].dead.value() == 0.75);
    std::vector<T> parameters(net.parameter_count);
    net.export_parameters(parameters);
    parameters[9] = T(0.25); // the slope of the second unit
    net.import_parameters(parameters);
    const diagnosis found = diagnose(net, ramp<T>(20), mean_squared_error);
    BOOST_TEST(found.layers[1].dead.value() == 0.5);
    BOOST_TEST(found.layers[1].parameters == 4);
    BOOST_TEST(diagnose(net, ramp<T>(20), mean_squared_error, {.dead_slope = 0.3})
                   .layers[1]
                   .dead.value() == 0.75);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(units_that_are_flat_at_nearly_all_rows_are_saturated, T,
                              element_types)
{
    // Far on one side, on the other, on both; and not.
    const auto net = four_units<T, activations::sigmoid>({1, 1, 500, 1}, {9, -9, 0, 0});
    const auto data = ramp<T>(400);
    const diagnosis found = diagnose(net, data, mean_squared_error);
    BOOST_TEST(found.layers[1].saturated.value() == 0.75);
    BOOST_TEST(found.layers[1].dead.value() == 0);
    // The slope at 8 is 0.0003, at 10 0.00005.
    const auto saturated = [&](const diagnosis_options<T>& options)
    { return diagnose(net, data, mean_squared_error, options).layers[1].saturated.value(); };
    BOOST_TEST(saturated({.saturated_slope = 1e-4}) == 0.25);
    // The third is steep at 4 rows.
    BOOST_TEST(saturated({.saturated_rows = 0.985}) == 0.75);
    BOOST_TEST(saturated({.saturated_rows = 0.995}) == 0.5);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_saturates_is_flat_far_out_on_both_sides, T, element_types)
{
    BOOST_TEST((saturated_far_out<T, activations::tanh>()) == 1);
    BOOST_TEST((saturated_far_out<T, activations::softsign>()) == 1);
    BOOST_TEST((saturated_far_out<T, activations::relu6>()) == 1);
    BOOST_TEST((saturated_far_out<T, activations::swish()>()) == 0);
    BOOST_TEST((saturated_far_out<T, activations::leaky_relu()>()) == 0);
    BOOST_TEST((saturated_far_out<T, activations::elu()>()) == 0);
    BOOST_TEST((saturated_far_out<T, activations::identity>()) == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(moments_are_those_of_what_formulas_get, T, element_types)
{
    using net_of = basic_network<T, input{7}, dense{19}, activations::tanh, dense{5},
                                 activations::softmax, dense{3}>;
    const auto data = random_rows<T>(259, 7, 3); // three tiles
    const net_of net{seed{4}};
    const diagnosis found = diagnose(net, data, mean_squared_error);
    BOOST_TEST(found.rows == 259);
    BOOST_REQUIRE(found.layers.size() == 5u);
    // Sums of 19 products of numbers around 1, in another order than here.
    constexpr double rounding = 100 * std::numeric_limits<T>::epsilon();
    const auto check = [&](const layer_diagnosis& layer, const std::vector<T>& values)
    {
        const auto [mean, variance] = naive_moments(values);
        BOOST_TEST(std::abs(layer.mean.value() - mean) < rounding);
        BOOST_TEST(std::abs(layer.variance.value() - variance) < rounding);
    };
    check(found.layers[1], outputs_of_part<basic_network<T, input{7}, dense{19}>>(net, data));
    check(found.layers[3],
          outputs_of_part<basic_network<T, input{7}, dense{19}, activations::tanh, dense{5}>>(
              net, data));
    // A formula over rows has no slope of a unit.
    BOOST_TEST(!found.layers[3].dead.has_value());
    BOOST_TEST(!found.layers[3].saturated.has_value());
    BOOST_TEST(!found.layers[0].mean.has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(units_of_images_are_channels, T, element_types)
{
    // Of one channel, images are in blocks of samples; of at least as many as a vector has lanes, channels
    // are last.
    using first = basic_network<T, input{9, 9}, conv2d{.filters = 20}>;
    using second = basic_network<T, input{9, 9}, conv2d{.filters = 20}, activations::relu,
                                 conv2d{.filters = 40}>;
    using net_of = basic_network<T, input{9, 9}, conv2d{.filters = 20}, activations::relu,
                                 conv2d{.filters = 40}, activations::relu, flatten{}, dense{2}>;
    const auto data = random_rows<T>(37, 81, 2);
    net_of net{seed{4}};
    std::vector<T> parameters(net_of::parameter_count);
    net.export_parameters(parameters);
    // Nothing passes the second filter, nor the last ten of the other layer.
    parameters[20 * 9 + 1] = T(-100);
    std::fill_n(parameters.begin() + first::parameter_count + 40 * 20 * 9 + 30, 10, T(-100));
    net.import_parameters(parameters);
    const diagnosis found = diagnose(net, data, mean_squared_error);
    BOOST_TEST(found.layers[1].units == 20);
    BOOST_TEST(found.layers[1].dead.value() == 0.05);
    BOOST_TEST(found.layers[3].units == 40);
    BOOST_TEST(found.layers[3].dead.value() == 0.25);
    BOOST_TEST(!found.layers[4].dead.has_value());
    // Sums of 180 products and a bias of 100, in another order than here; of variances around 2000.
    constexpr double rounding = 1e4 * std::numeric_limits<T>::epsilon();
    const auto check = [&](const layer_diagnosis& layer, const std::vector<T>& values)
    {
        const auto [mean, variance] = naive_moments(values);
        BOOST_TEST(std::abs(layer.mean.value() - mean) < rounding);
        BOOST_TEST(std::abs(layer.variance.value() - variance) < 2000 * rounding);
    };
    check(found.layers[1], outputs_of_part<first>(net, data));
    check(found.layers[3], outputs_of_part<second>(net, data));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(norms_are_those_of_the_logical_parameters, T, element_types)
{
    using net_of = basic_network<T, input{7}, dense{19}, activations::tanh, dense{3}>;
    const auto data = random_rows<T>(50, 7, 3);
    const net_of net{seed{4}};
    const diagnosis found = diagnose(net, data, mean_squared_error);
    training_workspace<net_of> workspace;
    const batch_result result = workspace.template add_gradients<mean_squared_error>(
        net, data.input_view(), data.target_view(), 0);
    // The same sums, but for the order in which the compiler may add the squares.
    BOOST_TEST(found.loss == result.loss, tolerance(1e-6));
    std::vector<T> gradients(net_of::parameter_count);
    net_of::export_block(workspace.gradients().data(), gradients.data());
    std::vector<T> parameters(net_of::parameter_count);
    net.export_parameters(parameters);
    constexpr std::size_t first = 7 * 19 + 19;
    const auto check = [&](const layer_diagnosis& layer, std::size_t begin, std::size_t count)
    {
        BOOST_TEST(layer.parameters == static_cast<long long>(count));
        BOOST_TEST(layer.gradient_norm.value() ==
                       norm_of(std::span(gradients).subspan(begin, count)),
                   tolerance(1e-6));
        BOOST_TEST(layer.parameter_norm.value() ==
                       norm_of(std::span(parameters).subspan(begin, count)),
                   tolerance(1e-6));
        BOOST_TEST(!layer.update_ratio.has_value());
    };
    check(found.layers[0], 0, first);
    check(found.layers[2], first, net_of::parameter_count - first);
    BOOST_TEST(!found.layers[1].gradient_norm.has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(updates_are_compared_with_the_parameters_before, T, element_types)
{
    using net_of = basic_network<T, input{2}, dense{3, false}, activations::tanh, dense{1, false}>;
    net_of net{seed{1}};
    std::vector<T> values{3, 0, 0, 0, 0, 4, 0, 0, 0}; // of norms 5 and 0
    net.import_parameters(values);
    const aligned_buffer<T> before = [&]
    {
        aligned_buffer<T> copy(net.parameters().size());
        std::ranges::copy(net.parameters(), copy.begin());
        return copy;
    }();
    values[1] = T(0.5);
    values[7] = 1;
    net.import_parameters(values);
    const diagnosis found = diagnose(net, random_rows<T>(5, 2, 1), mean_squared_error,
                                     {.parameters_before = before.span()});
    BOOST_TEST(found.layers[0].update_ratio.value() == 0.1, tolerance(1e-6));
    BOOST_TEST(!found.layers[2].update_ratio.has_value()); // of nothing
}

BOOST_AUTO_TEST_CASE(layers_within_layers_are_as_without)
{
    using flat = basic_network<double, input{6}, dense{6}, activations::tanh, dense{6},
                               activations::sigmoid, dense{2}>;
    using nested = basic_network<double, input{6}, chain<dense{6}, activations::tanh>{},
                                 chain<chain<dense{6}, activations::sigmoid>{}>{}, dense{2}>;
    const auto data = random_rows<double>(131, 6, 2);
    const flat net{seed{1}};
    nested same;
    std::vector<double> parameters(flat::parameter_count);
    net.export_parameters(parameters);
    same.import_parameters(parameters);
    const diagnosis expected = diagnose(net, data, mean_squared_error);
    const diagnosis found = diagnose(same, data, mean_squared_error);
    BOOST_TEST(found.loss == expected.loss);
    std::vector<std::string> numbers_and_names;
    for (const layer_diagnosis& layer : found.layers)
    {
        numbers_and_names.push_back(layer.number + " " + layer.name);
    }
    const std::vector<std::string> wanted{"0 chain",          "0.0 dense", "0.1 tanh(x)",
                                          "1 chain",          "1.0 chain", "1.0.0 dense",
                                          "1.0.1 sigmoid(x)", "2 dense"};
    BOOST_TEST(numbers_and_names == wanted, boost::test_tools::per_element());
    const std::vector<std::string> inner{"0.0", "0.1", "1.0.0", "1.0.1", "2"};
    for (std::size_t i = 0; i < inner.size(); ++i)
    {
        const layer_diagnosis& layer = layer_named(found, inner[i]);
        const layer_diagnosis& other = expected.layers[i];
        BOOST_TEST(!layer.holds_layers);
        BOOST_TEST((layer.mean == other.mean));
        BOOST_TEST((layer.variance == other.variance));
        BOOST_TEST((layer.dead == other.dead));
        BOOST_TEST(layer.parameters == other.parameters);
        BOOST_TEST((layer.parameter_norm == other.parameter_norm));
        BOOST_TEST(layer.gradient_norm.value_or(0) == other.gradient_norm.value_or(0),
                   tolerance(1e-12));
    }
    BOOST_TEST(layer_named(found, "0").holds_layers);
    BOOST_TEST((layer_named(found, "0").gradient_norm == layer_named(found, "0.0").gradient_norm));
}

BOOST_AUTO_TEST_CASE(layers_of_all_branches_are_found)
{
    constexpr static variable<"a"> a;
    constexpr static variable<"b"> b;
    using branched =
        basic_network<double, input{3}, add_up<dense{3}, chain<dense{3}, activations::relu>{}>{},
                      residual<activations::tanh, dense{3}>{},
                      combine<a * sigmoid(b), chain<>{}, chain<dense{3}, activations::elu()>{}>{},
                      concatenate<chain<>{}, activations::sigmoid>{}>;
    const branched net{seed{1}};
    const auto data = random_rows<double>(10, 3, 6);
    const diagnosis found = diagnose(net, data, mean_squared_error);
    std::vector<std::string> numbers_of_layers;
    for (const layer_diagnosis& layer : found.layers)
    {
        numbers_of_layers.push_back(layer.number);
        BOOST_TEST(layer.is_formula == layer.mean.has_value());
        BOOST_TEST((layer.parameters > 0) == layer.gradient_norm.has_value());
    }
    const std::vector<std::string> wanted{"0",   "0.0", "0.1", "0.2", "1", "1.0",
                                          "1.1", "2",   "2.0", "2.1", "3", "3.0"};
    BOOST_TEST(numbers_of_layers == wanted, boost::test_tools::per_element());
    BOOST_TEST(layer_named(found, "0.2").name == "relu(x)");
    BOOST_TEST(layer_named(found, "3.0").name == "sigmoid(x)");
    // The second of two branches: its parameters lie behind those of the first.
    std::vector<double> parameters(branched::parameter_count);
    net.export_parameters(parameters);
    basic_network<double, input{3}, dense{3}> second;
    second.import_parameters(std::span(parameters).subspan(12, 12));
    std::vector<double> outputs(10 * 3);
    second.predict(data.inputs.span(), outputs);
    BOOST_TEST(layer_named(found, "0.2").mean.value() == naive_moments(outputs)[0],
               tolerance(1e-12));
    BOOST_TEST(layer_named(found, "0.1").parameter_norm.value() ==
                   norm_of(std::span(parameters).subspan(12, 12)),
               tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(steps_of_sequences_are_rows)
{
    using flat = basic_network<double, input{2}, gru{.units = 5}, activations::tanh,
                               gru{.units = 4}, dense{2}>;
    using nested = basic_network<double, input{2}, chain<gru{.units = 5}, activations::tanh>{},
                                 chain<gru{.units = 4}>{}, dense{2}>;
    // More sequences than go through together, of seven steps.
    const auto data = random_rows<double>(40, 14, 14);
    const flat net{seed{1}};
    nested same;
    std::vector<double> parameters(flat::parameter_count);
    net.export_parameters(parameters);
    same.import_parameters(parameters);
    const diagnosis found = diagnose(net, data, mean_squared_error);
    using part_of = basic_network<double, input{2}, gru{.units = 5}>;
    part_of part;
    part.import_parameters(std::span(parameters).first(part_of::parameter_count));
    std::vector<double> states(40 * 7 * 5);
    for (std::ptrdiff_t i = 0; i < 40; ++i)
    {
        part.predict_sequence({data.input_view().row(i).data(), 7, 2},
                              {states.data() + i * 35, 7, 5});
    }
    const auto [mean, variance] = naive_moments(states);
    BOOST_TEST(found.layers[1].mean.value() == mean, tolerance(1e-12));
    BOOST_TEST(found.layers[1].variance.value() == variance, tolerance(1e-12));
    BOOST_TEST(found.rows == 40);
    const diagnosis inner = diagnose(same, data, mean_squared_error);
    BOOST_TEST(inner.loss == found.loss, tolerance(1e-12));
    BOOST_TEST(layer_named(inner, "0.1").mean.value() == mean, tolerance(1e-12));
    BOOST_TEST(layer_named(inner, "1.0").gradient_norm.value() ==
                   found.layers[2].gradient_norm.value(),
               tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(nothing_is_dropped)
{
    using certain = basic_network<double, input{8}, dense{8}, activations::tanh, dense{2}>;
    using dropping = basic_network<double, input{8}, dropout{.rate = 0.5}, dense{8},
                                   activations::tanh, dropout{.rate = 0.5}, dense{2}>;
    const certain net{seed{1}};
    dropping other;
    std::vector<double> parameters(certain::parameter_count);
    net.export_parameters(parameters);
    other.import_parameters(parameters);
    const auto data = random_rows<double>(30, 8, 2);
    const diagnosis expected = diagnose(net, data, mean_squared_error);
    const diagnosis found = diagnose(other, data, mean_squared_error);
    BOOST_TEST(found.loss == expected.loss);
    BOOST_TEST(found.layers[0].name == "dropout");
    BOOST_TEST((found.layers[2].variance == expected.layers[1].variance));
    BOOST_TEST((found.layers[1].gradient_norm == expected.layers[0].gradient_norm));
}

BOOST_AUTO_TEST_CASE(statistics_are_those_of_inference)
{
    using net_of =
        basic_network<double, input{8}, dense{8}, batch_norm{}, activations::tanh, dense{2}>;
    const net_of net{seed{1}};
    const auto data = random_rows<double>(30, 8, 2);
    const diagnosis found = diagnose(net, data, mean_squared_error);
    BOOST_TEST(found.loss == evaluate(net, data, mean_squared_error).loss, tolerance(1e-12));
    BOOST_TEST(found.layers[1].name == "batch_norm");
    BOOST_TEST(found.layers[1].parameters == 2 * 8);
}

// They are found, not learnt, however they change.
BOOST_AUTO_TEST_CASE(statistics_are_not_among_the_parameters)
{
    using net_of = basic_network<double, input{3}, residual<dense{3}, batch_norm{}>{}, batch_norm{},
                                 activations::tanh, dense{2}>;
    // Of residual: weight, bias, then scale, mean, variance and shift; then those of the second.
    const auto net_with = [](double scale, double statistics)
    {
        std::vector<double> values(static_cast<std::size_t>(net_of::parameter_count), 1.0);
        for (const std::ptrdiff_t first : {12, 24})
        {
            std::fill_n(values.begin() + first, 3, scale);
            std::fill_n(values.begin() + first + 3, 6, statistics);
        }
        net_of made;
        made.import_parameters(values);
        return made;
    };
    const net_of before = net_with(1, 1);
    const net_of after = net_with(3, 2);
    const auto data = random_rows<double>(30, 3, 2);
    const diagnosis found =
        diagnose(after, data, mean_squared_error, {.parameters_before = before.parameters()});
    BOOST_REQUIRE(found.layers.size() == 6u);
    const layer_diagnosis& whole = found.layers[0];
    BOOST_TEST(whole.parameters == 12 + 6);
    BOOST_TEST(whole.parameter_norm.value() == std::sqrt(12 + 3 * 9 + 3), tolerance(1e-12));
    BOOST_TEST(whole.update_ratio.value() == std::sqrt(3 * 4) / std::sqrt(18), tolerance(1e-12));
    for (const std::size_t i : {2u, 3u})
    {
        const layer_diagnosis& norm = found.layers[i];
        BOOST_TEST(norm.name == "batch_norm");
        BOOST_TEST(norm.parameters == 6);
        BOOST_TEST(norm.parameter_norm.value() == std::sqrt(3 * 9 + 3), tolerance(1e-12));
        BOOST_TEST(norm.update_ratio.value() == std::sqrt(3 * 4) / std::sqrt(6), tolerance(1e-12));
    }
    detail::call_in_inference_form(
        after,
        [&](const auto& certain)
        {
            auto gradients = certain;
            training_workspace<std::remove_cvref_t<decltype(certain)>> workspace;
            workspace.template add_gradients<mean_squared_error>(certain, data.input_view(),
                                                                 data.target_view(), 0);
            std::ranges::copy(workspace.gradients(), gradients.parameters().begin());
            std::vector<double> values(static_cast<std::size_t>(net_of::parameter_count));
            gradients.export_parameters(values);
            double squares = 0;
            for (const std::size_t i : {24u, 25u, 26u, 33u, 34u, 35u})
            {
                squares += values[i] * values[i];
            }
            BOOST_TEST(squares > 1e-6);
            BOOST_TEST(found.layers[3].gradient_norm.value() == std::sqrt(squares),
                       tolerance(1e-12));
        });
}

BOOST_AUTO_TEST_CASE(rows_are_evenly_spread)
{
    const auto net = four_units<double, activations::tanh>({1, 1, 1, 1}, {0, 0, 0, 0});
    const auto data = ramp<double>(11); // -1, -0.8, ...
    const diagnosis found = diagnose(net, data, mean_squared_error, {.rows = 3});
    BOOST_TEST(found.rows == 3);
    BOOST_TEST(found.layers[1].mean.value() == (-1 - 0.4 + 0.4) / 3, tolerance(1e-12));
    BOOST_TEST(diagnose(net, data, mean_squared_error, {.rows = 12}).rows == 11);
}

BOOST_AUTO_TEST_CASE(a_network_without_formulas_has_norms)
{
    const basic_network<double, input{3}, dense{2}> net{seed{1}};
    const diagnosis found = diagnose(net, random_rows<double>(1, 3, 2), mean_squared_error);
    BOOST_REQUIRE(found.layers.size() == 1u);
    BOOST_TEST(found.layers[0].name == "dense");
    BOOST_TEST(found.layers[0].gradient_norm.value() > 0);
}

BOOST_AUTO_TEST_CASE(what_is_nan_is_neither_dead_nor_saturated)
{
    const double nan = std::nan("");
    const auto net = four_units<double, activations::sigmoid>({nan, nan, nan, nan}, {0, 0, 0, 0});
    const diagnosis found = diagnose(net, ramp<double>(20), mean_squared_error);
    BOOST_TEST(found.layers[1].dead.value() == 0);
    BOOST_TEST(found.layers[1].saturated.value() == 0);
    BOOST_TEST(std::isnan(found.layers[1].mean.value()));
    BOOST_TEST(std::isnan(found.layers[1].variance.value()));
    BOOST_TEST(std::isnan(found.layers[0].parameter_norm.value()));
    BOOST_TEST(std::isnan(found.layers[0].gradient_norm.value()));
    BOOST_TEST(std::isnan(found.loss));
}

// A layer of derivatives is one, whatever it holds.
BOOST_AUTO_TEST_CASE(layers_of_equations_are_diagnosed)
{
    constexpr variable<"u"> u;
    constexpr variable<"du"> du;
    using net_type = basic_network<double, input{1}, dropout{0.5},
                                   derivatives<1, dense{4}, activations::tanh, dense{1}>{},
                                   row_formulas<u + du, u, du>{}>;
    const net_type net{seed{1}};
    const diagnosis found = diagnose(net, random_rows<double>(20, 1, 1), mean_squared_error);
    BOOST_REQUIRE(found.layers.size() == 3u);
    BOOST_TEST(found.layers[1].name == "derivatives");
    BOOST_TEST(found.layers[1].gradient_norm.value() > 0);
    BOOST_TEST(found.layers[2].name == "row_formulas");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_diagnosed_is_named)
{
    const basic_network<double, input{3}, dense{2}> net;
    const auto fails = [&](const data_set<double>& data, const diagnosis_options<double>& options)
    {
        return message_of<std::exception>([&]
                                          { diagnose(net, data, mean_squared_error, options); });
    };
    BOOST_TEST(fails(random_rows<double>(2, 3, 2), {}) == "");
    BOOST_TEST(fails(random_rows<double>(2, 4, 2), {}) ==
               "ctgrad: the network has 3 inputs, but a row of the data set has 4");
    BOOST_TEST(fails(random_rows<double>(2, 3, 2), {.rows = -1}) ==
               "ctgrad: a diagnosis needs at least one row");
    BOOST_TEST(fails(random_rows<double>(2, 3, 2).select({}), {}) ==
               "ctgrad: a diagnosis needs at least one row");
    const std::vector<double> few(5);
    const std::string size = std::to_string(net.parameters().size());
    BOOST_TEST(fails(random_rows<double>(2, 3, 2), {.parameters_before = few}) ==
               "ctgrad: the network's block of parameters has " + size +
                   " numbers, but that from before has 5");
}
