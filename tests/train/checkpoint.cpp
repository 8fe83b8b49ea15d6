// SPDX-License-Identifier: BSL-1.0
// Trainings that are interrupted and go on; tests/io/checkpoint_file.cpp tests the format.
#define BOOST_TEST_MODULE checkpoint
#include <boost/test/unit_test.hpp>

#include "../data/temporary_directory.hpp"
#include "../element_types.hpp"
#include "quadrants.hpp"

#include <ctgrad/catalogue/penalties.hpp>
#include <ctgrad/train/fit.hpp>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr auto learnable_swish = x * sigmoid(parameter<"beta">{1.0} * x);

template <class T>
using net_of = basic_network<T, input{2}, dense{9}, learnable_swish, dropout{0.2}, dense{2}>;

template <class T>
training_options<T> options_of(int epochs, const std::filesystem::path& path = {})
{
    return {.epochs = epochs,
            .batch = 16,
            .randomness = {7},
            .output = {.mode = progress_mode::quiet},
            .checkpoint = path};
}

// With the padding.
template <class Network>
auto block_of(const Network& net)
{
    return std::vector(net.parameters().begin(), net.parameters().end());
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

// What does not depend on the time it took.
std::vector<double> results_of(const training_history& history)
{
    std::vector<double> results;
    for (const epoch_record& epoch : history)
    {
        results.insert(results.end(), {epoch.loss, epoch.accuracy, epoch.validation.loss,
                                       epoch.validation.accuracy});
    }
    return results;
}

std::string contents(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

template <class T, class Optimiser>
void check_that_training_goes_on(const Optimiser& chosen, double average = 0, int patience = 0)
{
    const temporary_directory directory;
    const auto path = directory.path("training");
    const auto data = quadrants<T>(70);
    const auto validation = quadrants<T>(30, 2);
    const auto run = [&](net_of<T>& net, int epochs, const std::filesystem::path& file)
    {
        auto options = options_of<T>(epochs, file);
        options.validation = &validation;
        options.average = average;
        options.patience = patience;
        return fit(net, data, options, cross_entropy, chosen);
    };
    net_of<T> at_once{seed{1}};
    const training_history expected = run(at_once, 6, {});

    net_of<T> interrupted{seed{1}};
    run(interrupted, 3, path);
    // A new process has a network of its own.
    for (const int epochs : {3, 4, 6, 6})
    {
        net_of<T> resumed{seed{2}};
        const training_history history = run(resumed, epochs, path);
        BOOST_TEST(history.size() == static_cast<std::size_t>(epochs));
        if (epochs == 3)
        {
            BOOST_TEST(same_bits(block_of(resumed), block_of(interrupted)));
        }
        if (epochs == 6)
        {
            BOOST_TEST(same_bits(block_of(resumed), block_of(at_once)));
            BOOST_TEST(same_bits(results_of(history), results_of(expected)));
        }
    }
    BOOST_TEST(!same_bits(block_of(interrupted), block_of(at_once)));
}

// A checkpoint after two epochs, and what a training that finds another file says.
struct saved_training
{
    temporary_directory directory;
    std::filesystem::path path = directory.path("training");
    std::string bytes;

    saved_training()
    {
        net_of<float> net{seed{1}};
        fit(net, quadrants<float>(40), options_of<float>(2, path), cross_entropy, adam{});
        bytes = contents(path);
    }

    // An error must change neither the network nor the file.
    template <class Network = net_of<float>, class Optimiser = adam>
    std::string message(const training_options<float>& options, std::size_t rows = 40,
                        const Optimiser& chosen = {}) const
    {
        Network net{seed{77}};
        const auto before = block_of(net);
        const std::string file_before = contents(path);
        const std::string text = message_of<file_error>(
            [&] { fit(net, quadrants<float>(rows), options, cross_entropy, chosen); });
        BOOST_TEST(same_bits(block_of(net), before) == !text.empty());
        BOOST_TEST((text.empty() || contents(path) == file_before));
        const std::string start = path.string() + ": ";
        BOOST_TEST((text.empty() || text.starts_with(start)));
        return text.substr(std::min(text.size(), start.size()));
    }

    training_options<float> options(int epochs = 2) const
    {
        return options_of<float>(epochs, path);
    }

    std::string message_with(const std::string& other) const
    {
        // What is cut off and written again, some file systems write to the disk at once.
        std::filesystem::remove(path);
        directory.write("training", other);
        return message(options());
    }
};

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(a_training_that_goes_on_has_the_same_bits, T, element_types)
{
    check_that_training_goes_on<T>(sgd{});
    check_that_training_goes_on<T>(adam{.learning_rate = 0.01});
    check_that_training_goes_on<T>(lamb{});
    check_that_training_goes_on<T>(adam{.learning_rate = T(0.02)}, 0.9);
    check_that_training_goes_on<T>(adam{.learning_rate = T(0.02)}, 0.9, 50);
    check_that_training_goes_on<T>(sgd{.learning_rate = 0.1}, 0, 50);
}

BOOST_AUTO_TEST_CASE(the_file_is_the_same_whenever_it_was_interrupted)
{
    // But for the seconds, so without epochs.
    const temporary_directory directory;
    for (const char* const name : {"a", "b"})
    {
        net_of<float> net{seed{1}};
        BOOST_TEST(fit(net, quadrants<float>(40), options_of<float>(0, directory.path(name)),
                       cross_entropy, adam{})
                       .empty());
    }
    BOOST_TEST(contents(directory.path("a")) == contents(directory.path("b")));
    BOOST_TEST(contents(directory.path("a")).starts_with("ctgfit"));
}

BOOST_AUTO_TEST_CASE(a_place_that_cannot_be_written_is_known_before_the_first_epoch)
{
    const temporary_directory directory;
    const auto path = directory.path("missing") / "training";
    net_of<float> net{seed{1}};
    const auto before = block_of(net);
    BOOST_TEST(message_of<file_error>(
                   [&]
                   {
                       fit(net, quadrants<float>(40), options_of<float>(2, path), cross_entropy,
                           adam{});
                   }) == path.string() + ": cannot be written: No such file or directory");
    BOOST_TEST(same_bits(block_of(net), before));

    BOOST_TEST(message_of<file_error>(
                   [&]
                   {
                       fit(net, quadrants<float>(40), options_of<float>(2, directory.path()),
                           cross_entropy, adam{});
                   }) == directory.path().string() + ": cannot be opened: Is a directory");
    BOOST_TEST(same_bits(block_of(net), before));
}

BOOST_AUTO_TEST_CASE(a_file_of_another_training_is_named)
{
    const saved_training saved;
    BOOST_TEST(saved.message(saved.options()) == "");
    const auto changed = [&](auto change)
    {
        auto options = saved.options(5);
        change(options);
        return saved.message(options);
    };
    BOOST_TEST(saved.message(saved.options(1)) == "expected at most 1 epochs, found 2");
    BOOST_TEST(saved.message(saved.options(), 41) ==
               "expected training with the number of rows 41, found 40");
    BOOST_TEST(changed([](auto& options) { options.batch = 17; }) ==
               "expected training with the batch 17, found 16");
    BOOST_TEST(changed([](auto& options) { options.steps_at_once = 3; }) ==
               "expected training with the steps at once 3, found 0");
    BOOST_TEST(changed([](auto& options) { options.randomness = {8}; }) ==
               "expected training with the seed 8, found 7");
    BOOST_TEST(changed([](auto& options) { options.max_norm = 2.5; }) ==
               "expected training with the max_norm 2.5, found 0");
    BOOST_TEST(changed([](auto& options) { options.average = 1e-9; }) ==
               "expected training with the average 1e-09, found 0");
    BOOST_TEST(changed([](auto& options)
                       { options.augment = [](std::span<float>, split_mix_engine&) {}; }) ==
               "expected training with the augmentation some, found none");

    using wider = basic_network<float, input{2}, dense{10}, learnable_swish, dense{2}>;
    BOOST_TEST(names(saved.message<wider>(saved.options()),
                     {"expected \"layer 0 (dense) weight\" to be 10 x 2, found 9 x 2"}));
    using drops_more =
        basic_network<float, input{2}, dense{9}, learnable_swish, dropout{0.25}, dense{2}>;
    BOOST_TEST(saved.message<drops_more>(saved.options()) ==
               "expected training with the dropout rates 0.25, found 0.2");
    const auto rule_error = [&](const auto& chosen)
    {
        const std::string message = saved.message(saved.options(), 40, chosen);
        return message.starts_with("expected training with the update rule ");
    };
    BOOST_TEST(rule_error(sgd{}));
    BOOST_TEST(rule_error(adamw{}));
    BOOST_TEST(rule_error(lamb{}));
    BOOST_TEST(rule_error(with_gradient<clamp(symbols::dweight, -1, 1)>(adam{})));
    BOOST_TEST(rule_error(with_gradient<clamp(symbols::dweight, -1, 2)>(adam{})));
    // Its settings may be others.
    BOOST_TEST(saved.message(saved.options(3), 40, adam{.learning_rate = 1}) == "");
}

BOOST_AUTO_TEST_CASE(dropout_within_other_layers_counts)
{
    using net_type =
        network<input{2}, dropout{0.5}, residual<dense{2}, dropout{0.25}>{},
                add_up<chain<dense{3}, residual<dropout{0.125}>{}>{}, dense{3}>{}, dropout{0.0}>;
    BOOST_TEST((detail::dropout_rates<net_type>() == std::vector{0.5, 0.25, 0.125, 0.0}));
    BOOST_TEST(detail::dropout_rates<network<input{2}>>().empty());
    BOOST_TEST(detail::exact_texts(std::vector{0.5, 0.1}) == "0.5, 0.1");
    BOOST_TEST(detail::exact_texts({}) == "none");
}

BOOST_AUTO_TEST_CASE(a_file_cut_at_any_byte_is_an_error)
{
    const saved_training saved;
    for (std::size_t size = 0; size < saved.bytes.size(); ++size)
    {
        BOOST_TEST(names(saved.message_with(saved.bytes.substr(0, size)), {"it is truncated"}));
    }
    BOOST_TEST(names(saved.message_with(saved.bytes + "x"), {"something follows its end"}));
}

BOOST_AUTO_TEST_CASE(any_changed_byte_is_an_error)
{
    const saved_training saved;
    for (std::size_t place = 0; place < saved.bytes.size(); ++place)
    {
        std::string damaged = saved.bytes;
        damaged[place] = static_cast<char>(damaged[place] ^ (1 << place % 8));
        BOOST_TEST(saved.message_with(damaged) != "");
    }
}

BOOST_AUTO_TEST_CASE(a_flag_ends_training_after_the_epoch)
{
    const temporary_directory directory;
    const auto path = directory.path("training");
    const auto data = quadrants<float>(40);
    net_of<float> at_once{seed{1}};
    fit(at_once, data, options_of<float>(5), cross_entropy, adam{});

    // The clock is asked at the beginning, then in the first epoch.
    static std::atomic<bool> stop;
    static int asked = 0;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> nowhere(std::tmpfile(), std::fclose);
    auto options = options_of<float>(5, path);
    options.stop = &stop;
    options.output = {.mode = progress_mode::lines,
                      .stream = nowhere.get(),
                      .clock = []
                      {
                          stop = ++asked > 1;
                          return steady_seconds();
                      }};
    net_of<float> stopped{seed{1}};
    BOOST_TEST(fit(stopped, data, options, cross_entropy, adam{}).size() == 1u);
    options.output = {.mode = progress_mode::quiet};
    BOOST_TEST(fit(stopped, data, options, cross_entropy, adam{}).size() == 1u);
    stop = false;
    net_of<float> resumed;
    BOOST_TEST(fit(resumed, data, options, cross_entropy, adam{}).size() == 5u);
    BOOST_TEST(same_bits(block_of(resumed), block_of(at_once)));
}

BOOST_AUTO_TEST_CASE(lines_count_from_the_epochs_before)
{
    const saved_training saved;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
    auto options = saved.options(3);
    options.output = {.mode = progress_mode::lines, .stream = file.get()};
    net_of<float> net;
    fit(net, quadrants<float>(40), options, cross_entropy, adam{});
    std::rewind(file.get());
    std::string text(9, ' ');
    BOOST_TEST(std::fread(text.data(), 1, text.size(), file.get()) == text.size());
    BOOST_TEST(text == "epoch 3/3");
}

BOOST_AUTO_TEST_CASE(a_process_that_is_killed_while_it_saves_leaves_a_whole_file)
{
    using large = network<input{2}, dense{300}, x * sigmoid(x), dense{20}, dense{2}>;
    const temporary_directory directory;
    const auto path = directory.path("training");
    const auto data = quadrants<float>(4);
    std::uint64_t epochs = 0;
    for (unsigned kill_number = 0; kill_number < 100; ++kill_number)
    {
        const pid_t child = fork();
        BOOST_REQUIRE(child >= 0);
        if (child == 0)
        {
            large net{seed{1}};
            fit(net, data, options_of<float>(1 << 30, path), cross_entropy, adam{});
            _exit(0);
        }
        while (!std::filesystem::exists(path))
        {
            usleep(100);
        }
        usleep(3000 + 37 * kill_number);
        BOOST_REQUIRE(kill(child, SIGKILL) == 0);
        int status = 0;
        BOOST_REQUIRE(waitpid(child, &status, 0) == child);
        BOOST_REQUIRE(WIFSIGNALED(status));

        const std::atomic<bool> stop = true;
        auto options = options_of<float>(1 << 30, path);
        options.stop = &stop;
        large net;
        const std::size_t found = fit(net, data, options, cross_entropy, adam{}).size();
        BOOST_TEST(found >= epochs);
        epochs = found;
    }
    BOOST_TEST(epochs > 0u);

    large at_once{seed{1}};
    fit(at_once, data, options_of<float>(static_cast<int>(epochs)), cross_entropy, adam{});
    large resumed;
    fit(resumed, data, options_of<float>(static_cast<int>(epochs), path), cross_entropy, adam{});
    BOOST_TEST(same_bits(block_of(resumed), block_of(at_once)));
}
