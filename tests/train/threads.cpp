// SPDX-License-Identifier: BSL-1.0
// Every operator new of this program counts: what a step asks for shows, also in oneTBB's threads.
#define BOOST_TEST_MODULE threads
#include <boost/test/unit_test.hpp>

#include "../network/counted_allocations.hpp"
#include "../network/naive.hpp"

#include <ctgrad/network/predict.hpp>
#include <ctgrad/train/fit.hpp>
#include <ctgrad/train/threads.hpp>

#include <tbb/global_control.h>

#include <thread>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;

using net = network<input{30}, dense{40}, x * sigmoid(x), dropout{0.2}, dense{3}>;

// As many as are asked for, also where there are fewer cores.
const tbb::global_control enough(tbb::global_control::max_allowed_parallelism, 8);

const progress_options quiet{.mode = progress_mode::quiet};

data_set<float> some_data(std::size_t rows)
{
    aligned_buffer<float> inputs(rows * 30);
    std::ranges::copy(numbers_of<float>(rows * 30, -1, 1, 1), inputs.begin());
    std::vector<int> labels(rows);
    for (std::size_t row = 0; row < rows; ++row)
    {
        labels[row] = static_cast<int>(row * row % 3);
    }
    return {std::move(inputs), std::move(labels), 3};
}

} // namespace

static_assert(task_runner<threads>);

BOOST_AUTO_TEST_CASE(each_task_is_run_once)
{
    for (const int count : {1, 2, 8})
    {
        threads workers(count);
        BOOST_TEST(workers.count() == count);
        for (const std::size_t tasks : {0u, 1u, 2u, 3u, 1000u})
        {
            std::vector<std::atomic<int>> runs(tasks);
            workers.run(static_cast<std::ptrdiff_t>(tasks),
                        [&](std::ptrdiff_t i) { ++runs[static_cast<std::size_t>(i)]; });
            for (const std::atomic<int>& run : runs)
            {
                BOOST_TEST(run == 1);
            }
        }
    }
    BOOST_TEST(threads().count() >= 1);
}

BOOST_AUTO_TEST_CASE(tasks_have_the_modes_of_the_caller)
{
    // Each waits for the other, so that both threads take one.
    threads workers(2);
    const volatile float tiny = 1e-38f;
    const auto halves = [&]
    {
        std::atomic<int> begun{0};
        std::array<float, 2> results{};
        workers.run(2,
                    [&](std::ptrdiff_t i)
                    {
                        for (++begun; begun < 2;)
                        {
                            std::this_thread::yield();
                        }
                        results[static_cast<std::size_t>(i)] = tiny / 2;
                    });
        return results;
    };
    const auto kept = halves();
    BOOST_TEST((kept[0] > 0 && kept[1] > 0));
    // Compared here: there, a denormal number is equal to 0.
    const auto flushed = [&]
    {
        const flush_denormals scope;
        return halves();
    }();
    BOOST_TEST((flushed[0] == 0 && flushed[1] == 0) == flush_denormals::supported);
    const auto again = halves();
    BOOST_TEST((again[0] > 0 && again[1] > 0));
}

BOOST_AUTO_TEST_CASE(the_network_does_not_depend_on_how_many_there_are)
{
    const data_set<float> data = some_data(441);
    const auto check = [&](int batch, const auto& optimiser)
    {
        const auto trained = [&](int count)
        {
            threads workers(count);
            net model{seed{1}};
            fit(model, data, {.epochs = 2, .batch = batch, .output = quiet}, cross_entropy,
                optimiser, workers);
            return std::vector<float>(model.parameters().begin(), model.parameters().end());
        };
        const auto once = trained(1);
        for (const int count : {2, 3, 8})
        {
            BOOST_TEST((trained(count) == once));
        }
    };
    check(32, adam{});
    check(256, adam{});
    check(400, lamb{});
}

BOOST_AUTO_TEST_CASE(predictions_and_losses_are_those_of_one_thread)
{
    const net model{seed{1}};
    const data_set<float> data = some_data(2500);
    std::vector<float> expected(7500);
    model.predict(data.input_view(), rows_view<float>{expected.data(), 2500, 3});
    const evaluation alone = evaluate(model, data, cross_entropy);
    for (const int count : {1, 2, 8})
    {
        threads workers(count);
        std::vector<float> found(7500);
        predict(model, data.input_view(), {found.data(), 2500, 3}, workers);
        BOOST_TEST((found == expected));
        const evaluation shared = evaluate(model, data, cross_entropy, workers);
        BOOST_TEST(shared.loss == alone.loss);
        BOOST_TEST(shared.accuracy == alone.accuracy);
    }
}

BOOST_AUTO_TEST_CASE(steps_and_predictions_allocate_nothing)
{
    threads workers(2);
    net model;
    const data_set<float> data = some_data(600);
    training_step<net, adamw, threads> step(workers, adamw{}, 600);
    const shuffled_order order(600, {});
    std::vector<float> outputs(1800);
    const auto work = [&]
    {
        step.run<cross_entropy>(model, data, order.indices(), 1);
        predict(model, data.input_view(), {outputs.data(), 600, 3}, workers);
    };
    work(); // the threads may have to be started
    const long before = allocations;
    for (int i = 0; i < 20; ++i)
    {
        work();
    }
    BOOST_TEST(allocations == before);
}
