// SPDX-License-Identifier: BSL-1.0
// What threads are worth: steps of training as `fit` takes them, and predictions, without threads, with
// one and with as many as there are cores (or the number given as argument). By the clock, so the
// machine should have nothing else to do.
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/network/predict.hpp>
#include <ctgrad/tensor/flush_denormals.hpp>
#include <ctgrad/train/threads.hpp>
#include <ctgrad/train/training_step.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>

namespace
{

using namespace ctgrad;

constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);
using small_network = network<input{784}, dense{128}, swish, dense{10}>;
using large_network = network<input{784}, dense{256}, swish, dense{256}, swish, dense{10}>;

constexpr int all_rows = 4096;

data_set<float> random_rows()
{
    random_engine engine(17);
    aligned_buffer<float> inputs(all_rows * 784);
    for (float& value : inputs)
    {
        value = static_cast<float>(draw_below(engine, 256)) / 256;
    }
    std::vector<int> labels(all_rows);
    for (int& label : labels)
    {
        label = static_cast<int>(draw_below(engine, 10));
    }
    return {std::move(inputs), std::move(labels), 10};
}

/// Median times in microseconds, of what takes turns: some milliseconds each.
std::vector<double> median_times(const std::vector<std::function<void()>>& bodies)
{
    using clock = std::chrono::steady_clock;
    constexpr int rounds = 15;
    std::vector<std::vector<double>> times(bodies.size());
    for (int round = 0; round < rounds; ++round)
    {
        for (std::size_t i = 0; i < bodies.size(); ++i)
        {
            bodies[i](); // caches, and threads that sleep
            const auto start = clock::now();
            int runs = 0;
            std::chrono::duration<double, std::micro> spent{};
            for (; spent.count() < 8000; spent = clock::now() - start)
            {
                bodies[i]();
                ++runs;
            }
            times[i].push_back(spent.count() / runs);
        }
    }
    std::vector<double> medians;
    for (std::vector<double>& each : times)
    {
        std::ranges::nth_element(each, each.begin() + rounds / 2);
        medians.push_back(each[rounds / 2]);
    }
    return medians;
}

void print_row(const char* network, const char* what, int rows, const std::vector<double>& times)
{
    std::printf("| %s | %s | %d | %.0f | %.0f | %.0f | %.2f | %.2f |\n", network, what, rows,
                times[0], times[1], times[2], times[0] / times[2], times[1] / times[2]);
    std::fflush(stdout);
}

/// A network that learns from one batch after the other.
template <class Network, class Optimiser, class Runner>
std::function<void()> learner(const data_set<float>& data, int batch, const Optimiser& chosen,
                              Runner& runner)
{
    struct state
    {
        Network net{seed{1}};
        training_step<Network, Optimiser, Runner> step;
        shuffled_order order{all_rows, seed{2}};
        std::ptrdiff_t next = 0;
    };
    auto own = std::make_shared<state>(state{.step = {runner, chosen, batch}});
    return [own, &data, batch]
    {
        const auto rows = own->order.batch(own->next++ % own->order.batches(batch), batch);
        own->step.template run<cross_entropy>(own->net, data, rows, 1);
    };
}

template <class Network>
void compare(const char* name, const data_set<float>& data, threads& single, threads& all)
{
    one_thread none;
    for (const int batch : {64, 128, 256, 1024})
    {
        const auto row = [&](const char* what, const auto& chosen)
        {
            print_row(name, what, batch,
                      median_times({learner<Network>(data, batch, chosen, none),
                                    learner<Network>(data, batch, chosen, single),
                                    learner<Network>(data, batch, chosen, all)}));
        };
        row("SGD", sgd{.learning_rate = 0.01});
        row("Adam", adam{});
    }
    const Network net{seed{1}};
    aligned_buffer<float> outputs(all_rows * 10);
    for (const int rows : {256, all_rows})
    {
        const auto in = data.input_view().slice(0, rows);
        const rows_view<float> out{outputs.data(), rows, 10};
        print_row(
            name, "predict", rows,
            median_times({[&] { net.predict(in, out); }, [&] { predict(net, in, out, single); },
                          [&] { predict(net, in, out, all); }}));
    }
}

} // namespace

int main(int count, char** arguments)
{
    const flush_denormals flushed;
    threads single(1);
    threads all = count > 1 ? threads(std::max(std::atoi(arguments[1]), 1)) : threads();
    const data_set<float> data = random_rows();
    std::printf(
        "| network | | rows | without (us) | 1 thread | %d threads | without / %d | 1 / %d |\n"
        "|---|---|---|---|---|---|---|---|\n",
        all.count(), all.count(), all.count());
    compare<small_network>("784-128-10", data, single, all);
    compare<large_network>("784-256-256-10", data, single, all);
}
