// SPDX-License-Identifier: BSL-1.0
// One training step of 784-128-10 at batch 64: forward, softmax cross-entropy, backward, update.
// Beside it, what the core can multiply and add from registers alone.
#include "../kernels/peak.hpp"

#include <ctgrad/ctgrad.hpp>
#include <ctgrad/network/workspace.hpp>
#include <ctgrad/tensor/flush_denormals.hpp>
#include <ctgrad/train/optimise.hpp>

#include <benchmark/benchmark.h>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);

using classifier = network<input{784}, dense{128}, swish, dense{10}>;

constexpr std::ptrdiff_t batch_rows = 64;

// Multiply-adds of the products: forward of both layers, gradients of both weights, gradient of the
// hidden layer; two flops each.
constexpr double step_flops = 2.0 * batch_rows * (2.0 * 784 * 128 + 3.0 * 128 * 10);

template <class Optimiser>
void training_step(benchmark::State& state, Optimiser chosen)
{
    const flush_denormals flushed;
    random_engine engine(1);
    aligned_buffer<float> inputs(batch_rows * 784);
    aligned_buffer<float> targets(batch_rows * 10);
    fill_uniform(std::span<float>(inputs.data(), inputs.size()), 0.0f, 1.0f, engine);
    for (std::ptrdiff_t row = 0; row < batch_rows; ++row)
    {
        targets.data()[row * 10 + static_cast<std::ptrdiff_t>(draw_below(engine, 10))] = 1.0f;
    }
    classifier net{seed{1}};
    training_workspace<classifier> workspace;
    optimiser_state<Optimiser, float> optimiser(chosen, net.parameters().size());
    for (auto _ : state)
    {
        const batch_result result = workspace.add_gradients<cross_entropy>(
            net, {inputs.data(), batch_rows, 784}, {targets.data(), batch_rows, 10}, 0);
        optimiser.apply(net.parameters(), workspace.gradients());
        benchmark::DoNotOptimize(result);
    }
    state.SetItemsProcessed(state.iterations() * batch_rows);
    state.counters["flops"] =
        benchmark::Counter(step_flops, benchmark::Counter::kIsIterationInvariantRate);
}

void step_with_sgd(benchmark::State& state) { training_step(state, sgd{.learning_rate = 0.01}); }

void step_with_adam(benchmark::State& state) { training_step(state, adam{}); }

BENCHMARK(fma_peak<float>)->Name("fma_peak");
BENCHMARK(step_with_sgd);
BENCHMARK(step_with_adam);

} // namespace

BENCHMARK_MAIN();
