// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../networks/contestant.hpp"

#include <Eigen/Dense>

/// GRU or LSTM of fixed size, by hand.
template <cell_kind Cell, int Units>
class eigen_cell : public stepper
{
    static constexpr int gates = Cell == cell_kind::gru ? 3 : 4;
    using column = Eigen::Array<float, Units, 1>;
    using all_gates = Eigen::Matrix<float, gates * Units, 1>;

public:
    EIGEN_MAKE_ALIGNED_OPERATOR_NEW

    explicit eigen_cell(contestant::parameters values)
    {
        const float* from = values.data();
        input_weights_ = Eigen::Map<const all_gates>(from);
        from += input_weights_.size();
        state_weights_ =
            Eigen::Map<const Eigen::Matrix<float, gates * Units, Units, Eigen::RowMajor>>(from);
        from += state_weights_.size();
        biases_ = Eigen::Map<const all_gates>(from);
        recalled_bias_ = Eigen::Map<const column>(from + 3 * Units);
        from += 4 * Units;
        output_weights_ = Eigen::Map<const column>(from);
        output_bias_ = from[Units];
    }

    float step(float input) override
    {
        const all_gates of_input = input_weights_ * input + biases_;
        all_gates of_state;
        of_state.noalias() = state_weights_ * hidden_.matrix();
        const auto gate = [&](int i)
        { return of_input.array().template segment<Units>(i * Units); };
        const auto recalled = [&](int i)
        { return of_state.array().template segment<Units>(i * Units); };
        const auto open = [&](int i) -> column { return (gate(i) + recalled(i)).logistic(); };
        if constexpr (Cell == cell_kind::gru)
        {
            const column candidate = (gate(2) + open(0) * (recalled(2) + recalled_bias_)).tanh();
            hidden_ = candidate + open(1) * (hidden_ - candidate);
        }
        else
        {
            memory_ = open(1) * memory_ + open(0) * (gate(2) + recalled(2)).tanh();
            hidden_ = open(3) * memory_.tanh();
        }
        return (output_weights_ * hidden_).sum() + output_bias_;
    }

    void reset() override
    {
        hidden_.setZero();
        memory_.setZero();
    }

private:
    Eigen::Matrix<float, gates * Units, Units> state_weights_;
    all_gates input_weights_;
    all_gates biases_;
    column recalled_bias_;
    column output_weights_;
    column hidden_ = column::Zero();
    column memory_ = column::Zero();
    float output_bias_;
};
