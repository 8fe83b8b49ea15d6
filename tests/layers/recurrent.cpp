// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE recurrent
#include <boost/test/unit_test.hpp>

#include "sequence_layers.hpp"

using namespace ctgrad;

namespace
{

double logistic(double value) { return 1 / (1 + std::exp(-value)); }

// A cell of our own: no input map of its own, two states beside the hidden one, padding that divides by
// zero.
struct leaky_cell
{
    static constexpr variable<"drive"> drive{};
    static constexpr variable<"leak"> leak{};
    static constexpr variable<"hidden"> hidden{};
    static constexpr variable<"slow"> slow{};
    static constexpr variable<"age"> age{};

    static constexpr std::string_view name = "leaky";
    static constexpr name_list of_input = maps(drive);
    static constexpr name_list of_state = maps(leak);
    static constexpr auto older = age + 0.5;
    static constexpr auto rule = update(slow = slow + 0.25 * (tanh(drive) - slow), age = older,
                                        hidden = tanh(leak) / older + slow * sigmoid(drive));
};

// What cells compute, from parameters as files have them.
struct parameters_in_file
{
    std::vector<double> values;
    std::ptrdiff_t inputs, units, of_input, of_state;

    double input_weight(std::ptrdiff_t map, std::ptrdiff_t unit, std::ptrdiff_t i) const
    {
        return values[static_cast<std::size_t>((map * units + unit) * inputs + i)];
    }
    double state_weight(std::ptrdiff_t map, std::ptrdiff_t unit, std::ptrdiff_t i) const
    {
        return values[static_cast<std::size_t>(of_input * units * inputs +
                                               (map * units + unit) * units + i)];
    }
    double bias(std::ptrdiff_t map, std::ptrdiff_t unit) const
    {
        return values[static_cast<std::size_t>(of_input * units * inputs +
                                               of_state * units * units + map * units + unit)];
    }
    double of_x(std::ptrdiff_t map, std::ptrdiff_t unit, const double* x) const
    {
        double sum = 0;
        for (std::ptrdiff_t i = 0; i < inputs; ++i)
            sum += input_weight(map, unit, i) * x[i];
        return sum;
    }
    double of_h(std::ptrdiff_t map, std::ptrdiff_t unit, const std::vector<double>& h) const
    {
        double sum = 0;
        for (std::ptrdiff_t i = 0; i < units; ++i)
            sum += state_weight(map, unit, i) * h[static_cast<std::size_t>(i)];
        return sum;
    }
};

// The next states, [0] hidden, of all units.
using states = std::array<std::vector<double>, 3>;

states next_states(hana::basic_type<lstm>, const parameters_in_file& p, const double* x,
                   const states& old)
{
    states made = old;
    for (std::ptrdiff_t u = 0; u < p.units; ++u)
    {
        const auto k = static_cast<std::size_t>(u);
        const auto z = [&](int map)
        { return p.bias(map, u) + p.of_x(map, u, x) + p.of_h(map, u, old[0]); };
        made[1][k] = logistic(z(1)) * old[1][k] + logistic(z(0)) * std::tanh(z(2));
        made[0][k] = logistic(z(3)) * std::tanh(made[1][k]);
    }
    return made;
}

states next_states(hana::basic_type<gru>, const parameters_in_file& p, const double* x,
                   const states& old)
{
    states made = old;
    for (std::ptrdiff_t u = 0; u < p.units; ++u)
    {
        const auto k = static_cast<std::size_t>(u);
        const auto gate = [&](int map)
        { return logistic(p.bias(map, u) + p.of_x(map, u, x) + p.of_h(map, u, old[0])); };
        const double n = std::tanh(p.bias(2, u) + p.of_x(2, u, x) +
                                   gate(0) * (p.bias(3, u) + p.of_h(2, u, old[0])));
        made[0][k] = (1 - gate(1)) * n + gate(1) * old[0][k];
    }
    return made;
}

states next_states(hana::basic_type<simple_recurrent>, const parameters_in_file& p, const double* x,
                   const states& old)
{
    states made = old;
    for (std::ptrdiff_t u = 0; u < p.units; ++u)
        made[0][static_cast<std::size_t>(u)] =
            std::tanh(p.bias(0, u) + p.of_x(0, u, x) + p.of_h(0, u, old[0]));
    return made;
}

states next_states(hana::basic_type<recurrent<leaky_cell>>, const parameters_in_file& p,
                   const double* x, const states& old)
{
    states made = old;
    for (std::ptrdiff_t u = 0; u < p.units; ++u)
    {
        const auto k = static_cast<std::size_t>(u);
        const double drive = p.bias(0, u) + p.of_x(0, u, x);
        made[1][k] = old[1][k] + 0.25 * (std::tanh(drive) - old[1][k]);
        made[2][k] = old[2][k] + 0.5;
        made[0][k] = std::tanh(p.bias(1, u) + p.of_h(0, u, old[0])) / made[2][k] +
                     old[1][k] * logistic(drive);
    }
    return made;
}

template <class T, class Layer, int Inputs, int Units>
void check_steps(int of_input, int of_state)
{
    using net_type = basic_network<T, input{Inputs}, Layer{.units = Units}>;
    const auto values = numbers(net_type::parameter_count, -1, 1, 3);
    auto net = with_parameters<net_type>(values);

    const parameters_in_file p{values, Inputs, Units, of_input, of_state};
    states expected;
    expected.fill(std::vector<double>(Units));
    const auto x = numbers(7 * Inputs, -1, 1, 4);
    const std::vector<T> inputs(x.begin(), x.end());
    const double tolerance = std::same_as<T, float> ? 3e-6 : 1e-13;
    for (std::size_t t = 0; t < 7; ++t)
    {
        expected = next_states(hana::basic_type<Layer>{}, p, x.data() + t * Inputs, expected);
        const auto y = net.step(std::span(inputs).subspan(t * Inputs, Inputs));
        for (std::size_t u = 0; u < Units; ++u)
            BOOST_TEST(std::abs(static_cast<double>(y[u]) - expected[0][u]) <= tolerance * Units,
                       Layer::name << ' ' << Inputs << " -> " << Units << ", step " << t
                                   << ", unit " << u << ": " << y[u] << ", not " << expected[0][u]);
    }
}

template <class Layer, int Inputs, int Units>
void check_both(int of_input, int of_state)
{
    check_steps<float, Layer, Inputs, Units>(of_input, of_state);
    check_steps<double, Layer, Inputs, Units>(of_input, of_state);
}

constexpr variable<"x"> x;

} // namespace

BOOST_AUTO_TEST_CASE(steps_are_those_of_the_definition)
{
    check_both<lstm, 1, 16>(4, 4);
    check_both<lstm, 3, 1>(4, 4);
    check_both<lstm, 5, 17>(4, 4);
    check_both<lstm, 2, 33>(4, 4);
    check_both<gru, 1, 8>(3, 3);
    check_both<gru, 17, 5>(3, 3);
    check_both<gru, 2, 40>(3, 3);
    check_both<simple_recurrent, 3, 7>(1, 1);
    check_both<recurrent<leaky_cell>, 2, 3>(1, 1);
    check_both<recurrent<leaky_cell>, 9, 19>(1, 1);
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences)
{
    check_gradients_of_sequences<input{2}, lstm{.units = 3}>();
    check_gradients_of_sequences<input{3}, gru{.units = 9}>();
    check_gradients_of_sequences<input{1}, simple_recurrent{.units = 4}>();
    check_gradients_of_sequences<input{2}, recurrent<leaky_cell>{.units = 3}>();
    check_gradients_of_sequences<input{2}, recurrent<cells::simple<sigmoid(x)>>{.units = 2}>();
}

BOOST_AUTO_TEST_CASE(layers_with_memory_go_with_all_others)
{
    check_gradients_of_sequences<input{2}, dense{5}, tanh(x), lstm{.units = 3}, dense{2}>();
    check_gradients_of_sequences<input{2}, sigmoid(x), gru{.units = 5}, dropout{.rate = 0.3},
                                 lstm{.units = 4}, dense{1}>();
    check_gradients_of_sequences<input{2, 3}, flatten{}, gru{.units = 3}>();
}

BOOST_AUTO_TEST_CASE(a_sequence_may_come_in_pieces)
{
    using net_type = network<input{2}, gru{.units = 5}, dense{3}, tanh(x), lstm{.units = 4}>;
    net_type net{seed{3}};
    constexpr std::size_t steps = 20;
    const auto values = numbers(2 * steps, -1, 1, 4);
    const std::vector<float> in(values.begin(), values.end());
    std::vector<float> whole(4 * steps), pieces(4 * steps), alone(4 * steps);
    net.process(in, whole);
    const net_type unused = net;
    unused.predict_sequence({in.data(), steps, 2}, {alone.data(), steps, 4});
    BOOST_TEST((alone == whole));

    net.reset();
    std::size_t at = 0;
    for (const std::size_t count : {1u, 0u, 7u, 12u})
    {
        net.process(std::span(in).subspan(2 * at, 2 * count),
                    std::span(pieces).subspan(4 * at, 4 * count));
        at += count;
    }
    BOOST_TEST((pieces == whole));

    // It goes on where it was: with a copy, and with states that were put back.
    net_type copy = net;
    const std::vector<float> state(net.state().begin(), net.state().end());
    const auto next = net.step(std::span(in).first(2));
    BOOST_TEST((copy.step(std::span(in).first(2)) == next));
    std::ranges::copy(state, net.state().begin());
    BOOST_TEST((net.step(std::span(in).first(2)) == next));
    net.reset();
    BOOST_TEST((net.step(std::span(in).first(2)) != next));
    BOOST_CHECK_THROW(net.process(std::span(in).first(3), whole), size_error);
    BOOST_CHECK_THROW(net.step(in), size_error);
}

BOOST_AUTO_TEST_CASE(training_sees_what_steps_give)
{
    using net_type = basic_network<double, input{2}, gru{.units = 5}, dense{3}, lstm{.units = 4}>;
    const learning_problem<net_type> problem(3, 1, 9, 9);
    training_workspace<net_type> workspace;
    const batch_result found = problem.add_gradients<mean_squared_error>(workspace);
    double expected = 0;
    for (std::ptrdiff_t i = 0; i < 3; ++i)
    {
        std::vector<double> y(36);
        problem.net.predict_sequence({problem.inputs.data() + 18 * i, 9, 2}, {y.data(), 9, 4});
        for (std::size_t k = 0; k < y.size(); ++k)
        {
            const double error = y[k] - problem.targets[static_cast<std::size_t>(36 * i) + k];
            expected += error * error / (3 * 36);
        }
    }
    BOOST_TEST(std::abs(found.loss - expected) < 1e-14);
    BOOST_TEST(found.rows == 3);
    BOOST_TEST(found.predictions == 27);
}

// States behind a piece are constants for the gradients of the next.
BOOST_AUTO_TEST_CASE(truncated_gradients_do_not_go_back_further)
{
    using net_type = basic_network<double, input{2}, lstm{.units = 3}, gru{.units = 2}>;
    const learning_problem<net_type> problem(1, 1, 5, 5);
    const auto gradients = [&](std::ptrdiff_t at_once)
    {
        training_workspace<net_type> workspace;
        workspace.steps_at_once = at_once;
        problem.add_gradients<mean_squared_error>(workspace);
        net_type holder;
        std::ranges::copy(workspace.gradients(), holder.parameters().begin());
        std::vector<double> values(net_type::parameter_count);
        holder.export_parameters(values);
        return values;
    };
    BOOST_TEST((gradients(0) == gradients(5)));
    BOOST_TEST((gradients(0) == gradients(7)));
    const auto found = gradients(3);

    std::vector<double> y(10);
    net_type net = problem.net;
    net.process(std::span(problem.inputs).first(6), std::span(y).first(6));
    const std::vector<double> middle(net.state().begin(), net.state().end());
    const auto loss_at = [&](const std::vector<double>& parameters)
    {
        net.import_parameters(parameters);
        net.reset();
        net.process(std::span(problem.inputs).first(6), std::span(y).first(6));
        std::ranges::copy(middle, net.state().begin());
        net.process(std::span(problem.inputs).subspan(6), std::span(y).subspan(6));
        double loss = 0;
        for (std::size_t k = 0; k < y.size(); ++k)
            loss += (y[k] - problem.targets[k]) * (y[k] - problem.targets[k]) / 10;
        return loss;
    };
    for (std::size_t i = 0; i < found.size(); ++i)
    {
        const auto at = [&](double step)
        {
            auto moved = problem.parameters();
            moved[i] += step;
            return loss_at(moved);
        };
        constexpr double h = 1e-3;
        const double expected = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
        BOOST_TEST(std::abs(found[i] - expected) < 1e-10, "parameter " << i);
    }
}

BOOST_AUTO_TEST_CASE(sizes_of_sequences_are_checked)
{
    using net_type = network<input{2}, gru{.units = 5}>;
    const net_type net;
    training_workspace<net_type> workspace;
    const std::vector<float> numbers(100);
    const auto add = [&](int in, int out)
    {
        return workspace.add_gradients<mean_squared_error>(net, {numbers.data(), 2, in},
                                                           {numbers.data(), 2, out}, 1);
    };
    BOOST_CHECK_THROW(add(5, 5), size_error);
    BOOST_CHECK_THROW(add(4, 11), size_error);
    BOOST_CHECK_THROW(add(0, 5), size_error);
    BOOST_CHECK_NO_THROW(add(4, 10));
    BOOST_CHECK_NO_THROW(add(4, 5));
}

BOOST_AUTO_TEST_CASE(initial_states_are_kept_at_their_length)
{
    using net_type = basic_network<double, input{3}, lstm{.units = 6}>;
    const net_type net{seed{5}};
    std::vector<double> values(net_type::parameter_count);
    net.export_parameters(values);
    const double* const weights = values.data() + 4 * 6 * 3;
    for (int map = 0; map < 4; ++map)
        for (int a = 0; a < 6; ++a)
            for (int b = 0; b < 6; ++b)
            {
                double product = 0;
                for (int k = 0; k < 6; ++k)
                    product += weights[(map * 6 + a) * 6 + k] * weights[(map * 6 + b) * 6 + k];
                BOOST_TEST(std::abs(product - (a == b ? 1.0 : 0.0)) < 1e-14);
            }
    // The forget gate begins open.
    for (int i = 0; i < 24; ++i)
        BOOST_TEST(values[values.size() - 24 + static_cast<std::size_t>(i)] ==
                   (i / 6 == 1 ? 1.0 : 0.0));
    BOOST_TEST((net_type::architecture() ==
                "input 3; 0 lstm input_weight 24x3; 0 lstm state_weight "
                "24x6; 0 lstm bias 1x24"));
}
