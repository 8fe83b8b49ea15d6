// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "run.hpp"

/// Enters all contestants with a network for so many rows at a time, of `all_rows`.
template <class Network>
bool enter_inference(const std::string& what, const Network& net, int rows, int all_rows)
{
    const std::vector<float> parameters = initial_parameters(net);
    const auto inputs = std::make_shared<aligned_numbers>(input_rows(net, all_rows));
    const auto outputs =
        std::make_shared<aligned_numbers>(static_cast<std::size_t>(all_rows * net.outputs()));
    std::vector<float> wanted;
    bool agree = true;
    for (const contestant& one : sorted_contestants())
    {
        const std::shared_ptr<predictor> predicts = make_predictor(one, net, parameters, rows);
        if (!predicts)
        {
            continue;
        }
        const auto run = [=]
        {
            for (int row = 0; row < all_rows; row += rows)
            {
                predicts->predict(inputs->data() + row * net.inputs(),
                                  outputs->data() + row * net.outputs());
            }
            benchmark::ClobberMemory();
        };
        const std::string name =
            what + "/" + net.name() + "/" + std::to_string(rows) + "/" + one.name;
        std::ranges::fill(*outputs, 0.0f);
        run();
        if (wanted.empty())
        {
            wanted.assign(outputs->begin(), outputs->end());
        }
        agree = agreement::same_outputs(name, wanted, *outputs, one.tolerance) && agree;
        time_it(name, all_rows * net.inference_flops(), all_rows, run);
    }
    return agree;
}
