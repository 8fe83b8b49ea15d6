// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/io/checkpoint_file.hpp>
#include <ctgrad/io/save.hpp>
#include <ctgrad/train/history.hpp>
#include <ctgrad/train/optimise.hpp>

namespace ctgrad::detail
{

inline std::vector<double> figures_of(const training_history& history)
{
    std::vector<double> figures;
    for (const epoch_record& epoch : history)
    {
        figures.insert(figures.end(),
                       {epoch.loss, epoch.accuracy, epoch.validation.loss,
                        epoch.validation.accuracy, epoch.seconds, epoch.samples_per_second});
    }
    return figures;
}

inline constexpr std::size_t figures_of_epoch = 6;

inline training_history history_of(std::span<const double> figures)
{
    training_history history;
    for (; !figures.empty(); figures = figures.subspan(figures_of_epoch))
    {
        history.push_back({.loss = figures[0],
                           .accuracy = figures[1],
                           .validation = {figures[2], figures[3]},
                           .seconds = figures[4],
                           .samples_per_second = figures[5]});
    }
    return history;
}

/// A training that is written to a file after each epoch, and goes on from there. What is random in an
/// epoch depends on the seed and on the numbers of epoch and step only.
template <class Network, optimiser Optimiser>
class checkpoint
{
    using T = typename Network::value_type;
    static constexpr auto count = static_cast<std::size_t>(Network::parameter_count);

public:
    /// Does nothing if the path is empty. The settings are those that change the bits.
    checkpoint(const std::filesystem::path& path, std::vector<setting_record> settings,
               Network& net, optimiser_state<Optimiser, T>& state)
        : path_(path), net_(net), state_(state)
    {
        if (path_.empty())
        {
            return;
        }
        settings.insert(settings.begin(),
                        {"update rule", hexadecimal(optimiser_state<Optimiser, T>::rule_hash())});
        identity_ = {.architecture = Network::architecture(),
                     .tensors = tensor_records<Network>(),
                     .settings = std::move(settings),
                     .states = static_cast<std::uint32_t>(state_.states().size()),
                     .figures = figures_of_epoch};
    }

    /// Puts back what the file has, which is the history so far. Without one, writes it, so that a place
    /// that cannot be written to is known before the first epoch.
    /// Errors     throws file_error if it cannot be read, is of something else or has more epochs;
    ///            nothing is changed then
    training_history take_up(int most_epochs)
    {
        std::error_code ignored;
        if (path_.empty())
        {
            return {};
        }
        if (std::filesystem::status(path_, ignored).type() == std::filesystem::file_type::not_found)
        {
            write({});
            return {};
        }
        const training_snapshot<T> snapshot = read_checkpoint_file<T>(path_, identity_);
        if (std::cmp_greater(snapshot.epochs, most_epochs))
        {
            throw file_error(path_, "expected at most " + std::to_string(most_epochs) +
                                        " epochs, found " + std::to_string(snapshot.epochs));
        }
        training_history history = history_of(snapshot.history);
        const T* from = snapshot.values.data();
        Network::import_block(from, net_.parameters().data());
        for (const std::span<T> block : state_.states())
        {
            from += count;
            Network::import_block(from, block.data());
        }
        state_.set_steps(static_cast<long>(snapshot.steps));
        return history;
    }

    /// Errors     throws file_error if it cannot be written; the file is the one before then
    void write(const training_history& history)
    {
        if (path_.empty())
        {
            return;
        }
        const std::vector<std::span<T>> states = state_.states();
        training_snapshot<T> snapshot{.epochs = history.size(),
                                      .steps = static_cast<std::uint64_t>(state_.steps()),
                                      .history = figures_of(history),
                                      .values = std::vector<T>(count * (1 + states.size()))};
        T* to = snapshot.values.data();
        Network::export_block(net_.parameters().data(), to);
        for (const std::span<T> block : states)
        {
            to += count;
            Network::export_block(block.data(), to);
        }
        write_checkpoint_file(path_, identity_, snapshot);
    }

private:
    static std::string hexadecimal(std::uint64_t number)
    {
        std::string text;
        for (int shift = 60; shift >= 0; shift -= 4)
        {
            text += "0123456789abcdef"[number >> shift & 15];
        }
        return text;
    }

    const std::filesystem::path& path_;
    Network& net_;
    optimiser_state<Optimiser, T>& state_;
    training_identity identity_;
};

} // namespace ctgrad::detail
