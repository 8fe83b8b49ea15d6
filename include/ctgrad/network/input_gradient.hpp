// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/inference_form.hpp>
#include <ctgrad/network/layer_passes.hpp>
#include <ctgrad/network/loss.hpp>

#include <array>
#include <span>
#include <string>

namespace ctgrad
{

namespace detail
{

/// Says whether a network has gradients by the inputs of a row.
template <class Network>
constexpr bool check_rows_stand_alone()
{
    constexpr bool stand_alone = !Network::has_state;
    static_assert(stand_alone,
                  "the outputs of a network with memory depend on all steps so far, so a row alone "
                  "has no input_gradient; see docs/errors.md#network-with-memory");
    return stand_alone;
}

[[noreturn, gnu::cold]] inline void throw_input_gradient_size(const std::string& expected,
                                                              std::ptrdiff_t rows,
                                                              std::ptrdiff_t columns)
{
    throw size_error("ctgrad: the gradients of a network by its inputs need " + expected +
                     ", but there are " + std::to_string(rows) + " of " + std::to_string(columns));
}

/// Errors     throws size_error unless there are so many rows of so many numbers
inline void check_rows(const char* what, std::ptrdiff_t found_rows, std::ptrdiff_t found_columns,
                       std::ptrdiff_t rows, std::ptrdiff_t columns)
{
    if (found_rows != rows || found_columns != columns)
    {
        throw_input_gradient_size(std::to_string(rows) + " rows of " + std::to_string(columns) +
                                      " " + what,
                                  found_rows, found_columns);
    }
}

/// Gradients by the inputs, from those of the predictions as `give_gradient(row, prediction, gradient)`
/// writes them.
template <class Network, class T>
void pass_back_to_inputs(const Network& net, rows_view<const T> inputs, rows_view<T> dx,
                         const auto& give_gradient)
{
    constexpr std::ptrdiff_t most_rows = 128;
    constexpr int size = Network::output_size;
    constexpr int stride = row_stride<T>(size);
    constexpr int dx_stride = row_stride<T>(Network::input_size);
    layer_passes<Network> passes(std::min(inputs.rows, most_rows));
    for (std::ptrdiff_t row = 0; row < inputs.rows; row += most_rows)
    {
        const std::ptrdiff_t count = std::min(most_rows, inputs.rows - row);
        const rows_view<const T> x = inputs.slice(row, count);
        passes.forward(net, x, 0);
        T* const gradients = passes.prediction_gradients();
        for (std::ptrdiff_t i = 0; i < count; ++i)
        {
            give_gradient(row + i, passes.predictions() + i * stride, gradients + i * stride);
        }
        clear_padding(gradients, size, count);
        const T* const found = passes.backward(net, x, no_update{}, 0, true);
        for (std::ptrdiff_t i = 0; i < count; ++i)
        {
            std::copy_n(found + i * dx_stride, Network::input_size, dx.row(row + i).data());
        }
    }
}

} // namespace detail

/// Gradient of one output by the inputs, for each row: how much each input matters there, which for
/// images is a map of saliency. Without dropout.
/// Shapes     inputs, dx (rows, input_size) with any stride
/// Errors     throws size_error for other sizes or an output that there is not; compile time: the
///            network must have no memory
/// Cost       a step of training; allocates what one needs for at most 128 rows, and with dropout or
///            batch_norm another network
/// Source     Simonyan, Vedaldi, Zisserman (2014), Deep inside convolutional networks, section 3
template <class Network>
void input_gradients(const Network& net, rows_view<const typename Network::value_type> inputs,
                     int output, rows_view<typename Network::value_type> dx)
{
    using T = typename Network::value_type;
    if constexpr (detail::check_rows_stand_alone<Network>())
    {
        detail::check_rows("inputs", inputs.rows, inputs.columns, inputs.rows, Network::input_size);
        detail::check_rows("gradients", dx.rows, dx.columns, inputs.rows, Network::input_size);
        if (output < 0 || output >= Network::output_size)
        {
            throw size_error("ctgrad: there is no output " + std::to_string(output) +
                             ": the network has " + std::to_string(Network::output_size) +
                             ", from 0");
        }
        detail::call_in_inference_form(
            net,
            [&](const auto& certain)
            {
                detail::pass_back_to_inputs(certain, inputs, dx,
                                            [&](std::ptrdiff_t, const T*, T* gradient)
                                            {
                                                std::fill_n(gradient, Network::output_size, T(0));
                                                gradient[output] = T(1);
                                            });
            });
    }
}

/// Gradient of each row's own loss, a formula, by its inputs: what raises the loss.
/// Shapes     inputs, dx (rows, input_size) and targets (rows, output_size) with any stride
/// Errors     as above
/// Source     Goodfellow, Shlens, Szegedy (2015), Explaining and harnessing adversarial examples
template <auto Loss, class Network>
void input_gradients(const Network& net, rows_view<const typename Network::value_type> inputs,
                     rows_view<const typename Network::value_type> targets,
                     rows_view<typename Network::value_type> dx)
{
    using T = typename Network::value_type;
    detail::check_loss<Loss>();
    if constexpr (detail::check_rows_stand_alone<Network>())
    {
        detail::check_rows("inputs", inputs.rows, inputs.columns, inputs.rows, Network::input_size);
        detail::check_rows("targets", targets.rows, targets.columns, inputs.rows,
                           Network::output_size);
        detail::check_rows("gradients", dx.rows, dx.columns, inputs.rows, Network::input_size);
        detail::call_in_inference_form(
            net,
            [&](const auto& certain)
            {
                detail::pass_back_to_inputs(
                    certain, inputs, dx,
                    [&](std::ptrdiff_t row, const T* prediction, T* gradient)
                    {
                        detail::loss_of_row<Loss, T, Network::output_size>(
                            prediction, targets.row(row).data(), T(1), gradient);
                    });
            });
    }
}

/// The gradient of one output by the inputs of one row.
/// Errors     throws size_error unless the row has input_size numbers, and as above
template <class Network>
auto input_gradient(const Network& net, std::span<const typename Network::value_type> row,
                    int output)
{
    using T = typename Network::value_type;
    std::array<T, static_cast<std::size_t>(Network::input_size)> dx{};
    input_gradients(net, rows_view<const T>{row.data(), 1, std::ssize(row)}, output,
                    rows_view<T>{dx.data(), 1, Network::input_size});
    return dx;
}

/// The gradient of the loss of one row by its inputs.
/// Errors     throws size_error unless row and target have the network's sizes
template <auto Loss, class Network>
auto input_gradient(const Network& net, std::span<const typename Network::value_type> row,
                    std::span<const typename Network::value_type> target)
{
    using T = typename Network::value_type;
    std::array<T, static_cast<std::size_t>(Network::input_size)> dx{};
    input_gradients<Loss>(net, rows_view<const T>{row.data(), 1, std::ssize(row)},
                          rows_view<const T>{target.data(), 1, std::ssize(target)},
                          rows_view<T>{dx.data(), 1, Network::input_size});
    return dx;
}

} // namespace ctgrad
