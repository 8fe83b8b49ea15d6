// SPDX-License-Identifier: BSL-1.0
// What is left of gradients at the first of many layers, by activation, depth and initial weights; and
// what such networks have learnt after some steps. Argument: number of steps (300). Fails if sigmoid's
// gradients do not vanish in twenty layers with Glorot's weights, or those of another activation do.
#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/data/csv.hpp>
#include <ctgrad/data/data_set.hpp>
#include <ctgrad/network/workspace.hpp>
#include <ctgrad/train/learn.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr int width = 32;
constexpr int classes = 10;
constexpr std::ptrdiff_t batch = 64;
constexpr std::array depths{2, 5, 10, 20, 50};
constexpr int seeds = 5;

/// Five dense layers with their activations as one layer, which the compiler sees once.
template <auto Activation>
struct five
{
    static constexpr chain<dense{width}, Activation, dense{width}, Activation, dense{width},
                           Activation, dense{width}, Activation, dense{width}, Activation>
        layers{};
};

template <auto Activation, int Depth, class Indices = std::make_index_sequence<Depth / 5>>
struct repeated;

template <auto Activation, int Depth, std::size_t... I>
struct repeated<Activation, Depth, std::index_sequence<I...>>
{
    using type = network<input{width}, (void(I), five<Activation>::layers)..., dense{classes}>;
};

template <auto Activation>
struct repeated<Activation, 2, std::index_sequence<>>
{
    using type =
        network<input{width}, dense{width}, Activation, dense{width}, Activation, dense{classes}>;
};

/// `Depth` dense layers, each with the activation, and the logits.
template <auto Activation, int Depth>
using deep_network = typename repeated<Activation, Depth>::type;

/// Weights and biases of a square layer.
constexpr std::size_t layer_size = width * width + width;

/// Draws the layers' parameters as `dense{.weights = Kind}` would, so that each network is compiled once
/// and not for each kind.
template <auto Activation, initialiser Kind, class Network>
void draw(Network& net, int depth, seed origin)
{
    std::vector<float> values(Network::parameter_count);
    net.export_parameters(values); // the logits keep theirs
    random_engine engine(origin.value);
    for (std::size_t layer = 0; layer < static_cast<std::size_t>(depth); ++layer)
    {
        const std::span<float> all = std::span(values).subspan(layer * layer_size, layer_size);
        draw_parameters<Activation, Kind, true>(all.first(width * width), all.last(width), width,
                                                width, engine);
    }
    net.import_parameters(values);
}

/// Norms of the gradients by the weights of the first layer and of the last before the logits.
template <class Network>
std::array<double, 2> norms(std::span<const float> gradients, int depth)
{
    // They have the layout of the parameters: a network brings them into order.
    Network holder;
    std::ranges::copy(gradients, holder.parameters().begin());
    std::vector<float> values(Network::parameter_count);
    holder.export_parameters(values);
    const auto norm_of = [&](int layer)
    {
        double sum = 0.0;
        for (const float value :
             std::span(values).subspan(static_cast<std::size_t>(layer) * layer_size, width * width))
        {
            sum += static_cast<double>(value) * value;
        }
        return std::sqrt(sum);
    };
    return {norm_of(0), norm_of(depth - 1)};
}

struct outcome
{
    double before = 0.0; // first over last layer, and the first itself: geometric means over seeds
    double first = 0.0;
    double after = 0.0; // of the last seed
    double accuracy = 0.0;
};

template <auto Activation, initialiser Kind, int Depth>
outcome train(const data_set<float>& data, int steps)
{
    using model = deep_network<Activation, Depth>;
    model net;
    training_workspace<model> workspace;
    const auto add_gradients = [&](std::ptrdiff_t first, std::ptrdiff_t rows)
    {
        return workspace.template add_gradients<cross_entropy>(
            net, data.input_view().slice(first, rows), data.target_view().slice(first, rows), 0);
    };
    outcome result;
    for (std::uint64_t i = 1; i <= seeds; ++i)
    {
        draw<Activation, Kind>(net, Depth, {i});
        std::ranges::fill(workspace.gradients(), 0.0f);
        add_gradients(0, 512);
        const auto [first, last] = norms<model>(workspace.gradients(), Depth);
        result.before += std::log(first / last) / seeds;
        result.first += std::log(first) / seeds;
    }
    result.before = std::exp(result.before);
    result.first = std::exp(result.first);

    optimiser_state<adam, float> state(adam{.learning_rate = 1e-3}, net.parameters().size());
    std::ranges::fill(workspace.gradients(), 0.0f);
    for (int step = 0; step < steps; ++step)
    {
        add_gradients(step * batch % (data.rows - batch), batch);
        state.apply(net.parameters(), workspace.gradients());
    }
    result.accuracy =
        static_cast<double>(add_gradients(0, data.rows).correct) / static_cast<double>(data.rows);
    const auto [first, last] = norms<model>(workspace.gradients(), Depth);
    result.after = first / last;
    return result;
}

struct line
{
    const char* activation;
    const char* kind;
    std::array<outcome, depths.size()> of_depth;
};

template <auto Activation, initialiser Kind>
line train_depths(const char* name, const char* kind, const data_set<float>& data, int steps)
{
    return [&]<std::size_t... I>(std::index_sequence<I...>)
    {
        return line{name, kind, {train<Activation, Kind, depths[I]>(data, steps)...}};
    }(std::make_index_sequence<depths.size()>{});
}

template <auto Activation>
void add_lines(std::vector<line>& table, const char* name, const data_set<float>& data, int steps)
{
    using enum initialiser;
    table.push_back(train_depths<Activation, glorot_uniform>(name, "glorot", data, steps));
    table.push_back(train_depths<Activation, automatic>("", "automatic", data, steps));
    table.push_back(train_depths<Activation, deep>("", "deep", data, steps));
}

/// Two figures of each network side by side.
void print(const std::vector<line>& table, const char* format, double outcome::* left,
           double outcome::* right, const char* right_format)
{
    std::printf("layers           ");
    for (std::size_t i = 0; i < 2 * depths.size(); ++i)
    {
        std::printf("%s%8d", i == depths.size() ? "  |" : "", depths[i % depths.size()]);
    }
    std::printf("\n");
    for (const line& each : table)
    {
        std::printf("%-7s %-9s", each.activation, each.kind);
        for (const outcome& found : each.of_depth)
        {
            std::printf(format, found.*left);
        }
        std::printf("  |");
        for (const outcome& found : each.of_depth)
        {
            std::printf(right_format, found.*right);
        }
        std::printf("\n");
    }
}

/// The digits that ship with ctgrad, pairs of pixels added up, with mean 0 and variance 1.
data_set<float> small_digits()
{
    const auto digits = load_csv("examples/data/digits.csv.gz", classes, {.input_scale = 1.0 / 16});
    aligned_buffer<float> inputs(digits.inputs.size() / 2);
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t i = 0; i < inputs.size(); ++i)
    {
        inputs[i] = digits.inputs[2 * i] + digits.inputs[2 * i + 1];
        sum += static_cast<double>(inputs[i]);
        squares += static_cast<double>(inputs[i]) * inputs[i];
    }
    const double mean = sum / static_cast<double>(inputs.size());
    const double deviation = std::sqrt(squares / static_cast<double>(inputs.size()) - mean * mean);
    for (float& value : inputs)
    {
        value = static_cast<float>((value - mean) / deviation);
    }
    return {std::move(inputs), digits.labels, classes};
}

} // namespace

int main(int count, char** arguments)
{
    const int steps = count > 1 ? std::max(std::atoi(arguments[1]), 0) : 300;
    const data_set<float> data = small_digits();
    std::vector<line> table;
    add_lines<activations::sigmoid>(table, "sigmoid", data, steps);
    add_lines<activations::tanh>(table, "tanh", data, steps);
    add_lines<activations::relu>(table, "relu", data, steps);
    add_lines<activations::selu>(table, "selu", data, steps);
    add_lines<activations::swish()>(table, "swish", data, steps);
    add_lines<activations::mish>(table, "mish", data, steps);

    std::printf("Gradient of the first layer / of the last, new | after %d steps\n", steps);
    print(table, " %7.0e", &outcome::before, &outcome::after, " %7.0e");
    std::printf("\nGradient of the first layer, new | accuracy after %d steps\n", steps);
    print(table, " %7.0e", &outcome::first, &outcome::accuracy, " %7.2f");

    // Of twenty layers: Glorot's sigmoid is the first line, and sigmoid's are three.
    const bool vanishes = table[0].of_depth[3].before < 1e-6;
    const bool others_stay = std::ranges::all_of(
        table.begin() + 3, table.end(), [](const line& each)
        { return each.of_depth[3].before > 0.1 && each.of_depth[3].before < 10; });
    return vanishes && others_stay ? 0 : 1;
}
