// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/tensor/flush_denormals.hpp>
#include <ctgrad/train/calibrate.hpp>
#include <ctgrad/train/checkpoint.hpp>
#include <ctgrad/train/dropout_rates.hpp>
#include <ctgrad/train/finished_step.hpp>
#include <ctgrad/train/norm_limit.hpp>
#include <ctgrad/train/progress.hpp>
#include <ctgrad/train/schedules.hpp>
#include <ctgrad/train/training_step.hpp>
#include <ctgrad/train/weight_average.hpp>

#include <atomic>
#include <cmath>
#include <functional>
#include <optional>

namespace ctgrad
{

template <class T>
struct training_options
{
    int epochs = 10;
    /// Rows of a batch; the last one of an epoch may have fewer. As rows go through the layers in tiles, a
    /// large batch needs no more memory: it is what others call accumulation of gradients.
    int batch = 64;
    /// Of networks with memory, whose rows are sequences: the steps through which gradients go back at
    /// most; 0 for all.
    int steps_at_once = 0;
    /// Called for the inputs of each row, a copy, before it is learnt from, with random numbers of the row's
    /// own (data/augment.hpp has some): `[](std::span<float> row, split_mix_engine& engine) {...}`.
    augmentation<T> augment = {};
    /// Evaluated after each epoch, if given.
    const data_set<T>* validation = nullptr;
    /// A factor of the learning rate for each step (train/schedules.hpp); none if empty.
    std::function<double(const schedule_position&)> schedule = {};
    /// Training ends when the validation loss has not become less for so many epochs, and the network gets
    /// the weights that it was least with. 0: all epochs, and the last weights.
    int patience = 0;
    /// The network gets the exponential moving average of its weights, with this decay for each step, and
    /// is validated with it. 0: its own weights.
    double average = 0.0;
    /// The norm that the weights coming into a unit have at most: larger ones are scaled down to it after each
    /// step (train/norm_limit.hpp). 0: any norm.
    double max_norm = 0.0;
    /// Of the order of rows, augmentation and dropout; the same seed gives the same network.
    seed randomness = {};
    progress_options output = {};
    /// A path to a file that is written before the first epoch and after each. If it is there at the beginning,
    /// training goes on from it, to the bits of a training that was never interrupted; the history begins
    /// with the epochs before. With another learning rate, loss or more epochs it goes on as well, and with
    /// another `augment`, but not with one instead of none or none instead of one.
    checkpoint_path<T> checkpoint = {};
    /// Called after each step, such as a diagnostics_log (train/diagnostics.hpp); its time is part of the
    /// epoch's.
    std::function<void(const finished_step&)> on_step = {};
    /// No epoch begins once this is true; see train/interrupt.hpp.
    const std::atomic<bool>* stop = nullptr;
};

namespace detail
{

/// Errors     throws data_error for what makes no sense
template <class Network, class T>
void check_options(const data_set<T>& data, const training_options<T>& options,
                   bool has_learning_rate)
{
    check_data<Network>("training set", data);
    if (options.validation != nullptr)
    {
        check_data<Network>("validation set", *options.validation);
    }
    if (options.epochs < 0 || options.batch < 1 || options.steps_at_once < 0 || data.rows < 1)
    {
        throw data_error("ctgrad: training needs at least one row, a batch of at least 1 and no "
                         "negative number of epochs or steps");
    }
    if (options.patience < 0 || (options.patience > 0 && options.validation == nullptr))
    {
        throw data_error("ctgrad: patience is a number of epochs without a better validation loss, "
                         "so it is not negative and needs a validation set");
    }
    if (!(options.average >= 0 && options.average < 1))
    {
        throw data_error("ctgrad: the average of weights has a decay of at least 0 and below 1, "
                         "such as 0.999");
    }
    if (!(options.max_norm >= 0))
    {
        throw data_error("ctgrad: the largest norm of a unit's weights is not negative");
    }
    if (options.schedule && !has_learning_rate)
    {
        throw data_error("ctgrad: a schedule is a factor of the learning rate, but the update rule "
                         "has no parameter of that name");
    }
}

/// An accuracy, unless it is NaN.
inline std::optional<double> if_there_is_one(double accuracy)
{
    return std::isnan(accuracy) ? std::nullopt : std::optional(accuracy);
}

/// Since how many epochs the validation loss has not become less: 0 if the last one was the best.
inline int epochs_since_best(const training_history& history)
{
    double best = std::numeric_limits<double>::infinity();
    int since = 0;
    for (std::size_t i = 0; i < history.size(); ++i)
    {
        const bool is_better = i == 0 || history[i].validation.loss < best;
        since = is_better ? 0 : since + 1;
        best = is_better ? history[i].validation.loss : best;
    }
    return since;
}

/// What `fit` keeps beside network and optimiser.
template <class T>
struct kept_weights
{
    weight_average<T> average;
    aligned_buffer<T> best;

    kept_weights(const training_options<T>& options, std::size_t size)
        : average(options.average, options.average > 0 ? size : 0),
          best(options.patience > 0 ? size : 0)
    {
    }
};

template <class Network, class T, class Optimiser>
training_parts<T> parts_of(Network& net, optimiser_state<Optimiser, T>& state,
                           kept_weights<T>& kept, const data_set<T>& data,
                           const training_options<T>& options, std::ptrdiff_t batch)
{
    static constexpr auto tensors = Network::parameter_tensors();
    std::vector<std::span<T>> blocks = state.states();
    blocks.insert(blocks.begin(), net.parameters());
    for (const std::span<T> more : {kept.average.values(), kept.best.span()})
    {
        if (!more.empty())
        {
            blocks.push_back(more);
        }
    }
    return {.input = Network::input_shape,
            .tensors = tensors,
            .rule_hash = state.rule_hash(),
            .rows = data.rows,
            .input_size = data.input_size,
            .target_size = data.target_size,
            .batch = batch,
            .steps_at_once = options.steps_at_once,
            .seed = options.randomness.value,
            .average = options.average,
            .max_norm = options.max_norm,
            .dropout_rates = dropout_rates<Network>(),
            .augments = static_cast<bool>(options.augment),
            .keeps_best = options.patience > 0,
            .blocks = std::move(blocks),
            .export_block = Network::export_block,
            .import_block = Network::import_block};
}

template <auto Loss, class Network, class T, class Optimiser, class Runner>
training_history train(Network& net, const data_set<T>& data, const training_options<T>& options,
                       const Optimiser& chosen, Runner& runner)
{
    using step_type = training_step<Network, Optimiser, Runner>;
    check_options<Network>(data, options, step_type::has_learning_rate);
    const flush_denormals flushed;
    const std::ptrdiff_t batch = std::min<std::ptrdiff_t>(options.batch, data.rows);
    step_type step(runner, chosen, batch, data.input_size, data.target_size);
    step.go_back_through(options.steps_at_once);
    step.augment_by(options.augment);
    shuffled_order order(data.rows, options.randomness);
    const std::ptrdiff_t batches = order.batches(batch);
    kept_weights<T> kept(options, net.parameters().size());
    weight_average<T>& average = kept.average;
    std::optional<norm_limit<Network>> limit;
    if (options.max_norm > 0)
    {
        limit.emplace(options.max_norm);
    }
    const training_parts<T> parts = parts_of(net, step.state(), kept, data, options, batch);
    training_history history;
    if (options.checkpoint)
    {
        long steps = 0;
        std::tie(steps, history) = options.checkpoint.take_up(parts, options.epochs);
        step.state().set_steps(steps);
        if (steps > 0 && options.average > 0)
        {
            average.resume();
        }
    }
    const int epochs_before = static_cast<int>(history.size());
    progress shown(data.rows, options.epochs, options.output, epochs_before);
    const auto is_over = [&]
    {
        return (options.stop != nullptr && options.stop->load()) ||
               (options.patience > 0 && epochs_since_best(history) >= options.patience);
    };

    for (int epoch = epochs_before; epoch < options.epochs && !is_over(); ++epoch)
    {
        order.shuffle(static_cast<std::uint64_t>(epoch));
        const double start = steady_seconds();
        batch_result total;
        for (std::ptrdiff_t index = 0; index < batches; ++index)
        {
            if (options.schedule)
            {
                step.scale_learning_rate(options.schedule(
                    {.step = step.steps(),
                     .steps = static_cast<long>(batches) * options.epochs,
                     .epoch = epoch + static_cast<double>(index) / static_cast<double>(batches),
                     .history = history}));
            }
            const auto rows = order.batch(index, batch);
            const std::uint64_t key =
                derived_seed(options.randomness, static_cast<std::uint64_t>(step.steps())).value;
            const batch_result result = step.template run<Loss>(net, data, rows, key);
            if (limit)
            {
                limit->apply(net.parameters());
            }
            if (options.average > 0)
            {
                average.add(net.parameters());
            }
            if (options.on_step)
            {
                options.on_step(
                    {.epoch = epoch, .index = index, .count = batches, .loss = result.loss});
            }
            total.loss += result.loss * static_cast<double>(result.rows);
            total.correct += result.correct;
            total.predictions += result.predictions;
            total.rows += result.rows;
            const double rows_so_far = static_cast<double>(total.rows);
            shown.update(total.rows, {.loss = total.loss / rows_so_far,
                                      .accuracy = if_there_is_one(total.accuracy())});
        }
        epoch_record record;
        const double rows = static_cast<double>(total.rows);
        record.seconds = steady_seconds() - start;
        record.samples_per_second = rows / record.seconds;
        record.loss = total.loss / rows;
        record.accuracy = total.accuracy();
        epoch_figures figures{.loss = record.loss, .accuracy = if_there_is_one(record.accuracy)};
        record.validation = {std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::quiet_NaN()};
        const auto exchange_average = [&]
        {
            if (options.average > 0)
            {
                average.exchange(net.parameters());
            }
        };
        exchange_average();
        calibrate_by_some(net, data, batch, options.randomness);
        if (options.validation != nullptr)
        {
            record.validation = mean_loss<Loss>(net, *options.validation, runner);
            figures.validation_loss = record.validation.loss;
            figures.validation_accuracy = if_there_is_one(record.validation.accuracy);
        }
        shown.epoch_done(figures);
        history.push_back(record);
        if (options.patience > 0 && epochs_since_best(history) == 0)
        {
            std::ranges::copy(net.parameters(), kept.best.begin());
        }
        exchange_average();
        if (options.checkpoint)
        {
            options.checkpoint.write(parts, step.steps(), history);
        }
    }
    if (!history.empty() && options.patience > 0)
    {
        std::ranges::copy(kept.best, net.parameters().begin());
    }
    else if (average.has_begun())
    {
        average.exchange(net.parameters());
    }
    return history;
}

} // namespace detail

/// Trains a network on shuffled mini-batches: mean loss of a batch, its gradients, one update.
/// While it runs, denormal numbers are flushed to zero; the caller's floating-point state returns.
/// `loss` is a formula (cross_entropy, mean_squared_error, ...), or `loss<formula>` for one with
/// numbers of its own. For a network with memory each row is a sequence: the inputs of all steps, and the
/// targets of all steps or of the last; the loss is the mean over steps. Threads (train/threads.hpp), if
/// given, share the work of each step and of the validation; the network does not depend on how many
/// there are.
/// Errors     throws data_error when rows of the data do not fit the network, or for options that make no
///            sense; file_error when the checkpoint is damaged or of another training (nothing is changed),
///            or cannot be written
/// Cost       allocates at the beginning, not per step
template <class Network, class T, class Loss, optimiser Optimiser, class Runner = one_thread>
    requires task_runner<std::remove_reference_t<Runner>>
training_history fit(Network& net, const data_set<T>& data,
                     const std::type_identity_t<training_options<T>>& options, const Loss&,
                     const Optimiser& chosen, Runner&& runner = Runner{})
{
    constexpr auto formula = detail::loss_formula<Loss>::value;
    detail::check_types<Network, T, formula>();
    if constexpr (detail::are_usable<Network, T, formula>)
    {
        return detail::train<formula>(net, data, options, chosen, runner);
    }
    else
    {
        return {};
    }
}

} // namespace ctgrad
