// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/data/data_set.hpp>
#include <ctgrad/network/workspace.hpp>
#include <ctgrad/tensor/tasks.hpp>

namespace ctgrad
{

/// Mean loss over a data set, and the share of rows (of sequences: of steps with a target) whose largest
/// output is the right one; NaN for networks of one output.
struct evaluation
{
    double loss = 0.0;
    double accuracy = 0.0;
};

/// A loss as a type, for formulas with numbers of their own: `fit(net, data, {}, loss<huber>, ...)`.
template <auto Formula>
struct loss_constant
{
    static constexpr auto formula = Formula;
};

template <auto Formula>
inline constexpr loss_constant<Formula> loss{};

namespace detail
{

/// Whether a formula is all in its type, so that a function argument is as good as a constant.
template <class Expression>
inline constexpr bool is_stateless = false;

template <fixed_string Name>
inline constexpr bool is_stateless<variable<Name>> = true;

template <class Operation, class... Operands>
inline constexpr bool is_stateless<application<Operation, Operands...>> =
    (is_stateless<Operands> && ...);

template <class Loss>
struct loss_formula
{
    static_assert(is_stateless<Loss>,
                  "a loss with numbers of its own is passed as a constant: loss<my_loss>; see "
                  "docs/errors.md#loss-constant");
    static constexpr Loss value{};
};

template <auto Formula>
struct loss_formula<loss_constant<Formula>>
{
    static constexpr auto value = Formula;
};

/// Whether what a network is asked to do with data and a loss makes sense; if not, that is an error
/// here, and the only one: what needs them is left out.
template <class Network, class T, auto Loss>
inline constexpr bool are_usable =
    std::same_as<typename Network::value_type, T> && expression<decltype(Loss)>;

template <class Network, class T, auto Loss>
constexpr void check_types()
{
    constexpr bool same_elements = std::same_as<typename Network::value_type, T>;
    static_assert(same_elements,
                  "a network of float needs data of float, one of double data of double; see "
                  "docs/errors.md#element-type");
    check_loss<Loss>();
}

/// The same for rows that are sequences.
template <class Network, class T>
void check_sequences(const char* what, const data_set<T>& data)
{
    const std::ptrdiff_t steps = data.input_size / Network::input_size;
    if (steps < 1 || data.input_size != steps * Network::input_size ||
        (data.target_size != steps * Network::output_size &&
         data.target_size != Network::output_size))
    {
        throw data_error("ctgrad: the network has " + std::to_string(Network::input_size) +
                         " inputs and " + std::to_string(Network::output_size) +
                         " outputs at each step, but a sequence, which is a row of the " + what +
                         ", has " + std::to_string(data.input_size) + " and " +
                         std::to_string(data.target_size));
    }
}

/// Errors     throws data_error unless rows of the data fit the network
template <class Network, class T>
void check_data(const char* what, const data_set<T>& data)
{
    if constexpr (Network::has_state)
    {
        return check_sequences<Network>(what, data);
    }
    const auto complain = [&](const char* part, int expected, std::ptrdiff_t found)
    {
        throw data_error("ctgrad: the network has " + std::to_string(expected) + " " + part +
                         ", but a row of the " + what + " has " + std::to_string(found));
    };
    if (data.input_size != Network::input_size)
    {
        complain("inputs", Network::input_size, data.input_size);
    }
    if (data.target_size != Network::output_size)
    {
        complain("outputs", Network::output_size, data.target_size);
    }
}

} // namespace detail

namespace detail
{

/// Adds the mean loss of one sequence over its steps with a target. `outputs` has room for all steps.
template <auto Loss, class Network, class T>
void add_sequence(const Network& net, std::span<const T> inputs, std::span<const T> targets,
                  T* outputs, batch_result& sums)
{
    constexpr int size = Network::output_size;
    const std::ptrdiff_t steps = std::ssize(inputs) / Network::input_size;
    const std::ptrdiff_t losses = std::ssize(targets) / size;
    net.predict_sequence({inputs.data(), steps, Network::input_size}, {outputs, steps, size});
    std::array<T, static_cast<std::size_t>(size)> gradient;
    batch_result own;
    for (std::ptrdiff_t i = 0; i < losses; ++i)
    {
        take_loss<Loss, T, size>(outputs + (steps - losses + i) * size, targets.data() + i * size,
                                 T(1), gradient.data(), own);
    }
    sums.loss += own.loss / static_cast<double>(losses);
    sums.correct += own.correct;
    sums.predictions += own.predictions;
}

/// Sums over some rows; `outputs` has room for 64, or for one sequence.
template <auto Loss, class Network, class T>
batch_result add_losses(const Network& net, rows_view<const T> inputs, rows_view<const T> targets,
                        T* outputs)
{
    constexpr int size = Network::output_size;
    constexpr std::ptrdiff_t tile_rows = 64;
    batch_result sums;
    if constexpr (Network::has_state)
    {
        for (std::ptrdiff_t row = 0; row < inputs.rows; ++row)
        {
            add_sequence<Loss, Network, T>(net, inputs.row(row), targets.row(row), outputs, sums);
        }
    }
    else
    {
        std::array<T, static_cast<std::size_t>(size)> gradient;
        for (std::ptrdiff_t row = 0; row < inputs.rows; row += tile_rows)
        {
            const std::ptrdiff_t count = std::min(tile_rows, inputs.rows - row);
            net.predict(inputs.slice(row, count), rows_view<T>{outputs, count, size});
            for (std::ptrdiff_t i = 0; i < count; ++i)
            {
                take_loss<Loss, T, size>(outputs + i * size, targets.row(row + i).data(), T(1),
                                         gradient.data(), sums);
            }
        }
    }
    return sums;
}

/// The rows are cut into the same parts for any number of threads, whose sums are added in order.
template <auto Loss, class Network, class T, task_runner Runner>
evaluation mean_loss(const Network& net, const data_set<T>& data, Runner& runner)
{
    constexpr std::ptrdiff_t part_rows = 64 * 16;
    const std::ptrdiff_t parts = (data.rows + part_rows - 1) / part_rows;
    // A part ends at a cache line, so that threads do not write to the same.
    struct alignas(block_alignment) part
    {
        batch_result sums;
        aligned_buffer<T> outputs;
    };
    std::vector<part> all(static_cast<std::size_t>(parts));
    const std::ptrdiff_t outputs_at_once =
        Network::has_state ? data.input_size / Network::input_size : 64;
    for (part& each : all)
    {
        each.outputs =
            aligned_buffer<T>(static_cast<std::size_t>(outputs_at_once * Network::output_size));
    }
    runner.run(parts,
               [&](std::ptrdiff_t i)
               {
                   const std::ptrdiff_t first = i * part_rows;
                   const std::ptrdiff_t count = std::min(part_rows, data.rows - first);
                   part& own = all[static_cast<std::size_t>(i)];
                   own.sums =
                       add_losses<Loss>(net, data.input_view().slice(first, count),
                                        data.target_view().slice(first, count), own.outputs.data());
               });
    batch_result total;
    for (const part& each : all)
    {
        total.loss += each.sums.loss;
        total.correct += each.sums.correct;
        total.predictions += each.sums.predictions;
    }
    return {total.loss / static_cast<double>(std::max<std::ptrdiff_t>(data.rows, 1)),
            total.accuracy()};
}

} // namespace detail

/// Loss and accuracy of a network on a data set, without dropout. Several threads, if given, share
/// the rows; the bits are the same.
/// Errors     throws data_error when rows of the data do not fit the network
template <class Network, class T, class Loss, class Runner = one_thread>
    requires task_runner<std::remove_reference_t<Runner>>
evaluation evaluate(const Network& net, const data_set<T>& data, const Loss&,
                    Runner&& runner = Runner{})
{
    constexpr auto formula = detail::loss_formula<Loss>::value;
    detail::check_types<Network, T, formula>();
    if constexpr (detail::are_usable<Network, T, formula>)
    {
        detail::check_data<Network>("data set", data);
        return detail::mean_loss<formula>(net, data, runner);
    }
    else
    {
        return {};
    }
}

} // namespace ctgrad
