// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/io/checkpoint_file.hpp>
#include <ctgrad/io/save.hpp>
#include <ctgrad/train/history.hpp>

#include <array>
#include <charconv>

namespace ctgrad
{

namespace detail
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

/// What a training is and remembers, without the types of network and optimiser. What is random in an
/// epoch depends on the seed and on the numbers of epoch and step only.
template <class T>
struct training_parts
{
    shape input;
    std::span<const parameter_tensor> tensors;
    std::uint64_t rule_hash;
    std::ptrdiff_t rows;
    std::ptrdiff_t input_size;
    std::ptrdiff_t target_size;
    std::ptrdiff_t batch;
    int steps_at_once;
    std::uint64_t seed;
    double average;
    double max_norm;
    std::vector<double> dropout_rates;
    /// What it does cannot be compared.
    bool augments;
    bool keeps_best;
    /// As they are stored: the weights, each state of the optimiser, then the average and the best weights if
    /// they are kept.
    std::vector<std::span<T>> blocks;
    void (*export_block)(const T* block, T* to);
    void (*import_block)(const T* from, T* block);
};

inline std::string hexadecimal(std::uint64_t number)
{
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4)
    {
        text += "0123456789abcdef"[number >> shift & 15];
    }
    return text;
}

/// The shortest text that is this number and no other.
inline std::string exact_text(double number)
{
    std::array<char, 32> buffer;
    return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr};
}

inline std::string exact_texts(std::span<const double> all)
{
    std::string text;
    for (const double number : all)
    {
        text += (text.empty() ? "" : ", ") + exact_text(number);
    }
    return text.empty() ? "none" : text;
}

template <class T>
training_identity identity_of(const training_parts<T>& parts)
{
    return {.architecture = architecture_text(parts.input, parts.tensors),
            .tensors = tensor_records(parts.tensors),
            .settings = {{"update rule", hexadecimal(parts.rule_hash)},
                         {"number of rows", std::to_string(parts.rows)},
                         {"inputs of a row", std::to_string(parts.input_size)},
                         {"targets of a row", std::to_string(parts.target_size)},
                         {"batch", std::to_string(parts.batch)},
                         {"steps at once", std::to_string(parts.steps_at_once)},
                         {"seed", std::to_string(parts.seed)},
                         {"average", exact_text(parts.average)},
                         {"max_norm", exact_text(parts.max_norm)},
                         {"dropout rates", exact_texts(parts.dropout_rates)},
                         {"augmentation", parts.augments ? "some" : "none"},
                         {"best weights", parts.keeps_best ? "kept" : "not kept"}},
            .states = static_cast<std::uint32_t>(parts.blocks.size() - 1),
            .figures = figures_of_epoch};
}

/// Errors     throws file_error if it cannot be written; the file is the one before then
template <class T>
void write_checkpoint(const std::filesystem::path& path, const training_parts<T>& parts, long steps,
                      const training_history& history)
{
    const training_identity identity = identity_of(parts);
    training_snapshot<T> snapshot{.epochs = history.size(),
                                  .steps = static_cast<std::uint64_t>(steps),
                                  .history = figures_of(history),
                                  .values = std::vector<T>(value_count(identity))};
    T* to = snapshot.values.data();
    for (const std::span<T> block : parts.blocks)
    {
        parts.export_block(block.data(), to);
        to += element_count(identity.tensors);
    }
    write_checkpoint_file(path, identity, snapshot);
}

/// Puts back what the file has; the number of steps and the history so far. Without a file, writes it, so
/// that a place that cannot be written to is known before the first epoch.
/// Errors     throws file_error if it cannot be read, is of something else or has more epochs; nothing is
///            changed then
template <class T>
std::pair<long, training_history> take_up(const std::filesystem::path& path,
                                          const training_parts<T>& parts, int most_epochs)
{
    std::error_code ignored;
    if (std::filesystem::status(path, ignored).type() == std::filesystem::file_type::not_found)
    {
        write_checkpoint(path, parts, 0, {});
        return {};
    }
    const training_identity identity = identity_of(parts);
    const training_snapshot<T> snapshot = read_checkpoint_file<T>(path, identity);
    if (std::cmp_greater(snapshot.epochs, most_epochs))
    {
        throw file_error(path, "expected at most " + std::to_string(most_epochs) +
                                   " epochs, found " + std::to_string(snapshot.epochs));
    }
    training_history history = history_of(snapshot.history);
    const T* from = snapshot.values.data();
    for (const std::span<T> block : parts.blocks)
    {
        parts.import_block(from, block.data());
        from += element_count(identity.tensors);
    }
    return {static_cast<long>(snapshot.steps), std::move(history)};
}

} // namespace detail

/// Where checkpoints go: a path, or nowhere. Only who gives a path compiles what reads and writes it.
template <class T>
class checkpoint_path
{
public:
    checkpoint_path() = default;

    template <class Path>
        requires std::convertible_to<const Path&, std::filesystem::path>
    checkpoint_path(const Path& path)
        : path_(path), take_up_(detail::take_up<T>), write_(detail::write_checkpoint<T>)
    {
    }

    /// Whether there is one.
    explicit operator bool() const { return take_up_ != nullptr && !path_.empty(); }

    auto take_up(const detail::training_parts<T>& parts, int most_epochs) const
    {
        return take_up_(path_, parts, most_epochs);
    }

    void write(const detail::training_parts<T>& parts, long steps,
               const training_history& history) const
    {
        write_(path_, parts, steps, history);
    }

private:
    std::filesystem::path path_;
    decltype(&detail::take_up<T>) take_up_ = nullptr;
    decltype(&detail::write_checkpoint<T>) write_ = nullptr;
};

} // namespace ctgrad
