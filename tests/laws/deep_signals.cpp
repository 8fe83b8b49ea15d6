// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE deep_signals
#include <boost/test/unit_test.hpp>

#include <ctgrad/network/workspace.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

using namespace ctgrad;

// What the initialisers are for: in a network of twenty layers of any formula, signals arrive behind
// and gradients in front as large as they set out.

namespace
{

constexpr variable<"x"> x;

// Formulas that no table of initialisers has.
constexpr auto wave = sin(x) + 0.5 * x;
constexpr auto folded_wave = x * cos(x);
constexpr auto swish = x * sigmoid(x);
constexpr auto serf = x * erf(log(1 + exp(x)));

constexpr int depth = 20;
// Of this width, twenty layers change moments by a quarter through chance alone.
constexpr int width = 512;
constexpr int rows = 16;

using matrix = std::vector<double>;

double mean_square(const matrix& values)
{
    double sum = 0;
    for (const double value : values)
    {
        sum += value * value;
    }
    return sum / static_cast<double>(values.size());
}

matrix normal_numbers(std::size_t count, random_engine& engine)
{
    matrix values(count);
    fill_normal(std::span<double>(values), 0, 1, engine);
    return values;
}

struct moments_by_layer
{
    std::vector<double> signals;
    std::vector<double> gradients;

    static double spread(const std::vector<double>& values)
    {
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        return *most / *least;
    }
};

// y = a * transpose(w) + b
matrix forward_product(const matrix& a, const matrix& w, const matrix& b)
{
    matrix y(static_cast<std::size_t>(rows) * width);
    for (std::size_t row = 0; row < rows; ++row)
    {
        for (std::size_t unit = 0; unit < width; ++unit)
        {
            double sum = b[unit];
            for (std::size_t i = 0; i < width; ++i)
            {
                sum += a[row * width + i] * w[unit * width + i];
            }
            y[row * width + unit] = sum;
        }
    }
    return y;
}

// dx = dy * w, times the slopes
matrix backward_product(const matrix& dy, const matrix& w, const matrix& slopes)
{
    matrix dx(static_cast<std::size_t>(rows) * width);
    for (std::size_t row = 0; row < rows; ++row)
    {
        for (std::size_t unit = 0; unit < width; ++unit)
        {
            for (std::size_t i = 0; i < width; ++i)
            {
                dx[row * width + i] += dy[row * width + unit] * w[unit * width + i];
            }
        }
        for (std::size_t i = 0; i < width; ++i)
        {
            dx[row * width + i] *= slopes[row * width + i];
        }
    }
    return dx;
}

// Mean squares of the pre-activations, and of the gradients by them, in each of the layers.
template <auto Formula, initialiser Kind, bool WithBiases>
moments_by_layer deep_moments(std::uint64_t origin)
{
    constexpr std::size_t size = static_cast<std::size_t>(rows) * width;
    random_engine engine(origin);
    moments_by_layer found;
    matrix signals = normal_numbers(size, engine);
    std::vector<matrix> weights;
    std::vector<matrix> slopes;
    for (int layer = 0; layer < depth; ++layer)
    {
        matrix w(static_cast<std::size_t>(width) * width);
        matrix b(width);
        draw_parameters<Formula, Kind, WithBiases>(
            std::span<double>(w), std::span<double>(b).first(WithBiases ? width : 0), width, width,
            engine);
        signals = forward_product(signals, w, b);
        found.signals.push_back(mean_square(signals));
        matrix slope(size);
        value_and_derivative<Formula>(std::span<const double>(signals), std::span<double>(signals),
                                      std::span<double>(slope));
        weights.push_back(std::move(w));
        slopes.push_back(std::move(slope));
    }
    matrix gradients = normal_numbers(size, engine);
    for (std::size_t layer = depth - 1; layer > 0; --layer)
    {
        found.gradients.push_back(mean_square(gradients));
        gradients = backward_product(gradients, weights[layer], slopes[layer - 1]);
    }
    found.gradients.push_back(mean_square(gradients));
    return found;
}

struct spreads
{
    double signals = 0;
    double gradients = 0;
};

template <auto Formula, initialiser Kind = initialiser::deep, bool WithBiases = true>
spreads spread(const char* name)
{
    const auto found = deep_moments<Formula, Kind, WithBiases>(1);
    const spreads result{moments_by_layer::spread(found.signals),
                         moments_by_layer::spread(found.gradients)};
    std::printf("%-20s signals %8.2g to %8.2g, spread %8.2g; gradients %8.2g, spread %8.2g\n", name,
                found.signals.front(), found.signals.back(), result.signals, found.gradients.back(),
                result.gradients);
    return result;
}

// The same of a network as users have it. For one row the gradient of a weight matrix is that of the
// pre-activations times the activations in front, so mean squares factor.
constexpr dense deep{.units = 128, .weights = initialiser::deep};

using deep_network =
    basic_network<double, input{128}, deep, wave, deep, wave, deep, wave, deep, wave, deep, wave,
                  deep, wave, deep, wave, deep, wave, deep, wave, deep, wave, deep, wave, deep,
                  wave, deep, wave, deep, wave, deep, wave, deep, wave, deep, wave, deep, wave,
                  deep, wave, deep, wave>;

moments_by_layer moments_of_network(std::uint64_t origin)
{
    constexpr std::size_t count = 128;
    constexpr int samples = 16;
    random_engine engine(origin);
    const deep_network net{seed{origin}};
    deep_network gradients;
    training_workspace<deep_network> workspace;
    moments_by_layer found{matrix(depth), matrix(depth)};
    for (int sample = 0; sample < samples; ++sample)
    {
        const matrix inputs = normal_numbers(count, engine);
        const matrix targets = normal_numbers(count, engine);
        std::fill(workspace.gradients().begin(), workspace.gradients().end(), 0.0);
        workspace.add_gradients<mean_squared_error>(net, {inputs.data(), 1, count},
                                                    {targets.data(), 1, count}, 0);
        std::copy_n(workspace.gradients().data(), gradients.parameters().size(),
                    gradients.parameters().data());
        matrix values(deep_network::parameter_count);
        gradients.export_parameters(values);
        auto at = values.begin();
        for (std::size_t layer = 0; layer < depth; ++layer)
        {
            const double weights = mean_square(matrix(at, at + count * count));
            const double biases =
                mean_square(matrix(at + count * count, at + count * count + count));
            at += count * count + count;
            found.signals[layer] += weights / biases / samples;
            found.gradients[layer] += biases / samples;
        }
    }
    return found;
}

} // namespace

BOOST_AUTO_TEST_CASE(signals_and_gradients_stay_within_a_factor_of_two)
{
    const auto check = [](const spreads& found)
    {
        BOOST_TEST(found.signals < 2);
        BOOST_TEST(found.gradients < 2);
    };
    check(spread<wave>("sin(x) + x/2"));
    check(spread<folded_wave>("x cos(x)"));
    check(spread<serf>("serf"));
    check(spread<relu(x)>("relu"));
}

// Bounded formulas have pre-activations of variance 1, whose activations are smaller than inputs of
// variance 1: the first layer begins with more. Swish amplifies what chance does in each layer.
BOOST_AUTO_TEST_CASE(and_of_familiar_formulas_within_a_factor_of_four)
{
    for (const spreads found :
         {spread<tanh(x)>("tanh"), spread<sin(x)>("sin"), spread<swish>("swish")})
    {
        BOOST_TEST(found.signals < 4);
        BOOST_TEST(found.gradients < 4);
    }
}

// So that the tests above are ones: these are the rules that know nothing of the formula.
BOOST_AUTO_TEST_CASE(they_would_not_with_an_initialiser_for_other_formulas)
{
    using enum initialiser;
    BOOST_TEST((spread<wave, glorot_uniform>("sin(x) + x/2, Glorot").gradients > 20));
    BOOST_TEST((spread<folded_wave, glorot_uniform>("x cos(x), Glorot").signals > 20));
    BOOST_TEST((spread<serf, lecun_normal>("serf, LeCun").signals > 20));
    BOOST_TEST((spread<swish, he_normal>("swish, He").gradients > 1000));
    BOOST_TEST((spread<swish, automatic>("swish, automatic").gradients > 4));
    BOOST_TEST((spread<tanh(x), glorot_uniform>("tanh, Glorot").signals > 10));
    BOOST_TEST((spread<sin(x), glorot_uniform>("sin, Glorot").signals > 10));
    BOOST_TEST((spread<sin(x), he_normal>("sin, He").gradients > 20));
}

BOOST_AUTO_TEST_CASE(networks_begin_so)
{
    const auto found = moments_of_network(1);
    BOOST_TEST(moments_by_layer::spread(found.signals) < 2);
    BOOST_TEST(moments_by_layer::spread(found.gradients) < 2);
}
