// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE causal_convolution
#include <boost/test/unit_test.hpp>

#include "sequence_layers.hpp"

using namespace ctgrad;

namespace
{

template <class T, int Inputs, causal_conv1d Layer>
void check_steps()
{
    using net_type = basic_network<T, input{Inputs}, Layer>;
    const auto values = numbers(net_type::parameter_count, -1, 1, 3);
    auto net = with_parameters<net_type>(values);

    constexpr int steps = 40;
    const auto x = numbers(steps * Inputs, -1, 1, 4);
    const std::vector<T> in(x.begin(), x.end());
    std::vector<T> out(static_cast<std::size_t>(steps * Layer.filters));
    net.process(in, out);
    for (int t = 0; t < steps; ++t)
        for (int f = 0; f < Layer.filters; ++f)
        {
            double sum =
                Layer.bias
                    ? values[static_cast<std::size_t>(Layer.filters * Inputs * Layer.kernel + f)]
                    : 0;
            for (int k = 0; k < Layer.kernel; ++k)
                for (int i = 0; i < Inputs; ++i)
                {
                    const int then = t - (Layer.kernel - 1 - k) * Layer.dilation;
                    if (then >= 0)
                        sum +=
                            values[static_cast<std::size_t>((f * Inputs + i) * Layer.kernel + k)] *
                            x[static_cast<std::size_t>(then * Inputs + i)];
                }
            const double got =
                static_cast<double>(out[static_cast<std::size_t>(t * Layer.filters + f)]);
            BOOST_TEST(std::abs(got - sum) <= (std::same_as<T, float> ? 1e-5 : 1e-13),
                       "step " << t << ", filter " << f << ": " << got << ", not " << sum);
        }
    // Forgotten: the same again.
    std::vector<T> again(out.size());
    net.reset();
    net.process(in, again);
    BOOST_TEST((again == out));
}

template <int Inputs, causal_conv1d Layer>
void check_both()
{
    check_steps<float, Inputs, Layer>();
    check_steps<double, Inputs, Layer>();
}

constexpr variable<"x"> x;

} // namespace

BOOST_AUTO_TEST_CASE(steps_are_those_of_the_definition)
{
    check_both<1, causal_conv1d{.filters = 1}>();
    check_both<1, causal_conv1d{.filters = 16, .kernel = 3, .dilation = 4}>();
    check_both<3, causal_conv1d{.filters = 5, .kernel = 1}>();
    check_both<17, causal_conv1d{.filters = 9, .kernel = 2, .dilation = 3, .bias = false}>();
    check_both<2, causal_conv1d{.filters = 33, .kernel = 5, .dilation = 16}>();
    check_both<70, causal_conv1d{.filters = 70, .kernel = 2, .dilation = 2}>();
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences)
{
    check_gradients_of_sequences<input{2}, causal_conv1d{.filters = 3}>();
    check_gradients_of_sequences<
        input{1}, causal_conv1d{.filters = 9, .kernel = 3, .dilation = 2}, tanh(x),
        causal_conv1d{.filters = 2, .kernel = 2, .dilation = 5, .bias = false}>();
    check_gradients_of_sequences<input{2}, causal_conv1d{.filters = 4, .kernel = 2},
                                 gru{.units = 3}, causal_conv1d{.filters = 2}>();
}

// What comes behind a piece sees the inputs before it.
BOOST_AUTO_TEST_CASE(pieces_of_a_sequence_have_the_loss_of_the_whole)
{
    using net_type =
        basic_network<double, input{2}, causal_conv1d{.filters = 4, .kernel = 3, .dilation = 2},
                      tanh(x), causal_conv1d{.filters = 3, .kernel = 2, .dilation = 7}>;
    const learning_problem<net_type> problem(3, 1, 19, 19);
    training_workspace<net_type> whole, pieces;
    const double expected = problem.add_gradients<mean_squared_error>(whole).loss;
    for (const int at_once : {1, 4, 18, 19})
    {
        pieces.steps_at_once = at_once;
        BOOST_TEST(std::abs(problem.add_gradients<mean_squared_error>(pieces).loss - expected) <
                   1e-14);
    }
}
