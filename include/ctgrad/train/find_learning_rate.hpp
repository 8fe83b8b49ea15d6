// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/tensor/flush_denormals.hpp>
#include <ctgrad/train/evaluate.hpp>
#include <ctgrad/train/training_step.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace ctgrad
{

/// From which learning rate to which, in how many steps.
struct learning_rate_range
{
    double from = 1e-7;
    double to = 10.0;
    int steps = 100;
    int batch = 64;
    seed randomness = {};
};

/// The loss at each learning rate, a running mean over the batches so far.
struct learning_rate_curve
{
    std::vector<double> rates;
    std::vector<double> losses;

    /// Where the loss begins to fall fastest on its way to the least; NaN if it never falls.
    double suggestion() const
    {
        // Slopes over a fifth of the curve, and not at its beginning, where the mean is of few batches.
        const std::ptrdiff_t reach = std::max<std::ptrdiff_t>(std::ssize(losses) / 10, 1);
        const std::ptrdiff_t least = std::ranges::min_element(losses) - losses.begin();
        double steepest = 0;
        double best = std::numeric_limits<double>::quiet_NaN();
        for (std::ptrdiff_t i = 2 * reach; i + reach <= least; ++i)
        {
            const double slope = losses[static_cast<std::size_t>(i + reach)] -
                                 losses[static_cast<std::size_t>(i - reach)];
            if (slope < steepest)
            {
                steepest = slope;
                // The mean is behind the batches, so the beginning of that stretch.
                best = rates[static_cast<std::size_t>(i - reach)];
            }
        }
        return best;
    }
};

namespace detail
{

template <auto Loss, class Network, class T, class Optimiser, class Runner>
learning_rate_curve search_learning_rate(Network net, const data_set<T>& data,
                                         const learning_rate_range& range, const Optimiser& chosen,
                                         Runner& runner)
{
    constexpr double smoothing = 0.9;
    constexpr double too_high = 3; // times the least loss above it: from here on it only gets worse

    check_data<Network>("training set", data);
    const std::ptrdiff_t batch = std::min<std::ptrdiff_t>(range.batch, data.rows);
    if (batch < 1 || range.steps < 2 || !(range.from > 0 && range.from < range.to))
    {
        throw data_error(
            "ctgrad: the search for a learning rate needs at least one row, a batch of "
            "at least 1, two steps and rates that rise from above 0");
    }
    const flush_denormals flushed;
    training_step<Network, Optimiser, Runner> step(runner, chosen, batch, data.input_size,
                                                   data.target_size);
    const double own_rate = step.state().learning_rate();
    if (!(own_rate > 0))
    {
        throw data_error("ctgrad: the search for a learning rate needs an optimiser that has one "
                         "above 0");
    }
    shuffled_order order(data.rows, range.randomness);
    learning_rate_curve curve;
    double mean = 0;
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < range.steps; ++i)
    {
        const std::ptrdiff_t index = i % order.batches(batch);
        if (index == 0)
        {
            order.shuffle(static_cast<std::uint64_t>(i / order.batches(batch)));
        }
        const double rate = range.from * std::pow(range.to / range.from,
                                                  static_cast<double>(i) / (range.steps - 1));
        step.state().scale_learning_rate(rate / own_rate);
        const auto key = derived_seed(range.randomness, static_cast<std::uint64_t>(i)).value;
        const batch_result result =
            step.template run<Loss>(net, data, order.batch(index, batch), key);
        mean = smoothing * mean + (1 - smoothing) * result.loss;
        // The mean began at zero: as Adam's moments, it is made as large as its weights' sum is small.
        const double loss = mean / (1 - std::pow(smoothing, i + 1));
        if (i > 0 && !(loss - least <= too_high * std::abs(least))) // NaN too
        {
            break;
        }
        least = std::min(least, loss);
        curve.rates.push_back(rate);
        curve.losses.push_back(loss);
    }
    return curve;
}

} // namespace detail

/// Trains a copy of a network for some batches while the learning rate rises by the same factor each
/// time, until the loss grows: `.suggestion()` of the result is a rate to train with.
/// Errors     throws data_error when rows of the data do not fit the network, for a range that does not
///            rise, or for an optimiser without a learning rate
/// Source     Smith (2017), Cyclical learning rates for training neural networks, section 3.3
template <class Network, class T, class Loss, optimiser Optimiser, class Runner = one_thread>
    requires task_runner<std::remove_reference_t<Runner>>
learning_rate_curve find_learning_rate(const Network& net, const data_set<T>& data,
                                       const learning_rate_range& range, const Loss&,
                                       const Optimiser& chosen, Runner&& runner = Runner{})
{
    constexpr auto formula = detail::loss_formula<Loss>::value;
    detail::check_types<Network, T, formula>();
    if constexpr (detail::are_usable<Network, T, formula>)
    {
        return detail::search_learning_rate<formula>(net, data, range, chosen, runner);
    }
    else
    {
        return {};
    }
}

} // namespace ctgrad
