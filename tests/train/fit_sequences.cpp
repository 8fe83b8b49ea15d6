// SPDX-License-Identifier: BSL-1.0
// Training of networks with memory.
#define BOOST_TEST_MODULE fit_sequences
#include <boost/test/unit_test.hpp>

#include "../data/temporary_directory.hpp"
#include "every_runner.hpp"

#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

using namespace ctgrad;

namespace
{

const progress_options quiet{.mode = progress_mode::quiet};

enum class targets
{
    of_all_steps,
    of_the_last_step
};

// Bits, and whether there has been an even or an odd number of ones so far.
data_set<float> parities(std::ptrdiff_t sequences, int steps, targets wanted, std::uint64_t origin)
{
    const int count = wanted == targets::of_all_steps ? steps : 1;
    aligned_buffer<float> in(static_cast<std::size_t>(sequences * steps));
    aligned_buffer<float> out(static_cast<std::size_t>(sequences * count * 2));
    for (std::ptrdiff_t i = 0; i < sequences; ++i)
    {
        unsigned ones = 0;
        for (int t = 0; t < steps; ++t)
        {
            const auto at = static_cast<std::size_t>(i * steps + t);
            const unsigned bit = random_bits(origin, static_cast<std::uint32_t>(at)) & 1;
            ones += bit;
            in[at] = bit ? 1.0f : -1.0f;
            if (t >= steps - count)
                out[static_cast<std::size_t>((i * count + t - (steps - count)) * 2) + ones % 2] = 1;
        }
    }
    return {sequences, std::move(in), std::move(out)};
}

using net = network<input{1}, gru{.units = 8}, dense{2}>;

} // namespace

BOOST_AUTO_TEST_CASE(a_network_learns_what_needs_memory)
{
    const data_set<float> training = parities(600, 8, targets::of_all_steps, 1);
    const data_set<float> test = parities(100, 20, targets::of_all_steps, 2);
    net counter{seed{1}};
    const training_history history = fit(
        counter, training, {.epochs = 40, .batch = 16, .validation = &training, .output = quiet},
        cross_entropy, adam{.learning_rate = 0.02});
    BOOST_TEST(history.front().accuracy < 0.7);
    BOOST_TEST(history.back().validation.accuracy > 0.99);
    // Longer sequences than any before.
    const evaluation found = evaluate(counter, test, cross_entropy);
    BOOST_TEST(found.accuracy > 0.98);
}

BOOST_AUTO_TEST_CASE(a_target_may_be_that_of_the_last_step)
{
    const data_set<float> training = parities(400, 4, targets::of_the_last_step, 1);
    net counter{seed{2}};
    const evaluation before = evaluate(counter, training, cross_entropy);
    const training_history history = fit(counter, training, {.epochs = 60, .output = quiet},
                                         cross_entropy, adam{.learning_rate = 0.02});
    const evaluation after = evaluate(counter, training, cross_entropy);
    BOOST_TEST(before.accuracy < 0.7);
    BOOST_TEST(after.accuracy > 0.95);
    BOOST_TEST(after.loss < before.loss / 2);
    BOOST_TEST(history.back().accuracy > 0.95);
}

BOOST_AUTO_TEST_CASE(truncated_gradients_learn_something_else)
{
    const data_set<float> training = parities(64, 6, targets::of_all_steps, 1);
    const auto loss_after = [&](int steps_at_once)
    {
        net counter{seed{1}};
        fit(counter, training, {.epochs = 3, .steps_at_once = steps_at_once, .output = quiet},
            cross_entropy, adam{});
        return evaluate(counter, training, cross_entropy).loss;
    };
    BOOST_TEST(loss_after(6) == loss_after(0));
    BOOST_TEST(loss_after(2) != loss_after(0));
}

// More sequences than are trained at once, in an order that is not theirs.
BOOST_AUTO_TEST_CASE(who_runs_the_parts_does_not_matter)
{
    const data_set<float> training = parities(150, 5, targets::of_all_steps, 1);
    const auto trained = [&](auto& runner)
    {
        net counter{seed{1}};
        const auto history = fit(counter, training,
                                 {.epochs = 2,
                                  .batch = 100,
                                  .steps_at_once = 3,
                                  .validation = &training,
                                  .output = quiet},
                                 cross_entropy, adam{}, runner);
        std::vector<float> values(counter.parameters().begin(), counter.parameters().end());
        values.push_back(static_cast<float>(history.back().validation.loss));
        return values;
    };
    backwards_runner backwards;
    const std::vector<float> expected = trained(backwards);
    for (const int count : {1, 3})
    {
        standard_threads threads{count};
        BOOST_TEST(trained(threads) == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_checkpoint_goes_on_to_the_same_bits)
{
    const temporary_directory directory;
    const data_set<float> training = parities(60, 5, targets::of_all_steps, 1);
    const auto train_to = [&](net& counter, int epochs, const std::filesystem::path& path)
    {
        fit(counter, training, {.epochs = epochs, .batch = 16, .output = quiet, .checkpoint = path},
            cross_entropy, adam{});
    };
    net at_once{seed{1}};
    train_to(at_once, 4, {});
    net first{seed{1}}, second{seed{2}};
    train_to(first, 2, directory.path("training"));
    train_to(second, 4, directory.path("training"));
    BOOST_TEST(second.parameters() == at_once.parameters(), boost::test_tools::per_element());
    BOOST_TEST((first.parameters()[0] != second.parameters()[0]));
}

BOOST_AUTO_TEST_CASE(sequences_that_do_not_fit_are_named)
{
    net counter;
    const auto message = [&](int inputs, int outputs)
    {
        try
        {
            const data_set<float> data(1, aligned_buffer<float>(static_cast<std::size_t>(inputs)),
                                       aligned_buffer<float>(static_cast<std::size_t>(outputs)));
            fit(counter, data, {.epochs = 1, .output = quiet}, cross_entropy, adam{});
        }
        catch (const data_error& error)
        {
            return std::string(error.what());
        }
        return std::string();
    };
    BOOST_TEST(message(3, 6) == "");
    BOOST_TEST(message(3, 2) == "");
    BOOST_TEST(message(3, 4) ==
               "ctgrad: the network has 1 inputs and 2 outputs at each step, but a sequence, which "
               "is a row of the training set, has 3 and 4");
}
