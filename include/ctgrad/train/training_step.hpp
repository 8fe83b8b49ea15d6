// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/data/batches.hpp>
#include <ctgrad/data/data_set.hpp>
#include <ctgrad/tensor/random.hpp>
#include <ctgrad/tensor/tasks.hpp>
#include <ctgrad/train/learn.hpp>

#include <functional>

namespace ctgrad
{

/// Changes the inputs of a row, a copy, before they are learnt from. The engine is the row's own: its numbers
/// depend on the seed, the step and the place in the batch, not on what other rows draw. Rows may be changed
/// by several threads at once.
template <class T>
using augmentation = std::function<void(std::span<T> row, split_mix_engine& engine)>;

namespace detail
{

/// How many parts a batch is cut into: by its rows alone, so that results do not depend on how many
/// threads there are. One thread has no use for parts.
template <class Runner>
constexpr std::ptrdiff_t batch_parts(std::ptrdiff_t rows)
{
    if constexpr (std::same_as<Runner, one_thread>)
    {
        return 1;
    }
    else
    {
        // Each part reads all weights and has gradients to be added: below 128 rows that shows, but
        // two are still faster than one.
        return std::clamp<std::ptrdiff_t>(rows / 128, rows < 64 ? 1 : 2, 16);
    }
}

inline constexpr variable<"total"> gradient_total;
inline constexpr variable<"part"> gradient_part;
/// Adds gradients to others, and sets them to zero.
using add_gradients_program = program<gradient_total + gradient_part, constant{0.0}>;

} // namespace detail

/// Steps of training, each over some rows of a data set: mean loss, its gradients, one update. For
/// several threads the rows are cut into parts, each with gradients of its own, which are added in
/// the order of the parts: the same bits for every number of threads, but not those of `one_thread`.
/// Cost       allocates when it is made: for each part its rows and a `training_workspace`; steps
///            allocate nothing. Below 64 rows there is one part, then two, and from 384 rows on as
///            many as there are 128 rows, at most 16
template <class Network, optimiser Optimiser, task_runner Runner = one_thread>
class training_step
{
    using T = typename Network::value_type;

public:
    /// For batches of at most `rows` rows, which may be sequences of so many inputs and targets. The runner
    /// must outlive this.
    training_step(Runner& runner, const Optimiser& chosen, std::ptrdiff_t rows,
                  std::ptrdiff_t inputs = Network::input_size,
                  std::ptrdiff_t targets = Network::output_size)
        : runner_(runner),
          state_(chosen, Network::stored_tensor_sizes(), Network::parameter_tensors())
    {
        const std::ptrdiff_t count = detail::batch_parts<Runner>(rows);
        // The last batch of an epoch may have larger parts, as 383 rows are two parts and 384 three.
        const std::ptrdiff_t most =
            std::min(rows, std::max<std::ptrdiff_t>(share(rows, count), share(383, 2)));
        parts_.reserve(static_cast<std::size_t>(count));
        for (std::ptrdiff_t i = 0; i < count; ++i)
        {
            parts_.emplace_back(most, inputs, targets);
        }
    }

    /// How many there have been.
    long steps() const { return state_.steps(); }

    /// What the optimiser remembers.
    optimiser_state<Optimiser, T>& state() { return state_; }

    /// See optimiser_state.
    static constexpr bool has_learning_rate = optimiser_state<Optimiser, T>::has_learning_rate;
    void scale_learning_rate(double factor) { state_.scale_learning_rate(factor); }

    /// For networks with memory: through how many steps of a sequence gradients go back at most, 0 for all.
    void go_back_through([[maybe_unused]] std::ptrdiff_t steps)
    {
        if constexpr (Network::has_state)
        {
            for (batch_part& each : parts_)
            {
                each.workspace.steps_at_once = steps;
            }
        }
    }

    /// What is done to the inputs of each row before it is learnt from; nothing if empty.
    void augment_by(augmentation<T> change) { augment_ = std::move(change); }

    /// One step over these rows of the data, which are of the network's sizes: that is not checked.
    /// `key` is the seed of what is random in it (dropout, augmentation).
    template <auto Loss>
    batch_result run(Network& net, const data_set<T>& data, std::span<const std::ptrdiff_t> rows,
                     std::uint64_t key)
    {
        if constexpr (std::same_as<Runner, one_thread>)
        {
            part(0).gather_rows(data, rows);
            augment(part(0), 0, key);
            return learn<Loss>(net, part(0).workspace, state_, part(0).x(), part(0).y(), key);
        }
        else
        {
            return run_parts<Loss>(net, data, rows, key);
        }
    }

private:
    // Begins at a cache line, as do its arrays: what a thread writes is in no line of another.
    struct alignas(block_alignment) batch_part
    {
        batch_part(std::ptrdiff_t most, std::ptrdiff_t input_columns, std::ptrdiff_t target_columns)
            : columns{input_columns, target_columns},
              inputs(static_cast<std::size_t>(most * input_columns)),
              targets(static_cast<std::size_t>(most * target_columns))
        {
        }

        void gather_rows(const data_set<T>& data, std::span<const std::ptrdiff_t> chosen)
        {
            rows = std::ssize(chosen);
            gather(data.input_view(), chosen, x());
            gather(data.target_view(), chosen, y());
        }

        rows_view<T> x() { return {inputs.data(), rows, columns[0]}; }
        rows_view<T> y() { return {targets.data(), rows, columns[1]}; }

        std::ptrdiff_t rows = 0;
        /// Of inputs and targets.
        std::array<std::ptrdiff_t, 2> columns;
        aligned_buffer<T> inputs;
        aligned_buffer<T> targets;
        training_workspace<Network> workspace;
        batch_result result;
    };

    /// Changes gathered rows, of which the first is number `first` of the batch.
    void augment(batch_part& gathered, std::ptrdiff_t first, std::uint64_t key) const
    {
        for (std::ptrdiff_t i = 0; augment_ && i < gathered.rows; ++i)
        {
            // The complement, as dropout in the layers takes its numbers from the key itself.
            split_mix_engine engine(derived_seed({~key}, static_cast<std::uint64_t>(first + i)));
            augment_(gathered.x().row(i), engine);
        }
    }

    template <auto Loss>
    batch_result run_parts(Network& net, const data_set<T>& data,
                           std::span<const std::ptrdiff_t> rows, std::uint64_t key)
    {
        const std::ptrdiff_t all = std::ssize(rows);
        const std::ptrdiff_t count = detail::batch_parts<Runner>(all);
        runner_.run(count,
                    [&](std::ptrdiff_t i)
                    {
                        const std::ptrdiff_t first = i * share(all, count);
                        const std::ptrdiff_t own = std::min(share(all, count), all - first);
                        batch_part& mine = part(i);
                        mine.gather_rows(data, rows.subspan(static_cast<std::size_t>(first),
                                                            static_cast<std::size_t>(own)));
                        augment(mine, first, key);
                        mine.result = mine.workspace.template add_part<Loss>(
                            net, mine.x(), mine.y(), key + static_cast<std::uint64_t>(first), all);
                    });
        update(net, count);
        batch_result total;
        for (std::ptrdiff_t i = 0; i < count; ++i)
        {
            total.loss += part(i).result.loss;
            total.correct += part(i).result.correct;
            total.predictions += part(i).result.predictions;
            total.rows += part(i).result.rows;
        }
        total.loss /= static_cast<double>(all);
        return total;
    }

    static constexpr std::ptrdiff_t share(std::ptrdiff_t rows, std::ptrdiff_t parts)
    {
        return (rows + parts - 1) / parts;
    }

    batch_part& part(std::ptrdiff_t index) { return parts_[static_cast<std::size_t>(index)]; }

    /// Adds the gradients of all parts to those of the first, and updates the weights by them.
    void update(Network& net, std::ptrdiff_t parts)
    {
        const std::span<T> weights = net.parameters();
        const std::span<T> gradients = part(0).workspace.gradients();
        if constexpr (optimiser_state<Optimiser, T>::is_for_each_weight)
        {
            state_.begin_update(weights, gradients);
            for_each_range(weights.size(),
                           [&](std::size_t first, std::size_t count)
                           {
                               ask_for(weights.subspan(first, count));
                               add_gradients(parts, first, count);
                               state_.take_some(weights, gradients, first, count);
                           });
        }
        else
        {
            for_each_range(weights.size(), [&](std::size_t first, std::size_t count)
                           { add_gradients(parts, first, count); });
            state_.apply(weights, gradients);
        }
    }

    void for_each_range(std::size_t size, const auto& body)
    {
        constexpr std::size_t range = optimiser_state<Optimiser, T>::range;
        runner_.run(static_cast<std::ptrdiff_t>((size + range - 1) / range),
                    [&](std::ptrdiff_t i)
                    {
                        const std::size_t first = static_cast<std::size_t>(i) * range;
                        body(first, std::min(range, size - first));
                    });
    }

    /// All cores have read the weights: to write a line, a core has to ask the others to drop theirs.
    /// Here for all of them at once, which makes the update two to three times as fast.
    static void ask_for(std::span<T> weights)
    {
        constexpr std::size_t line = block_alignment / sizeof(T);
        for (std::size_t i = 0; i < weights.size(); i += line)
        {
            __builtin_prefetch(weights.data() + i, 1);
        }
    }

    void add_gradients(std::ptrdiff_t parts, std::size_t first, std::size_t count)
    {
        T* const total = part(0).workspace.gradients().data() + first;
        for (std::ptrdiff_t i = 1; i < parts; ++i)
        {
            T* const more = part(i).workspace.gradients().data() + first;
            detail::run_program<detail::add_gradients_program, T, aliasing::exact>(
                {total, more}, {total, more}, nullptr, static_cast<std::ptrdiff_t>(count));
        }
    }

    Runner& runner_;
    optimiser_state<Optimiser, T> state_;
    std::vector<batch_part> parts_;
    augmentation<T> augment_;
};

} // namespace ctgrad
