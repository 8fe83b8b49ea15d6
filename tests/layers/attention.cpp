// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE attention
#include <boost/test/unit_test.hpp>

#include "sequence_layers.hpp"

using namespace ctgrad;

namespace
{

template <class T, int Inputs, attention Layer>
void check_steps()
{
    using net_type = basic_network<T, input{Inputs}, Layer>;
    constexpr int units = Layer.heads * Layer.size;
    const auto values = numbers(net_type::parameter_count, -1, 1, 3);
    auto net = with_parameters<net_type>(values);

    constexpr int steps = 25;
    const auto x = numbers(steps * Inputs, -1, 1, 4);
    const std::vector<T> in(x.begin(), x.end());
    std::vector<T> out(static_cast<std::size_t>(steps * units));
    net.process(in, out);
    // Row 0, 1 or 2: query, key or value.
    const auto mapped = [&](int row, int unit, int t)
    {
        double sum = values[static_cast<std::size_t>(3 * units * Inputs + row * units + unit)];
        for (int i = 0; i < Inputs; ++i)
            sum += values[static_cast<std::size_t>((row * units + unit) * Inputs + i)] *
                   x[static_cast<std::size_t>(t * Inputs + i)];
        return sum;
    };
    for (int t = 0; t < steps; ++t)
        for (int head = 0; head < Layer.heads; ++head)
        {
            std::vector<double> y(static_cast<std::size_t>(Layer.size));
            double all = 0;
            for (int then = std::max(0, t - Layer.context + 1); then <= t; ++then)
            {
                double score = -std::exp2(-8.0 * (head + 1) / Layer.heads) * (t - then);
                for (int i = 0; i < Layer.size; ++i)
                    score += mapped(0, head * Layer.size + i, t) *
                             mapped(1, head * Layer.size + i, then) / std::sqrt(double(Layer.size));
                all += std::exp(score);
                for (int i = 0; i < Layer.size; ++i)
                    y[static_cast<std::size_t>(i)] +=
                        std::exp(score) * mapped(2, head * Layer.size + i, then);
            }
            for (int i = 0; i < Layer.size; ++i)
            {
                const double wanted = y[static_cast<std::size_t>(i)] / all;
                const auto got = static_cast<double>(
                    out[static_cast<std::size_t>(t * units + head * Layer.size + i)]);
                BOOST_TEST(std::abs(got - wanted) <= (std::same_as<T, float> ? 2e-5 : 1e-12),
                           "step " << t << ", head " << head << ", " << i << ": " << got << ", not "
                                   << wanted);
            }
        }
}

template <int Inputs, attention Layer>
void check_both()
{
    check_steps<float, Inputs, Layer>();
    check_steps<double, Inputs, Layer>();
}

} // namespace

BOOST_AUTO_TEST_CASE(steps_are_those_of_the_definition)
{
    check_both<3, attention{.size = 4}>();
    check_both<5, attention{.heads = 3, .size = 7, .context = 6}>();
    check_both<2, attention{.heads = 2, .size = 16, .context = 30}>();
    check_both<17, attention{.heads = 1, .size = 21, .context = 1}>();
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences)
{
    check_gradients_of_sequences<input{2}, attention{.heads = 2, .size = 3}, dense{2}>();
    check_gradients_of_sequences<input{2}, dense{5},
                                 attention{.heads = 1, .size = 17, .context = 3}>();
    check_gradients_of_sequences<input{2}, attention{.heads = 2, .size = 2, .context = 1},
                                 dense{2}>();
    check_gradients_of_sequences<input{2}, dense{4},
                                 residual<attention{.heads = 2, .size = 2}, dense{4}>{},
                                 gru{.units = 2}>();
}

// Steps that are remembered from the piece before are seen, but nothing goes back to them.
BOOST_AUTO_TEST_CASE(pieces_of_a_sequence_have_the_loss_of_the_whole)
{
    using net_type = basic_network<double, input{2}, attention{.heads = 2, .size = 3, .context = 5},
                                   attention{.heads = 1, .size = 2, .context = 9}>;
    const learning_problem<net_type> problem(3, 1, 19, 19);
    training_workspace<net_type> whole, pieces;
    const double expected = problem.add_gradients<mean_squared_error>(whole).loss;
    for (const int at_once : {1, 4, 18, 19})
    {
        pieces.steps_at_once = at_once;
        BOOST_TEST(std::abs(problem.add_gradients<mean_squared_error>(pieces).loss - expected) <
                   1e-14);
    }
    double of_steps = 0;
    for (std::ptrdiff_t i = 0; i < 3; ++i)
    {
        std::vector<double> y(38);
        problem.net.predict_sequence({problem.inputs.data() + 38 * i, 19, 2}, {y.data(), 19, 2});
        for (std::size_t k = 0; k < y.size(); ++k)
        {
            const double error = y[k] - problem.targets[static_cast<std::size_t>(38 * i) + k];
            of_steps += error * error / (3 * 38);
        }
    }
    BOOST_TEST(std::abs(of_steps - expected) < 1e-14);
}
