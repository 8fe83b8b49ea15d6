// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/io/parameter_file.hpp>

namespace ctgrad
{

/// A setting of training, as text.
struct setting_record
{
    std::string name;
    std::string value;
};

/// What a file of training must have been written for, or it is not read.
struct training_identity
{
    std::string architecture;
    std::vector<tensor_record> tensors;
    std::vector<setting_record> settings;
    /// Of the optimiser; each has the same tensors as the weights.
    std::uint32_t states = 0;
    /// How many numbers there are about an epoch.
    std::uint32_t figures = 0;
};

/// How far training has come.
template <saved_element T>
struct training_snapshot
{
    std::uint64_t epochs = 0;
    std::uint64_t steps = 0;
    /// The figures of each epoch.
    std::vector<double> history;
    /// The weights, then each state of the optimiser, all row-major.
    std::vector<T> values;
};

namespace detail
{

// Like a file of parameters, but for:
//      6 bytes   "ctgfit"
//      behind the tensors:
//      uint32    number of settings
//      text, text    of each the name and the value
//      uint32    number of states
//      uint32    figures of an epoch
//      uint64    epochs
//      uint64    steps
//      the figures of each epoch, as float64
//      the elements of the weights' tensors, then of each state's
//      uint64    checksum of everything before
inline constexpr file_kind checkpoint_file{"a checkpoint of training", "ctgfit", 1};

inline std::size_t value_count(const training_identity& identity)
{
    return element_count(identity.tensors) * (1 + static_cast<std::size_t>(identity.states));
}

// Takes a number, which must be this one.
inline void match_count(byte_reader& reader, std::uint32_t expected, const char* what)
{
    if (const auto found = reader.number<std::uint32_t>(); found != expected)
    {
        throw file_error(reader.file, "expected " + std::to_string(expected) + " " + what +
                                          ", found " + std::to_string(found));
    }
}

// Takes the settings, which must be these.
inline void match_settings(byte_reader& reader, std::span<const setting_record> settings)
{
    match_count(reader, static_cast<std::uint32_t>(settings.size()), "settings of training");
    for (const setting_record& setting : settings)
    {
        const std::string_view name = reader.text();
        const std::string_view value = reader.text();
        if (name != setting.name)
        {
            throw file_error(reader.file, "expected the setting " + in_quotes(setting.name) +
                                              ", found " + in_quotes(name));
        }
        if (value != setting.value)
        {
            throw file_error(reader.file, "expected training with the " + setting.name + " " +
                                              setting.value + ", found " + std::string(value));
        }
    }
}

} // namespace detail

/// Writes how far training has come, exactly. The file appears complete or not at all.
/// Errors     file_error: it cannot be written; other numbers of figures or values than the identity says
template <saved_element T>
void write_checkpoint_file(const std::filesystem::path& path, const training_identity& identity,
                           const training_snapshot<T>& snapshot)
{
    if (snapshot.values.size() != detail::value_count(identity) ||
        snapshot.history.size() != snapshot.epochs * identity.figures)
    {
        throw file_error(path, "expected " + std::to_string(detail::value_count(identity)) +
                                   " values and " +
                                   std::to_string(snapshot.epochs * identity.figures) +
                                   " figures, found " + std::to_string(snapshot.values.size()) +
                                   " and " + std::to_string(snapshot.history.size()));
    }
    std::string bytes = detail::begin_sound_file(detail::checkpoint_file);
    detail::append_number(bytes, static_cast<std::uint32_t>(sizeof(T)));
    detail::append_tensors(bytes, identity.architecture, identity.tensors);
    detail::append_number(bytes, static_cast<std::uint32_t>(identity.settings.size()));
    for (const setting_record& setting : identity.settings)
    {
        detail::append_text(bytes, setting.name);
        detail::append_text(bytes, setting.value);
    }
    detail::append_number(bytes, identity.states);
    detail::append_number(bytes, identity.figures);
    detail::append_number(bytes, snapshot.epochs);
    detail::append_number(bytes, snapshot.steps);
    bytes.reserve(bytes.size() + snapshot.history.size() * sizeof(double) +
                  snapshot.values.size() * sizeof(T) + detail::sound_file_end);
    detail::append_elements<double>(bytes, snapshot.history);
    detail::append_elements<T>(bytes, snapshot.values);
    detail::write_sound_file(path, std::move(bytes));
}

/// Reads how far exactly this training had come; nothing is returned unless all of it fits.
/// Errors     file_error: it cannot be opened, is foreign, of another version, truncated, continued or
///            damaged; other elements, architecture, settings or number of states
/// Cost       memory of twice the length of the file, whatever it says of itself
template <saved_element T>
training_snapshot<T> read_checkpoint_file(const std::filesystem::path& path,
                                          const training_identity& identity)
{
    const std::string contents = detail::read_sound_file(path, detail::checkpoint_file);
    detail::byte_reader reader{path, contents};
    reader.take(detail::sound_file_header);
    detail::match_element(reader, sizeof(T));
    detail::match_tensors(reader, identity.architecture, identity.tensors);
    detail::match_settings(reader, identity.settings);
    detail::match_count(reader, identity.states, "states of the optimiser");
    detail::match_count(reader, identity.figures, "figures of an epoch");

    training_snapshot<T> snapshot;
    snapshot.epochs = reader.number<std::uint64_t>();
    snapshot.steps = reader.number<std::uint64_t>();
    const std::size_t rest = reader.bytes.size();
    const std::size_t elements = detail::value_count(identity) * sizeof(T);
    const std::size_t epoch = identity.figures * sizeof(double);
    // Divided instead of multiplied: the number of epochs may be any.
    if (rest < elements || (rest - elements) % epoch != 0 ||
        (rest - elements) / epoch != snapshot.epochs)
    {
        throw file_error(path, "expected " + std::to_string(elements) +
                                   " bytes of elements and the figures of " +
                                   std::to_string(snapshot.epochs) + " epochs, found " +
                                   std::to_string(rest) + " bytes");
    }
    snapshot.history = detail::take_elements<double>(reader, (rest - elements) / sizeof(double));
    snapshot.values = detail::take_elements<T>(reader, detail::value_count(identity));
    return snapshot;
}

} // namespace ctgrad
