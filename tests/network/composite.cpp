// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE composite
#include <boost/test/unit_test.hpp>

#include "check_gradients.hpp"

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);

// Formulas within other layers, in cells and in chains too.
template <auto Layer>
void check_fast_form()
{
    using precise = network<input{2}, Layer>;
    using quick = fast_network<input{2}, Layer>;
    BOOST_TEST(precise::architecture() == quick::architecture());
    const precise exact{seed{1}};
    const quick rough{seed{1}};
    const std::vector in{0.5f, -1.0f};
    std::array<float, precise::output_size> a, b;
    exact.predict_sequence({in.data(), 1, 2}, {a.data(), 1, precise::output_size});
    rough.predict_sequence({in.data(), 1, 2}, {b.data(), 1, precise::output_size});
    BOOST_TEST((a != b));
    for (std::size_t i = 0; i < a.size(); ++i)
        BOOST_TEST(std::abs(a[i] - b[i]) < 1e-3f);
}

} // namespace

BOOST_AUTO_TEST_CASE(gradients_of_branches)
{
    check_gradients<input{3}, residual<dense{5}, swish, dense{3}>{}>();
    check_gradients<input{3}, dense{9}, residual<dense{9}, tanh(x)>{}, dense{2}>();
    check_gradients<input{3}, residual<tanh(x)>{}, dense{2}>();
    check_gradients<input{3}, dense{4}, residual<tanh(x), dense{4}>{},
                    residual<dense{4}, dropout{0.3}>{}>();
    check_gradients<input{4}, dense{5}, residual<residual<dense{5}, swish>{}, dense{5}>{}>();
    check_gradients<input{3}, dense{4}, add_up<dense{7}, chain<dense{3}, swish, dense{7}>{}>{},
                    dense{2}>();
    check_gradients<input{3}, dense{17},
                    concatenate<dense{2}, chain<>{}, chain<swish, dense{18}>{}>{}, dense{2}>();
    check_gradients<input{3}, chain<dense{4}, swish>{}, chain<dense{2}>{}>();
}

BOOST_AUTO_TEST_CASE(gradients_of_formulas_of_branches)
{
    constexpr variable<"gate"> gate;
    constexpr variable<"z"> z;
    check_gradients<input{3}, dense{4}, combine<swish * gate, dense{5}, dense{5}>{}, dense{2}>();
    check_gradients<input{3}, combine<tanh(gate) + x * sigmoid(z) * gate, dense{17},
                                      chain<dense{4}, swish, dense{17}>{}, dense{17}>{}>();
    // A highway: of the input itself, and of the row as a whole.
    check_gradients<input{5},
                    combine<x + sigmoid(gate) * (z - x), chain<>{}, dense{5}, dense{5}>{}>();
    check_gradients<input{5}, dense{4}, combine<x * tanh(gate), chain<>{}, chain<>{}>{}>();
    check_gradients<input{3}, dense{4},
                    combine<exp(x - logsumexp(x)) * gate, dense{5}, dense{5}>{}>();
}

BOOST_AUTO_TEST_CASE(gradients_of_branches_of_images)
{
    constexpr conv2d three{.filters = 3, .kernel = 3, .padding = same_size};
    check_gradients<input{3, 4, 5}, residual<three, swish, three>{}, flatten{}, dense{2}>();
    check_gradients<input{1, 4, 5}, three, residual<three, swish>{}, average_pool{}, flatten{},
                    dense{2}>();
    check_gradients<input{2, 4, 3}, concatenate<three, conv2d{.filters = 2, .kernel = 1}>{},
                    three>();
    // With the channels last.
    check_gradients<input{17, 3, 3},
                    residual<conv2d{.filters = 17, .kernel = 3, .padding = same_size}>{},
                    global_average_pool{}>();
}

BOOST_AUTO_TEST_CASE(gradients_of_branches_with_memory)
{
    check_gradients_of_sequences<input{2}, dense{3}, residual<gru{.units = 3}>{}, dense{1}>();
    check_gradients_of_sequences<input{2},
                                 residual<causal_conv1d{.filters = 3, .kernel = 3, .dilation = 2},
                                          swish, causal_conv1d{.filters = 2}>{}>();
    check_gradients_of_sequences<input{2},
                                 concatenate<lstm{.units = 2}, dense{3}, gru{.units = 5}>{},
                                 residual<dense{10}>{}, dense{2}>();
}

BOOST_AUTO_TEST_CASE(outputs_are_those_of_the_parts)
{
    using whole = network<input{3}, residual<dense{5}, swish, dense{3}>{},
                          concatenate<dense{2}, chain<>{}>{}>;
    using first = network<input{3}, dense{5}, swish, dense{3}>;
    using second = network<input{3}, dense{2}>;
    const auto values = numbers(whole::parameter_count, -1, 1, 1);
    const std::vector<float> all(values.begin(), values.end());
    whole net;
    net.import_parameters(all);
    std::vector<float> exported(all.size());
    net.export_parameters(exported);
    BOOST_TEST((exported == all));
    first inner;
    inner.import_parameters(std::span(all).first(first::parameter_count));
    second outer;
    outer.import_parameters(std::span(all).subspan(first::parameter_count));

    // One row, a few and more than go through at once.
    for (const std::size_t rows : {1u, 7u, 150u})
    {
        const auto drawn = numbers(3 * rows, -1, 1, 2);
        const std::vector<float> in(drawn.begin(), drawn.end());
        std::vector<float> out(5 * rows), sums(3 * rows), heads(2 * rows);
        net.predict(in, out);
        inner.predict(in, sums);
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] += in[i];
        outer.predict(sums, heads);
        for (std::size_t row = 0; row < rows; ++row)
            for (std::size_t i = 0; i < 5; ++i)
            {
                const float wanted = i < 2 ? heads[2 * row + i] : sums[3 * row + i - 2];
                BOOST_TEST(std::abs(out[5 * row + i] - wanted) <= 2e-6f);
            }
    }
}

BOOST_AUTO_TEST_CASE(steps_of_branches_are_those_of_training)
{
    using net_type =
        basic_network<double, input{2}, dense{5}, residual<gru{.units = 5}, dense{5}>{},
                      concatenate<causal_conv1d{.filters = 3}, lstm{.units = 2}>{}>;
    const learning_problem<net_type> problem(3, 1, 9, 9);
    training_workspace<net_type> workspace;
    const batch_result found = problem.add_gradients<mean_squared_error>(workspace);
    double expected = 0;
    for (std::ptrdiff_t i = 0; i < 3; ++i)
    {
        std::vector<double> y(45);
        problem.net.predict_sequence({problem.inputs.data() + 18 * i, 9, 2}, {y.data(), 9, 5});
        for (std::size_t k = 0; k < y.size(); ++k)
        {
            const double error = y[k] - problem.targets[static_cast<std::size_t>(45 * i) + k];
            expected += error * error / (3 * 45);
        }
    }
    BOOST_TEST(std::abs(found.loss - expected) < 1e-13);
}

BOOST_AUTO_TEST_CASE(tensors_of_branches_have_numbers)
{
    using net_type = network<input{3}, residual<dense{3}, swish, dense{3, false}>{},
                             add_up<dense{2}, chain<tanh(x), dense{2}>{}>{}>;
    BOOST_TEST(
        (net_type::architecture() ==
         "input 3; 0 residual 0.weight 3x3; 0 residual 0.bias 1x3; 0 residual 2.weight 3x3; "
         "1 add_up 0.weight 2x3; 1 add_up 0.bias 1x2; 1 add_up 2.weight 2x3; 1 add_up 2.bias "
         "1x2"));
    std::size_t stored = 0;
    for (const std::size_t size : net_type::stored_tensor_sizes())
        stored += size;
    BOOST_TEST(stored == net_type().parameters().size());
}

BOOST_AUTO_TEST_CASE(names_of_tensors_may_be_long)
{
    constexpr parameter<"a_slope_that_somebody_has_called_by_a_long_name"> slope{1.0};
    using net = network<input{3}, residual<residual<dense{3}, slope * x>{}>{}>;
    constexpr auto tensors = net::parameter_tensors();
    static_assert(tensors[0].name == "0.0.weight");
    static_assert(tensors[2].name == "0.1.a_slope_that_somebody_has_called_by_a_long_name");
}

BOOST_AUTO_TEST_CASE(a_fast_form_reaches_what_is_within)
{
    constexpr variable<"gate"> gate;
    check_fast_form<chain<dense{8}, tanh(x), gru{.units = 3}>{}>();
    check_fast_form<gru{.units = 5}>();
    check_fast_form<residual<dense{9}, swish, gru{.units = 2}>{}>();
    check_fast_form<add_up<gru{.units = 3}, chain<dense{3}, swish>{}>{}>();
    check_fast_form<concatenate<gru{.units = 3}, chain<dense{3}, swish>{}>{}>();
    check_fast_form<combine<x * sigmoid(gate), gru{.units = 3}, dense{3}>{}>();
}
