// SPDX-License-Identifier: BSL-1.0
// A loop of one's own: a network that learns from a stream, a few rows at a time, and never stops. It
// predicts the next sample of a signal whose pitch drifts.
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/learn.hpp>

#include <array>
#include <cmath>
#include <cstdio>

using namespace ctgrad;

int main()
{
    constexpr variable<"x"> x;
    using model = network<input{4}, dense{16}, tanh(x), dense{1}>;

    model net{seed{1}};
    training_workspace<model> workspace; // all memory of a step
    optimiser_state<adam, float> state(adam{.learning_rate = 3e-3}, net.parameters().size());

    constexpr std::ptrdiff_t rows = 8;
    std::array<float, rows + 4> samples{};
    double phase = 0.0;
    double loss = 0.0;
    for (std::uint64_t step = 0; step < 20'000; ++step)
    {
        for (float& sample : samples)
        {
            phase += 0.5 + 0.2 * std::sin(1e-4 * static_cast<double>(step));
            sample = static_cast<float>(std::sin(phase));
        }
        // Row i is samples i to i + 3, its target the one behind: views, no copies.
        const rows_view<const float> past{samples.data(), rows, 4, 1};
        const rows_view<const float> next{samples.data() + 4, rows, 1, 1};
        loss = learn<mean_squared_error>(net, workspace, state, past, next, step).loss;
    }
    std::printf("mean squared error of the next sample: %.1e\n", loss);
    return loss < 1e-3 ? 0 : 1;
}
