// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/workspace.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <sstream>
#include <string>
#include <vector>

/// Numbers in [low, high), the same in each run.
inline std::vector<double> numbers(std::size_t count, double low, double high, unsigned origin)
{
    std::mt19937 engine(origin);
    std::vector<double> values(count);
    for (double& value : values)
    {
        value = low + (high - low) * static_cast<double>(engine()) * 0x1p-32;
    }
    return values;
}

/// Rows of probabilities, each with the sum 1.
inline std::vector<double> probabilities(std::ptrdiff_t rows, std::ptrdiff_t columns,
                                         unsigned origin)
{
    auto values = numbers(static_cast<std::size_t>(rows * columns), 0.1, 1, origin);
    for (auto row = values.begin(); row != values.end(); row += columns)
    {
        double sum = 0;
        std::for_each(row, row + columns, [&](double value) { sum += value; });
        std::for_each(row, row + columns, [&](double& value) { value /= sum; });
    }
    return values;
}

/// A network in double with a batch to learn from.
template <class Network>
struct learning_problem
{
    static constexpr auto inputs_per_row = static_cast<std::size_t>(Network::input_size);
    static constexpr auto outputs_per_row = static_cast<std::size_t>(Network::output_size);

    Network net;
    std::ptrdiff_t rows;
    /// For networks with memory: rows are sequences of so many steps, with so many targets.
    std::ptrdiff_t steps = 1;
    std::ptrdiff_t target_steps = 1;
    std::vector<double> inputs;
    std::vector<double> targets;
    std::uint64_t key = 0x5eed;

    explicit learning_problem(std::ptrdiff_t row_count, unsigned origin = 1,
                              std::ptrdiff_t step_count = 1, std::ptrdiff_t target_count = 1)
        : rows(row_count),
          steps(step_count),
          target_steps(target_count),
          inputs(numbers(static_cast<std::size_t>(rows * steps) * inputs_per_row, -1, 1, origin)),
          targets(numbers(static_cast<std::size_t>(rows * target_steps) * outputs_per_row, 0, 1,
                          origin + 1))
    {
        // Biases too: a gradient that is right at zero only must not pass.
        net.import_parameters(
            numbers(static_cast<std::size_t>(Network::parameter_count), -1, 1, origin + 2));
    }

    std::vector<double> parameters() const
    {
        std::vector<double> values(static_cast<std::size_t>(Network::parameter_count));
        net.export_parameters(values);
        return values;
    }

    /// Adds the gradients of the batch to those in a workspace.
    template <auto Loss>
    ctgrad::batch_result add_gradients(ctgrad::training_workspace<Network>& workspace) const
    {
        return workspace.template add_gradients<Loss>(
            net, {inputs.data(), rows, steps * Network::input_size},
            {targets.data(), rows, target_steps * Network::output_size}, key);
    }

    /// Gradients by all parameters, in the order of export_parameters.
    template <auto Loss>
    std::vector<double> gradients() const
    {
        ctgrad::training_workspace<Network> workspace;
        add_gradients<Loss>(workspace);
        Network holder;
        std::copy_n(workspace.gradients().data(), holder.parameters().size(),
                    holder.parameters().data());
        std::vector<double> values(static_cast<std::size_t>(Network::parameter_count));
        holder.export_parameters(values);
        return values;
    }

    /// Gradients, one for each of `chosen`, by central differences over five points: their error
    /// is h^4 / 30 of the fifth derivative, and that of the subtraction.
    template <auto Loss>
    std::vector<double> differences(const std::vector<std::size_t>& chosen) const
    {
        constexpr double h = 1e-3;
        learning_problem moved = *this;
        ctgrad::training_workspace<Network> workspace;
        auto values = parameters();
        std::vector<double> result;
        for (const std::size_t i : chosen)
        {
            const double origin = values[i];
            const auto loss_at = [&](double step)
            {
                values[i] = origin + step;
                moved.net.import_parameters(values);
                return moved.template add_gradients<Loss>(workspace).loss;
            };
            result.push_back((8 * (loss_at(h) - loss_at(-h)) - (loss_at(2 * h) - loss_at(-2 * h))) /
                             (12 * h));
            values[i] = origin;
        }
        return result;
    }

    /// What is wrong with the gradients: a line for each that differs from its finite difference,
    /// all parameters or, of many, some that are spread over them.
    template <auto Loss>
    std::string wrong_gradients(std::size_t most = 120) const
    {
        const auto count = static_cast<std::size_t>(Network::parameter_count);
        std::vector<std::size_t> chosen;
        for (std::size_t i = 0; i < std::min(count, most); ++i)
        {
            chosen.push_back(count <= most ? i : i * (count - 1) / (most - 1));
        }
        const auto found = gradients<Loss>();
        const auto expected = differences<Loss>(chosen);
        // h^4 is 1e-12, and the rounding of losses and of what they are made of, numbers around 1,
        // is some 1e-15 / h.
        constexpr double tolerance = 1e-10;
        std::ostringstream text;
        text.precision(14);
        for (std::size_t k = 0; k < chosen.size(); ++k)
        {
            const double gradient = found[chosen[k]];
            if (!(std::abs(gradient - expected[k]) <= tolerance * (1 + std::abs(expected[k]))))
            {
                text << "parameter " << chosen[k] << " of " << count << ": " << gradient
                     << ", by finite differences " << expected[k] << '\n';
            }
        }
        return text.str();
    }
};

/// What is wrong with the gradients of the mean squared error for so many rows.
template <class Network>
std::string wrong_gradients(std::ptrdiff_t rows, std::size_t most = 120)
{
    return learning_problem<Network>(rows).template wrong_gradients<ctgrad::mean_squared_error>(
        most);
}

/// The same for sequences, with a target for each step and with one for the last alone.
template <class Network>
std::string wrong_gradients_of_sequences(std::ptrdiff_t sequences, std::ptrdiff_t steps,
                                         std::size_t most = 60)
{
    std::string wrong;
    for (const std::ptrdiff_t targets : {steps, std::ptrdiff_t{1}})
    {
        wrong += learning_problem<Network>(sequences, 1, steps, targets)
                     .template wrong_gradients<ctgrad::mean_squared_error>(most);
    }
    return wrong;
}
