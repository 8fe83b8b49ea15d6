// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

enum class cell_kind
{
    gru,
    lstm
};

/// One input, a recurrent layer and a dense layer of one output. Parameters are the input weights, gate
/// after gate, the state weights (gate, unit, unit) and the biases, all in the order of PyTorch: reset,
/// update, candidate; or input, forget, candidate, output. GRU's candidate has a second bias, which comes
/// last, within the reset gate. Then the weights and the bias of the dense layer.
struct recurrent_network
{
    cell_kind cell;
    int units;

    int gates() const { return cell == cell_kind::gru ? 3 : 4; }
    int state_weights() const { return gates() * units * units; }
    int biases() const { return 4 * units; }
    int parameters() const { return gates() * units + state_weights() + biases() + units + 1; }

    /// Of one step. Multiply-adds of the products count as two, nothing else counts.
    double flops() const { return 2.0 * (gates() * units + state_weights() + units); }

    std::string name() const
    {
        return "1-" + std::to_string(units) + "-1 " + (cell == cell_kind::gru ? "GRU" : "LSTM");
    }
};

inline constexpr recurrent_network recurrent_networks[] = {{cell_kind::gru, 8},
                                                           {cell_kind::lstm, 16}};
