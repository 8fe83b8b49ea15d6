// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "run.hpp"

/// Enters all contestants with so many steps of a sequence.
inline bool enter_steps(const std::string& what, const recurrent_network& net, int steps)
{
    // PyTorch's range for so many units, also for biases, so that none may be lost.
    const float limit = 1 / std::sqrt(static_cast<float>(net.units));
    const aligned_numbers parameters =
        uniform_numbers(static_cast<std::size_t>(net.parameters()), -limit, limit, 3);
    const auto inputs = std::make_shared<aligned_numbers>(
        uniform_numbers(static_cast<std::size_t>(steps), -1, 1, 17));
    const auto outputs = std::make_shared<aligned_numbers>(inputs->size());
    std::vector<float> wanted;
    bool agree = true;
    for (const contestant& one : sorted_contestants())
    {
        const std::shared_ptr<stepper> net_of_one =
            one.step ? one.step(net, {parameters.data(), parameters.size()}) : nullptr;
        if (!net_of_one)
        {
            continue;
        }
        const auto run = [=]
        {
            for (std::size_t i = 0; i < inputs->size(); ++i)
            {
                (*outputs)[i] = net_of_one->step((*inputs)[i]);
            }
            benchmark::ClobberMemory();
        };
        const std::string name = what + "/" + net.name() + "/1/" + one.name;
        net_of_one->reset();
        run();
        if (wanted.empty())
        {
            wanted.assign(outputs->begin(), outputs->end());
        }
        agree = agreement::same_outputs(name, wanted, *outputs, one.tolerance) && agree;
        time_it(name, steps * net.flops(), steps, run);
    }
    return agree;
}
