// SPDX-License-Identifier: BSL-1.0
// One program, several processors: the network of model.cpp is in it for three sets of instructions,
// and the best that this machine has is chosen when it starts.
#include "model.hpp"

#include <ctgrad/simd/dispatch.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>

extern "C" const model_functions model_sse2, model_avx2, model_avx512;

namespace
{

using enum ctgrad::instruction_set;
constexpr ctgrad::build_for<model_functions> builds[]{
    {sse2, &model_sse2}, {avx2, &model_avx2}, {avx512, &model_avx512}};

const model_functions& best_model()
{
    static const model_functions& best = *ctgrad::best_build(builds).value;
    return best;
}

std::vector<float> points()
{
    std::vector<float> inputs(1001);
    for (std::size_t i = 0; i < inputs.size(); ++i)
    {
        inputs[i] = -1.0f + 0.002f * static_cast<float>(i);
    }
    return inputs;
}

// The network as the chosen build trained it, in all builds that this machine can run. They add in
// another order, and with one rounding or two: over three layers of at most 16 inputs, results of
// about 1 differ in their last digits, 1e-5 being a hundred of these.
bool builds_agree()
{
    const std::vector<float> inputs = points();
    std::vector<float> expected(inputs.size());
    best_model().learn();
    best_model().predict(inputs, expected);
    const std::vector<float> learnt = best_model().parameters();

    bool agree = std::abs(expected[750] - std::sin(3.0f * inputs[750])) < 0.05f;
    std::cout << "sin(1.5) is " << expected[750] << '\n';
    for (const auto& [instructions, model] : builds)
    {
        if (!ctgrad::is_available(instructions))
        {
            std::cout << name_of(instructions) << ": not on this machine\n";
            continue;
        }
        std::vector<float> outputs(inputs.size());
        model->set_parameters(learnt);
        model->predict(inputs, outputs);
        float difference = 0;
        for (std::size_t i = 0; i < inputs.size(); ++i)
        {
            difference = std::max(difference, std::abs(outputs[i] - expected[i]));
        }
        std::cout << name_of(instructions) << ": differs by at most " << difference << '\n';
        agree = agree && model->parameters() == learnt && difference < 1e-5f;
    }
    return agree;
}

} // namespace

int main()
{
    try
    {
        std::cout << "chosen: " << name_of(ctgrad::best_build(builds).instructions) << '\n';
        return builds_agree() ? 0 : 1;
    }
    catch (const ctgrad::dispatch_error& error)
    {
        std::cerr << error.what() << '\n';
        return 2;
    }
}
