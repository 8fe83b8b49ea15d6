// SPDX-License-Identifier: BSL-1.0
// Two spirals: the regions that a network with one hidden layer makes of them, for 20 units with L2
// penalties of three strengths, and for 3, 6 and 20 units without any. Arguments: number of epochs (1500), a
// folder for the figures that draw.py draws. Fails if 20 units do not learn the spirals, or if 3 units or
// those with the strongest penalty do.
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

#include "figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iomanip>
#include <string>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
template <int Units>
using model = network<input{2}, dense{Units}, tanh(x), dense{2}>;

/// Points of two spirals that turn once and a quarter around each other, with noise, in [-1, 1]^2.
data_set<float> spirals(int rows, seed origin)
{
    aligned_buffer<float> inputs(2 * static_cast<std::size_t>(rows));
    std::vector<int> labels(static_cast<std::size_t>(rows));
    std::vector<float> noise(inputs.size());
    random_engine engine(origin.value);
    fill_normal(std::span(noise), 0.0f, 0.06f, engine);
    for (std::size_t i = 0; i < labels.size(); ++i)
    {
        labels[i] = static_cast<int>(i % 2);
        const double along = static_cast<double>(i / 2) / (static_cast<double>(rows) / 2);
        const double radius = 0.1 + 0.85 * along;
        const double angle = 2.5 * 3.14159265 * along + 3.14159265 * labels[i];
        inputs[2 * i] = static_cast<float>(radius * std::cos(angle)) + noise[2 * i];
        inputs[2 * i + 1] = static_cast<float>(radius * std::sin(angle)) + noise[2 * i + 1];
    }
    return {std::move(inputs), std::move(labels), 2};
}

struct outcome
{
    double training = 0.0;
    double test = 0.0;
    std::vector<std::string> picture;
    std::vector<float> map;
};

/// Points in a row of the map that is drawn, and rows.
constexpr int resolution = 51;

/// The place of a point of the map on [-1, 1].
constexpr float place(int index) { return 2 * static_cast<float>(index) / (resolution - 1) - 1; }

/// What the network says on [-1, 1]^2, dots and nothing; with a third of the training points, o and +: the o
/// belong on dots.
template <class Network>
std::vector<std::string> regions(const Network& net, const data_set<float>& training)
{
    constexpr int columns = 36;
    constexpr int lines = 18;
    std::vector<std::string> picture(lines, std::string(columns, ' '));
    for (int line = 0; line < lines; ++line)
    {
        for (int column = 0; column < columns; ++column)
        {
            const std::array at{static_cast<float>(2 * column + 1) / columns - 1,
                                1 - static_cast<float>(2 * line + 1) / lines};
            const auto logits = net.predict(at);
            picture[static_cast<std::size_t>(line)][static_cast<std::size_t>(column)] =
                logits[0] > logits[1] ? '.' : ' ';
        }
    }
    for (std::ptrdiff_t row = 0; row < training.rows; row += 3)
    {
        const auto point = training.input_view().row(row);
        const int column = static_cast<int>((point[0] + 1) / 2 * columns);
        const int line = static_cast<int>((1 - point[1]) / 2 * lines);
        if (point[0] > -1 && point[1] < 1 && column < columns && line < lines)
        {
            picture[static_cast<std::size_t>(line)][static_cast<std::size_t>(column)] =
                training.labels[static_cast<std::size_t>(row)] == 0 ? 'o' : '+';
        }
    }
    return picture;
}

/// How sure the network is of the first spiral, from 0 to 1, row by row from the lowest on.
template <class Network>
std::vector<float> probabilities(const Network& net)
{
    std::vector<float> map;
    map.reserve(resolution * resolution);
    for (int row = 0; row < resolution; ++row)
    {
        for (int column = 0; column < resolution; ++column)
        {
            const auto logits = net.predict(std::array{place(column), place(row)});
            map.push_back(1 / (1 + std::exp(logits[1] - logits[0])));
        }
    }
    return map;
}

template <int Units>
outcome train(const data_set<float>& training, const data_set<float>& test, int epochs,
              const auto& optimiser)
{
    model<Units> net{seed{3}};
    fit(net, training, {.epochs = epochs, .batch = 32, .output = {.mode = progress_mode::quiet}},
        cross_entropy, optimiser);
    return {evaluate(net, training, cross_entropy).accuracy,
            evaluate(net, test, cross_entropy).accuracy, regions(net, training),
            probabilities(net)};
}

/// Three outcomes side by side.
void print(const std::array<const char*, 3>& titles, const std::array<outcome, 3>& outcomes)
{
    for (const char* title : titles)
    {
        std::printf("%-40s", title);
    }
    std::printf("\n");
    for (const outcome& each : outcomes)
    {
        std::printf("training %5.1f%%, test %5.1f%%%12s", 100 * each.training, 100 * each.test, "");
    }
    std::printf("\n");
    for (std::size_t line = 0; line < outcomes[0].picture.size(); ++line)
    {
        for (const outcome& each : outcomes)
        {
            std::printf("|%s|  ", each.picture[line].c_str());
        }
        std::printf("\n");
    }
    std::printf("\n");
}

void add_map(std::ofstream& table, const char* title, const outcome& found)
{
    for (int i = 0; i < resolution * resolution; ++i)
    {
        table << std::quoted(title) << ',' << place(i % resolution) << ',' << place(i / resolution)
              << ',' << found.map[static_cast<std::size_t>(i)] << '\n';
    }
}

void write_points(const std::filesystem::path& file, const data_set<float>& training)
{
    std::ofstream table = begin_table(file, "x,y,label");
    for (std::ptrdiff_t row = 0; row < training.rows; ++row)
    {
        const auto point = training.input_view().row(row);
        table << point[0] << ',' << point[1] << ','
              << training.labels[static_cast<std::size_t>(row)] << '\n';
    }
}

} // namespace

int main(int count, char** arguments)
{
    using symbols::weight;
    const int epochs = count > 1 ? std::max(std::atoi(arguments[1]), 1) : 1500;
    const data_set<float> training = spirals(200, {1});
    const data_set<float> test = spirals(2000, {2});
    const adam step{.learning_rate = 1e-2};

    const std::array sizes{train<3>(training, test, epochs, step),
                           train<6>(training, test, epochs, step),
                           train<20>(training, test, epochs, step)};
    const std::array size_titles{"3 units", "6 units", "20 units"};
    print(size_titles, sizes);
    const std::array penalties{
        train<20>(training, test, epochs, penalise<1e-4 * square(weight)>(step)),
        train<20>(training, test, epochs, penalise<1e-3 * square(weight)>(step)),
        train<20>(training, test, epochs, penalise<1e-2 * square(weight)>(step))};
    const std::array penalty_titles{"20 units, 1e-4 * square(weight)",
                                    "20 units, 1e-3 * square(weight)",
                                    "20 units, 1e-2 * square(weight)"};
    print(penalty_titles, penalties);

    if (count > 2)
    {
        const std::filesystem::path folder = arguments[2];
        write_points(folder / "points.csv", training);
        std::ofstream table = begin_table(folder / "regions.csv", "panel,x,y,probability");
        for (std::size_t i = 0; i < sizes.size(); ++i)
        {
            add_map(table, size_titles[i], sizes[i]);
        }
        for (std::size_t i = 0; i < penalties.size(); ++i)
        {
            add_map(table, penalty_titles[i], penalties[i]);
        }
    }
    const bool learns = sizes[2].training > 0.95 && sizes[2].test > 0.9;
    return learns && sizes[0].training < 0.9 && penalties[2].training < 0.9 ? 0 : 1;
}
